"""What a sync is asked to do, what it will take, and what it did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from retrieval.errors import QueryError
from retrieval.records import Genre, House
from retrieval.sync.window import Window, month_end

# The service's data begins in 2014; an older first day is a slip of the pen, and costs a call a month.
EARLIEST = date(2010, 1, 1)


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What to fetch.

    Attributes:
        first: The first day tabled (of statements, made); None: go on with all that was asked for before.
        last: The last day; None: no end.
        houses: Empty: both, or as before.
        bodies: Ids of answering bodies; empty: all, or as before.
        quick: Leave out the walk through all that is held, which finds withdrawals and silent changes.
        statements: Fetch written statements too.
    """

    first: date | None = None
    last: date | None = None
    houses: tuple[House, ...] = ()
    bodies: tuple[int, ...] = ()
    quick: bool = False
    statements: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """A span of days that was asked for. Primary key: all but `since`.

    Attributes:
        last: None: no end.
        houses: In the order of their names, never empty.
        bodies: Ids of answering bodies, rising; empty: all.
        since: The day of the last finished sync of all of it; None: there was none.
    """

    first: date
    last: date | None
    houses: tuple[House, ...]
    bodies: tuple[int, ...]
    since: date | None = None

    def last_day(self, today: date) -> date:
        """Return the last day to walk: where there is no end, the last of this month."""
        return self.last or month_end(today)

    def contains(self, other: Scope) -> bool:
        """Whether all that `other` asks for is asked for here."""
        ends_later = self.last is None or (other.last is not None and other.last <= self.last)
        bodies = not self.bodies or (bool(other.bodies) and set(other.bodies) <= set(self.bodies))
        return self.first <= other.first and ends_later and set(other.houses) <= set(self.houses) and bodies

    def joined(self, other: Scope) -> Scope | None:
        """Return one scope in the place of two that differ in their days only, and have no gap between them."""
        if (self.houses, self.bodies) != (other.houses, other.bodies):
            return None
        early, late = sorted((self, other), key=lambda scope: scope.first)
        if early.last is not None and late.first > early.last + timedelta(days=1):
            return None
        last = None if None in (self.last, other.last) else max(filter(None, (self.last, other.last)))
        return Scope(early.first, last, self.houses, self.bodies, _older(self, other))


def _older(one: Scope, other: Scope) -> date | None:
    """Return since when two scopes together are to be looked at again.

    Months that were never walked are walked whole, so a scope that never was finished has no say.
    """
    return min(filter(None, (one.since, other.since)), default=None)


def scopes_of(request: SyncRequest, before: Iterable[Scope], today: date) -> tuple[Scope, ...]:
    """Return what a request asks for, given what was asked for before.

    Raises:
        QueryError: If nothing was asked for before and no first day is given, or the days can't be used.
    """
    houses = tuple(sorted(set(request.houses))) or tuple(sorted(House))
    bodies = tuple(sorted(set(request.bodies)))
    if request.first is not None:
        asked = Scope(request.first, request.last, houses, bodies)
        _check_days(asked, today)
        holding = [scope for scope in before if scope.contains(asked)]
        since = max((scope.since for scope in holding if scope.since), default=None)
        return (Scope(asked.first, asked.last, houses, bodies, since),)
    found = tuple(
        Scope(
            scope.first,
            request.last or scope.last,
            houses if request.houses else scope.houses,
            bodies or scope.bodies,
            scope.since,
        )
        for scope in before
    )
    if not found:
        raise QueryError("from", "say from when, as nothing was fetched here before: add --months 1 or --from DATE")
    for scope in found:
        _check_days(scope, today)
    return found


def _check_days(scope: Scope, today: date) -> None:
    if scope.first < EARLIEST:
        raise QueryError("from", f"{scope.first} is too early: the service has nothing from before {EARLIEST}")
    last = scope.last_day(today)
    if scope.first > last:
        raise QueryError("from", f"{scope.first} is after the last day to fetch, {last}: give an earlier day")


def merged(scopes: Iterable[Scope], more: Scope) -> tuple[Scope, ...]:
    """Return the scopes with one more, in as few as tell the same; by first day, Houses and bodies."""
    kept: list[Scope] = []
    for scope in scopes:
        if scope.contains(more):
            more = scope
        elif more.contains(scope):
            more = replace(more, since=_older(more, scope))
        elif (joined := scope.joined(more)) is not None:
            more = joined
        else:
            kept.append(scope)
    kept.append(more)
    return tuple(sorted(kept, key=lambda scope: (scope.first, scope.houses, scope.bodies)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync will take; told before it begins.

    Attributes:
        list_calls: Calls for lists.
        record_calls: Calls for one record each.
        minutes: At the rate that is kept to; more where the service is slow.
        disk_bytes: By which the data directory will grow.
    """

    list_calls: int
    record_calls: int
    minutes: float
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that could not be fetched whole; it is asked for again next time. Primary key: `genre`, `id`."""

    genre: Genre
    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A window whose rows never came to the total that the service gives. Primary key: `window`."""

    window: Window
    seen: int
    total: int


@dataclass(slots=True)
class SyncReport:
    """What a sync did.

    Attributes:
        requests: Requests made, tries included.
        fetched: Records fetched by the single call.
        added: Answered questions and statements that were not there before, or not answered.
        changed: Those that are not the same now, corrected ones included.
        corrected: Of those, the ones that were corrected since.
        removed: Those that no longer are there.
        unanswered: Questions held that wait for an answer.
        holding: Holding answers held.
        failed: Records that could not be fetched whole.
        incomplete: Windows whose lists never came to their total.
        vanished: Records held that the service neither lists nor says to be withdrawn; they are kept.
        seconds: From first to last step.
        snapshot: Name of the snapshot that is served now; empty if there is none yet.
        faults: What could not be read, or contradicts itself, when what was fetched was published.
    """

    requests: int = 0
    fetched: int = 0
    added: int = 0
    changed: int = 0
    corrected: int = 0
    removed: int = 0
    unanswered: int = 0
    holding: int = 0
    failed: tuple[Failure, ...] = ()
    incomplete: tuple[Incomplete, ...] = ()
    vanished: int = 0
    seconds: float = 0.0
    snapshot: str = ""
    faults: tuple[str, ...] = ()
