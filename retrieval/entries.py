"""A record with all that is worked out from it, and how that is written to the store file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from retrieval.attachments.texts import SCHEMA, AttachmentText, insert_texts
from retrieval.departments import answers_as_minister
from retrieval.mentions import Mention
from retrieval.passages import Passage
from retrieval.records import FindingName, Record
from retrieval.resolving import Resolution
from retrieval.status import AnswerStatus, Finding

_SCHEMA = (
    """
CREATE TABLE records (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, api_id INTEGER UNIQUE, statement_id INTEGER UNIQUE,
    genre TEXT NOT NULL, answer_group INTEGER NOT NULL, near_group INTEGER NOT NULL, kind TEXT NOT NULL,
    bare INTEGER NOT NULL, points INTEGER NOT NULL,
    reader TEXT NOT NULL, inferred TEXT NOT NULL, house TEXT, uin TEXT, heading TEXT,
    answering_body TEXT, answering_body_id INTEGER, ministerial INTEGER,
    minister TEXT, minister_id INTEGER, post TEXT, asker TEXT, asker_id INTEGER, party TEXT,
    tabled TEXT, answered TEXT, corrected TEXT,
    mark BLOB NOT NULL, facts BLOB NOT NULL, status BLOB NOT NULL, mentions BLOB NOT NULL
);
CREATE TABLE findings (record INTEGER NOT NULL, name TEXT NOT NULL, passage INTEGER);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, record INTEGER NOT NULL, ordinal INTEGER NOT NULL, text TEXT NOT NULL,
    context TEXT NOT NULL, first_block INTEGER NOT NULL, last_block INTEGER NOT NULL, hash TEXT NOT NULL,
    encoded BLOB NOT NULL
);
CREATE TABLE unanswered (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, api_id INTEGER UNIQUE, house TEXT, uin TEXT,
    answering_body TEXT, answering_body_id INTEGER, asker TEXT, asker_id INTEGER, party TEXT,
    tabled TEXT, due TEXT, inferred TEXT NOT NULL, mark BLOB NOT NULL, facts BLOB NOT NULL
);
CREATE TABLE refs (
    source TEXT NOT NULL, place INTEGER NOT NULL, role TEXT NOT NULL, target TEXT, reason TEXT NOT NULL,
    PRIMARY KEY (source, place)
);
CREATE TABLE pointers (source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (source, target));
CREATE TABLE links (statement TEXT NOT NULL, link TEXT NOT NULL, id INTEGER NOT NULL);
CREATE TABLE attached_passages (row INTEGER PRIMARY KEY, attachment INTEGER NOT NULL);
CREATE TABLE attached_marks (record INTEGER PRIMARY KEY, mark BLOB NOT NULL);
CREATE TABLE copies (key TEXT NOT NULL, provenance BLOB NOT NULL);
CREATE TABLE redirects (old_key TEXT PRIMARY KEY, key TEXT NOT NULL);
CREATE INDEX records_by_group ON records (answer_group);
CREATE INDEX records_by_body ON records (answering_body);
CREATE INDEX records_by_mark ON records (mark);
CREATE INDEX findings_by_name ON findings (name, record);
CREATE UNIQUE INDEX passages_by_record ON passages (record, ordinal);
CREATE INDEX refs_by_target ON refs (target);
CREATE INDEX pointers_by_target ON pointers (target);
CREATE INDEX links_by_id ON links (id);
CREATE INDEX copies_by_key ON copies (key);
"""
    + SCHEMA
)


@dataclass(frozen=True, slots=True)
class Derived:
    """What is worked out of one answered record, from its own text alone.

    Attributes:
        status: Its kind and findings.
        passages: Its answer in quotable pieces, in order, at least one; then the text of its attachments likewise.
        encoded: By passage, the name of the text that the encoder reads for it.
        mentions: The other answers and statements that it names.
    """

    status: AnswerStatus
    passages: tuple[Passage, ...]
    encoded: tuple[bytes, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered record with all that is kept of it. Primary key: `record.key`.

    Attributes:
        record: With what the member register adds.
        mark: Names what was received.
        derived: What is worked out of it.
        answer_group: Number shared by the records whose answers have the same clean text and body.
        resolutions: What each of its mentions leads to, in their order.
        attached: Names the texts of attachments that its passages were made with; empty where there are none.
        targets: Of a pointer, the keys of the answers of substance that it leads to in the end.
        near_group: The answer group that its answer nearly repeats; None for its own.
    """

    record: Record
    mark: bytes
    derived: Derived
    answer_group: int
    resolutions: tuple[Resolution, ...] = ()
    targets: tuple[str, ...] = ()
    attached: bytes = b""
    near_group: int | None = None


