"""What waits in the journal: ids to fetch, records to publish, and ids to remove."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import overload

from retrieval.records import Genre, Provenance
from retrieval.sources import Received
from retrieval.sync.collection import COLLECTIONS
from retrieval.sync.journal import Journal
from retrieval.sync.request import Failure
from retrieval.sync.row import Row

# After so many single calls that gave something else than the list, the list's way of showing it is taken as known.
MOST_TRIES_AGAINST_A_ROW = 3
_GENRES = {collection.reader: genre for genre, collection in COLLECTIONS.items()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record to fetch whole. Primary key: `genre`, `id`.

    Attributes:
        row: What the list gave of it; None where it was not met in a list.
        tries: Single calls made for it so far, in other runs.
    """

    genre: Genre
    id: int
    row: Row | None
    tries: int


class Queue:
    """Ids to fetch by the single call, each once, in the order they came."""

    def __init__(self, journal: Journal) -> None:
        """Keep the journal."""
        self._journal = journal

    def put(self, row: Row, month: str) -> None:
        """Add a record met in a list, or take note of its newer row."""
        self._journal.run(
            "INSERT INTO queue (genre, id, why, urgent, row, house, month, tries, run)"
            " VALUES (?, ?, 'listed', 1, ?, ?, ?, 0, 0)"
            " ON CONFLICT DO UPDATE SET row = excluded.row, house = excluded.house, month = excluded.month, urgent = 1",
            (row.genre, row.id, row.raw, row.house, month),
        )

    def put_id(
        self, genre: Genre, number: int, why: str, *, urgent: bool, house: str | None = None, month: str | None = None
    ) -> bool:
        """Add an id, and return whether it is new.

        Args:
            genre: Question or statement.
            number: The id.
            why: Why it is to be fetched.
            urgent: Whether before what is not.
            house: Its House, if known: a failure is counted there.
            month: Its month, if known.
        """
        added = self._journal.run(
            "INSERT OR IGNORE INTO queue (genre, id, why, urgent, house, month, tries, run)"
            " VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
            (genre, number, why, urgent, house, month),
        )
        if not added and house and month:
            self._journal.run(
                "UPDATE queue SET house = ?, month = ? WHERE genre = ? AND id = ? AND house IS NULL",
                (house, month, genre, number),
            )
        return added > 0

    def next(self, run: int, limit: int, *, urgent_only: bool) -> list[Wanted]:
        """Return the first ids that were not tried in this run."""
        rows = self._journal.rows(
            "SELECT genre, id, row, tries FROM queue WHERE run <> ? AND urgent >= ?"
            " ORDER BY urgent DESC, number LIMIT ?",
            (run, urgent_only, limit),
        )
        found = []
        for genre, number, raw, tries in rows:
            row = Row.of(Genre(str(genre)), raw) if isinstance(raw, bytes) else None
            found.append(Wanted(Genre(str(genre)), int(str(number)), row, int(str(tries))))
        return found

    def left(self, run: int, *, urgent_only: bool) -> int:
        """Return how many ids were not tried in this run."""
        return self._journal.count("SELECT count(*) FROM queue WHERE run <> ? AND urgent >= ?", (run, urgent_only))

    def drop(self, genre: Genre, number: int) -> None:
        """Take an id off."""
        self._journal.run("DELETE FROM queue WHERE genre = ? AND id = ?", (genre, number))

    def keep(self, wanted: Wanted, run: int, reason: str | None) -> None:
        """Keep an id for the next run.

        Args:
            wanted: The id.
            run: The run under way.
            reason: Why it could not be fetched; None where it could, but not in the state that the list told of.
        """
        self._journal.run(
            "UPDATE queue SET tries = tries + 1, run = ?, reason = ? WHERE genre = ? AND id = ?",
            (run, reason, wanted.genre, wanted.id),
        )

    def failures(self) -> tuple[Failure, ...]:
        """Return the ids that could not be fetched, in order."""
        rows = self._journal.rows("SELECT genre, id, reason FROM queue WHERE reason IS NOT NULL ORDER BY genre, id")
        return tuple(Failure(Genre(str(genre)), int(str(number)), str(reason)) for genre, number, reason in rows)

    def failed_in(self, genre: Genre, house: str, month: str) -> int:
        """Return how many of one month of one House could not be fetched."""
        return self._journal.count(
            "SELECT count(*) FROM queue WHERE reason IS NOT NULL AND genre = ? AND house = ? AND month = ?",
            (genre, house, month),
        )

    def settle(self, row: Row) -> None:
        """Take note that the single call gives another text than this row, and that this is how it is."""
        self._journal.run("INSERT OR REPLACE INTO settled VALUES (?, ?, ?)", (row.genre, row.id, _digest(row)))

    def is_settled(self, row: Row) -> bool:
        """Whether this very row was settled."""
        found = self._journal.rows("SELECT digest FROM settled WHERE genre = ? AND id = ?", (row.genre, row.id))
        return bool(found) and found[0][0] == _digest(row)


