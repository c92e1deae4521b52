"""Whether a question has been asked before, over HTTP and as a command."""

import logging
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retrieval.asked import MAX_QUERY_CHARACTERS
from retrieval.similar_results import AskedBefore
from service.asked_page import others_told
from tests.service.conftest import Despatch

LANTERNS = "To ask the Secretary of State for Invented Affairs, how many invented lanterns were lit in district 3."
PATH = "/v1/similar-questions"


def _plain(out: str) -> str:
    """Return what a terminal shows, on one line."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", out).split())


def test_a_draft_is_compared_with_questions_answered_and_waiting(filled_client: TestClient):
    response = filled_client.post(PATH, json={"text": LANTERNS, "limit": 3})
    found = response.json()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert (found["outcome"], found["message"]) == ("found", "A question in the same words has been tabled.")
    first = found["matches"][0]
    assert (first["key"], first["state"], first["likeness"]) == ("commons-2026-06-04-3", "awaiting", "same_wording")
    assert first["state_told"] == "Not answered yet: it was due 7 June 2026."
    assert first["answer"] is None
    assert first["cite_as"].startswith(
        "HC Written Question 3, tabled 4 June 2026, due 7 June 2026, not answered when read"
    )
    assert found["awaiting"] == 1
    assert len(found["matches"]) == 3
    assert found["licence"]["spdx"] == "OPL-UK-3.0"


def test_filters_and_limit_are_those_of_a_search(filled_client: TestClient):
    found = filled_client.post(PATH, json={"text": LANTERNS, "house": ["lords"]}).json()
    assert {match["house"] for match in found["matches"]} <= {"Lords"}
    assert found["filters"] == {"house": ["Lords"]}
    unknown = filled_client.post(PATH, json={"text": LANTERNS, "answering_body": ["Ministry of Zebras"]})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "answering_body")


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        ({"text": "  "}, "text", "it is empty: paste the question that you mean to table"),
        ({"text": ["a draft"]}, "text", "it is not a text"),
        ({}, "text", "it is missing: give it"),
        ({"text": "\x00"}, "text", "it is empty: paste the question that you mean to table"),
        ({"text": "x", "limit": 0}, "limit", "'0' is too small: at least 1 is needed"),
        ({"text": "x", "txet": "x"}, "txet", "there is no such parameter here: did you mean text?"),
        ({"text": "x", "kind": ["holding"]}, "kind", "there is no such parameter here"),
    ],
)
def test_what_cannot_be_used_is_named(client: TestClient, body: object, field: str, detail: str):
    response = client.post(PATH, json=body)
    problem = response.json()
    assert (response.status_code, problem["field"]) == (422, field)
    assert detail in problem["detail"]


def test_a_misspelt_parameter_of_a_search_is_still_told_by_its_nearest_name(client: TestClient):
    problem = client.post("/v1/search", json={"query": "x", "hose": ["Lords"]}).json()
    assert problem["nearest"][0] == "house"


def test_a_draft_that_is_too_long_is_not_repeated(client: TestClient):
    response = client.post(PATH, json={"text": "zyzzyva " * 600})
    assert response.status_code == 422
    told = f"it has 4,800 characters, at most {MAX_QUERY_CHARACTERS:,} are read: paste one question"
    assert told in response.json()["detail"]
    assert "zyzzyva" not in response.text


def test_a_draft_is_only_ever_posted(client: TestClient):
    assert client.get(PATH, params={"text": LANTERNS}).status_code == 405
    assert client.post(PATH, params={"text": LANTERNS}, json={"text": LANTERNS}).status_code == 422


def test_no_log_has_a_word_of_a_draft(client: TestClient, failing_client: TestClient, caplog, capfd):
    caplog.set_level(logging.DEBUG, logger="service")
    statuses = [
        client.post(PATH, json={"text": "zyzzyva"}).status_code,
        client.post(PATH, json={"text": "zyzzyva", "limit": 0}).status_code,
        client.post(PATH, json={"text": "zyzzyva " * 600}).status_code,
        client.post(PATH, json={"zyzzyva": "x"}).status_code,
    ]
    assert statuses == [200, 422, 422, 422]
    assert failing_client.post(PATH, json={"text": "zyzzyva"}).status_code == 500
    assert "zyzzyva" not in (caplog.text + "".join(capfd.readouterr())).lower()


def test_the_command_gives_the_same_object(filled_once: Path, filled_client: TestClient, despatch: Despatch):
    told = despatch("asked", LANTERNS, "--data", filled_once, "--model", "toy", "--limit", 2).json
    over_http = filled_client.post(PATH, json={"text": LANTERNS, "limit": 2}).json()
    assert told | {"took_ms": 0} == over_http | {"took_ms": 0}


def test_the_command_reads_a_draft_from_standard_input(filled_once: Path, despatch: Despatch):
    options = ("--data", filled_once, "--model", "toy", "--json")
    assert (
        despatch("asked", "-", *options, stdin=LANTERNS.encode()).json["matches"]
        == despatch("asked", LANTERNS, *options).json["matches"]
    )


def test_the_command_lays_out_what_was_found_for_reading(filled_once: Path, despatch: Despatch):
    draft = "how many invented lanterns were lit in (a) district 3 and (b) the zebra house"
    run = despatch("asked", draft, "--data", filled_once, "--model", "toy", terminal=True, width=100)
    assert run.code == 0
    for said in (
        "Nearly the same question has been tabled.",
        "Not answered yet: it was due 7 June 2026.",
        "Parts of the draft",
        "No answer found here to part (b).",
        "The Table Office has the last word",
        "and 1 question that waits for an answer.",
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
        f"Whole answer: despatch show commons-2026-06-02-1 --data {filled_once}",
    ):
        assert said in _plain(run.out)


def test_the_command_tells_of_a_pointer_with_what_it_leads_to(filled_once: Path, despatch: Despatch):
    draft = "how many invented lanterns were lit in district 10"
    run = despatch("asked", draft, "--data", filled_once, "--model", "toy", "--limit", 1, terminal=True, width=100)
    told = _plain(run.out)
    assert "I refer the hon. Member to the answer given to Question UIN 1" in told
    assert "by pointing to the answer of 9 June 2026 that is shown with it" in told
    assert "The Department lit 13 invented lanterns in district 1." in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("asked", ""), "draft: it is empty: paste the question that you mean to table"),
        (("asked", "x", "--limit", "many"), "--limit: 'many' is not a whole number"),
        (("asked", "x", "--house", "Keys"), "--house: 'Keys' is not one of Commons, Lords"),
    ],
)
def test_a_mistake_in_the_command_is_named(built_once: Path, despatch: Despatch, arguments: tuple[str, ...], told: str):
    run = despatch(*arguments, "--data", built_once, "--model", "toy")
    assert run.code == 2
    assert told in " ".join(run.err.split())


def test_a_draft_on_standard_input_that_is_no_text_is_told_by_its_name(built_once: Path, despatch: Despatch):
    run = despatch("asked", "-", "--data", built_once, "--model", "toy", stdin=b"\xff\xfe")
    assert (run.code, "draft: standard input is not UTF-8 text" in run.err) == (2, True)


def test_who_else_asked_is_listed_and_counted():
    others = tuple(AskedBefore(f"commons-2026-06-01-{n}", None, str(n), None, None, None, None) for n in range(7))
    assert others_told(others) == "Also asked: 0, 1, 2, 3, 4 and 2 more."
    assert others_told(others[:1]) == "Also asked: 0."
    assert others_told(()) == ""
