"""Searching over HTTP: what is found, every filter, and every way to ask wrongly."""

import json
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from retrieval.filters import Filters
from retrieval.records import House
from retrieval.search import Searcher
from service.schemas import to_json

BUSES = "councils powers to run bus services in rural areas"


def keys(response):
    assert response.status_code == 200, response.text
    return [hit["key"] for hit in response.json()["hits"]]


def problem(response, status):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert found["status"] == status
    assert found["type"].startswith("urn:despatch-box:problem:")
    return found


def without_time(content):
    found = json.loads(content)
    assert found.pop("took_ms") >= 0
    return found


def test_the_best_answer_comes_first_with_its_passage_and_citation(client: TestClient):
    found = client.get("/v1/search", params={"q": BUSES}).json()
    assert found["outcome"] == "found"
    best = found["hits"][0]
    assert best["key"] == "commons-2025-01-13-205"
    assert best["passage"]["text"] == (
        "The Government is giving local councils powers to run bus services in rural areas."
    )
    assert best["citation"]["uin"] == "205"
    assert best["citation"]["answered"] == "2025-01-20"
    assert [one["uin"] for one in best["also_given"]] == ["101", "102"]


def test_a_url_a_body_and_the_library_give_the_same_object(client: TestClient, built_once, toy_encoder, three_topics):
    limits: dict[str, Any] = {
        "limit": 1,
        "house": ["Commons"],
        "party": ["Labour", "Conservative"],
        "answered_to": "2025-12-31",
    }
    filters = Filters(house=(House.COMMONS,), party=("Labour", "Conservative"), answered_to=date(2025, 12, 31))
    by_url = client.get("/v1/search", params={"q": three_topics, **limits})
    by_body = client.post("/v1/search", json={"query": three_topics, **limits})
    searcher = Searcher.open(built_once, toy_encoder)
    library = to_json(searcher.search(three_topics, filters, limit=1))
    assert keys(by_url) == ["commons-2024-09-02-102"]
    assert without_time(by_url.content) == without_time(by_body.content) == without_time(library)
    assert list(by_url.json()) == list(json.loads(library))
    plain = client.get("/v1/search", params={"q": BUSES})
    assert without_time(plain.content) == without_time(to_json(searcher.search(BUSES)))


def test_a_filter_limits_which_records_answer(client: TestClient, three_topics, three_keys, narrowing):
    name, values, wanted = narrowing
    assert keys(client.get("/v1/search", params={"q": three_topics})) == three_keys
    assert keys(client.get("/v1/search", params={"q": three_topics, name: values})) == wanted
    in_body = values[0] if name.endswith(("_from", "_to")) else values
    assert keys(client.post("/v1/search", json={"query": three_topics, name: in_body})) == wanted


@pytest.mark.parametrize(
    ("name", "value", "question", "wanted"),
    [
        (
            "finding",
            "not_held",
            "information requested is not held centrally",
            ["commons-2024-10-01-310", "commons-2024-10-01-311"],
        ),
        (
            "kind",
            "holding",
            "It has not proved possible. An answer is being prepared and will be provided",
            ["commons-2024-11-04-412"],
        ),
    ],
)
def test_what_a_search_holds_back_is_shown_when_asked_for(client, name, value, question, wanted):
    assert keys(client.get("/v1/search", params={"q": question})) == []
    assert keys(client.get("/v1/search", params={"q": question, name: value})) == wanted


def test_all_filters_must_hold_and_values_within_one_are_alternatives(client: TestClient, three_topics):
    limits = {"house": ["Lords", "Commons"], "answered_to": "2025-03-01"}
    found = client.get("/v1/search", params={"q": three_topics, **limits})
    assert found.json()["filters"] == {"answered_to": "2025-03-01", "house": ["Lords", "Commons"]}
    assert keys(found) == ["commons-2025-01-13-205", "lords-2025-02-03-hl77"]
    limits["house"] = ["Lords"]
    assert keys(client.post("/v1/search", json={"query": three_topics, **limits})) == ["lords-2025-02-03-hl77"]


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_a_limit_is_kept(client: TestClient, three_topics, three_keys, limit):
    assert keys(client.get("/v1/search", params={"q": three_topics, "limit": limit})) == three_keys[:limit]
    assert keys(client.post("/v1/search", json={"query": three_topics, "limit": limit})) == three_keys[:limit]


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        (0, "limit: '0' is too small: at least 1 is needed"),
        (10_000, "limit: '10000' is too large: at most 200 is possible"),
        ("ten", "limit: 'ten' is not a whole number"),
    ],
)
def test_a_limit_out_of_bounds_is_refused(client: TestClient, limit, reason):
    for found in (
        problem(client.get("/v1/search", params={"q": BUSES, "limit": limit}), 422),
        problem(client.post("/v1/search", json={"query": BUSES, "limit": limit}), 422),
    ):
        assert found["detail"] == reason
        assert found["field"] == "limit"


