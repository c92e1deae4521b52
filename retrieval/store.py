"""Records and their passages read from disk, and conditions to the rows they admit."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.attachments.texts import COLUMNS, AttachmentText, name_of, text_of
from retrieval.errors import NotAnswered, SnapshotDamaged, UnknownKey
from retrieval.filters import Condition
from retrieval.names import has_words
from retrieval.passages import Passage
from retrieval.recent import Recent
from retrieval.records import FindingName, Provenance, Record
from retrieval.status import AnswerStatus

_KEPT_RECORDS = 2048
"""Of how many records what was read is kept: some 10 kB each, with their passages."""

_KEPT_NUMBERS = 16_384
"""Of how many keys the number is kept: some 100 bytes each."""

_KEPT_BYTES = 32 << 20
"""How much of their facts, and of their passages, is kept: those of one with attachments can take megabytes."""

_EACH_BYTES = 512  # Of what holds a text, besides the text.


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
        # The first format, and the first snapshots of the second, have no text of attachments.
        self.has_attachments = bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = 'attachment_texts'"))
        of_passages = self._numbers("SELECT record FROM passages ORDER BY row")
        groups = self._numbers("SELECT answer_group FROM records ORDER BY number")
        self.record_of_row: NDArray[np.int64] = of_passages
        self.group_of_record: NDArray[np.int64] = groups
        self.near_group_of_record: NDArray[np.int64] = self._near_groups()
        self._by_group: NDArray[np.int64] = np.argsort(groups, kind="stable")
        self._first_of_group: NDArray[np.int64] = np.searchsorted(
            groups[self._by_group], np.arange(int(groups.max(initial=-1)) + 2)
        )
        self._records: Recent[int, Record] = Recent(_KEPT_RECORDS, _KEPT_BYTES, _record_bytes)
        self._statuses: Recent[int, AnswerStatus] = Recent(_KEPT_RECORDS)
        self._numbers_of_keys: Recent[str, int] = Recent(_KEPT_NUMBERS)
        self._findings: Recent[int, tuple[tuple[FindingName, int | None], ...]] = Recent(_KEPT_RECORDS)
        self._passages: Recent[int, tuple[StoredPassage, ...]] = Recent(_KEPT_RECORDS, _KEPT_BYTES, _passages_bytes)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.group_of_record)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

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

    def _near_groups(self) -> NDArray[np.int64]:
        # The first two formats have none: there no answer is known to nearly repeat another.
        if not self.rows("SELECT 1 FROM pragma_table_info('records') WHERE name = 'near_group'"):
            return self.group_of_record
        return self._numbers("SELECT near_group FROM records ORDER BY number")

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

    def span(self) -> tuple[date | None, date | None]:
        """Return the first and the last day on which an answer or a statement was given, where days are known."""
        first, last = self.rows("SELECT min(answered), max(answered) FROM records")[0]
        return (
            date.fromisoformat(str(first)) if first else None,
            date.fromisoformat(str(last)) if last else None,
        )

    def copies(self, key: str) -> tuple[Provenance, ...]:
        """Return where copies of a record that are not served were read, by reader and source."""
        found = self.rows("SELECT provenance FROM copies WHERE key = ? ORDER BY rowid", (key,))
        return tuple(msgspec.json.decode(raw, type=Provenance) for (raw,) in found if isinstance(raw, bytes))

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
        asked = key.strip().lower()
        return self._numbers_of_keys.get(asked, lambda: self._number_of(key, asked))

    def _number_of(self, key: str, asked: str) -> int:
        found = self.rows("SELECT number FROM records WHERE key = ?", (asked,))
        if not found:
            found = self.rows("SELECT number FROM redirects JOIN records USING (key) WHERE old_key = ?", (asked,))
        api_id = asked.removeprefix("id-")
        if not found and api_id.isascii() and api_id.isdigit() and len(api_id) < 19:
            found = self.rows("SELECT number FROM records WHERE api_id = ?", (int(api_id),))
        if not found:
            raise self._why_not(key, asked, api_id)
        return int(str(found[0][0]))

    def _why_not(self, key: str, asked: str, api_id: str) -> UnknownKey:
        sql = "SELECT tabled, due FROM unanswered WHERE key = ? OR api_id = ?"
        number = int(api_id) if api_id.isascii() and api_id.isdigit() and len(api_id) < 19 else None
        waiting = self.rows(sql, (asked, number)) if self._has_unanswered() else []
        if not waiting:
            return UnknownKey(key)
        tabled, due = (str(day) if day else None for day in waiting[0])
        return NotAnswered(key, tabled, due)

    def _has_unanswered(self) -> bool:
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = 'unanswered'"))

    def read_ahead(self, numbers: Iterable[int]) -> None:
        """Read at once what is told of some records and is not kept: one by one takes several times as long."""
        wanted = self._records.missing(dict.fromkeys(numbers))
        if not wanted:
            return
        sql = f"SELECT number, key, facts, status FROM records WHERE number IN ({_marks(wanted)})"
        for number, key, facts, status in self.rows(sql, wanted):
            place = int(str(number))
            self._numbers_of_keys.get(str(key), partial(int, place))
            self._records.get(place, partial(_record_of, facts))
            self._statuses.get(place, partial(_status_of, status))
        for place, findings in self._read_findings(wanted).items():
            self._findings.get(place, partial(tuple, findings))
        for place, passages in self._read_passages(wanted).items():
            self._passages.get(place, partial(tuple, passages))

    def record(self, number: int) -> Record:
        """Return record `number`."""
        return self._records.get(number, lambda: _record_of(self._cell("facts", number)))

    def status(self, number: int) -> AnswerStatus:
        """Return the kind and findings of record `number`."""
        return self._statuses.get(number, lambda: _status_of(self._cell("status", number)))

    def _cell(self, column: str, number: int) -> object:
        return self.rows(f"SELECT {column} FROM records WHERE number = ?", (number,))[0][0]

    def findings(self, number: int) -> list[tuple[FindingName, int | None]]:
        """Return the findings of record `number`, each with its passage's ordinal or None."""
        return list(self._findings.get(number, lambda: self._read_findings([number])[number]))

    def _read_findings(self, numbers: Sequence[int]) -> dict[int, tuple[tuple[FindingName, int | None], ...]]:
        sql = f"SELECT record, name, passage FROM findings WHERE record IN ({_marks(numbers)}) ORDER BY rowid"
        findings: dict[int, list[tuple[FindingName, int | None]]] = {number: [] for number in numbers}
        for record, name, passage in self.rows(sql, numbers):
            findings[int(str(record))].append((FindingName(str(name)), passage if isinstance(passage, int) else None))
        return {number: tuple(some) for number, some in findings.items()}

    def passages(self, number: int) -> list[StoredPassage]:
        """Return the passages of record `number`, those of its attachments last, in order."""
        return list(self._passages.get(number, lambda: self._read_passages([number])[number]))

    def passage_at(self, row: int) -> StoredPassage:
        """Return the passage in a row, which must be one of the index."""
        return next(one for one in self.passages(int(self.record_of_row[row])) if one.row == row)

    def passage_numbered(self, number: int, ordinal: int) -> Passage | None:
        """Return passage `ordinal` of record `number`; None where there is none."""
        return next((one.passage for one in self.passages(number) if one.passage.ordinal == ordinal), None)

    def passage_count(self, number: int) -> int:
        """Return how many passages record `number` has, those of its attachments included."""
        return len(self.passages(number))

    def passages_near(self, stored: StoredPassage) -> list[StoredPassage]:
        """Return the passages of a record from the one before `stored` to the one after it, that one included."""
        place = stored.passage.ordinal
        return [one for one in self.passages(stored.record) if place - 1 <= one.passage.ordinal <= place + 1]

    def _read_passages(self, numbers: Sequence[int]) -> dict[int, tuple[StoredPassage, ...]]:
        columns = "row, record, ordinal, text, context, first_block, last_block"
        source = "attachment FROM passages LEFT JOIN attached_passages USING (row)"
        if not self.has_attachments:
            source = "NULL FROM passages"
        found = self.rows(
            f"SELECT {columns}, {source} WHERE record IN ({_marks(numbers)}) ORDER BY record, ordinal", numbers
        )
        passages: dict[int, list[StoredPassage]] = {number: [] for number in numbers}
        for row, record, ordinal, text, context, first, last, attached in found:
            passage = Passage(
                ordinal=int(str(ordinal)),
                text=str(text),
                first_block=int(str(first)),
                last_block=int(str(last)),
                context=str(context),
                attachment=int(str(attached or 0)),
            )
            passages[int(str(record))].append(StoredPassage(int(str(row)), int(str(record)), passage))
        return {number: tuple(some) for number, some in passages.items()}

    def attachment_text(self, url: str) -> AttachmentText | None:
        """Return what was read of the attachment at an address; None where nothing is kept of it."""
        found = self._of_attachment(COLUMNS, url)
        return text_of(found[0]) if found else None

    def attachment_name(self, url: str) -> tuple[bytes, bool] | None:
        """Return the name of what was read of an attachment, and whether it has text; None likewise."""
        found = self._of_attachment("name, reason", url)
        return name_of(found[0]) if found else None

    def attached_mark(self, number: int) -> bytes:
        """Return what names the texts of attachments that the passages of record `number` were made with."""
        if not self.has_attachments:
            return b""
        found = self.rows("SELECT mark FROM attached_marks WHERE record = ?", (number,))
        return found[0][0] if found and isinstance(found[0][0], bytes) else b""

    def attached_marks(self) -> dict[str, bytes]:
        """Return the same by key, of the records that have any."""
        if not self.has_attachments:
            return {}
        found = self.rows("SELECT key, attached_marks.mark FROM attached_marks JOIN records ON number = record")
        return {str(key): mark for key, mark in found if isinstance(mark, bytes)}

    def _of_attachment(self, columns: str, url: str) -> list[tuple[object, ...]]:
        if not self.has_attachments:
            return []
        return self.rows(f"SELECT {columns} FROM attachment_texts WHERE url = ?", (url,))

    def members_of_group(self, group: int) -> NDArray[np.int64]:
        """Return the numbers of the records that share answer group `group`, rising."""
        return self._by_group[self._first_of_group[group] : self._first_of_group[group + 1]]

    def members_of_near_group(self, near_group: int) -> NDArray[np.int64]:
        """Return the numbers of the records whose answers are in near group `near_group`, rising."""
        return np.flatnonzero(self.near_group_of_record == near_group).astype(np.int64)


