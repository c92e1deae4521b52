"""Records and their passages read from disk, and conditions to the rows they admit."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.errors import SnapshotDamaged, UnknownKey
from retrieval.filters import Condition
from retrieval.names import has_words
from retrieval.passages import Passage
from retrieval.records import FindingName, Record
from retrieval.status import AnswerStatus


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its place in the snapshot. Primary key: `row`, its row in the vector index."""

    row: int
    record: int
    passage: Passage


class RecordStore:
    """The read side of a store: opened read-only, safe to use from several threads.

    Args:
        path: A file that `write_entries` wrote and whose hash was checked.

    Raises:
        SnapshotDamaged: If SQLite can't read it.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and hold in memory which record and which answer each passage belongs to."""
        self._path = path
        # One connection for all threads: the file stays readable when a later build removes it.
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                f"file:{path.resolve()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise SnapshotDamaged(f"{path.name} can't be opened ({error}): build again") from error
        self._connection.create_function("has_words", 2, has_words, deterministic=True)
        of_passages = self._numbers("SELECT record FROM passages ORDER BY row")
        groups = self._numbers("SELECT answer_group FROM records ORDER BY number")
        self.record_of_row: NDArray[np.int64] = of_passages
        self.group_of_record: NDArray[np.int64] = groups

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.group_of_record)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one SELECT and return its rows.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise SnapshotDamaged(f"{self._path.name} can't be read ({error}): build again") from error

    def _numbers(self, sql: str, values: Sequence[object] = ()) -> NDArray[np.int64]:
        return np.fromiter((row[0] for row in self.rows(sql, values)), dtype=np.int64)

    def records_where(self, conditions: Iterable[Condition]) -> NDArray[np.int64]:
        """Return the numbers of the records that meet every condition, rising."""
        where, values = _where(conditions)
        return self._numbers(f"SELECT number FROM records{where} ORDER BY number", values)

    def count_where(self, conditions: Iterable[Condition]) -> int:
        """Return how many records meet every condition."""
        where, values = _where(conditions)
        return int(str(self.rows(f"SELECT count(*) FROM records{where}", values)[0][0]))

    def rows_of(self, records: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of all passages of `records` (rising), rising."""
        wanted = np.zeros(len(self), dtype=bool)
        wanted[records] = True
        return np.flatnonzero(wanted[self.record_of_row]).astype(np.int64)

    def number_of(self, key: str) -> int:
        """Return the number of the record with this key, or with this API id.

        Raises:
            UnknownKey: If there is none.
        """
        found = self.rows("SELECT number FROM records WHERE key = ?", (key.strip().lower(),))
        api_id = key.strip().lower().removeprefix("id-")
        if not found and api_id.isascii() and api_id.isdigit() and len(api_id) < 19:
            found = self.rows("SELECT number FROM records WHERE api_id = ?", (int(api_id),))
        if not found:
            raise UnknownKey(key)
        return int(str(found[0][0]))

    def record(self, number: int) -> Record:
        """Return record `number`."""
        return msgspec.json.decode(self._blob("facts", number), type=Record)

    def status(self, number: int) -> AnswerStatus:
        """Return the kind and findings of record `number`."""
        return msgspec.json.decode(self._blob("status", number), type=AnswerStatus)

    def _blob(self, column: str, number: int) -> bytes:
        found = self.rows(f"SELECT {column} FROM records WHERE number = ?", (number,))
        blob = found[0][0]
        return blob if isinstance(blob, bytes) else b""

    def findings(self, number: int) -> list[tuple[FindingName, int | None]]:
        """Return the findings of record `number`, each with its passage's ordinal or None."""
        found = self.rows("SELECT name, passage FROM findings WHERE record = ? ORDER BY rowid", (number,))
        return [(FindingName(str(name)), passage if isinstance(passage, int) else None) for name, passage in found]

    def passages(self, number: int) -> list[StoredPassage]:
        """Return the passages of record `number`, in order."""
        found = self.rows(
            "SELECT row, ordinal, text, context, first_block, last_block FROM passages"
            " WHERE record = ? ORDER BY ordinal",
            (number,),
        )
        return [
            StoredPassage(
                row=int(str(row)),
                record=number,
                passage=Passage(
                    ordinal=int(str(ordinal)),
                    text=str(text),
                    first_block=int(str(first)),
                    last_block=int(str(last)),
                    context=str(context),
                ),
            )
            for row, ordinal, text, context, first, last in found
        ]

    def members_of_group(self, group: int) -> NDArray[np.int64]:
        """Return the numbers of the records that share answer group `group`, rising."""
        return self._numbers("SELECT number FROM records WHERE answer_group = ? ORDER BY number", (group,))


def _where(conditions: Iterable[Condition]) -> tuple[str, list[object]]:
    listed = list(conditions)
    if not listed:
        return "", []
    return " WHERE " + " AND ".join(f"({c.sql})" for c in listed), [v for c in listed for v in c.values]