@pytest.mark.parametrize("limit", [True, 10.5, None, [10]])
def test_a_limit_that_only_looks_like_a_number_is_refused(client: TestClient, limit):
    assert problem(client.post("/v1/search", json={"query": BUSES, "limit": limit}), 422)["field"] == "limit"


@pytest.mark.parametrize("question", ["", " ", "\t\n"])
def test_an_empty_question_is_refused_by_the_name_the_user_gave_it(client: TestClient, question):
    assert problem(client.get("/v1/search", params={"q": question}), 422)["field"] == "q"
    found = problem(client.post("/v1/search", json={"query": question}), 422)
    assert found["field"] == "query"
    assert "it is empty" in found["detail"]


def test_a_question_that_can_not_be_read_is_told_by_the_name_the_user_gave_it(client: TestClient):
    asked = {"match": "words"}
    assert problem(client.get("/v1/search", params={"q": "(bus", **asked}), 422)["field"] == "q"
    assert problem(client.post("/v1/search", json={"query": "(bus", **asked}), 422)["field"] == "query"


def test_a_missing_question_is_named(client: TestClient):
    assert problem(client.get("/v1/search"), 422)["detail"] == "q: it is missing: give it"
    assert problem(client.post("/v1/search", json={}), 422)["detail"] == "query: it is missing: give it"


def test_a_question_may_have_4000_characters_of_any_script(client: TestClient):
    longest = "𐍈" * 4000
    assert client.post("/v1/search", json={"query": longest}).json()["query"] == longest
    found = problem(client.post("/v1/search", json={"query": longest + "a"}), 422)
    assert found["detail"].endswith("has 4001 characters, at most 4000 are read: shorten it")


def test_a_question_far_too_long_is_not_echoed(client: TestClient):
    response = client.get("/v1/search", params={"q": "a" * 50_000})
    assert problem(response, 422)["field"] == "q"
    assert len(response.content) < 500


@pytest.mark.parametrize("body", [b'{"query": "' + b"a" * 100_000 + b'"}', b"[" * 70_000])
def test_a_body_too_large_is_refused_whether_or_not_its_length_is_announced(client: TestClient, body):
    for content in (body, iter([body[:50_000], body[50_000:]])):
        response = client.post("/v1/search", content=content, headers={"content-type": "application/json"})
        found = problem(response, 413)
        assert found["detail"].startswith("the body is larger than 65536 bytes: a question needs less")
        assert found["field"] == "body"


@pytest.mark.parametrize("name", ["answered_from", "answered_to", "tabled_from", "tabled_to"])
@pytest.mark.parametrize(
    "day",
    [
        "31/12/2024",
        "2024-02-31",
        "20241231",
        "2024-12-31T00:00:00",
        "1735603200",
        "",
        "2024-1-1",
        "٢٠٢٤-١٢-٣١",
    ],
)
def test_a_date_is_a_real_day_written_one_way(client: TestClient, name, day):
    found = problem(client.get("/v1/search", params={"q": BUSES, name: day}), 422)
    assert found["field"] == name
    assert found["detail"].startswith(f"{name}: {day!r} is no")
    assert problem(client.post("/v1/search", json={"query": BUSES, name: day}), 422)["field"] == name


@pytest.mark.parametrize("day", [1735603200, 20241231, True, ["2024-12-31"]])
def test_a_number_is_not_a_date(client: TestClient, day):
    found = problem(client.post("/v1/search", json={"query": BUSES, "answered_from": day}), 422)
    assert found["detail"].endswith("is not a date: write it as YYYY-MM-DD")


@pytest.mark.parametrize("what", ["answered", "tabled"])
def test_a_span_that_ends_before_it_begins_is_refused(client: TestClient, what):
    span = {f"{what}_from": "2025-01-02", f"{what}_to": "2025-01-01"}
    for response in (
        client.get("/v1/search", params={"q": BUSES, **span}),
        client.post("/v1/search", json={"query": BUSES, **span}),
    ):
        found = problem(response, 422)
        assert found["field"] == f"{what}_to"
        assert found["title"] == "Query error"


