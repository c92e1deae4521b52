"""What the published snapshot holds, as a sync compares it with what the service lists."""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from retrieval.errors import NoSnapshot, SnapshotDamaged, UnexpectedResponse
from retrieval.received import ReceivedFile
from retrieval.records import Genre, House
from retrieval.snapshot import open_snapshot
from retrieval.store import RecordStore
from retrieval.sync.collection import COLLECTIONS
from retrieval.sync.row import Row
from retrieval.sync.window import months

# Read once: the columns asked for have no index, and there are hundreds of months.
_ALL = (
    "SELECT genre, ifnull(api_id, statement_id), key, house, iif(genre = 'statement', answered, tabled),"
    " answering_body_id, kind FROM records WHERE api_id IS NOT NULL OR statement_id IS NOT NULL"
    " UNION ALL SELECT 'answer', api_id, key, house, tabled, answering_body_id, 'unanswered' FROM unanswered"
    " WHERE api_id IS NOT NULL"
)
_WITHOUT_ID = (
    "SELECT key FROM records WHERE api_id IS NULL AND statement_id IS NULL"
    " UNION ALL SELECT key FROM unanswered WHERE api_id IS NULL"
)
_UNANSWERED, _HOLDING = "unanswered", "holding"


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """A record as the snapshot keeps it.

    Attributes:
        row: What was received; None where it is in no form of the service's own.
        is_whole: Whether the single call gave it.
    """

    row: Row | None
    is_whole: bool


class Held:
    """The snapshot that is current when this is made.

    Args:
        data: The data directory.

    Raises:
        SnapshotError: If there is a snapshot that can't be used.
    """

    def __init__(self, data: Path) -> None:
        """Read which ids there are, of which months, under which keys."""
        self._keys: dict[tuple[Genre, int], str] = {}
        # By genre, House and month: id, day, answering body and kind.
        self._months: defaultdict[tuple[str, str, str], list[tuple[int, str, int | None, str]]] = defaultdict(list)
        self._without_id: set[str] = set()
        self._tombstones: frozenset[str] = frozenset()
        self._received: sqlite3.Connection | None = None
        self._searchable = self.unanswered_count = self.holding_count = 0
        self.name = ""
        try:
            snapshot = open_snapshot(data)
        except NoSnapshot:
            return
        self.name = snapshot.manifest.name
        # Held open, so that it can be read to the end even if another build removes the snapshot.
        self._received = sqlite3.connect(f"file:{snapshot.received_file.resolve()}?mode=ro&immutable=1", uri=True)
        store = RecordStore(snapshot.records_file)
        self._searchable = len(store)
        self._index(store)
        # Where another copy is served, such as a saved page, the id is that of the copy beside it.
        received = ReceivedFile(snapshot.received_file)
        for number, key in received.other_ids().items():
            self._keys.setdefault((Genre.ANSWER, number), key)
            self._without_id.discard(key)
        self._tombstones = received.tombstones()

    def _index(self, store: RecordStore) -> None:
        for genre, number, key, house, day, body, kind in store.rows(_ALL):
            id_, place = int(str(number)), (str(genre), str(house), str(day)[: len("2024-03")])
            self._keys[Genre(str(genre)), id_] = str(key)
            self._months[place].append((id_, str(day), body if isinstance(body, int) else None, str(kind)))
            self.unanswered_count += kind == _UNANSWERED
            self.holding_count += kind == _HOLDING
        self._without_id.update(str(key) for (key,) in store.rows(_WITHOUT_ID))

    def close(self) -> None:
        """Close the file of what was received."""
        if self._received is not None:
            self._received.close()

    def __len__(self) -> int:
        """Return how many records can be searched."""
        return self._searchable

    def has(self, genre: Genre, number: int) -> bool:
        """Whether a record is held, answered or not."""
        return (genre, number) in self._keys

    def is_to_bury(self, row: Row) -> bool:
        """Whether the snapshot still holds what `row` says was withdrawn, or does not yet tell that it was."""
        name = f"statement-{row.id}" if row.genre is Genre.STATEMENT else f"id-{row.id}"
        return self.has(row.genre, row.id) or row.key in self._without_id or name not in self._tombstones

    def key_to_bury(self, row: Row) -> str:
        """Return the key of a withdrawn record; empty where it has none, or another record is held under it."""
        return "" if self._owners.get(row.key, row.id) != row.id else row.key

    @cached_property
    def _owners(self) -> dict[str, int]:
        return {key: number for (_, number), key in self._keys.items()}

    def copies(self, genre: Genre, numbers: list[int]) -> dict[int, HeldCopy]:
        """Return what is held of some records, by id.

        Raises:
            SnapshotDamaged: If the snapshot can't be read.
        """
        keys = {number: key for number in numbers if (key := self._keys.get((genre, number))) is not None}
        if self._received is None or not keys:
            return {}
        sql = "SELECT reader, source, raw FROM received WHERE key = ?"
        try:
            found = {number: self._received.execute(sql, (key,)).fetchone() for number, key in keys.items()}
            return {number: _copy(genre, *values) for number, values in found.items() if values}
        except (sqlite3.Error, zlib.error) as error:
            raise SnapshotDamaged(f"what was received can't be read from {self.name} ({error}): build again") from error

    def holding(self, house: House, first: date, last: date) -> list[tuple[int, str]]:
        """Return id and month tabled of the holding answers of a span of days, the newest question first."""
        found = [
            (day, id_) for id_, day, _, kind in self._between(Genre.ANSWER, house, first, last) if kind == _HOLDING
        ]
        return [(id_, day[: len("2024-03")]) for day, id_ in sorted(found, reverse=True)]

    def ids_between(
        self, genre: Genre, house: House, first: date, last: date, bodies: tuple[int, ...] = ()
    ) -> tuple[set[int], set[int]]:
        """Return the ids of what was tabled, or made, in a span of days: those answered, and those that wait.

        Args:
            genre: Questions or statements.
            house: The House.
            first: The first day.
            last: The last day.
            bodies: Ids of answering bodies; empty: all.
        """
        answered: set[int] = set()
        waiting: set[int] = set()
        for id_, _, body, kind in self._between(genre, house, first, last):
            if not bodies or body in bodies:
                (waiting if kind == _UNANSWERED else answered).add(id_)
        return answered, waiting

    def _between(
        self, genre: Genre, house: House, first: date, last: date
    ) -> Iterator[tuple[int, str, int | None, str]]:
        for begin, end in months(first, last):
            for held in self._months.get((genre, house, f"{begin:%Y-%m}"), ()):
                if begin.isoformat() <= held[1] <= end.isoformat():
                    yield held


def _copy(genre: Genre, reader: str, source: str, packed: bytes) -> HeldCopy:
    collection = COLLECTIONS[genre]
    if reader != collection.reader:
        return HeldCopy(None, False)
    try:
        row = Row.of(genre, zlib.decompress(packed))
    except UnexpectedResponse:
        return HeldCopy(None, False)  # a bare record from a file, without what calls put around it
    # A row of a list that stands in a file can be too short to look clipped, and still lacks paragraphs.
    return HeldCopy(row, source.endswith(f"{collection.path}/{row.id}"))
