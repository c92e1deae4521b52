"""Every filter that can be set is a condition that acts, and names the fact it asks for."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from retrieval.errors import QueryError
from retrieval.filters import HELD_BACK, VISIBLE, Condition, Filters, conditions
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