def write_entries(
    path: Path,
    entries: Sequence[Entry],
    unanswered: Sequence[tuple[Record, bytes]],
    copies: Sequence[tuple[str, bytes]],
    redirects: Sequence[tuple[str, str]],
    attachment_texts: Iterable[AttachmentText] = (),
) -> None:
    """Write what a snapshot holds, already in its final order, to a new SQLite file.

    Args:
        path: The file to make; it must not exist.
        entries: Records in date order; their passages get rows in the same order, from 0.
        unanswered: Questions that wait for an answer, each with its mark.
        copies: By key, provenances (as JSON) of the copies that are not served.
        redirects: From keys of before to keys of now.
        attachment_texts: What was read of the attachments of the entries, each address once.

    Raises:
        OSError: If the disk is full or the file can't be written.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA + "BEGIN;")
        row = 0
        for number, entry in enumerate(entries):
            _write_entry(connection, number, entry, row)
            row += len(entry.derived.passages)
        for number, (record, mark) in enumerate(unanswered):
            values = {"number": number, **unanswered_row(record), "mark": mark, "facts": msgspec.json.encode(record)}
            _insert(connection, "unanswered", values)
        connection.executemany("INSERT INTO copies VALUES (?, ?)", copies)
        connection.executemany("INSERT INTO redirects VALUES (?, ?)", redirects)
        insert_texts(connection, attachment_texts)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise OSError(f"{path.name}: {error}") from error
    finally:
        connection.close()


def _write_entry(connection: sqlite3.Connection, number: int, entry: Entry, row: int) -> None:
    derived, key = entry.derived, entry.record.key
    values = {
        "number": number,
        "answer_group": entry.answer_group,
        "near_group": entry.answer_group if entry.near_group is None else entry.near_group,
        "points": int(bool(entry.targets)),
        **record_row(entry.record, derived.status),
        "mark": entry.mark,
        "facts": msgspec.json.encode(entry.record),
        "status": msgspec.json.encode(derived.status),
        "mentions": msgspec.json.encode(derived.mentions),
    }
    _insert(connection, "records", values)
    connection.executemany(
        "INSERT INTO findings VALUES (?, ?, ?)",
        [(number, name, passage) for name, passage in findings_in(derived.status, derived.passages)],
    )
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (row + place, number, p.ordinal, p.text, p.context, p.first_block, p.last_block, p.hash, encoded)
            for place, (p, encoded) in enumerate(zip(derived.passages, derived.encoded, strict=True))
        ],
    )
    connection.executemany(
        "INSERT INTO attached_passages VALUES (?, ?)",
        [(row + place, p.attachment) for place, p in enumerate(derived.passages) if p.attachment],
    )
    if entry.attached:
        connection.execute("INSERT INTO attached_marks VALUES (?, ?)", (number, entry.attached))
    connection.executemany(
        "INSERT INTO refs VALUES (?, ?, ?, ?, ?)",
        [
            (key, place, str(mention.role), resolution.target, str(resolution.reason))
            for place, (mention, resolution) in enumerate(zip(derived.mentions, entry.resolutions, strict=True))
        ],
    )

    connection.executemany(
        "INSERT INTO links VALUES (?, ?, ?)", [(key, linked.link, linked.id) for linked in entry.record.linked]
    )
    connection.executemany("INSERT INTO pointers VALUES (?, ?)", [(key, target) for target in entry.targets])


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, str | int | bytes | None]) -> None:
    places = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", values)


def record_row(record: Record, status: AnswerStatus) -> dict[str, str | int | bytes | None]:
    """Return what filters look at of a record, by column."""
    minister = record.answerer
    ministerial = answers_as_minister(record.answering_body, record.answering_body_id)
    return {
        "key": record.key,
        "api_id": record.api_id,
        "statement_id": record.statement_id,
        "genre": str(record.genre),
        "kind": str(status.kind),
        "bare": int(status.bare),
        "reader": record.provenance.reader,
        "inferred": " ".join(record.inferred),
        "house": str(record.house) if record.house else None,
        "uin": record.uin,
        "heading": record.heading,
        "answering_body": record.answering_body,
        "answering_body_id": record.answering_body_id,
        "ministerial": None if ministerial is None else int(ministerial),
        "minister": minister.name if minister else None,
        "minister_id": minister.id if minister else None,
        "post": minister.post if minister else None,
        **_asker_row(record),
        "tabled": _iso(record.tabled),
        "answered": _iso(record.answered),
        "corrected": _iso(record.corrected),
    }


def unanswered_row(record: Record) -> dict[str, str | int | bytes | None]:
    """Return what filters look at of a question that waits for an answer, by column."""
    return {
        "key": record.key,
        "api_id": record.api_id,
        "house": str(record.house) if record.house else None,
        "uin": record.uin,
        "answering_body": record.answering_body,
        "answering_body_id": record.answering_body_id,
        **_asker_row(record),
        "tabled": _iso(record.tabled),
        "due": _iso(record.due),
        "inferred": " ".join(record.inferred),
    }


def _asker_row(record: Record) -> dict[str, str | int | bytes | None]:
    asker = record.asker
    return {
        "asker": asker.name if asker else None,
        "asker_id": asker.id if asker else None,
        "party": asker.party if asker else None,
    }


def findings_in(status: AnswerStatus, passages: Sequence[Passage]) -> Iterator[tuple[FindingName, int | None]]:
    """Yield each finding once with the ordinal of its passage; None where it belongs to the whole answer."""
    found = {(finding.name, _passage_of(finding, passages)): None for finding in status.findings}
    yield from found


def _passage_of(finding: Finding, passages: Sequence[Passage]) -> int | None:
    if finding.block is None:
        return None
    holding = [p for p in passages if not p.attachment and p.first_block <= finding.block <= p.last_block]
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
