"""Near duplicates over HTTP and in the terminal: two answers that differ by a number, a place and a year."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.hit_results import AttachmentSource, Hit, NearDuplicate, Span
from retrieval.results import SearchResult
from retrieval.search import Searcher
from service.app import create_app
from service.repeated import near_duplicates
from service.settings import Settings
from service.terminal import Terminal, show
from tests.replay.invented import question

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

ASKED = "spent by the Department on mending the invented lanterns of Essex"
TEXT = "The Department spent £{} million on mending the invented lanterns of {} in {}, which lasts for years to come."


@pytest.fixture
def lanterns(tmp_path: Path, toy_encoder: Encoder) -> Path:
    """Build two answers that nearly repeat one another."""
    lines = []
    for number, (million, place) in enumerate([(4, "Kent"), (5, "Essex")], start=1):
        asked = f"To ask the Minister of State for Lanterns, what was spent in {place}."
        said = f"<p>{TEXT.format(million, place, 2020 + number)}</p>"
        lines.append(json.dumps(question(number, questionText=asked, answerText=said)))
    (tmp_path / "lanterns.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([str(tmp_path / "lanterns.jsonl")], tmp_path / "data", toy_encoder)
    return tmp_path / "data"


@pytest.fixture
def client(lanterns: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data=lanterns), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def hit(lanterns: Path, toy_encoder: Encoder) -> Hit:
    found: SearchResult = Searcher.open(lanterns, toy_encoder).search(ASKED)
    return found.hits[0]


def printed(hit: Hit) -> list[str]:
    file = io.StringIO()
    show(Terminal(file, terminal=False, width=400), near_duplicates(hit))
    return file.getvalue().splitlines()


def near(number: int) -> NearDuplicate:
    text = TEXT.format(number, "Kent", 2021)
    at = text.index(f"{number} ")
    span = Span(at, at + len(str(number)))
    return NearDuplicate("key", str(number), "Home Office", None, date(2026, 6, 9), text, 1, "cited", (span,))


def test_a_search_gives_near_duplicates_as_one_hit_with_the_words_that_differ(client: TestClient):
    hits = client.get("/v1/search", params={"q": ASKED}).json()["hits"]
    assert [one["citation"]["uin"] for one in hits] == ["2"]
    assert hits[0]["near_duplicates_total"] == 1
    other = hits[0]["near_duplicates"][0]
    assert (other["uin"], other["tabled"], other["answered"]) == ("1", "2026-06-02", "2026-06-09")
    assert other["cite_as"] == "1 [of Session 2026-27] on Invented Lanterns: District 1 given on 9 June 2026"
    assert [other["text"][span["start"] : span["end"]] for span in other["differing"]] == ["4", "Kent", "2021"]


@pytest.mark.parametrize("off", ["off", "OFF"])
def test_with_group_off_each_is_a_hit_of_its_own(client: TestClient, off: str):
    by_url = client.get("/v1/search", params={"q": ASKED, "group": off}).json()["hits"]
    by_body = client.post("/v1/search", json={"query": ASKED, "group": off}).json()["hits"]
    assert {one["citation"]["uin"] for one in by_url} == {"1", "2"}
    assert all(one["near_duplicates"] == [] for one in by_url)
    assert by_body == by_url


def test_another_word_than_on_or_off_is_told_the_two(client: TestClient):
    found = client.get("/v1/search", params={"q": ASKED, "group": "maybe"})
    assert found.status_code == 422
    assert "'maybe' is not one of on, off" in found.json()["detail"]


def test_a_briefing_tells_what_was_nearly_the_same_and_how_to_see_it(despatch: Despatch, lanterns: Path):
    told = " ".join(
        despatch("search", ASKED, "--data", lanterns, "--model", "toy", terminal=True, width=400).out.split()
    )
    assert (
        "Nearly the same was also said 1 time. To see each as a result, add --no-group "
        "- 1: Ministry of Imaginary Works, answered 9 June 2026; there: 4; Kent; 2021"
    ) in told
    each = despatch("search", ASKED, "--no-group", "--data", lanterns, "--model", "toy", terminal=True, width=400).out
    assert "Nearly the same" not in each
    assert [place for place in ("of Kent in", "of Essex in") if place in each] == ["of Kent in", "of Essex in"]


def test_a_briefing_lists_three_near_duplicates_at_most(hit: Hit):
    several = replace(hit, near_duplicates=tuple(near(number) for number in range(1, 6)), near_duplicates_total=1200)
    assert printed(several) == [
        "Nearly the same was also said 1,200 times. To see each as a result, add --no-group",
        *(f"- {number}: Home Office, answered 9 June 2026; there: {number}" for number in (1, 2, 3)),
    ]


def test_the_same_words_from_another_body_are_said_to_be_the_same(hit: Hit):
    same = replace(near(7), differing=(), answering_body=None, answered=None)
    assert printed(replace(hit, near_duplicates=(same,)))[1] == (
        "- 7: answering body not known, date answered not known; in the same words"
    )


def test_beside_a_passage_of_an_attachment_nothing_is_said_of_how_answers_differ(hit: Hit):
    review = AttachmentSource(1, "Lantern review", "https://files.parliament.uk/review.pdf", None, "page 1")
    attached = replace(hit, passage=replace(hit.passage, attachment=review))
    assert printed(replace(attached, near_duplicates=(replace(near(7), differing=()),)))[1] == (
        "- 7: Home Office, answered 9 June 2026"
    )


def test_long_differing_words_are_cut_short(hit: Hit):
    long = replace(near(7), text="word " * 60, differing=(Span(0, 300),))
    line = printed(replace(hit, near_duplicates=(long,)))[1]
    assert line.endswith("; there: " + "word " * 23 + "word…")
