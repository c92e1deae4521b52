"""The chart draws the numbers of the timeline and no others, in words as well as in colour."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.monthly import BodyCount, MonthState, TimelineMonth
from retrieval.timeline import Timeline, timeline
from retrieval.topic import worded_topic
from service.web.bars import ticks
from service.web.series import MOST, series_of
from service.web.timeline_chart import ChartSize, timeline_chart
from service.web.timeline_table import described

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["Home Office", "Treasury", "Cabinet Office", "Ministry of Justice", "Wales Office", "Scotland Office", None]


@pytest.fixture
def found(lanterns: Path) -> Timeline:
    corpus = Corpus.open(lanterns)
    return timeline(corpus, worded_topic(corpus, "lantern", Filters(), Match.EXACT), date(2026, 11, 22))


@pytest.fixture(scope="module")
def nothing(lanterns: Path) -> Timeline:
    corpus = Corpus.open(lanterns)
    return timeline(corpus, worded_topic(corpus, "zzzz", Filters(), Match.EXACT), date(2026, 11, 22))


def with_months(found: Timeline, counts: Sequence[Sequence[int]], states: Sequence[MonthState] = ()) -> Timeline:
    """Return a timeline with so many answers, by month and by body, and ten times as many in all."""
    months = tuple(
        TimelineMonth(
            f"{2014 + place // 12}-{place % 12 + 1:02}",
            sum(row),
            10 * sum(row),
            tuple(_body(number, count) for number, count in enumerate(row) if count),
            states[place] if states else MonthState.COMPLETE,
            "",
        )
        for place, row in enumerate(counts)
    )
    totals = [sum(column) for column in zip(*counts, strict=True)]
    bodies = sorted((_body(n, total) for n, total in enumerate(totals) if total), key=lambda one: -one.count)
    return replace(found, months=months, bodies=tuple(bodies))


def _body(number: int, count: int) -> BodyCount:
    return BodyCount(NAMES[number], NAMES[number] or "not in the source", count, 10 * count)


def drawn(found: Timeline, size: ChartSize = ChartSize.WIDE) -> Any:
    return etree.fromstring(timeline_chart(found, size))


def words_in(tree: Any, name: str) -> list[str]:
    return [one.text for one in tree.iter(f"{SVG}text") if one.get("class") == name]


def heights(tree: Any, group: str) -> list[float]:
    return [
        float(bar.get("height"))
        for plot in tree.iter(f"{SVG}g")
        if (plot.get("class") or "").split()[:1] == [group]
        for bar in plot.iter(f"{SVG}rect")
    ]


@given(st.lists(st.lists(st.integers(0, 40), min_size=7, max_size=7), min_size=1, max_size=8))
def test_the_series_of_each_month_come_to_its_count(nothing: Timeline, counts: list[list[int]]):
    found = with_months(nothing, counts)
    series = series_of(found)
    assert [sum(column) for column in zip(*(one.counts for one in series), strict=True)] == [
        month.count for month in found.months if series
    ]
    assert [one.total for one in series] == [sum(one.counts) for one in series]
    assert len(series) <= MOST + 1
    assert {body for one in series for body in one.bodies} == {one.body for one in found.bodies}


def test_six_departments_each_have_a_name_and_of_seven_the_least_are_told_together(found: Timeline):
    six = series_of(with_months(found, [[6, 5, 4, 3, 2, 1, 0]]))
    assert [one.label for one in six] == NAMES[:6]
    seven = series_of(with_months(found, [[7, 6, 5, 4, 3, 2, 1]]))
    assert [(one.label, one.total) for one in seven][-2:] == [("Wales Office", 3), ("2 others", 3)]
    assert seven[-1].bodies == ("Scotland Office", None)


@pytest.mark.parametrize("size", ChartSize)
def test_bars_are_as_high_as_their_numbers_and_stand_under_them(found: Timeline, size: ChartSize):
    tree = drawn(with_months(found, [[10, 0, 0, 0, 0, 0, 0], [20, 10, 0, 0, 0, 0, 0], [5, 0, 0, 0, 0, 0, 0]]), size)
    first, second, third, other = heights(tree, "stack")
    assert second == pytest.approx(2 * first, abs=0.2)
    assert third == pytest.approx(first / 2, abs=0.2)
    assert other == pytest.approx(first, abs=0.2)
    assert words_in(tree, "number") == ["10", "30", "5", "100", "300", "50"]
    assert words_in(tree, "title") == ["Answers a month", "All answers that month"]
    assert words_in(tree, "name") == ["Treasury: 10", "Home Office: 35"]


def test_where_bars_are_thin_only_the_highest_has_its_number_and_an_axis_tells_the_rest(found: Timeline):
    months = [[number % 37, 0, 0, 0, 0, 0, 0] for number in range(150)]
    tree = drawn(with_months(found, months), ChartSize.NARROW)
    assert words_in(tree, "number") == ["36", "360"]
    axis = [
        text.text
        for group in tree.iter(f"{SVG}g")
        if (group.get("class") or "").startswith("axis y")
        for text in group.iter(f"{SVG}text")
    ]
    assert axis == ["0", "10", "20", "30", "40"]


@pytest.mark.parametrize(("months", "labels", "years"), [(3, 3, ["2014"]), (14, 14, ["2014", "2015"]), (150, 13, [])])
def test_months_are_named_as_far_as_there_is_room_and_else_the_years(found: Timeline, months, labels, years):
    tree = drawn(with_months(found, [[1, 0, 0, 0, 0, 0, 0]] * months))
    named = [
        text.text for one in tree.iter(f"{SVG}g") if one.get("class") == "axis x" for text in one.iter(f"{SVG}text")
    ]
    assert len(named) == labels
    assert sorted(words_in(tree, "year")) == years
    if not years:
        assert named == [str(year) for year in range(2014, 2027)]


def test_what_is_not_complete_is_striped_and_said_in_words(found: Timeline):
    states = [
        MonthState.NOT_KNOWN,
        MonthState.NOT_KNOWN,
        MonthState.INCOMPLETE,
        MonthState.COMPLETE,
        MonthState.UNFINISHED,
    ]
    tree = drawn(with_months(found, [[4, 0, 0, 0, 0, 0, 0]] * 5, states))
    boxes = [one.get("class") for one in tree.iter(f"{SVG}rect") if one.get("class")]
    assert [boxes.count(one) for one in ("not_known", "incomplete", "unfinished", "veil")] == [2, 2, 2, 1]
    assert words_in(tree, "name")[1:] == ["Unfinished", "Incomplete", "Not known to be complete"]
    whole = drawn(with_months(found, [[4, 0, 0, 0, 0, 0, 0]] * 5))
    assert not [one for one in whole.iter(f"{SVG}rect") if one.get("class") in set(MonthState)]


@pytest.mark.parametrize("size", ChartSize)
def test_nothing_stands_outside_the_picture(found: Timeline, size: ChartSize):
    counts = [[number % 9, 3, 2, 1, 1, 1, number % 2] for number in range(31)]
    states = [MonthState.NOT_KNOWN] * 30 + [MonthState.UNFINISHED]
    tree = drawn(with_months(found, counts, states), size)
    width, height = float(tree.get("width")), float(tree.get("height"))
    for one in tree.iter(f"{SVG}rect"):
        assert 0 <= float(one.get("x", 0)) + float(one.get("width")) <= width
    for one in tree.findall(f"{SVG}text"):
        assert 0 <= float(one.get("x")) <= width
        assert -6 <= float(one.get("y")) <= height


def test_the_picture_has_no_script_and_loads_nothing(found: Timeline):
    raw = timeline_chart(found)
    assert b"<script" not in raw
    assert b"onload" not in raw
    assert b"http" not in raw.replace(b"http://www.w3.org/2000/svg", b"").replace(b"http://www.w3.org/1999/xlink", b"")
    assert raw == timeline_chart(found)


def test_months_without_any_answer_on_the_topic_can_be_drawn(found: Timeline):
    tree = drawn(with_months(found, [[0] * 7, [0] * 7]))
    assert heights(tree, "stack") == []


def test_by_meaning_the_chart_says_at_least(found: Timeline):
    assert words_in(drawn(replace(found, at_least=True)), "title")[0] == "Answers a month, at least"


@given(st.integers(0, 10_000_000))
def test_ticks_are_round_evenly_spaced_and_reach_the_largest(most: int):
    found = ticks(most)
    steps = {after - before for before, after in pairwise(found)}
    assert found[0] == 0
    assert len(steps) == 1
    assert found[-1] >= most > found[-1] - steps.pop() or most == 0
    assert len(found) <= 5


def test_the_library_leaves_no_hook_in_the_imports_of_others():
    assert [one for one in sys.meta_path if type(one).__module__ == "pygal"] == []


def test_the_words_for_the_picture_sum_it_up(found: Timeline):
    assert described(found) == (
        "Bar chart of answers by month, January 2023 to September 2024, stacked by department, with all answers of "
        "each month below. 5 months have answers, the most in September 2024: 7. Most by: Department for Transport "
        "(4), Ministry of Lantern Number 0 (1), Ministry of Lantern Number 1 (1). 21 months are not known to be "
        "complete or not over. The table after the chart has every number."
    )
