"""Every filter that can be set is a condition that acts, and names the fact it asks for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.corpus import Corpus
from retrieval.errors import QueryError, UnknownName
from retrieval.filters import HELD_BACK, VISIBLE, Condition, Filters, conditions
from retrieval.names import has_words
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House

DAY = date(2024, 3, 1)
EACH: dict[str, Any] = {
    "answered_from": DAY,
    "answered_to": DAY,
    "tabled_from": DAY,
    "tabled_to": DAY,
    "house": (House.LORDS,),
    "answering_body": ("Treasury",),
    "minister": ("Ann Minister",),
    "asker": ("Bob Asker",),
    "party": ("Labour",),
    "kind": (AnswerKind.HOLDING,),
    "finding": (FindingName.NOT_HELD,),
    "heading": ("owls",),
    "genre": (Genre.STATEMENT,),
    "answerer": (AnswererKind.NON_MINISTER,),
}
NAMES = ("answering_body", "minister", "asker", "party")


def resolved(name: str, value: str) -> Condition:
    return Condition(f"{name} = ?", (value,), name, f"{name} IS NULL")


def limited(**given: Any) -> Filters:
    return Filters(**given)


def test_every_filter_is_tested_here() -> None:
    assert set(EACH) == {field.name for field in fields(Filters)}


@pytest.mark.parametrize("name", EACH)
def test_a_filter_that_is_set_is_one_condition(name: str) -> None:
    found = list(conditions(limited(**{name: EACH[name]}), resolved))
    assert len(found) == 1
    assert found[0].values
    assert found[0].sql.count("?") == len(found[0].values)


@pytest.mark.parametrize("name", sorted(set(EACH) - {"finding"}))
def test_a_condition_names_its_fact_and_who_lacks_it(name: str) -> None:
    (condition,) = conditions(limited(**{name: EACH[name]}), resolved)
    assert condition.fact == name.removesuffix("_from").removesuffix("_to")
    assert condition.lacks.endswith(" IS NULL")


def test_filters_that_are_not_set_are_no_conditions() -> None:
    assert list(conditions(Filters(), resolved)) == []
    assert Filters().given() == {}


def test_all_filters_together_are_a_condition_each() -> None:
    assert len(list(conditions(limited(**EACH), resolved))) == len(EACH)
    assert limited(**EACH).given() == EACH


@pytest.mark.parametrize("name", NAMES)
def test_names_within_one_filter_are_alternatives(name: str) -> None:
    (condition,) = conditions(limited(**{name: ("One", "Two")}), resolved)
    assert (condition.sql, condition.values) == (f"({name} = ?) OR ({name} = ?)", ("One", "Two"))
    assert condition.lacks == f"{name} IS NULL"


def test_both_kinds_of_answerer_are_all_whose_body_is_known() -> None:
    (condition,) = conditions(Filters(answerer=(AnswererKind.MINISTER, AnswererKind.NON_MINISTER)), resolved)
    assert (condition.sql, condition.values) == ("ministerial IN (?, ?)", (1, 0))
    assert condition.lacks == "ministerial IS NULL"


@pytest.mark.parametrize("what", ["answered", "tabled"])
def test_days_in_the_wrong_order_are_refused_and_one_day_is_a_span(what: str) -> None:
    with pytest.raises(QueryError, match=f"{what}_to: 2024-03-01 is before {what}_from 2024-03-02"):
        limited(**{f"{what}_from": date(2024, 3, 2), f"{what}_to": DAY})
    assert len(list(conditions(limited(**{f"{what}_from": DAY, f"{what}_to": DAY}), resolved))) == 2


def test_what_is_visible_is_not_held_back() -> None:
    assert VISIBLE.sql in HELD_BACK.sql
    assert HELD_BACK.sql.startswith("NOT (")


DAYS = st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2025, 12, 31)))


def some(values: Any) -> Any:
    return st.lists(st.sampled_from(list(values)), max_size=2).map(tuple)


@pytest.fixture(scope="module")
def corpus(built_once: Path) -> Corpus:
    return Corpus.open(built_once)


@given(
    days=st.tuples(DAYS, DAYS),
    tabled=st.tuples(DAYS, DAYS),
    house=some(House),
    kind=some(AnswerKind),
    finding=some(FindingName),
    genre=some(Genre),
    heading=some(["bus", "waiting LISTS", "of", "nothing"]),
    party=some(["Labour", "Crossbench", "Conservative"]),
)
def test_what_filters_admit_is_what_a_look_at_every_record_admits(corpus: Corpus, **given: Any) -> None:
    spans: dict[str, Any] = {}
    for name, (first, last) in (("answered", given.pop("days")), ("tabled", given.pop("tabled"))):
        swapped = first and last and first > last
        spans |= {f"{name}_from": last if swapped else first, f"{name}_to": first if swapped else last}
    filters = Filters(**spans, **given)

    def within(day: date | None, first: date | None, last: date | None) -> bool:
        if not (first or last):
            return True
        return day is not None and (first is None or day >= first) and (last is None or day <= last)

    def admits(number: int) -> bool:
        record, status = corpus.store.record(number), corpus.store.status(number)
        findings = {finding.name for finding in status.findings}
        refuses = status.bare if not (filters.kind or filters.finding) else False
        return (
            within(record.answered, filters.answered_from, filters.answered_to)
            and within(record.tabled, filters.tabled_from, filters.tabled_to)
            and (not filters.house or record.house in filters.house)
            and (not filters.genre or record.genre in filters.genre)
            and (not filters.kind or status.kind in filters.kind)
            and (not filters.finding or bool(findings & set(filters.finding)))
            and (not filters.heading or any(has_words(record.heading, words) for words in filters.heading))
            and (not filters.party or (record.asker is not None and record.asker.party in filters.party))
            and (bool(filters.kind or filters.finding) or (status.kind is AnswerKind.SUBSTANTIVE and not refuses))
        )

    assert corpus.admitted(filters).tolist() == [number for number in range(len(corpus.store)) if admits(number)]


@given(st.sampled_from(NAMES), st.text(max_size=30))
def test_any_name_is_found_or_refused_as_one_that_is_not_there(corpus: Corpus, name: str, value: str) -> None:
    with suppress(UnknownName):
        assert corpus.names.resolve(name, value).fact == name