class Pending:
    """Records fetched, and ids found withdrawn, that no snapshot tells of yet."""

    def __init__(self, journal: Journal) -> None:
        """Keep the journal."""
        self._journal = journal

    def put(self, row: Row, source: str, read_on: date, *, whole: bool) -> None:
        """Add a record, in the place of an older copy.

        Args:
            row: As it was given.
            source: Where it was fetched from.
            read_on: The day it was fetched.
            whole: Whether the single call gave it.
        """
        self._journal.run(
            "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?)",
            (row.genre, row.id, row.raw, source, read_on.isoformat(), whole),
        )
        self.keep(row.genre, row.id)

    def get(self, genre: Genre, number: int) -> tuple[Row, bool] | None:
        """Return a record and whether it is whole; None if it is not pending."""
        found = self._journal.rows("SELECT raw, whole FROM pending WHERE genre = ? AND id = ?", (genre, number))
        if not found or not isinstance(found[0][0], bytes):
            return None
        return Row.of(genre, found[0][0]), bool(found[0][1])

    def withdraw(self, row: Row, key: str) -> None:
        """Take note that a record is to be removed.

        Args:
            row: The record.
            key: Its key, under which copies without an id are removed too; empty: only those with its id.
        """
        self.drop(row.genre, row.id)
        self._journal.run("INSERT OR IGNORE INTO withdrawn VALUES (?, ?)", (row.genre, row.id))
        self._journal.run("INSERT OR REPLACE INTO withdrawn_key VALUES (?, ?, ?)", (row.genre, row.id, key))

    def keep(self, genre: Genre, number: int) -> None:
        """Take note that a record is not to be removed."""
        for table in ("withdrawn", "withdrawn_key"):
            self._journal.run(f"DELETE FROM {table} WHERE genre = ? AND id = ?", (genre, number))

    def drop(self, genre: Genre, number: int) -> None:
        """Forget a record."""
        self._journal.run("DELETE FROM pending WHERE genre = ? AND id = ?", (genre, number))

    def count(self) -> int:
        """Return how much a snapshot would change."""
        return self._journal.count("SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM withdrawn)")

    def has_whole(self) -> bool:
        """Whether any record fetched whole is pending."""
        return self._journal.count("SELECT count(*) FROM (SELECT 1 FROM pending WHERE whole LIMIT 1)") > 0

    def received(self) -> Sequence[Received]:
        """Return the records, read from the journal one by one as they are asked for."""
        keys = [
            (Genre(str(genre)), int(str(number)))
            for genre, number in self._journal.rows("SELECT genre, id FROM pending ORDER BY genre, id")
        ]
        return _Received(self._journal, keys)

    def withdrawn_ids(self, genre: Genre) -> frozenset[int]:
        """Return the ids to remove."""
        rows = self._journal.rows("SELECT id FROM withdrawn WHERE genre = ?", (genre,))
        return frozenset(int(str(row[0])) for row in rows)

    def withdrawn_keys(self) -> frozenset[str]:
        """Return the keys to remove: of the ids to remove, but for keys that a pending record has."""
        # An older version that shares the journal knows `withdrawn` alone.
        rows = self._journal.rows("SELECT key FROM withdrawn_key JOIN withdrawn USING (genre, id) WHERE key <> ''")
        keys = {str(row[0]) for row in rows}
        for one in self.received() if keys else ():
            keys.discard(Row.of(_GENRES[one.reader], one.raw).key)
        return frozenset(keys)

    def clear(self) -> None:
        """Forget all: a snapshot tells of it now."""
        with self._journal.transaction():
            for table in ("pending", "withdrawn", "withdrawn_key"):
                self._journal.run(f"DELETE FROM {table}")


class _Received(Sequence[Received]):
    """Holds ids only: a first fill can have more records pending than there is memory for."""

    def __init__(self, journal: Journal, keys: Sequence[tuple[Genre, int]]) -> None:
        self._journal = journal
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Received]:
        return (self._at(place) for place in range(len(self)))

    @overload
    def __getitem__(self, place: int) -> Received: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Received]: ...
    def __getitem__(self, place: int | slice) -> Received | Sequence[Received]:
        if isinstance(place, slice):
            return _Received(self._journal, self._keys[place])
        return self._at(place)

    def _at(self, place: int) -> Received:
        genre, number = self._keys[place]
        sql = "SELECT raw, source, read_on FROM pending WHERE genre = ? AND id = ?"
        raw, source, read_on = self._journal.rows(sql, (genre, number))[0]
        return received(genre, raw if isinstance(raw, bytes) else b"", str(source), date.fromisoformat(str(read_on)))


def received(genre: Genre, raw: bytes, source: str, read_on: date) -> Received:
    """Return what was fetched in the form that readers take."""
    reader = COLLECTIONS[genre].reader
    return Received(reader, raw, Provenance(reader, source, 1, read_on))


def queue_whole(data: Path, ids: Iterable[int], why: str) -> int:
    """Put questions that a source cut short into the queue of single calls, for the next sync.

    Args:
        data: The data directory.
        ids: The API's ids of questions.
        why: What was cut, and where; for whoever looks into the queue.

    Returns:
        How many were not there yet.

    Raises:
        SnapshotError: If the journal can't be written.
    """
    with Journal(data) as journal, journal.transaction():
        queue = Queue(journal)
        return sum(queue.put_id(Genre.ANSWER, number, why, urgent=False) for number in sorted(set(ids)))


def _digest(row: Row) -> bytes:
    told = [row.value.get(name) for name in (*row.collection.facts, *row.collection.texts)]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).digest()[:16]
