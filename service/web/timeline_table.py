"""The numbers of a timeline's chart as a table, each with the search for the answers that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from retrieval.choices import Match
from retrieval.monthly import MonthState, TimelineMonth, days_of
from retrieval.timeline import Timeline
from service.phrases import capital, count, month_named
from service.timeline_page import STATES, share
from service.web.addresses import Address
from service.web.series import Series, series_of

_ORDER: Final = (*("sort", "limit", "cursor"), "answered_from", "answered_to")
_BODIES_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and the search for what it counts; empty where there is none."""

    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """One month, or several of which nothing is indexed. Primary key: `month`.

    Attributes:
        month: As `2024-03`; of several, the first.
        label: The same to read.
        total: Answers on the topic.
        cells: The same by department, in the order of the columns; none where no answer of the month is indexed.
        of: All answers that pass the filters.
        share: What part of those is on the topic, to read.
        state: Whether the month is complete, in words, with why it is not.
        is_complete: Whether it is.
    """

    month: str
    label: str
    total: Cell
    cells: tuple[Cell, ...]
    of: int
    share: str
    state: str
    is_complete: bool


@dataclass(frozen=True, slots=True)
class MonthTable:
    """The table.

    Attributes:
        columns: Names of the departments, those that answered most; the last may be the others together.
        rows: The months in order.
        state: What is known of every month, where that is the same of all; empty where it is not.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    state: str


def month_table(found: Timeline, address: Address) -> MonthTable:
    """Return the numbers of the chart.

    Args:
        found: The timeline.
        address: Of its page.
    """
    series = series_of(found)
    rows: list[Row] = []
    for is_empty, run in groupby(enumerate(found.months), key=lambda pair: not pair[1].of):
        listed = list(run)
        # Months of which nothing is indexed are told together.
        rows += (
            [_empty([month for _, month in listed])] if is_empty else [_row(address, series, *one) for one in listed]
        )
    states = {row.state for row in rows if row.of} or {rows[0].state}
    return MonthTable(tuple(one.label for one in series), tuple(rows), states.pop() if len(states) == 1 else "")


def _empty(months: Sequence[TimelineMonth]) -> Row:
    names = dict.fromkeys(month_named(month.month) for month in (months[0], months[-1]))
    state = state_told(months[0])
    return Row(
        months[0].month, " to ".join(names), Cell(0, ""), (), 0, "", state, months[0].state is MonthState.COMPLETE
    )


def _row(address: Address, series: Sequence[Series], place: int, month: TimelineMonth) -> Row:
    search = _search_of(address, month)
    return Row(
        month=month.month,
        label=month_named(month.month),
        total=Cell(month.count, search.href if month.count else ""),
        cells=tuple(
            Cell(one.counts[place], _of_bodies(search, one.bodies) if one.counts[place] else "") for one in series
        ),
        of=month.of,
        share=share(month.count, month.of),
        state=state_told(month),
        is_complete=month.state is MonthState.COMPLETE,
    )


def state_told(month: TimelineMonth) -> str:
    """Return what is known of whether a month is complete, with why it is not."""
    if month.state is MonthState.COMPLETE:
        return "Complete"
    return f"{capital(STATES[month.state])}: {month.why}"


def same_search(address: Address) -> Address:
    """Return the search that finds what a timeline counts: without filters read from the question, or groups."""
    is_by_meaning = next(iter(address.given("match")), Match.MEANING).lower() == Match.MEANING
    plain = address.with_only("understand", "false")
    return plain.with_only("group", "off") if is_by_meaning else plain


def described(found: Timeline) -> str:
    """Return what the chart shows, for those who don't see it."""
    months = found.months
    peak = max(months, key=lambda month: month.count)
    with_any = sum(1 for month in months if month.count)
    span = " to ".join(dict.fromkeys((month_named(months[0].month), month_named(months[-1].month))))
    bodies = ", ".join(f"{one.label} ({one.count:,})" for one in found.bodies[:_BODIES_TOLD])
    unsure = sum(1 for month in months if month.state is not MonthState.COMPLETE)
    return (
        f"Bar chart of answers by month, {span}, stacked by department, with all answers of each month below. "
        f"{count(with_any, 'month has', 'months have')} answers, the most in {month_named(peak.month)}: "
        f"{peak.count:,}. {'Most by' if len(found.bodies) > 1 else 'By'}: {bodies}. "
        f"{count(unsure, 'month is', 'months are')} not known to be complete or not over. "
        "The table after the chart has every number."
    )


def _search_of(address: Address, month: TimelineMonth) -> Address:
    """Return the search for the answers of a month, within the days that were asked for."""
    first, last = days_of(month.month)
    asked = [next(iter(address.given(name)), "") for name in ("answered_from", "answered_to")]
    since = max(first, date.fromisoformat(asked[0])) if asked[0] else first
    until = min(last, date.fromisoformat(asked[1])) if asked[1] else last
    days = (("answered_from", since.isoformat()), ("answered_to", until.isoformat()))
    return same_search(address.without(*_ORDER).at("/", days))


def _of_bodies(search: Address, bodies: Sequence[str | None]) -> str:
    """Return the search for the answers of some departments; none where the source does not name one of them."""
    named = [body for body in bodies if body]
    if len(named) < len(bodies):
        return ""
    rest = search.without("answering_body")
    return Address((*rest.pairs, *(("answering_body", body) for body in named)), rest.path).href
