"""A search says that it is complete only where every month that it covers was compared and is whole."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.build import build
from retrieval.checks import Checks, MonthCheck, write_checks
from retrieval.completeness import LATEST_ANSWER_MONTHS, NEVER_COMPARED, Gap, MonthCoverage, gaps_in, months_of
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.records import AnswerKind, Genre, House
from tests.replay.invented import corrected, holding, lords_question, question, statement, unanswered, withdrawn

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOT_COMPARED = "not compared with Parliament's list"
ONLY_SOME = "only some answering bodies were asked for"
NOT_FETCHED = "some records could not be fetched"
NOT_HERE = "some listed records are not here yet"
NOT_ASKED = "not asked for"
SURPLUS = "some records are here that Parliament's list does not have"
ANSWERS = Filters(genre=(Genre.ANSWER,))


def covered(month: str, house: House = House.COMMONS, genre: Genre = Genre.ANSWER, **facts: Any) -> MonthCoverage:
    """Return a month of ten listed questions, all of them held unless `facts` says otherwise."""
    whole: dict[str, Any] = {
        "listed": 10,
        "withdrawn": 1,
        "held": 7,
        "unanswered": 2,
        "failed": 0,
        "checked_at": AT,
        "bodies": (),
    }
    return MonthCoverage.of(genre, house, month, **(whole | facts))


def held_only(month: str, house: House = House.COMMONS, genre: Genre = Genre.ANSWER) -> MonthCoverage:
    return covered(month, house, genre, listed=None, withdrawn=0, checked_at=None)


def both(*months: str) -> list[MonthCoverage]:
    return [covered(month, house) for house in House for month in months]


def commons(**dates: Any) -> Filters:
    return Filters(house=(House.COMMONS,), genre=(Genre.ANSWER,), **dates)


def of_commons(what: str, first: str | None = None, last: str | None = None) -> Gap:
    return Gap(what, Genre.ANSWER, House.COMMONS, first, last)


def test_where_every_month_was_compared_and_is_whole_there_is_no_gap() -> None:
    assert gaps_in(both("2024-01", "2024-02", "2024-03"), ANSWERS) == ()


def test_what_was_never_compared_is_one_gap_whatever_is_held() -> None:
    assert gaps_in([], Filters()) == (Gap(NEVER_COMPARED),)
    assert gaps_in([held_only("2024-01"), held_only("2024-01", House.LORDS)], Filters()) == (Gap(NEVER_COMPARED),)


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"listed": None}, NOT_COMPARED),
        ({"bodies": (17,)}, ONLY_SOME),
        ({"failed": 1}, NOT_FETCHED),
        ({"held": 6}, NOT_HERE),
        ({"unanswered": 1}, NOT_HERE),
        ({"withdrawn": 0}, NOT_HERE),
        ({"held": 0, "unanswered": 0, "withdrawn": 0}, NOT_HERE),
        ({"held": 8}, SURPLUS),
        ({"surplus": 1}, SURPLUS),
        ({"listed": 0, "held": 0, "unanswered": 0, "withdrawn": 0}, ""),
        ({"held": 0, "unanswered": 9}, ""),
        ({"held": 0, "unanswered": 0, "withdrawn": 10}, ""),
    ],
)
def test_a_month_says_what_it_lacks(facts: dict[str, Any], what: str) -> None:
    month = covered("2024-02", **facts)
    assert (month.lacks, month.complete) == (what, what == "")
    gaps = gaps_in([covered("2024-01"), month, covered("2024-03")], commons())
    assert gaps == ((of_commons(what, "2024-02", "2024-02"),) if what else ())


def test_a_month_that_is_missing_in_the_middle_is_named() -> None:
    gaps = gaps_in([covered("2023-11"), covered("2024-02")], commons())
    assert gaps == (of_commons(NOT_COMPARED, "2023-12", "2024-01"),)


def test_neighbouring_months_with_one_trouble_are_one_gap_and_others_are_their_own() -> None:
    months = [
        covered("2024-01", failed=2),
        covered("2024-02", failed=1),
        covered("2024-03", held=0),
        covered("2024-04"),
        covered("2024-05", failed=1),
    ]
    assert gaps_in(months, commons()) == (
        of_commons(NOT_FETCHED, "2024-01", "2024-02"),
        of_commons(NOT_HERE, "2024-03", "2024-03"),
        of_commons(NOT_FETCHED, "2024-05", "2024-05"),
    )


def test_a_house_that_was_never_asked_for_is_a_gap_unless_the_search_leaves_it_out() -> None:
    months = [covered("2024-01"), held_only("2024-01", House.LORDS)]
    assert gaps_in(months, ANSWERS) == (Gap(NOT_ASKED, Genre.ANSWER, House.LORDS),)
    assert gaps_in(months, Filters(house=(House.LORDS,), genre=(Genre.ANSWER,))) == (
        Gap(NOT_ASKED, Genre.ANSWER, House.LORDS),
    )
    assert gaps_in(months, Filters(house=(House.COMMONS,), genre=(Genre.ANSWER,))) == ()


def test_days_before_the_first_month_asked_for_are_a_gap() -> None:
    months = [covered("2024-01"), covered("2024-02")]
    assert gaps_in(months, commons(tabled_from=date(2024, 1, 1))) == ()
    assert gaps_in(months, commons(tabled_from=date(2023, 11, 30))) == (of_commons(NOT_ASKED, "2023-11", "2023-12"),)


def test_days_after_the_last_month_asked_for_are_a_gap() -> None:
    months = [covered("2023-11"), covered("2023-12")]
    assert gaps_in(months, commons(tabled_to=date(2023, 12, 31))) == ()
    assert gaps_in(months, commons(tabled_to=date(2024, 2, 1))) == (of_commons(NOT_ASKED, "2024-01", "2024-02"),)


def test_a_search_that_lies_wholly_before_what_was_asked_for_is_not_complete() -> None:
    (gap,) = gaps_in([covered("2024-01")], commons(tabled_to=date(2011, 5, 31)))
    assert (gap.what, gap.last_month) == (NOT_ASKED, "2011-05")
    gaps = gaps_in([covered("2024-01")], commons(tabled_from=date(2011, 2, 1), tabled_to=date(2011, 5, 31)))
    assert gaps == (of_commons(NOT_ASKED, "2011-02", "2011-05"),)


@pytest.mark.parametrize(
    ("dates", "first", "last"),
    [
        ({"tabled_from": date(2025, 6, 1)}, "2025-06", "2025-06"),
        ({"tabled_from": date(2024, 2, 29)}, "2024-02", "2024-02"),
        ({"answered_from": date(2024, 3, 1)}, "2024-02", "2024-03"),
        ({"answered_from": date(2025, 6, 1)}, "2024-06", "2025-06"),
        ({"tabled_from": date(2024, 1, 1), "answered_from": date(2024, 2, 20)}, "2024-02", "2024-02"),
    ],
)
def test_a_search_that_begins_after_what_was_asked_for_is_not_complete(
    dates: dict[str, date], first: str, last: str
) -> None:
    # Enough months before, so that only the end is at fault.
    months = [covered(month) for month in months_from("2022-12", 14)]
    assert months[-1].month == "2024-01"
    assert gaps_in(months, commons(**dates)) == (of_commons(NOT_ASKED, first, last),)


def test_a_search_that_nothing_can_pass_misses_nothing() -> None:
    asked = commons(tabled_from=date(2024, 6, 1), answered_to=date(2024, 3, 31))
    assert gaps_in([covered("2024-01")], asked) == ()


def test_a_month_that_is_held_but_lies_outside_those_compared_is_a_gap() -> None:
    before = [held_only("2023-11"), covered("2024-01")]
    assert gaps_in(before, commons()) == (of_commons(NOT_COMPARED, "2023-11", "2023-12"),)
    after = [covered("2024-01"), held_only("2024-03")]
    assert gaps_in(after, commons()) == (of_commons(NOT_COMPARED, "2024-02", "2024-03"),)


def test_an_answer_can_come_a_year_after_its_question() -> None:
    asked = commons(answered_from=date(2024, 3, 15))
    a_year = [covered(month) for month in months_from("2023-03", 13)]
    assert a_year[-1].month == "2024-03"
    assert LATEST_ANSWER_MONTHS == 12
    assert gaps_in(a_year, asked) == ()
    assert gaps_in(a_year[1:], asked) == (of_commons(NOT_ASKED, "2023-03", "2023-03"),)
    failing = [*a_year[:4], covered("2023-07", failed=1), *a_year[5:]]
    assert gaps_in(failing, asked) == (of_commons(NOT_FETCHED, "2023-07", "2023-07"),)


def test_a_statement_is_looked_for_in_its_own_month_alone() -> None:
    months = [covered(month, genre=Genre.STATEMENT) for month in ("2024-03", "2024-04")]
    asked = Filters(house=(House.COMMONS,), genre=(Genre.STATEMENT,), answered_from=date(2024, 3, 15))
    assert gaps_in(months, asked) == ()
    (gap,) = gaps_in(months[1:], asked)
    assert gap == Gap(NOT_ASKED, Genre.STATEMENT, House.COMMONS, "2024-03", "2024-03")


def test_the_day_answered_and_the_day_tabled_limit_a_search_together() -> None:
    months = [covered(month) for month in months_from("2024-01", 6)]
    asked = commons(tabled_from=date(2024, 2, 1), answered_from=date(2024, 5, 1), answered_to=date(2024, 6, 30))
    assert gaps_in(months, asked) == ()
    assert gaps_in(months[2:], asked) == (of_commons(NOT_ASKED, "2024-02", "2024-02"),)


def test_trouble_before_or_after_the_days_searched_is_no_gap_of_the_search() -> None:
    months = [covered("2023-01", failed=1), *map(covered, months_from("2023-02", 14)), covered("2024-04", held=0)]
    asked = commons(tabled_from=date(2024, 2, 1), tabled_to=date(2024, 3, 31))
    assert gaps_in(months, asked) == ()
    assert gaps_in(months, commons(tabled_from=date(2023, 2, 1), answered_to=date(2024, 3, 31))) == ()
    wider = commons(tabled_from=date(2023, 1, 31), tabled_to=date(2024, 4, 1))
    assert [gap.what for gap in gaps_in(months, wider)] == [NOT_FETCHED, NOT_HERE]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(33, 4, 3), date(999, 12, 31)])
def test_a_day_of_the_first_thousand_years_is_as_good_as_any(day: date) -> None:
    for asked in (commons(tabled_from=day), commons(answered_from=day)):
        (gap,) = gaps_in([covered("2024-01")], asked)
        assert (gap.what, gap.last_month) == (NOT_ASKED, "2023-12")
        assert gap.first_month is not None
        assert len(gap.first_month) == len("2023-12")
    assert [gap.what for gap in gaps_in([covered("2024-01")], commons(tabled_to=day))] == [NOT_ASKED]


def test_the_last_day_that_there_is_can_be_asked_for() -> None:
    gaps = gaps_in([covered("2024-01")], commons(answered_to=date(9999, 12, 31)))
    assert gaps == (of_commons(NOT_ASKED, "2024-02", "9999-12"),)


def test_a_search_that_can_find_statements_is_not_complete_without_them() -> None:
    questions = both("2024-01")
    assert gaps_in(questions, Filters(genre=(Genre.STATEMENT,))) == (
        Gap(NOT_ASKED, Genre.STATEMENT, House.COMMONS),
        Gap(NOT_ASKED, Genre.STATEMENT, House.LORDS),
    )
    some = [*questions, covered("2024-01", genre=Genre.STATEMENT)]
    assert gaps_in(some, Filters()) == (Gap(NOT_ASKED, Genre.STATEMENT, House.LORDS),)
    assert gaps_in(questions, Filters()) == (
        Gap(NOT_ASKED, Genre.STATEMENT, House.COMMONS),
        Gap(NOT_ASKED, Genre.STATEMENT, House.LORDS),
    )
    # A statement was never tabled and nobody asked for it.
    for filters in (ANSWERS, Filters(asker=("Ann",)), Filters(party=("Amber",)), Filters(tabled_to=date(2024, 1, 31))):
        assert [gap for gap in gaps_in(some, filters) if gap.genre is Genre.STATEMENT] == []
    unlisted = [*questions, held_only("2024-01", genre=Genre.STATEMENT)]
    assert gaps_in(unlisted, Filters(house=(House.COMMONS,))) == (Gap(NOT_ASKED, Genre.STATEMENT, House.COMMONS),)


# A slow and obvious oracle: month by month, is it compared and whole?

FIRST, LAST = "2023-01", "2025-12"


def months_from(first: str, count: int) -> list[str]:
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(start, start + count)]


EVERY_MONTH = months_from(FIRST, 36)
SPANS = st.tuples(st.integers(0, 35), st.integers(0, 35)).map(sorted)
MONTHS = st.lists(
    st.builds(
        lambda place, house, trouble: covered(EVERY_MONTH[place], house, **trouble),
        st.integers(0, 35),
        st.sampled_from(House),
        st.sampled_from([{}, {}, {}, {"failed": 1}, {"held": 0}, {"bodies": (7,)}, {"listed": None}]),
    ),
    max_size=60,
    unique_by=lambda month: (month.house, month.month),
).map(lambda listed: sorted(listed, key=lambda month: (month.genre, month.house, month.month)))
# Long runs of whole months, so that complete searches occur.
RUNS = st.builds(
    lambda span, holes: [
        covered(month, house, failed=int((house, place) in holes))
        for house in House
        for place, month in enumerate(EVERY_MONTH[span[0] : span[1] + 1], span[0])
    ],
    SPANS,
    st.sets(st.tuples(st.sampled_from(House), st.integers(0, 35)), max_size=2),
)
ANY_MONTHS = st.one_of(MONTHS, RUNS)


def day_in(place: int) -> date:
    return date.fromisoformat(f"{EVERY_MONTH[place]}-15")


def months_with_gaps(gaps: tuple[Gap, ...]) -> set[tuple[House, str]]:
    """Return each House and month that some gap names, those of an open gap being all of them."""
    return {
        (house, month)
        for gap in gaps
        for house in ([gap.house] if gap.house else House)
        for month in EVERY_MONTH
        if (gap.first_month or FIRST) <= month <= (gap.last_month or LAST)
    }


@given(ANY_MONTHS, SPANS, st.sets(st.sampled_from(House)))
def test_a_search_between_two_days_tabled_is_complete_just_if_each_of_its_months_is(
    months: list[MonthCoverage], span: list[int], houses: set[House]
) -> None:
    asked = Filters(tabled_from=day_in(span[0]), tabled_to=day_in(span[1]), house=tuple(sorted(houses)))
    whole = {(month.house, month.month) for month in months if month.complete}
    wanted = {(house, month) for house in houses or House for month in EVERY_MONTH[span[0] : span[1] + 1]}
    gaps = gaps_in(months, asked)
    assert (gaps == ()) == (wanted <= whole)
    assert wanted - whole <= months_with_gaps(gaps)


@given(ANY_MONTHS, SPANS)
def test_a_search_between_two_days_answered_is_complete_only_if_each_month_of_the_year_before_is(
    months: list[MonthCoverage], span: list[int]
) -> None:
    first = max(span[0], 12)
    last = max(span[1], first)
    gaps = gaps_in(months, Filters(genre=(Genre.ANSWER,), answered_from=day_in(first), answered_to=day_in(last)))
    whole = {(month.house, month.month) for month in months if month.complete}
    wanted = {(house, month) for house in House for month in EVERY_MONTH[first - 12 : last + 1]}
    assert (gaps == ()) == (wanted <= whole)
    assert wanted - whole <= months_with_gaps(gaps)


FILTERS = st.builds(
    lambda tabled, answered, ends, houses: Filters(
        genre=(Genre.ANSWER,),
        tabled_from=day_in(tabled[0]) if "tabled_from" in ends else None,
        tabled_to=day_in(tabled[1]) if "tabled_to" in ends else None,
        answered_from=day_in(answered[0]) if "answered_from" in ends else None,
        answered_to=day_in(answered[1]) if "answered_to" in ends else None,
        house=tuple(sorted(houses)),
    ),
    SPANS,
    SPANS,
    st.sets(st.sampled_from(["tabled_from", "tabled_to", "answered_from", "answered_to"])),
    st.sets(st.sampled_from(House)),
)


@given(ANY_MONTHS, FILTERS)
def test_a_month_that_is_complete_is_in_no_gap(months: list[MonthCoverage], asked: Filters) -> None:
    gaps = months_with_gaps(gaps_in(months, asked))
    assert not gaps & {(month.house, month.month) for month in months if month.complete}


@given(ANY_MONTHS, FILTERS)
def test_gaps_are_only_of_what_the_search_covers(months: list[MonthCoverage], asked: Filters) -> None:
    for gap in gaps_in(months, asked):
        assert gap.what == NEVER_COMPARED or gap.house in (asked.house or tuple(House))
        for limit in (asked.tabled_to, asked.answered_to):
            assert not limit or not gap.last_month or gap.last_month <= f"{limit:%Y-%m}"
        if asked.tabled_from and gap.first_month:
            assert gap.first_month >= f"{asked.tabled_from:%Y-%m}"


@given(ANY_MONTHS, SPANS, SPANS, st.sampled_from(["tabled", "answered"]))
def test_widening_the_days_of_a_search_never_loses_a_gap(
    months: list[MonthCoverage], one: list[int], other: list[int], what: str
) -> None:
    def spanning(first: int, last: int) -> Filters:
        days: dict[str, Any] = {f"{what}_from": day_in(first), f"{what}_to": day_in(last)}
        return Filters(genre=(Genre.ANSWER,), **days)

    narrow = gaps_in(months, spanning(*one))
    wide = gaps_in(months, spanning(min(one[0], other[0]), max(one[1], other[1])))
    assert months_with_gaps(narrow) <= months_with_gaps(wide)


@given(ANY_MONTHS)
def test_a_search_of_both_houses_has_the_gaps_of_each(months: list[MonthCoverage]) -> None:
    apart = [gap for house in House for gap in gaps_in(months, Filters(house=(house,), genre=(Genre.ANSWER,)))]
    assert list(dict.fromkeys(apart)) == list(gaps_in(months, ANSWERS))


# The same from the ground: records on disk, and what the lists were seen to hold.


def built(tmp_path: Path, encoder: Encoder, records: list[dict[str, Any]], *checks: MonthCheck) -> Corpus:
    papers = {
        "questions": [r for r in records if "questionText" in r],
        "statements": [r for r in records if "text" in r],
    }
    for name, listed in papers.items():
        lines = "".join(json.dumps({"value": one}) + "\n" for one in listed)
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    sources = [str(tmp_path / f"{name}.jsonl") for name, listed in papers.items() if listed]
    build(sources, tmp_path / "data", encoder)
    write_checks(tmp_path / "data", Checks(checks))
    return Corpus.open(tmp_path / "data")


def check(listed: int, house: House = House.COMMONS, genre: Genre = Genre.ANSWER, **more: Any) -> MonthCheck:
    facts: dict[str, Any] = {"month": "2026-06", "withdrawn": 0, "failed": 0, "checked_at": AT}
    return MonthCheck(genre, house, listed=listed, **(facts | more))


# All of these are tabled, or made, in June 2026.
RECORDS = [
    question(1),
    corrected(2),
    holding(3),
    unanswered(4),
    unanswered(5),
    withdrawn(6),
    lords_question(7),
    statement(8),
    statement(9),
]


def test_held_unanswered_and_withdrawn_records_together_make_a_month_whole(
    tmp_path: Path, toy_encoder: Encoder
) -> None:
    checks = (check(6, withdrawn=1), check(1, House.LORDS), check(2, genre=Genre.STATEMENT))
    corpus = built(tmp_path, toy_encoder, RECORDS, *checks)
    assert [
        (m.genre, m.house, m.month, m.listed, m.held, m.unanswered, m.withdrawn, m.complete) for m in corpus.months
    ] == [
        (Genre.ANSWER, House.COMMONS, "2026-06", 6, 3, 2, 1, True),
        (Genre.ANSWER, House.LORDS, "2026-06", 1, 1, 0, 0, True),
        (Genre.STATEMENT, House.COMMONS, "2026-06", 2, 2, 0, 0, True),
    ]
    searched = corpus.searched(Filters(house=(House.COMMONS,), genre=(Genre.ANSWER,)))
    assert (searched.complete, searched.gaps, searched.checked_at) == (True, (), AT)
    # A holding answer is held too, and asked for again; it is no reason to call the month incomplete.
    assert corpus.searched(Filters(house=(House.COMMONS,), genre=(Genre.ANSWER,), kind=(AnswerKind.HOLDING,))).complete
    # No list of the Lords' statements was ever read.
    everything = corpus.searched(Filters())
    assert (everything.complete, everything.gaps) == (False, (Gap(NOT_ASKED, Genre.STATEMENT, House.LORDS),))
    assert corpus.coverage().gaps == everything.gaps


def test_one_listed_question_more_than_is_here_makes_the_search_incomplete(
    tmp_path: Path, toy_encoder: Encoder
) -> None:
    corpus = built(tmp_path, toy_encoder, RECORDS[:6], check(7, withdrawn=1), check(0, House.LORDS))
    searched = corpus.searched(ANSWERS)
    assert (searched.complete, searched.gaps) == (False, (of_commons(NOT_HERE, "2026-06", "2026-06"),))
    assert corpus.coverage().complete is False


def test_without_a_comparison_a_corpus_is_never_complete(tmp_path: Path, toy_encoder: Encoder) -> None:
    corpus = built(tmp_path, toy_encoder, RECORDS)
    for asked in (Filters(), Filters(house=(House.LORDS,)), Filters(genre=(Genre.STATEMENT,))):
        searched = corpus.searched(asked)
        assert (searched.complete, searched.gaps, searched.checked_at) == (False, (Gap(NEVER_COMPARED),), None)


def test_a_record_without_house_or_day_belongs_to_no_month(tmp_path: Path, toy_encoder: Encoder) -> None:
    nowhere = question(1, dateTabled=None)
    homeless = question(2, house=None, questionText="How many?")
    corpus = built(tmp_path, toy_encoder, [nowhere, homeless, question(3)])
    assert sum(month.held for month in corpus.months) == 1
    assert months_of(corpus.store.rows, Checks())[0].month == "2026-06"
