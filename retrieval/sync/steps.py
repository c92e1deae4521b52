"""The work of one run: which windows, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from retrieval.records import Genre, House
from retrieval.sync.collection import COLLECTIONS, Axis
from retrieval.sync.request import Scope
from retrieval.sync.window import Purpose, Window, month_end, months

# What was changed while the last sync ran, or reached the service's lists late, is looked at again.
OVERLAP_DAYS = 7


def windows_of(
    scopes: Iterable[Scope],
    genres: Iterable[Genre],
    today: date,
    *,
    quick: bool,
    was_walked: Callable[[Window], bool],
) -> list[Window]:
    """Return what a run walks: what is new or changed of late, then holding answers, then every month.

    Within each part the newest month comes first. A first fill has months only.

    Args:
        scopes: What was asked for.
        genres: Questions, or statements too.
        today: The day the run begins.
        quick: Leave out months that were walked before.
        was_walked: Tells of a month whether it was.
    """
    scopes, genres = list(scopes), list(genres)
    found = _newest_first(window for scope in scopes for genre in genres for window in _recent(scope, genre, today))
    found += _newest_first(window for scope in scopes for window in _holding(scope, today))
    found += _newest_first(
        window
        for scope in scopes
        for genre in genres
        for window in _months(scope, genre, today)
        if not (quick and was_walked(window))
    )
    return list(dict.fromkeys(found))


def last_to_walk(scope: Scope, today: date) -> date:
    """Return the last day of a scope that can have anything: nothing is tabled for months to come."""
    return min(scope.last_day(today), month_end(today))


def _newest_first(windows: Iterable[Window]) -> list[Window]:
    """Return windows with the newest month first; else in the order they came."""
    return sorted(windows, key=lambda window: window.month, reverse=True)


def _recent(scope: Scope, genre: Genre, today: date) -> Iterator[Window]:
    if scope.since is None:
        return
    since, main, last = (
        scope.since - timedelta(days=OVERLAP_DAYS),
        COLLECTIONS[genre].main_axis,
        last_to_walk(scope, today),
    )
    for axis in COLLECTIONS[genre].dates:
        begin, end = (max(since, scope.first), last) if axis is main else (since, month_end(today))
        tabled = None if axis is main else (scope.first, last)
        for first, until in months(begin, end):
            for house in scope.houses:
                yield Window(Purpose.RECENT, genre, house, axis, first, until, tabled, scope.bodies)


def _holding(scope: Scope, today: date) -> Iterator[Window]:
    for house in scope.houses:
        yield Window(
            Purpose.HOLDING,
            Genre.ANSWER,
            house,
            Axis.TABLED,
            scope.first,
            last_to_walk(scope, today),
            None,
            scope.bodies,
        )


def _months(scope: Scope, genre: Genre, today: date) -> Iterator[Window]:
    for first, last in months(scope.first, last_to_walk(scope, today)):
        for house in scope.houses:
            yield month_window(genre, house, first, last, scope.bodies)


def month_window(genre: Genre, house: House, first: date, last: date, bodies: tuple[int, ...]) -> Window:
    """Return the walk through one month, or a part of it."""
    return Window(Purpose.MONTH, genre, house, COLLECTIONS[genre].main_axis, first, last, None, bodies)
