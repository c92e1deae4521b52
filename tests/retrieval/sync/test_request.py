"""What was asked for, joined to what was asked for before, and the windows made of it."""

from __future__ import annotations

from datetime import date

import pytest

from retrieval.records import Genre, House
from retrieval.sync.collection import Axis
from retrieval.sync.request import Scope, SyncRequest, merged, scopes_of
from retrieval.sync.steps import month_window, windows_of
from retrieval.sync.window import Purpose, Window, months

BOTH = (House.COMMONS, House.LORDS)
TODAY = date(2026, 11, 22)


def _scope(
    first: date,
    last: date | None,
    since: date | None = None,
    houses: tuple[House, ...] = BOTH,
    bodies: tuple[int, ...] = (),
) -> Scope:
    return Scope(first, last, houses, bodies, since)


MAY = _scope(date(2026, 5, 1), date(2026, 5, 31), date(2026, 11, 1))
JUNE = _scope(date(2026, 6, 1), date(2026, 6, 30), date(2026, 11, 9))
AUGUST = _scope(date(2026, 8, 1), None)


@pytest.mark.parametrize(
    ("before", "more", "after"),
    [
        ((), MAY, (MAY,)),
        ((MAY,), JUNE, (_scope(date(2026, 5, 1), date(2026, 6, 30), date(2026, 11, 1)),)),
        ((JUNE,), AUGUST, (JUNE, AUGUST)),
        ((JUNE, AUGUST), _scope(date(2026, 7, 1), date(2026, 7, 31)), (_scope(date(2026, 6, 1), None, JUNE.since),)),
        ((AUGUST,), _scope(date(2026, 9, 1), date(2026, 9, 30)), (AUGUST,)),
        ((JUNE,), _scope(date(2026, 6, 1), None), (_scope(date(2026, 6, 1), None, JUNE.since),)),
        (
            (_scope(date(2026, 6, 1), date(2026, 6, 30), JUNE.since, houses=(House.LORDS,)),),
            _scope(date(2026, 6, 1), None),
            (_scope(date(2026, 6, 1), None, JUNE.since),),
        ),
        ((JUNE,), _scope(date(2026, 6, 3), date(2026, 6, 4), bodies=(1,)), (JUNE,)),
        (
            (_scope(date(2026, 6, 1), None, bodies=(1,)),),
            _scope(date(2026, 7, 1), None, bodies=(2,)),
            (_scope(date(2026, 6, 1), None, bodies=(1,)), _scope(date(2026, 7, 1), None, bodies=(2,))),
        ),
    ],
)
def test_what_was_asked_for_is_kept_in_as_few_scopes_as_tell_the_same(
    before: tuple[Scope, ...], more: Scope, after: tuple[Scope, ...]
) -> None:
    assert merged(before, more) == after


def test_without_options_all_that_was_asked_for_is_asked_for_again() -> None:
    assert scopes_of(SyncRequest(), (JUNE, AUGUST), TODAY) == (JUNE, AUGUST)


def test_houses_and_bodies_narrow_what_was_asked_for() -> None:
    found = scopes_of(SyncRequest(houses=(House.LORDS,), bodies=(7, 3, 3)), (JUNE,), TODAY)
    assert found == (_scope(JUNE.first, JUNE.last, JUNE.since, houses=(House.LORDS,), bodies=(3, 7)),)


def test_days_within_what_was_finished_know_since_when() -> None:
    request = SyncRequest(first=date(2026, 6, 10), last=date(2026, 6, 20))
    assert scopes_of(request, (JUNE, AUGUST), TODAY)[0].since == JUNE.since
    assert scopes_of(SyncRequest(first=date(2026, 5, 10), last=date(2026, 6, 20)), (JUNE,), TODAY)[0].since is None


def test_a_span_is_cut_into_months_newest_first() -> None:
    assert list(months(date(2025, 12, 30), date(2026, 2, 3))) == [
        (date(2026, 2, 1), date(2026, 2, 3)),
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2025, 12, 30), date(2025, 12, 31)),
    ]
    assert list(months(date(2026, 2, 2), date(2026, 2, 1))) == []


def test_a_first_fill_walks_months_only() -> None:
    found = windows_of([AUGUST], [Genre.ANSWER], date(2026, 9, 9), quick=True, was_walked=lambda window: False)
    assert [(window.purpose, window.house, window.month) for window in found if window.purpose is Purpose.MONTH] == [
        (Purpose.MONTH, House.COMMONS, "2026-09"),
        (Purpose.MONTH, House.LORDS, "2026-09"),
        (Purpose.MONTH, House.COMMONS, "2026-08"),
        (Purpose.MONTH, House.LORDS, "2026-08"),
    ]
    assert {window.purpose for window in found} == {Purpose.HOLDING, Purpose.MONTH}
    assert found[-1].is_whole_month


def test_the_same_window_of_two_scopes_is_walked_once() -> None:
    found = windows_of([JUNE, JUNE], [Genre.STATEMENT], TODAY, quick=False, was_walked=lambda window: True)
    assert len([window for window in found if window.purpose is Purpose.MONTH]) == 2


def test_a_window_sends_every_filter() -> None:
    window = Window(
        Purpose.RECENT, Genre.ANSWER, House.LORDS, Axis.CORRECTED, date(2026, 6, 1), date(2026, 6, 9),
        (date(2026, 1, 1), date(2026, 5, 31)), (3, 7),
    )  # fmt: skip
    assert window.parameters == (
        ("includeWithdrawn", "true"),
        ("sessionStatus", "Any"),
        ("expandMember", "true"),
        ("house", "Lords"),
        ("correctedWhenFrom", "2026-06-01"),
        ("correctedWhenTo", "2026-06-09"),
        ("tabledWhenFrom", "2026-01-01"),
        ("tabledWhenTo", "2026-05-31"),
        ("answeringBodies", "3"),
        ("answeringBodies", "7"),
    )


def test_a_window_says_what_it_is() -> None:
    window = month_window(Genre.STATEMENT, House.LORDS, date(2026, 6, 1), date(2026, 6, 30), ())
    assert str(window) == "Lords statements made from 2026-06-01 to 2026-06-30"
