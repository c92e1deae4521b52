"""Input that no form or client of ours sends: wrong shapes, wrong bytes, far too much, and what is answered."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.encoders import Encoder
from service.app import create_app
from service.faults import faults
from service.settings import Settings
from tests.conftest import ToyEncoder

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))
QUERIES = {
    path: [one["name"] for one in methods["get"].get("parameters", []) if one["in"] == "query"]
    for path, methods in DOCUMENT["paths"].items()
    if "get" in methods and "{" not in path
}
POSTS = sorted(path for path, methods in DOCUMENT["paths"].items() if "post" in methods)
FORMS = ["/basket/export", "/quotes", "/asked"]
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
KEY = "commons-2025-01-13-205"

# Letters of every kind that trips a program up: marks that turn the text round, none that is seen, halves and wholes.
ODD = st.text(
    st.one_of(
        st.sampled_from("\0\t\n\r\x1b\x7f\x85\u200b\u202e\u2066\u2028\ufeff\ufffe🐝🏴‍☠️ﷺıİßﬀ'\"“”‘’()<>&%#;,$"),
        st.characters(),
    ),
    max_size=60,
)


@pytest.fixture(scope="module")
def asked(built_once: Path) -> Iterator[TestClient]:
    """Give a client of one service for all tests here, whose faults are answers."""
    encoder: Encoder = ToyEncoder()
    with TestClient(
        create_app(Settings(data=built_once), encoder=encoder), "http://127.0.0.1", raise_server_exceptions=False
    ) as opened:
        yield opened


def checked(response):
    """Check that an answer is a documented one, and that a refusal says what is wrong; return its status."""
    assert response.status_code in {200, 304, 308, 400, 404, 406, 413, 415, 422}, response.text[:500]
    if response.headers["content-type"] == "application/problem+json":
        told = response.json()
        assert told["status"] == response.status_code
        assert told["detail"]
    return response.status_code


@given(st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_parameter_holds_it_is_answered_or_refused_with_a_reason(asked: TestClient, data: st.DataObject):
    path = data.draw(st.sampled_from(sorted(QUERIES)))
    names = st.sampled_from([*QUERIES[path], "unknown"])
    pairs = data.draw(st.lists(st.tuples(names, ODD), max_size=6))
    query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in pairs)
    checked(asked.get(f"{path}?{query}"))


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), ODD, st.sampled_from([KEY, "Commons", "exact", "all"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ODD, inner, max_size=2)),
    max_leaves=4,
)
FIELDS = (
    "query",
    "text",
    "items",
    "limit",
    "house",
    "answering_body",
    "key",
    "first",
    "cursor",
    "match",
    "format",
    "sort",
)


@given(st.sampled_from(POSTS), st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_body_holds_it_is_answered_or_refused_with_a_reason(asked: TestClient, path: str, body):
    checked(asked.post(path, content=json.dumps(body).encode(), headers=JSON))


@given(ODD, st.sampled_from(["", "/citation", "/history", "/thread"]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_key_is_it_is_answered_or_refused_with_a_reason(asked: TestClient, key: str, part: str):
    checked(asked.get(f"/v1/answers/{quote(key, safe='', errors='replace')}{part}"))


@given(ODD)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_is_on_the_page_as_text_and_never_as_markup(asked: TestClient, question: str):
    text = "<script>alert(1)</script>" + question.encode("utf-8", "replace").decode()
    response = asked.get("/", params={"q": text}, headers={"accept": "text/html"})
    assert response.status_code in {200, 422}
    assert "<script>alert" not in response.text


@pytest.mark.parametrize("path", [*POSTS, *FORMS, "/mcp"])
@pytest.mark.parametrize("kind", [JSON, FORM, {}, {"content-type": "multipart/form-data; boundary=x"}])
def test_a_megabyte_of_anything_is_refused_and_never_kept(asked: TestClient, path: str, kind: dict[str, str]):
    assert checked(asked.post(path, content=b"%F0%9F%90%9D" * 90_000, headers=kind)) in {400, 406, 413, 415, 422}


BROKEN = {
    "gzip": gzip.compress(b'{"query": "buses", "text": "buses"}'),
    "nested deeply": b"[" * 60_000,
    "a number of 5,000 digits": b'{"limit": ' + b"9" * 5_000 + b"}",
    "not UTF-8": b'{"query": "\xff\xfe", "text": "\xff"}',
    "nothing": b"",
    "half a value": b'{"query": ',
    "a bare number": b"1",
    "null": b"null",
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", BROKEN)
def test_a_body_that_is_no_json_object_is_refused_as_a_problem(asked: TestClient, path: str, name: str):
    response = asked.post(path, content=BROKEN[name], headers=JSON)
    assert checked(response) in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", POSTS)
def test_of_two_content_types_the_first_counts(asked: TestClient, path: str):
    headers = [("content-type", "text/plain"), ("content-type", "application/json")]
    assert checked(asked.post(path, content=b"{}", headers=headers)) == 415


@pytest.mark.parametrize("field", ["answering_body", "house"])
@pytest.mark.parametrize("path", ["/v1/search", "/v1/similar-questions"])
def test_half_a_character_in_a_filter_is_refused(asked: TestClient, path: str, field: str):
    body = b'{"query": "buses", "text": "buses", "%s": ["\\ud800"]}' % field.encode()
    known = body.replace(b'"text": "buses", ' if path == "/v1/search" else b'"query": "buses", ', b"")
    assert checked(asked.post(path, content=known, headers=JSON)) == 422


def test_half_a_character_in_a_draft_is_refused_before_a_part_of_it_is_told_back(asked: TestClient):
    draft = (
        b'{"text": "what steps he is taking on (a) rural buses \\ud800 and lanes and (b) dentists \\ud800 in towns"}'
    )
    response = asked.post("/v1/similar-questions", content=draft, headers=JSON)
    assert response.status_code == 422
    assert response.json()["detail"] == "text: it is not valid Unicode text"


@pytest.mark.parametrize(("limit", "status"), [("2.0", 200), ("2.5", 422), ("0.0", 422), ("1e300", 422), ("NaN", 422)])
def test_a_number_with_nothing_after_its_point_is_whole_as_json_has_it(asked: TestClient, limit: str, status: int):
    body = b'{"query": "bus services in rural areas", "limit": %s}' % limit.encode()
    assert checked(asked.post("/v1/search", content=body, headers=JSON)) == status


def test_thousands_of_unknown_parameters_cost_no_more_than_a_hundred():
    errors = [{"type": "extra_forbidden", "loc": (f"answering_bod{number}",), "input": ""} for number in range(10_000)]
    found = faults(errors, ["answering_body", "q"])
    assert len(found) == 100
    assert found[99].reason == "there is no such parameter here: did you mean answering_body?"


ODD_HEADERS = {
    "accept": b"\xff\xfe;q=,text/html;;",
    "accept-encoding": b"gzip;q=abc, *;q=-1",
    "if-none-match": b'"' * 1000,
    "if-modified-since": b"yesterday",
    "range": b"bytes=0-0,1-1",
    "cookie": b"a" * 9000,
    "x-forwarded-for": b"\t",
    "authorization": b"Basic ====",
    "content-length": b"0",
    "accept-language": b"\xe2\x80\xae",
}


@pytest.mark.parametrize(
    "path", ["/", "/v1/search?q=buses", "/v1/coverage", "/v1/feed.atom?q=buses", "/v1/counts?by=month"]
)
def test_a_header_that_makes_no_sense_is_passed_over(asked: TestClient, path: str):
    for name, value in ODD_HEADERS.items():
        assert asked.get(path, headers=[(name.encode(), value)]).status_code == 200, name


def test_the_address_of_the_pages_and_of_a_json_file_are_described_as_they_are_answered(asked: TestClient):
    start = DOCUMENT["paths"]["/"]["get"]["responses"]["200"]["content"]
    assert asked.get("/").headers["content-type"].partition(";")[0] in start
    assert asked.get("/", headers={"accept": "application/json"}).headers["content-type"] in start
    exported = DOCUMENT["paths"]["/v1/collection/export"]["post"]["responses"]["200"]["content"]
    response = asked.post("/v1/collection/export", json={"items": [], "format": "csl-json"})
    shape = exported[response.headers["content-type"].partition(";")[0]]["schema"]
    assert (shape["type"], response.json()) == ("array", [])


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u2003"])
def test_a_value_of_white_space_is_described_as_none_and_refused(asked: TestClient, blank: str):
    parameters = {one["name"]: one for one in DOCUMENT["paths"]["/v1/search"]["get"]["parameters"]}
    assert parameters["heading"]["schema"]["items"]["pattern"] == r"\S"
    assert parameters["q"]["schema"]["pattern"] == r"\S"
    assert asked.get("/v1/search", params={"q": "buses", "heading": blank}).status_code == 422
    assert asked.get("/v1/search", params={"q": blank}).status_code == 422


def test_facets_of_nothing_in_a_url_are_none_and_in_a_body_no_name_of_one(asked: TestClient):
    found = asked.get("/v1/search?q=bus+services&facets=").json()
    assert found["facets"] == asked.get("/v1/search?q=bus+services").json()["facets"]
    assert asked.post("/v1/search", json={"query": "bus services", "facets": [""]}).status_code == 422
