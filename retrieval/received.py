"""The records as their sources gave them, kept so that any later version can read them again.

The file has one table, whose shape stays the same in every format to come: `despatch upgrade` rebuilds a
snapshot of any format from it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from retrieval.errors import SnapshotDamaged
from retrieval.records import Provenance
from retrieval.sources import Received

_SCHEMA = """
CREATE TABLE received (
    key TEXT PRIMARY KEY, reader TEXT NOT NULL, source TEXT NOT NULL, place INTEGER NOT NULL,
    read_on TEXT NOT NULL, raw BLOB NOT NULL
)
"""


def write_received(path: Path, records: Iterable[tuple[str, Received]]) -> None:
    """Write records to a new SQLite file, each compressed by zlib.

    Args:
        path: The file to make; it must not exist.
        records: Each with the key of the record read from it.

    Raises:
        OSError: If the disk is full or the file can't be written.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA}; BEGIN;")
            for key, received in records:
                source = received.provenance
                packed = zlib.compress(received.raw, 6)
                values = (
                    key,
                    received.reader,
                    source.source,
                    source.place,
                    source.read_on.isoformat(),
                    packed,
                )
                connection.execute("INSERT INTO received VALUES (?, ?, ?, ?, ?, ?)", values)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise OSError(f"{path.name}: {error}") from error


def read_received(path: Path) -> Iterator[tuple[str, Received]]:
    """Yield each record as received, with its key, in the order of the keys.

    Raises:
        SnapshotDamaged: If SQLite can't read the file.
    """
    try:
        with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro&immutable=1", uri=True)) as connection:
            rows = connection.execute("SELECT key, reader, source, place, read_on, raw FROM received ORDER BY key")
            for key, reader, source, place, read_on, raw in rows:
                provenance = Provenance(reader, source, place, date.fromisoformat(read_on))
                yield key, Received(reader=reader, raw=zlib.decompress(raw), provenance=provenance)
    except (sqlite3.Error, zlib.error) as error:
        raise SnapshotDamaged(f"{path.name} can't be read ({error}): build again") from error
