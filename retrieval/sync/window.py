"""Windows: the parts, each of one House and at most one month, in which the service's lists are walked."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from retrieval.errors import FilterIgnored
from retrieval.records import Genre, House
from retrieval.sync.collection import COLLECTIONS, Axis
from retrieval.sync.row import Row


class Purpose(StrEnum):
    """Why a window is walked."""

    RECENT = "recent"
    MONTH = "month"
    HOLDING = "holding"


@dataclass(frozen=True, slots=True)
class Window:
    """What one walk lists. Primary key: all of it.

    Attributes:
        purpose: `HOLDING` is no list: it stands for the holding answers held, in the order of the work.
        first: The first day, by `axis`.
        last: The last day.
        tabled: Where another date is walked by, the days tabled that are asked for too.
        bodies: Ids of answering bodies; empty: all.
    """

    purpose: Purpose
    genre: Genre
    house: House
    axis: Axis
    first: date
    last: date
    tabled: tuple[date, date] | None = None
    bodies: tuple[int, ...] = ()

    @property
    def month(self) -> str:
        """The month of its first day, as `2024-03`."""
        return f"{self.first:%Y-%m}"

    @property
    def is_whole_month(self) -> bool:
        """Whether it goes from the first day of a month to the last."""
        return self.first == month_start(self.first) and self.last == month_end(self.first)

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """What a list call sends for it."""
        collection = COLLECTIONS[self.genre]
        sent = [*collection.always_sent, ("house", str(self.house)), *self._days(self.axis, self.first, self.last)]
        if self.tabled:
            sent += self._days(collection.main_axis, *self.tabled)
        return (*sent, *(("answeringBodies", str(body)) for body in self.bodies))

    def _days(self, axis: Axis, first: date, last: date) -> list[tuple[str, str]]:
        parameter = COLLECTIONS[self.genre].dates[axis].parameter
        return [(f"{parameter}From", first.isoformat()), (f"{parameter}To", last.isoformat())]

    def check(self, row: Row, url: str) -> None:
        """Refuse a row that was not asked for.

        Raises:
            FilterIgnored: With the parameter that was ignored.
        """
        main = COLLECTIONS[self.genre].main_axis
        spans = [(self.axis, self.first, self.last), *([(main, *self.tabled)] if self.tabled else [])]
        for axis, first, last in spans:
            day = row.day(axis)
            if day is None or not first <= day <= last:
                dates = COLLECTIONS[self.genre].dates[axis]
                raise _ignored(url, f"{dates.parameter}From/To", row, f"{dates.field} {row.text(dates.field)!r}")
        if row.house != self.house:
            raise _ignored(url, "house", row, f"house {row.house!r}")
        if self.bodies and row.body not in self.bodies:
            raise _ignored(url, "answeringBodies", row, f"answeringBodyId {row.body}")

    def __str__(self) -> str:
        """Say what it is, as in `Commons questions tabled in 2024-03`."""
        what = "statements" if self.genre is Genre.STATEMENT else "questions"
        return f"{self.house} {what} {self.axis} from {self.first} to {self.last}"


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield first and last day of the part of each month between two days, newest first."""
    while last >= first:
        yield max(first, month_start(last)), last
        last = month_start(last) - timedelta(days=1)


def month_start(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _ignored(url: str, parameter: str, row: Row, seen: str) -> FilterIgnored:
    return FilterIgnored(
        f"{url} gave record {row.id} with {seen}, so the service ignores {parameter}: nothing of this response was "
        "used. See whether there is a newer Despatch Box"
    )