def _marks(values: Sequence[object]) -> str:
    """Return a question mark for each value, as SQL lists them."""
    return ",".join("?" * len(values))


def _record_of(cell: object) -> Record:
    return msgspec.json.decode(cell if isinstance(cell, bytes) else b"", type=Record)


def _status_of(cell: object) -> AnswerStatus:
    return msgspec.json.decode(cell if isinstance(cell, bytes) else b"", type=AnswerStatus)


def _record_bytes(record: Record) -> int:
    texts = (record.question, *(block.text for block in (*record.answer, *record.first_answer)))
    listed = len(record.attachments) + len(record.grouped_with) + len(record.linked)
    return sum(_EACH_BYTES + sys.getsizeof(text) for text in texts) + _EACH_BYTES * listed


def _passages_bytes(passages: Sequence[StoredPassage]) -> int:
    parts = ((one.passage.text, one.passage.context) for one in passages)
    return sum(_EACH_BYTES + sys.getsizeof(text) + sys.getsizeof(context) for text, context in parts)


def _where(conditions: Iterable[Condition]) -> tuple[str, list[object]]:
    listed = list(conditions)
    if not listed:
        return "", []
    return " WHERE " + " AND ".join(f"({c.sql})" for c in listed), [v for c in listed for v in c.values]
