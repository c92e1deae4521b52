"""What a corpus says that it holds and lacks adds up, month by month and fact by fact."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from retrieval.build import build
from retrieval.checks import Checks, MonthCheck, write_checks
from retrieval.completeness import MonthCoverage
from retrieval.corpus import Corpus
from retrieval.coverage import oldest_check
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.records import Genre, House
from tests.replay.invented import (
    grouped,
    lords_question,
    lords_statement,
    one_of_each,
    pointer,
    question,
    statement,
    unanswered,
)

EARLY = datetime(2026, 11, 1, tzinfo=UTC)
LATE = datetime(2026, 11, 21, tzinfo=UTC)
EVERY = [
    *one_of_each(100),
    *grouped([200, 229]),
    question(300, dateTabled="2024-01-31", dateAnswered="2024-02-07"),
    lords_question(301, dateTabled="2024-01-10", dateAnswered="2024-01-24"),
    unanswered(302, dateTabled="2026-11-20"),
    unanswered(303, house="Lords", uin="HL303", dateTabled="2026-11-20"),
    statement(400),
    statement(401, dateMade="2024-01-16"),
    lords_statement(402),
    pointer(500, {"uin": "77777", "dateAnswered": "2026-05-01"}),
]


def built(tmp_path: Path, encoder: Encoder, records: list[dict[str, Any]], *checks: MonthCheck) -> Corpus:
    sources = []
    for name, mark in (("questions", "questionText"), ("statements", "memberRole")):
        lines = [json.dumps({"value": one}) + "\n" for one in records if mark in one]
        (tmp_path / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        sources += [str(tmp_path / f"{name}.jsonl")] if lines else []
    build(sources, tmp_path / "data", encoder)
    write_checks(tmp_path / "data", Checks(checks))
    return Corpus.open(tmp_path / "data")


def test_the_months_add_up_to_all_that_is_held(tmp_path: Path, toy_encoder: Encoder) -> None:
    corpus = built(tmp_path, toy_encoder, EVERY)
    coverage = corpus.coverage()
    answered = [one for one in EVERY if one.get("answerText")]
    assert coverage.records == len(answered) + 3 == sum(month.held for month in coverage.months)
    assert coverage.unanswered == 3 == sum(month.unanswered for month in coverage.months)
    assert coverage.by_genre == {"answer": len(answered), "statement": 3}
    assert sum(coverage.by_kind.values()) == coverage.records
    wanted = Counter((Genre.ANSWER, House(one["house"]), one["dateTabled"][:7]) for one in answered) + Counter(
        (Genre.STATEMENT, House(one["house"]), one["dateMade"][:7]) for one in EVERY if "dateMade" in one
    )
    assert {(m.genre, m.house, m.month): m.held for m in coverage.months if m.held} == dict(wanted)
    assert list(coverage.months) == sorted(coverage.months, key=lambda m: (m.genre, m.house, m.month))


def test_a_question_counts_in_the_month_it_was_tabled_and_a_statement_in_that_it_was_made(
    tmp_path: Path, toy_encoder: Encoder
) -> None:
    late = question(1, dateTabled="2024-01-31", dateAnswered="2024-03-01")
    paper = statement(2, dateMade="2024-02-29")
    waiting = unanswered(3, dateTabled="2024-04-30")
    months = built(tmp_path, toy_encoder, [late, paper, waiting]).coverage().months
    assert [(m.genre, m.month, m.held, m.unanswered) for m in months] == [
        (Genre.ANSWER, "2024-01", 1, 0),
        (Genre.ANSWER, "2024-04", 0, 1),
        (Genre.STATEMENT, "2024-02", 1, 0),
    ]


def test_coverage_carries_what_was_listed_failed_and_when(tmp_path: Path, toy_encoder: Encoder) -> None:
    checks = (
        MonthCheck(Genre.ANSWER, House.COMMONS, "2026-06", 3, 1, 1, EARLY),
        MonthCheck(Genre.ANSWER, House.COMMONS, "2026-07", 4, 0, 0, LATE, bodies=(7,)),
        MonthCheck(Genre.ANSWER, House.LORDS, "2026-06", 0, 0, 0, LATE),
    )
    coverage = built(tmp_path, toy_encoder, [question(1)], *checks).coverage()
    june, july, lords = coverage.months
    assert (june.listed, june.withdrawn, june.held, june.failed, june.checked_at) == (3, 1, 1, 1, EARLY)
    assert (july.listed, july.held, july.bodies, july.complete) == (4, 0, (7,), False)
    assert (lords.listed, lords.held, lords.complete) == (0, 0, True)
    assert (coverage.complete, coverage.checked_at) == (False, EARLY)
    assert [(gap.what, gap.first_month) for gap in coverage.gaps if gap.genre is Genre.ANSWER] == [
        ("some records could not be fetched", "2026-06"),
        ("only some answering bodies were asked for", "2026-07"),
    ]


def test_a_corpus_that_holds_all_that_was_listed_is_complete(tmp_path: Path, toy_encoder: Encoder) -> None:
    checks = tuple(
        MonthCheck(genre, house, "2026-06", int((genre, house) == (Genre.ANSWER, House.COMMONS)), 0, 0, LATE)
        for genre in Genre
        for house in House
    )
    coverage = built(tmp_path, toy_encoder, [question(1)], *checks).coverage()
    assert (coverage.complete, coverage.gaps, coverage.checked_at) == (True, (), LATE)


def month(checked_at: datetime | None) -> MonthCoverage:
    return MonthCoverage(Genre.ANSWER, House.COMMONS, "2026-06", None, 0, 0, 0, 0, checked_at, (), "", complete=True)


@pytest.mark.parametrize(
    ("times", "oldest"),
    [((), None), ((None,), None), ((LATE, EARLY), EARLY), ((LATE, None), None), ((LATE,), LATE)],
)
def test_the_time_of_the_check_is_that_of_the_month_longest_unchecked(
    times: tuple[datetime | None, ...], oldest: datetime | None
) -> None:
    assert oldest_check(tuple(month(time) for time in times)) == oldest


def test_a_statement_lacks_none_of_what_only_questions_have(tmp_path: Path, toy_encoder: Encoder) -> None:
    coverage = built(tmp_path, toy_encoder, [statement(1, member={"id": 900101, "name": "Ann Minister"})]).coverage()
    assert coverage.missing_facts == {
        "house": 0,
        "uin": 0,
        "url": 0,
        "heading": 0,
        "tabled": 0,
        "answered": 0,
        "answering_body": 0,
        "minister": 0,
        "post": 0,
        "asker": 0,
        "party": 0,
    }
    assert (coverage.first_answered, coverage.last_answered) == (date(2026, 6, 2), date(2026, 6, 2))


def test_facts_that_a_source_does_not_give_are_counted(tmp_path: Path, toy_encoder: Encoder) -> None:
    records = [
        question(1, askingMemberId=5, askingMember={"id": 5, "name": "Ann Asker", "party": "Labour"}),
        question(2, heading=None, answeringMemberId=6, answeringMember={"id": 6, "name": "Bob Minister"}),
        question(3, dateTabled=None, askingMemberId=5, askingMember={"id": 5, "name": "Ann Asker"}),
        question(4, answeringBodyId=None, answeringBodyName=None, uin=None),
        question(5, dateAnswered=None),
        question(6, house=None, questionText="To ask the Secretary of State for Owls, how many owls hoot."),
        statement(7, memberRole=None, uin=None, title=None),
    ]
    corpus = built(tmp_path, toy_encoder, records)
    coverage = corpus.coverage()
    assert coverage.missing_facts == {
        "house": 1,
        "uin": 2,
        "url": 3,
        "heading": 2,
        "tabled": 1,
        "answered": 1,
        "answering_body": 1,
        "minister": 6,
        "post": 7,
        "asker": 4,
        "party": 5,
    }
    assert coverage.inferred_facts == {"house": 1}
    # What is counted as missing is what the citations name as missing.
    listed = [corpus.citation(str(row[0])) for row in corpus.store.rows("SELECT key FROM records")]
    for fact, count in coverage.missing_facts.items():
        if fact != "party":
            assert (fact, sum(fact in citation.missing for citation in listed)) == (fact, count)


def test_pointers_are_counted_with_those_that_lead_somewhere(tmp_path: Path, toy_encoder: Encoder) -> None:
    coverage = built(tmp_path, toy_encoder, EVERY).coverage()
    # One in `one_of_each` points to its first question, and 500 to a question that is not here.
    assert (coverage.pointers, coverage.pointers_resolved) == (2, 1)
    assert coverage.by_kind["pointer"] == 2


def test_every_body_is_counted_and_those_without_are_missing(tmp_path: Path, toy_encoder: Encoder) -> None:
    coverage = built(tmp_path, toy_encoder, EVERY).coverage()
    assert sum(coverage.by_answering_body.values()) + coverage.missing_facts["answering_body"] == coverage.records


def test_a_search_and_the_coverage_say_the_same_of_the_whole(tmp_path: Path, toy_encoder: Encoder) -> None:
    check = MonthCheck(Genre.ANSWER, House.COMMONS, "2026-06", 40, 0, 0, LATE)
    corpus = built(tmp_path, toy_encoder, EVERY, check)
    searched, coverage = corpus.searched(Filters()), corpus.coverage()
    assert (searched.complete, searched.gaps, searched.checked_at) == (
        coverage.complete,
        coverage.gaps,
        coverage.checked_at,
    )
    assert searched.records == coverage.records
