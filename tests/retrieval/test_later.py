"""Later answers that come close to those shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.build import build
from retrieval.filters import Filters
from retrieval.later import LATER_AT, LaterAnswers
from retrieval.search import Searcher

ASKED = "grants for the invented lighthouse keepers"


def lighthouse(invented: Any, number: int, day: str | None, **given: Any) -> bytes:
    fields = {
        "dateTabled": "2024-01-08T00:00:00",
        "dateAnswered": f"{day}T00:00:00" if day else None,
        "heading": "Lighthouses: Grants",
        "questionText": "To ask the Secretary of State for Transport, what grants lighthouse keepers have.",
        "answerText": f"<p>The invented lighthouse keepers have grants of the invented fund worth {number} pounds.</p>",
        **given,
    }
    made: bytes = invented.raw(number, **fields)
    return made


@pytest.fixture
def searcher(tmp_path: Path, invented: Any, toy_encoder: Any) -> Searcher:
    elsewhere = "<p>Foghorns are tested twice a year by the invented board, and the board meets in a shed.</p>"
    made = [
        lighthouse(invented, 1, "2024-01-10"),
        lighthouse(invented, 2, "2024-09-10"),
        lighthouse(invented, 3, "2025-03-10"),
        lighthouse(invented, 4, None),
        # Later and of the same heading, but about something else.
        lighthouse(
            invented, 5, "2025-05-10", questionText="To ask the Minister, when foghorns sound.", answerText=elsewhere
        ),
        # Later and close, but no reply.
        lighthouse(
            invented, 6, "2025-06-10", answerText="<p>I will write to the hon. Member about lighthouse keepers.</p>"
        ),
    ]
    source = tmp_path / "records.jsonl"
    source.write_bytes(b"\n".join(made))
    build([str(source)], tmp_path / "data", toy_encoder)
    return Searcher.open(tmp_path / "data", toy_encoder)


def later_of(searcher: Searcher, *filters: Filters) -> dict[str, date | None]:
    hits = searcher.search(ASKED, *filters, limit=50, group=False).hits
    return {hit.citation.uin or "": hit.later.answered if hit.later else None for hit in hits}


def test_a_hit_names_the_newest_later_answer_that_is_close(searcher: Searcher) -> None:
    newest = date(2025, 3, 10)
    found = later_of(searcher)
    assert {uin: found[uin] for uin in ("1001", "1002", "1003", "1004")} == {
        "1001": newest,
        "1002": newest,
        "1003": None,
        # Nothing is known to be later than an answer without a day.
        "1004": None,
    }


def test_filters_do_not_hide_that_there_is_a_later_answer(searcher: Searcher) -> None:
    assert later_of(searcher, Filters(answered_to=date(2024, 2, 1))) == {"1001": date(2025, 3, 10)}


def test_a_later_answer_is_told_with_its_words_and_its_citation(searcher: Searcher) -> None:
    later = next(hit.later for hit in searcher.search(ASKED, group=False).hits if hit.citation.uin == "1001")
    assert later is not None
    assert (later.key, later.uin, later.ordinal) == ("commons-2024-01-08-1003", "1003", 1)
    assert later.text == "The invented lighthouse keepers have grants of the invented fund worth 3 pounds."
    assert later.cite_as == "1003 [of Session 2023-24] on Lighthouses: Grants given on 10 March 2025"
    assert later.hash == searcher.corpus.answer(later.key).passages[0].hash
    assert LATER_AT <= later.similarity < 1


def test_the_whole_answer_tells_it_as_well_found_without_a_question(searcher: Searcher) -> None:
    first, last = (searcher.corpus.answer(f"commons-2024-01-08-100{number}") for number in (1, 3))
    assert first.later is not None
    assert first.later.answered == date(2025, 3, 10)
    assert last.later is None


def test_the_same_words_given_again_later_are_no_other_answer(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    text = "<p>The invented lighthouse keepers have grants of the invented fund.</p>"
    source = tmp_path / "records.jsonl"
    days = ("2024-01-10", "2025-01-10")
    source.write_bytes(b"\n".join(lighthouse(invented, n, day, answerText=text) for n, day in enumerate(days, 1)))
    build([str(source)], tmp_path / "data", toy_encoder)
    searcher = Searcher.open(tmp_path / "data", toy_encoder)
    assert [hit.later for hit in searcher.search(ASKED).hits] == [None]
    assert searcher.corpus.answer("commons-2024-01-08-1001").later is None


def test_the_same_question_about_another_place_is_no_later_answer(
    tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    given = ((1, "2024-01-10", "Oldtown"), (2, "2024-02-10", "Oldtown"), (3, "2025-01-10", "Newport"))
    made = [
        lighthouse(
            invented,
            number,
            day,
            heading=f"Lighthouses: {place}",
            questionText=f"To ask the Secretary of State for Transport, what grants keepers have in {place}.",
            answerText=f"<p>The invented lighthouse keepers have grants of the invented fund worth {number}.</p>",
        )
        for number, day, place in given
    ]
    source = tmp_path / "records.jsonl"
    source.write_bytes(b"\n".join(made))
    build([str(source)], tmp_path / "data", toy_encoder)
    corpus = Searcher.open(tmp_path / "data", toy_encoder).corpus
    later = corpus.answer("commons-2024-01-08-1001").later
    assert later is not None
    assert later.uin == "1002"
    assert corpus.answer("commons-2024-01-08-1002").later is None


def test_no_hits_have_no_later_answers(searcher: Searcher) -> None:
    vector = searcher.encoder.encode_queries([ASKED])[0]
    assert LaterAnswers(searcher.corpus).beside([], [], vector) == []


def test_a_passage_has_the_newest_later_answer_close_to_it(searcher):
    store = searcher.corpus.store
    for key, later in [("1", "3"), ("2", "3"), ("3", None), ("4", None), ("5", None)]:
        (stored,) = store.passages(store.number_of(key))
        found = LaterAnswers(searcher.corpus).of_passage(stored.row)
        assert (found and found.key) == (later and store.record(store.number_of(later)).key)
