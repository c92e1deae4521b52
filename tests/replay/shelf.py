"""Questions or statements in the order of the list, newest first, each whole and as listed."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_SELECTIONS_KEPT = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. Primary key: `id`; never changed, only replaced.

    Attributes:
        id: Parliament's id.
        day: The day tabled or made, as `yyyy-mm-dd`.
        whole: What the single call gives.
        row: What the list gives.
        listed: The row as JSON, by whether members are expanded; filled as it is asked for.
    """

    id: int
    day: str
    whole: dict[str, Any]
    row: dict[str, Any]
    listed: dict[bool, bytes] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int]:
        """Return its place in the list, oldest first: by day, and on one day by id."""
        return (self.day, self.id)

    @property
    def paper(self) -> tuple[str, str]:
        """Return its day and its UIN in lower case."""
        return (self.day, str(self.whole["uin"]).lower())


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list call asks for. Primary key: `name`.

    Attributes:
        name: Tells this selection from any other.
        first: The earliest day.
        last: The latest day.
        tests: What else an entry must satisfy.
    """

    name: str
    first: str = ""
    last: str = "9999-12-31"
    tests: tuple[Callable[[Entry], bool], ...] = ()


class Shelf:
    """Keeps entries in order; several threads may use it at once.

    Args:
        day_field: The field that the order goes by.
        clip: Makes the row of a whole record.
    """

    def __init__(self, day_field: str, clip: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._day_field = day_field
        self._clip = clip
        self._lock = threading.RLock()
        self._by_id: dict[int, Entry] = {}
        self._by_paper: dict[tuple[str, str], int] = {}
        self._ordered: list[Entry] = []
        self._selected: dict[str, list[Entry]] = {}

    def put(self, whole: dict[str, Any], row: dict[str, Any] | None = None) -> None:
        """Add a record, or put it in the place of the one with the same id.

        Args:
            whole: What the single call is to give.
            row: What the list is to give; clipped from `whole` where it is not told.
        """
        entry = Entry(
            id=whole["id"], day=whole[self._day_field][:10], whole=whole, row=self._clip(whole) if row is None else row
        )
        with self._lock:
            self.drop(entry.id)
            self._by_id[entry.id] = entry
            self._by_paper[entry.paper] = entry.id
            insort(self._ordered, entry, key=lambda other: other.place)

    def drop(self, id: int) -> None:
        """Take a record away, if it is there."""
        with self._lock:
            self._selected.clear()
            entry = self._by_id.pop(id, None)
            if entry is not None:
                del self._ordered[bisect_left(self._ordered, entry.place, key=lambda other: other.place)]
                self._by_paper.pop(entry.paper, None)

    def change(self, id: int, changes: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Replace fields of a record, in one step that no request sees half done, and return it whole.

        Raises:
            KeyError: If there is no such record.
        """
        with self._lock:
            now = self._by_id[id].whole
            changed = now | changes(now)
            self.put(changed)
            return changed

    def get(self, id: int) -> Entry | None:
        """Return the record with this id."""
        with self._lock:
            return self._by_id.get(id)

    def get_paper(self, day: str, uin: str) -> Entry | None:
        """Return the record with this UIN, in any case, of this day."""
        with self._lock:
            id = self._by_paper.get((day, uin.lower()))
            return None if id is None else self._by_id[id]

    def select(self, selection: Selection) -> list[Entry]:
        """Return the records that satisfy `selection`, newest first, on one day the highest id first."""
        with self._lock:
            # Page after page asks for the same selection.
            if selection.name not in self._selected:
                start = bisect_left(self._ordered, selection.first, key=lambda entry: entry.day)
                stop = bisect_right(self._ordered, selection.last, key=lambda entry: entry.day)
                held = self._ordered[start:stop][::-1]
                for test in selection.tests:
                    held = [entry for entry in held if test(entry)]
                if len(self._selected) == _SELECTIONS_KEPT:
                    self._selected.clear()
                self._selected[selection.name] = held
            return self._selected[selection.name]