def test_an_unknown_parameter_is_an_error_that_names_the_nearest(client: TestClient):
    found = problem(client.get("/v1/search", params={"q": BUSES, "answering_bodies": "x"}), 422)
    assert found["field"] == "answering_bodies"
    assert found["nearest"][0] == "answering_body"
    found = problem(client.post("/v1/search", json={"query": BUSES, "hosue": ["Lords"]}), 422)
    assert (found["field"], found["nearest"]) == ("hosue", ["house"])
    found = problem(client.get("/v1/search", params={"q": BUSES, "zzzzzz": "x"}), 422)
    assert "those there are: answered_from, answered_to" in found["detail"]
    assert "nearest" not in found


def test_a_body_takes_no_parameter_in_its_url(client: TestClient):
    found = problem(client.post("/v1/search?limit=1", json={"query": BUSES}), 422)
    assert found["detail"] == "limit: there is no such parameter here (none is taken)"


def test_a_parameter_given_twice_is_refused_unless_it_is_a_list(client: TestClient):
    found = problem(client.get("/v1/search?q=buses&limit=1&limit=2"), 422)
    assert found["detail"] == "limit: it is given 2 times: give it once"


def test_everything_wrong_is_listed_at_once(client: TestClient):
    found = problem(client.get("/v1/search", params={"q": BUSES, "limit": 0, "kind": "holdin"}), 422)
    assert [one["field"] for one in found["errors"]] == ["kind", "limit"]
    many = {f"wrong{number}": 1 for number in range(60)}
    assert len(problem(client.post("/v1/search", json={"query": BUSES, **many}), 422)["errors"]) == 20


@pytest.mark.parametrize(
    ("name", "value", "nearest"),
    [("kind", "holdin", ["holding"]), ("finding", "not held", ["not_held"]), ("house", "Lord", ["Lords"])],
)
def test_a_value_that_is_not_one_of_the_list_is_told_the_list(client: TestClient, name, value, nearest):
    found = problem(client.get("/v1/search", params={"q": BUSES, name: value}), 422)
    assert f"{value!r} is not one of" in found["detail"]
    assert found["nearest"] == nearest


@pytest.mark.parametrize("name", ["answering_body", "minister", "asker", "party"])
def test_a_name_that_is_not_in_the_corpus_is_refused_with_the_nearest(client: TestClient, name):
    misspelt, right = {
        "answering_body": ("Deprtment for Transport", "Department for Transport"),
        "minister": ("Dee Plaecholder", "Dee Placeholder"),
        "asker": ("An Invented", "Ann Invented"),
        "party": ("Labuor", "Labour"),
    }[name]
    for response in (
        client.get("/v1/search", params={"q": BUSES, name: misspelt}),
        client.post("/v1/search", json={"query": BUSES, name: [misspelt]}),
    ):
        found = problem(response, 422)
        assert (found["title"], found["field"], found["nearest"][0]) == ("Unknown name", name, right)


@pytest.mark.parametrize(
    "name", ["house", "answering_body", "minister", "asker", "party", "kind", "finding", "heading"]
)
def test_a_filter_takes_at_most_50_values_of_200_characters(client: TestClient, name):
    good = {"house": "Lords", "kind": "holding", "finding": "not_held"}.get(name, "x")
    found = problem(client.post("/v1/search", json={"query": BUSES, name: [good] * 51}), 422)
    assert found["detail"] == f"{name}: it has 51 values, at most 50 are taken: give fewer"
    for value in ("x" * 201, " "):
        assert problem(client.get("/v1/search", params={"q": BUSES, name: value}), 422)["field"] == name
    assert problem(client.post("/v1/search", json={"query": BUSES, name: good}), 422)["field"] == name


def test_exact_words_are_found_counted_and_paged_the_same_by_url_and_by_body(client: TestClient):
    asked: dict[str, str | int] = {"q": "the", "match": "exact", "kind": "all", "limit": 2, "sort": "oldest"}
    first = client.get("/v1/search", params=asked).json()
    assert (first["match"], first["sort"], first["total"]) == ("exact", "oldest", 10)
    assert [hit["key"] for hit in first["hits"]] == ["commons-2024-05-20-999", "commons-2024-10-01-310"]
    assert first["filters"]["kind"] == ["substantive", "holding", "pointer", "prorogation", "will_write"]
    span = first["hits"][0]["passage"]["matched"][0]
    assert first["hits"][0]["passage"]["text"][span["start"] : span["end"]] == "the"
    body = {"query": "the", "match": "exact", "kind": ["all"], "limit": 8, "sort": "oldest"}
    rest = client.post("/v1/search", json={**body, "cursor": first["next_cursor"]}).json()
    assert [hit["rank"] for hit in rest["hits"]] == list(range(3, 11))
    assert rest["next_cursor"] is None
    found = problem(client.get("/v1/search", params={**asked, "q": "a", "cursor": first["next_cursor"]}), 422)
    assert found["field"] == "cursor"
    assert "start again without a cursor" in found["detail"]


