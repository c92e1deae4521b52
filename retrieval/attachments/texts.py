"""The text of attachments kept by address, so that each is fetched and read once.

DIR/attachments.sqlite    one row an address: what was read of the file, or why nothing was; never the file itself

The same table, `attachment_texts`, is part of each snapshot, with the rows of the attachments in it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from retrieval.attachments.extracted import Extracted, Part
from retrieval.errors import PublishFailed
from retrieval.records import Block

ATTACHMENTS_FILE: Final = "attachments.sqlite"

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS attachment_texts (
    url TEXT PRIMARY KEY, name BLOB NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    media_type TEXT, fetched_on TEXT NOT NULL, extractor TEXT NOT NULL, reason TEXT, left_out TEXT,
    blocks BLOB NOT NULL, parts TEXT NOT NULL
) WITHOUT ROWID;
"""
COLUMNS: Final = "url, name, sha256, size_bytes, media_type, fetched_on, extractor, reason, left_out, blocks, parts"
_INSERT: Final = f"INSERT OR REPLACE INTO attachment_texts VALUES ({', '.join('?' * len(COLUMNS.split(', ')))})"


@dataclass(frozen=True, slots=True)
class AttachmentText:
    """What was read of one attachment. Primary key: `url`.

    Rights in the text are not known: the licence of answers does not say that it covers what departments attach.

    Attributes:
        url: Where the file is.
        sha256: Of the file, in hex; empty where there was none to be had.
        size_bytes: Of the file; 0 likewise.
        media_type: As the answer's source gives it.
        fetched_on: The day it was asked for.
        extractor: What read it, with version; empty where nothing did.
        blocks: Paragraphs and table rows, in reading order; their `attachment` is 0, as the number of an
            attachment belongs to an answer.
        parts: Pages or sheets with text, in order.
        reason: Why there is no text; None where there is some.
        left_out: What of it was not read, in words; None where all was.
    """

    url: str
    sha256: str
    size_bytes: int
    media_type: str | None
    fetched_on: date
    extractor: str = ""
    blocks: tuple[Block, ...] = ()
    parts: tuple[Part, ...] = ()
    reason: str | None = None
    left_out: str | None = None

    @classmethod
    def of(cls, url: str, media_type: str | None, day: date, data: bytes, found: Extracted) -> AttachmentText:
        """Return what is kept of a file that was read."""
        digest = hashlib.sha256(data).hexdigest() if data else ""
        return cls(
            url=url,
            sha256=digest,
            size_bytes=len(data),
            media_type=media_type,
            fetched_on=day,
            extractor=found.extractor,
            blocks=found.blocks,
            parts=found.parts,
            reason=found.reason,
            left_out=found.left_out,
        )

    @property
    def name(self) -> bytes:
        """What changes with anything that is shown of it, the day apart: 16 bytes."""
        shown = (self.url, self.sha256, self.blocks, self.parts, self.reason, self.left_out)
        return hashlib.sha256(msgspec.json.encode(shown)).digest()[:16]

    @property
    def text(self) -> str:
        """Its blocks in order, one a line."""
        return "\n".join(block.text for block in self.blocks)


def insert_texts(connection: sqlite3.Connection, texts: Iterable[AttachmentText]) -> None:
    """Put texts into the table, in the place of those of the same address."""
    connection.executemany(_INSERT, map(_row_of, texts))


def text_of(row: Sequence[object]) -> AttachmentText | None:
    """Return the text in a row of the table; None where it is not as it was written.

    Args:
        row: The columns of `COLUMNS`.
    """
    url, name, sha256, size, media_type, fetched_on, extractor, reason, left_out, blocks, parts = row
    try:
        raw = zlib.decompress(blocks if isinstance(blocks, bytes) else b"")
        text = AttachmentText(
            url=str(url),
            sha256=str(sha256),
            size_bytes=int(str(size)),
            media_type=_optional(media_type),
            fetched_on=date.fromisoformat(str(fetched_on)),
            extractor=str(extractor),
            blocks=msgspec.json.decode(raw, type=tuple[Block, ...]),
            parts=msgspec.json.decode(str(parts), type=tuple[Part, ...]),
            reason=_optional(reason),
            left_out=_optional(left_out),
        )
    except (zlib.error, msgspec.DecodeError, ValueError):
        return None
    return text if text.name == name else None


def name_of(row: Sequence[object]) -> tuple[bytes, bool]:
    """Return the name of a text and whether it has any, from the columns `name` and `reason`."""
    name, reason = row
    return (name if isinstance(name, bytes) else b"", reason is None)


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _row_of(text: AttachmentText) -> tuple[object, ...]:
    return (
        text.url,
        text.name,
        text.sha256,
        text.size_bytes,
        text.media_type,
        text.fetched_on.isoformat(),
        text.extractor,
        text.reason,
        text.left_out,
        zlib.compress(msgspec.json.encode(text.blocks), 6),
        msgspec.json.encode(text.parts).decode(),
    )


class AttachmentTexts:
    """The texts kept in one data directory.

    Readers see the file as it was when they first looked, until they close it.

    Args:
        data: The data directory.

    Raises:
        PublishFailed: If the file can't be made or written.
    """

    def __init__(self, data: Path) -> None:
        """Open the file, and make a new one in the place of one that SQLite can't read: all can be fetched again."""
        self.path = data / ATTACHMENTS_FILE
        try:
            data.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = self._opened()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                for path in data.glob(f"{ATTACHMENTS_FILE}*"):
                    path.unlink()
                self._connection = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise self._failed(error) from error

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {SCHEMA}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _failed(self, error: Exception) -> PublishFailed:
        return PublishFailed(f"{self.path} can't be used ({error}): what was kept in it before stands")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def hold(self) -> None:
        """Go on seeing the file as it is now, whatever another process keeps in it meanwhile."""
        self._rows("BEGIN")
        self._rows("SELECT count(*) FROM attachment_texts")

    def __len__(self) -> int:
        """Return of how many addresses something is kept, be it only a reason."""
        return int(str(self._rows("SELECT count(*) FROM attachment_texts")[0][0]))

    def get(self, url: str) -> AttachmentText | None:
        """Return what is kept of an address; None where nothing is, or it is not as it was written."""
        found = self._rows(f"SELECT {COLUMNS} FROM attachment_texts WHERE url = ?", (url,))
        return text_of(found[0]) if found else None

    def name_of(self, url: str) -> tuple[bytes, bool] | None:
        """Return the name of what is kept of an address, and whether it has text; None where nothing is kept."""
        found = self._rows("SELECT name, reason FROM attachment_texts WHERE url = ?", (url,))
        return name_of(found[0]) if found else None

    def states(self) -> dict[str, tuple[bool, str]]:
        """Return by address whether there is text, and what read it."""
        rows = self._rows("SELECT url, reason, extractor FROM attachment_texts")
        return {str(url): (reason is None, str(extractor)) for url, reason, extractor in rows}

    def keep(self, texts: Iterable[AttachmentText]) -> None:
        """Keep texts, all of them or none.

        Raises:
            PublishFailed: If the disk is full or can't be written.
        """
        try:
            with self._connection:
                self._connection.execute("BEGIN")
                insert_texts(self._connection, texts)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def remove(self, urls: Iterable[str]) -> None:
        """Keep nothing of these addresses.

        Raises:
            PublishFailed: If the disk is full or can't be written.
        """
        try:
            with self._connection:
                self._connection.execute("BEGIN")
                self._connection.executemany("DELETE FROM attachment_texts WHERE url = ?", [(url,) for url in urls])
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _rows(self, sql: str, values: Sequence[str] = ()) -> list[tuple[object, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error
