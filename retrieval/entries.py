"""A record with all that is worked out from it, and how that is written to the store file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from retrieval.passages import Passage
from retrieval.records import FindingName, Record
from retrieval.sources import Received
from retrieval.status import AnswerStatus, Finding

_SCHEMA = """
CREATE TABLE records (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, api_id INTEGER UNIQUE, answer_group INTEGER NOT NULL,
    kind TEXT NOT NULL, bare INTEGER NOT NULL, reader TEXT NOT NULL,
    inferred TEXT NOT NULL, house TEXT, uin TEXT, heading TEXT,
    answering_body TEXT, answering_body_id INTEGER,
    minister TEXT, minister_id INTEGER, post TEXT, asker TEXT, asker_id INTEGER, party TEXT,
    tabled TEXT, answered TEXT, corrected TEXT,
    facts BLOB NOT NULL, status BLOB NOT NULL
);
CREATE TABLE findings (record INTEGER NOT NULL, name TEXT NOT NULL, passage INTEGER);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, record INTEGER NOT NULL, ordinal INTEGER NOT NULL, text TEXT NOT NULL,
    context TEXT NOT NULL, first_block INTEGER NOT NULL, last_block INTEGER NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX records_by_group ON records (answer_group);
CREATE INDEX records_by_body ON records (answering_body);
CREATE INDEX findings_by_name ON findings (name, record);
CREATE UNIQUE INDEX passages_by_record ON passages (record, ordinal);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record with all that is worked out from it. Primary key: `record.key`.

    Attributes:
        received: The record as the source gave it.
        record: What was read from that.
        status: Its kind and findings.
        passages: Its answer in quotable pieces, in order; at least one.
        answer_group: Number shared by the records whose answers have the same clean text and body.
    """

    received: Received
    record: Record
    status: AnswerStatus
    passages: tuple[Passage, ...]
    answer_group: int = 0


def write_entries(path: Path, entries: Sequence[Entry]) -> None:
    """Write `entries`, already in their final order, to a new SQLite file.

    Args:
        path: The file to make; it must not exist.
        entries: Records in date order; their passages get rows in the same order, from 0.

    Raises:
        OSError: If the disk is full or the file can't be written.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA + "BEGIN;")
        row = 0
        for number, entry in enumerate(entries):
            _write_entry(connection, number, entry, row)
            row += len(entry.passages)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise OSError(f"{path.name}: {error}") from error
    finally:
        connection.close()


def _write_entry(connection: sqlite3.Connection, number: int, entry: Entry, row: int) -> None:
    values = {
        "number": number,
        "answer_group": entry.answer_group,
        **record_row(entry.record, entry.status),
        "facts": msgspec.json.encode(entry.record),
        "status": msgspec.json.encode(entry.status),
    }
    places = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO records ({', '.join(values)}) VALUES ({places})", values)
    connection.executemany(
        "INSERT INTO findings VALUES (?, ?, ?)",
        [(number, name, passage) for name, passage in findings_in(entry.status, entry.passages)],
    )
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (row + place, number, p.ordinal, p.text, p.context, p.first_block, p.last_block, p.hash)
            for place, p in enumerate(entry.passages)
        ],
    )


def record_row(record: Record, status: AnswerStatus) -> dict[str, str | int | None]:
    """Return what filters look at of a record, by column."""
    minister, asker = record.answerer, record.asker
    return {
        "key": record.key,
        "api_id": record.api_id,
        "kind": str(status.kind),
        "bare": int(status.bare),
        "reader": record.provenance.reader,
        "inferred": " ".join(record.inferred),
        "house": str(record.house) if record.house else None,
        "uin": record.uin,
        "heading": record.heading,
        "answering_body": record.answering_body,
        "answering_body_id": record.answering_body_id,
        "minister": minister.name if minister else None,
        "minister_id": minister.id if minister else None,
        "post": minister.post if minister else None,
        "asker": asker.name if asker else None,
        "asker_id": asker.id if asker else None,
        "party": asker.party if asker else None,
        "tabled": _iso(record.tabled),
        "answered": _iso(record.answered),
        "corrected": _iso(record.corrected),
    }


def findings_in(status: AnswerStatus, passages: Sequence[Passage]) -> Iterator[tuple[FindingName, int | None]]:
    """Yield each finding once with the ordinal of its passage; None where it belongs to the whole answer."""
    found = {(finding.name, _passage_of(finding, passages)): None for finding in status.findings}
    yield from found


def _passage_of(finding: Finding, passages: Sequence[Passage]) -> int | None:
    if finding.block is None:
        return None
    holding = [p for p in passages if p.first_block <= finding.block <= p.last_block]
    if len(holding) > 1:
        # A long paragraph was split at sentences: count along its parts.
        passed = 0
        for passage in holding:
            passed += len(passage.text) + 1
            if finding.start < passed:
                return passage.ordinal
    return holding[-1].ordinal if holding else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