def test_words_are_joined_by_operators_and_a_slip_is_told_with_its_place(client: TestClient):
    asked = {"q": '(bus OR "homeless veterans") NOT zeppelin', "match": "words"}
    found = client.get("/v1/search", params=asked).json()
    assert [hit["key"] for hit in found["hits"]] == ["lords-2025-02-03-hl77", "commons-2025-01-13-205"]
    told = problem(client.get("/v1/search", params={"q": "bus AND (train", "match": "words"}), 422)
    assert told["detail"] == "q: at character 9, ( is never closed: add )"


@pytest.mark.parametrize(
    ("content", "status", "detail"),
    [
        (b'{"query": "x"', 400, "the body is not JSON (at character 13: Expecting ',' delimiter)"),
        (b'{"query": "\xff"}', 400, "the body can't be read: send a JSON object in UTF-8"),
        (b"[" * 60_000, 400, "the body can't be read: send a JSON object in UTF-8"),
        (b"[]", 422, 'body: it is not a JSON object: send one, such as {"query": "rural bus services"}'),
        (b'"x"', 422, 'body: it is not a JSON object: send one, such as {"query": "rural bus services"}'),
        (b"", 422, "body: it is missing: give it"),
        (b'{"query": 7}', 422, "query: '7' is not a text"),
        (b'{"query": "\\ud800"}', 422, "query: it is not valid Unicode text"),
        (b'{"query": "x", "heading": ["\\ud800"]}', 422, "heading: it is not valid Unicode text"),
        (b'{"query": "x", "\\ud800": 1}', 422, "body: it is not valid Unicode text"),
    ],
)
def test_a_body_that_is_no_request_is_told_why(client: TestClient, content, status, detail):
    response = client.post("/v1/search", content=content, headers={"content-type": "application/json"})
    assert problem(response, status)["detail"] == detail


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_sent_as_json_is_415(client: TestClient, media_type):
    response = client.post("/v1/search", content=b'{"query": "x"}', headers={"content-type": media_type})
    assert "Content-Type: application/json" in problem(response, 415)["detail"]


@pytest.mark.parametrize("question", ["cafés à Noël", "中文问题", "🚌 buses", "a\u0000b", "' OR 1=1 --", "%_\\"])
def test_any_text_can_be_asked(client: TestClient, question):
    assert client.get("/v1/search", params={"q": question}).json()["query"] == question
    assert client.post("/v1/search", json={"query": question}).json()["query"] == question


def test_a_head_request_is_a_get_without_its_body(client: TestClient):
    head = client.head("/v1/search", params={"q": BUSES})
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 1000
    assert client.head("/v1/search").status_code == 422


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_told_those_there_are(client: TestClient, method):
    response = client.request(method, "/v1/search")
    assert problem(response, 405)["detail"] == "this path can't be asked that way: use GET, POST, HEAD"
    assert response.headers["allow"] == "GET, POST, HEAD"


def test_many_questions_at_once_get_their_own_answers(client: TestClient):
    from concurrent.futures import ThreadPoolExecutor

    questions = [f"{BUSES} {number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda asked: client.get("/v1/search", params={"q": asked}).json(), questions))
    assert [one["query"] for one in found] == questions


def test_a_question_under_the_name_of_the_other_way_is_told_its_own(client: TestClient):
    told = client.post("/v1/search", json={"q": "buses"}).json()
    assert told["detail"] == "q: there is no such parameter here: the question is called query in a body"
    assert (told["field"], told["nearest"]) == ("q", ["query"])
    assert "errors" not in told
    told = client.get("/v1/search", params={"query": "buses"}).json()
    assert told["detail"] == "query: there is no such parameter here: the question is called q in a URL"
    told = client.post("/v1/search", json={"query": "buses", "q": "trains"})
    assert (told.status_code, told.json()["field"]) == (422, "q")
