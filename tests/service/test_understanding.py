"""What was understood of a question, and the time it asks for, on every surface."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import quote_plus

import pytest
from fastapi.testclient import TestClient

from retrieval.freshness import Freshness, FreshnessKind
from retrieval.search import Searcher
from service.understood import understanding_lines

ASKED = "what has the Department for Transport said since 2025 about giving local councils powers to run bus services"
NOWHERE = "giving local councils powers to run bus services in rural areas, said by Baroness Pretend"


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


def test_a_url_and_a_body_understand_only_where_asked_to(client: TestClient):
    assert client.get("/v1/search", params={"q": ASKED}).json()["understood"] == []
    by_url = client.get("/v1/search", params={"q": ASKED, "understand": "true"}).json()
    by_body = client.post("/v1/search", json={"query": ASKED, "understand": True}).json()
    assert by_url["understood"] == by_body["understood"]
    assert by_url["filters"] == {"answering_body": ["Department for Transport"], "answered_from": "2025-01-01"}
    assert by_url["understood"][0] == {
        "field": "answering_body",
        "value": "Department for Transport",
        "words": "has the Department for Transport said",
        "start": 5,
        "end": 42,
        "name_given": None,
        "applied": True,
        "without": f"q={quote_plus(ASKED.partition(' about ')[2])}&understand=false&answered_from=2025-01-01",
    }


def test_the_way_to_do_without_a_filter_can_be_asked(client: TestClient):
    found = client.get("/v1/search", params={"q": ASKED, "understand": "TRUE"}).json()
    removed = client.get(f"/v1/search?{found['understood'][1]['without']}").json()
    assert removed["filters"] == {"answering_body": ["Department for Transport"]}
    assert removed["understood"] == []


@pytest.mark.parametrize("value", ["1", "yes", "", "maybe"])
def test_understand_is_true_or_false(client: TestClient, value):
    found = client.get("/v1/search", params={"q": ASKED, "understand": value})
    assert found.status_code == 422
    assert found.json()["detail"] == f"understand: '{value}' is neither true nor false"


@pytest.mark.parametrize("value", [1, 0, None, [True], "on"])
def test_understand_in_a_body_is_true_or_false(client: TestClient, value):
    found = client.post("/v1/search", json={"query": ASKED, "understand": value})
    assert (found.status_code, found.json()["field"]) == (422, "understand")


def test_freshness_is_said_and_can_be_switched_off(client: TestClient):
    asked = "current powers of local councils to run bus services"
    found = client.get("/v1/search", params={"q": asked}).json()
    assert found["freshness"] == {"kind": "recent", "words": ["current"], "first": None, "last": None}
    assert client.get("/v1/search", params={"q": asked, "fresh": "off"}).json()["freshness"] is None
    assert client.post("/v1/search", json={"query": asked, "fresh": "OFF"}).json()["freshness"] is None
    wrong = client.get("/v1/search", params={"q": asked, "fresh": "never"}).json()
    assert wrong["detail"] == "fresh: 'never' is not one of auto, off"


def test_the_command_lists_what_it_understood_and_how_to_do_without(despatch, built_once):
    data = ("--model", "toy", "--data", built_once)
    told = flat(despatch("search", ASKED, "--understand", *data, terminal=True).out)
    assert (
        "Understood from the question: --answering-body Department for Transport (“has the Department for Transport "
        "said”); --answered-from 2025-01-01 (“since 2025”). "
        "To search for it as it stands, leave out --understand" in told
    )
    assert "Understood" not in despatch("search", ASKED, *data, terminal=True).out
    assert despatch("search", ASKED, "--understand", *data).json["understood"] != []


def test_the_command_says_that_understood_filters_left_nothing(despatch, built_once):
    told = flat(despatch("search", NOWHERE, "--understand", "--model", "toy", "--data", built_once, terminal=True).out)
    assert told.startswith(
        "The filters understood from the question left nothing, so they were not applied. Close matches in what is "
        "indexed. Understood, but not applied: --minister Baroness Pretend (“said by Baroness Pretend”)."
    )


def test_the_command_switches_freshness_off(despatch, built_once):
    asked = "current powers of local councils to run bus services"
    data = ("--model", "toy", "--data", built_once)
    told = flat(despatch("search", asked, *data, terminal=True).out)
    assert "Recent answers are preferred (“current”). To switch that off, add --fresh off" in told
    assert "preferred" not in despatch("search", asked, "--fresh", "off", *data, terminal=True).out
    wrong = despatch("search", asked, "--fresh", "never", *data)
    assert (wrong.code, "--fresh: 'never' is not one of auto, off" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2024, 1, 1), date(2024, 12, 31), "Answers given from 1 January 2024 to 31 December 2024 are preferred"),
        (date(2024, 1, 1), None, "Answers given since 1 January 2024 are preferred"),
        (None, date(2024, 12, 31), "Answers given up to 31 December 2024 are preferred"),
        (date(2024, 1, 1), date(2024, 1, 1), "Answers given on 1 January 2024 are preferred"),
    ],
)
def test_a_period_is_told_in_days(built_once, toy_encoder, first, last, told):
    result = Searcher.open(built_once, toy_encoder).search("buses")
    period = Freshness(FreshnessKind.PERIOD, ("in 2024",), first, last)
    assert list(understanding_lines(replace(result, freshness=period))) == [
        f"{told} (“in 2024”). To switch that off, add --fresh off"
    ]


def test_a_misspelt_name_is_told(built_once, toy_encoder):
    result = Searcher.open(built_once, toy_encoder).search(
        "what has the Ministry of Defense said about homeless veterans", understand=True
    )
    (line,) = understanding_lines(result)
    assert "--answering-body Ministry of Defence (“has the Ministry of Defense said”, misspelt as " in line
