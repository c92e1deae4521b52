"""Timelines over HTTP and by command: the same object, told in words on a terminal."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from retrieval.build import build
from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.timeline import timeline
from retrieval.topic import worded_topic
from service.app import create_app
from service.schemas import to_json
from service.settings import Settings
from service.timeline_page import share

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

BUSES = "giving local councils powers to run village bus services in rural areas"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


def test_the_timeline_is_the_librarys_own(client: TestClient, built_once: Path):
    response = client.get("/v1/timeline", params={"q": "rural areas", "match": "exact"})
    assert response.status_code == 200
    corpus = Corpus.open(built_once)
    topic = worded_topic(corpus, "rural areas", Filters(), Match.EXACT)
    assert response.content == to_json(timeline(corpus, topic, date.today()))
    found = response.json()
    assert (found["total"], found["entries_total"], found["at_least"]) == (1, 2, False)
    assert [(month["month"], month["count"], month["of"]) for month in found["months"][:5]] == [
        ("2024-09", 1, 1),
        ("2024-10", 0, 0),
        ("2024-11", 0, 0),
        ("2024-12", 0, 0),
        ("2025-01", 1, 1),
    ]


def test_by_meaning_the_close_answers_are_counted(client: TestClient):
    found = client.get("/v1/timeline", params={"q": BUSES}).json()
    assert (found["match"], found["at_least"], found["total"]) == ("meaning", False, 1)
    assert [entry["uin"] for entry in found["entries"]] == ["205", "101"]
    assert found["entries"][0]["repeats"] == "commons-2024-09-02-101"


def test_pages_follow_one_another_in_either_order(client: TestClient):
    asked = {"q": "the", "match": "exact", "kind": "all", "limit": "3"}
    for sort in ("oldest", "newest"):
        uins: list[str] = []
        cursor: str | None = None
        while True:
            more: dict[str, str] = {"cursor": cursor} if cursor else {}
            found = client.get("/v1/timeline", params={**asked, "sort": sort, **more}).json()
            uins += [entry["uin"] for entry in found["entries"]]
            cursor = found["next_cursor"]
            if not cursor:
                break
        whole = client.get("/v1/timeline", params={**asked, "sort": sort, "limit": "200"}).json()
        assert uins == [entry["uin"] for entry in whole["entries"]]
        assert len(uins) == whole["entries_total"] > 3


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "q"),
        ({"q": " "}, "q"),
        ({"q": "x", "match": "near"}, "match"),
        ({"q": "(x", "match": "words"}, "q"),
        ({"q": "x", "limit": "201"}, "limit"),
        ({"q": "x", "cursor": "zzz"}, "cursor"),
        ({"q": "x", "minister": "nobody"}, "minister"),
        ({"q": "x", "by": "month"}, "by"),
        ({"q": "x", "sort": "standing"}, "sort"),
    ],
)
def test_a_slip_is_told_by_the_name_of_the_parameter(client: TestClient, asked: dict[str, str], field: str):
    response = client.get("/v1/timeline", params=asked)
    assert response.status_code == 422, response.text
    assert response.json()["field"] == field


def test_the_command_gives_the_same_object(despatch: Despatch, client: TestClient, built_once: Path):
    for words, match in (("rural areas", "exact"), (BUSES, "meaning"), ("bus OR scheme", "words")):
        told = despatch("timeline", words, "--match", match, "--model", "toy", "--data", built_once)
        assert told.code == 0, told.err
        assert told.json == client.get("/v1/timeline", params={"q": words, "match": match}).json()
    piped = despatch("timeline", "-", "--match", "exact", "--data", built_once, stdin=b"rural areas")
    assert piped.json["query"] == "rural areas"


def test_a_slip_in_the_command_is_told_by_its_option(despatch: Despatch, built_once: Path):
    for asked, told in (
        (("",), "despatch: question: it is empty"),
        (("NOT x", "--match", "words"), "despatch: question: "),
        (("x", "--limit", "0"), "despatch: --limit: "),
        (("x", "--sort", "best"), "despatch: --sort: 'best' is not one of newest, oldest"),
        (("x", "--minister", "nobody"), "despatch: --minister: "),
    ):
        done = despatch("timeline", *asked, "--data", built_once)
        assert (done.code, done.err[: len(told)]) == (2, told)


def test_the_command_shows_months_with_bars_and_answers_with_what_is_new(despatch: Despatch, lanterns: Path):
    asked = ("timeline", "lantern OR lanterns", "--match", "words", "--sort", "oldest", "--data", lanterns)
    raw = despatch(*asked, terminal=True, width=100).out
    page = plain(raw)
    assert page.startswith("10 answers match. By month, against all answers that pass the same filters Month Answers")
    assert "January 2023 ███ 1 1 100% February 2023 to October 2023 0 November 2023 ███ 1 1 100%" in page
    assert f"September 2024 {'█' * 24} 7 7 100% Every month: not known to be complete." in page
    assert "Department for Transport 4" in page
    assert "2 others 2" in page
    assert "--- Starmer Labour Government ---" in page
    assert "~ The lantern fund pays for [-90-]{+100+} lanterns in the halls of every county, and is kept" in page
    assert "+ The oil for a lantern is paid for by the council that owns the hall" in page
    assert "In the rest of the answer: 1 sentence, 1 of them new." in page
    assert "The same words as on 14 November 2023." in page
    assert "Cite as: the Answer of 30 July 2024 to Question 1003 on Lanterns: Number 3" in page
    newest = plain(despatch(*asked[:4], "--limit", "8", "--data", lanterns, terminal=True, width=100).out)
    assert "Shown: 8 of 11 by date. For the next, add --cursor" in newest


def test_a_sentence_that_came_back_is_told_with_the_day_it_stood_before(despatch: Despatch, lanterns: Path):
    asked = ("timeline", "lantern", "--match", "exact", "--data", lanterns)
    page = plain(despatch(*asked, terminal=True, width=100).out)
    assert "20 September 2024: Department for Transport" in page
    assert "< The lantern fund pays for [-100-]{+120+} lanterns" in page
    assert "review by Ministers. (as on 13 August 2024)" in page


def test_nothing_found_is_said_without_a_table(despatch: Despatch, built_once: Path):
    page = plain(despatch("timeline", "zzzz", "--match", "exact", "--data", built_once, terminal=True).out)
    assert page.startswith("These words are in no answer that is indexed.")
    assert "Month" not in page


def test_answers_without_a_day_are_counted_beside_the_months(
    despatch: Despatch, tmp_path: Path, seeds: str, toy_encoder: Encoder
):
    build([seeds], tmp_path / "data", toy_encoder)
    asked = ("timeline", "asylum", "--match", "exact", "--data", tmp_path / "data")
    page = plain(despatch(*asked, terminal=True, width=100).out)
    assert re.search(r"\d more answers have no date in the source, and no place here\.", page)


def test_a_share_is_never_shown_as_nothing_unless_it_is():
    assert [share(*one) for one in ((0, 0), (0, 9), (1, 9000), (1, 300), (1, 8), (1, 1))] == [
        *("", "0%", "under 0.1%"),
        *("0.3%", "12%", "100%"),
    ]


def test_a_service_without_an_index_says_so(tmp_path: Path, toy_encoder: Encoder):
    with TestClient(create_app(Settings(data=tmp_path), encoder=toy_encoder)) as client:
        assert client.get("/v1/timeline", params={"q": "x"}).status_code == 503
