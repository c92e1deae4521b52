"""The records as their sources gave them, kept so that any later version can read them again.

The table `received` has the same shape in every format; `despatch upgrade` rebuilds a snapshot of any format from
it. Format 2 added the tables beside it; where they are missing, there is nothing in them.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from retrieval.errors import SnapshotDamaged
from retrieval.records import Provenance
from retrieval.sources import Received

_ROWS_AT_ONCE = 200
_SCHEMA = """
CREATE TABLE received (
    key TEXT PRIMARY KEY, reader TEXT NOT NULL, source TEXT NOT NULL, place INTEGER NOT NULL,
    read_on TEXT NOT NULL, raw BLOB NOT NULL
);
CREATE TABLE earlier (
    key TEXT NOT NULL, number INTEGER NOT NULL, reader TEXT NOT NULL, source TEXT NOT NULL, place INTEGER NOT NULL,
    read_on TEXT NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (key, number)
);
CREATE TABLE copies (
    key TEXT NOT NULL, number INTEGER NOT NULL, reader TEXT NOT NULL, source TEXT NOT NULL, place INTEGER NOT NULL,
    read_on TEXT NOT NULL, PRIMARY KEY (key, number)
);
CREATE TABLE other_ids (key TEXT NOT NULL, api_id INTEGER PRIMARY KEY);
CREATE TABLE redirects (old_key TEXT PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE tombstones (name TEXT PRIMARY KEY);
CREATE TABLE set_aside (
    key TEXT PRIMARY KEY, reader TEXT NOT NULL, source TEXT NOT NULL, place INTEGER NOT NULL,
    read_on TEXT NOT NULL, raw BLOB NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Held:
    """One question or statement as it is kept. Primary key: `key`.

    Attributes:
        key: Key of the record read from it.
        received: The copy that is served.
        copies: Where other copies were read, by reader and source.
        earlier: What the same source gave before, where its text was another, oldest first.
        other_ids: The API's ids of it that only the other copies have.
    """

    key: str
    received: Received
    copies: tuple[Provenance, ...] = ()
    earlier: tuple[Received, ...] = ()
    other_ids: frozenset[int] = frozenset()


def write_received(
    path: Path,
    records: Iterable[Held],
    redirects: Mapping[str, str],
    tombstones: Iterable[str] = (),
    set_aside: Iterable[Held] = (),
) -> None:
    """Write records to a new SQLite file, each compressed by zlib.

    Args:
        path: The file to make; it must not exist.
        records: In the order of their keys, so that the same records make the same file.
        redirects: From keys of before to keys of now.
        tombstones: Names of what was withdrawn.
        set_aside: What this version can't read, kept for one that can.

    Raises:
        OSError: If the disk is full or the file can't be written.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA} BEGIN;")
            for held in records:
                _write_held(connection, held)
            connection.executemany("INSERT INTO redirects VALUES (?, ?)", sorted(redirects.items()))
            connection.executemany("INSERT INTO tombstones VALUES (?)", [(name,) for name in sorted(tombstones)])
            connection.executemany(
                "INSERT INTO set_aside VALUES (?, ?, ?, ?, ?, ?)",
                [(one.key, *_source_of(one.received.provenance), _packed(one.received)) for one in set_aside],
            )
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise OSError(f"{path.name}: {error}") from error


def _write_held(connection: sqlite3.Connection, held: Held) -> None:
    connection.execute(
        "INSERT INTO received VALUES (?, ?, ?, ?, ?, ?)",
        (held.key, *_source_of(held.received.provenance), _packed(held.received)),
    )
    connection.executemany(
        "INSERT INTO earlier VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(held.key, n, *_source_of(one.provenance), _packed(one)) for n, one in enumerate(held.earlier)],
    )
    connection.executemany(
        "INSERT INTO copies VALUES (?, ?, ?, ?, ?, ?)",
        [(held.key, n, *_source_of(copy)) for n, copy in enumerate(held.copies)],
    )
    connection.executemany("INSERT INTO other_ids VALUES (?, ?)", [(held.key, n) for n in sorted(held.other_ids)])


def _source_of(provenance: Provenance) -> tuple[str, str, int, str]:
    return (provenance.reader, provenance.source, provenance.place, provenance.read_on.isoformat())


def _packed(received: Received) -> bytes:
    return zlib.compress(received.raw, 6)


class ReceivedFile:
    """The read side of such a file, of any format.

    Args:
        path: A file that `write_received` of any version wrote, and whose hash was checked.

    Raises:
        SnapshotDamaged: If SQLite can't open it.
    """

    def __init__(self, path: Path) -> None:
        """Open the file: it stays readable when a later build removes it."""
        self._path = path
        self._lock = threading.Lock()
        try:
            uri = f"file:{path.resolve()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def all(self) -> Iterator[Held]:
        """Yield everything that is kept, in the order of the keys.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        earlier, copies = self._beside("earlier"), self._beside("copies")
        other_ids: dict[str, set[int]] = {}
        for number, owner in self.other_ids().items():
            other_ids.setdefault(owner, set()).add(number)
        sql = "SELECT key, reader, source, place, read_on, raw FROM received ORDER BY key"
        for name, *source, raw in self._rows(sql):
            key = str(name)
            yield Held(
                key,
                self._received(source, raw),
                tuple(_provenance(row) for row in copies.get(key, ())),
                tuple(self._received(row[:4], row[4]) for row in earlier.get(key, ())),
                frozenset(other_ids.get(key, ())),
            )

    def set_aside(self) -> Iterator[Held]:
        """Yield what the version that wrote the file could not read, in the order of the keys.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        sql = "SELECT key, reader, source, place, read_on, raw FROM set_aside ORDER BY key"
        for key, *source, raw in self._rows(sql) if self._has("set_aside") else ():
            yield Held(str(key), self._received(source, raw))

    def tombstones(self) -> frozenset[str]:
        """Return the names of what was withdrawn: keys, `id-` and the API's id, `statement-` and Parliament's id.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        return (
            frozenset(str(row[0]) for row in self._rows("SELECT name FROM tombstones"))
            if self._has("tombstones")
            else frozenset()
        )

    def earlier(self, key: str) -> tuple[Received, ...]:
        """Return what the source of the record `key` gave before, oldest first.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        rows = self._rows(
            "SELECT reader, source, place, read_on, raw FROM earlier WHERE key = ? ORDER BY number", (key,)
        )
        return tuple(self._received(source, raw) for *source, raw in rows)

    def keys_with_earlier(self) -> tuple[str, ...]:
        """Return the keys of the records whose source gave another text before, rising.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        if not self._has("earlier"):
            return ()
        return tuple(str(row[0]) for row in self._rows("SELECT DISTINCT key FROM earlier ORDER BY key"))

    def redirects(self) -> dict[str, str]:
        """Return the keys of before, with the keys that they lead to.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        if not self._has("redirects"):
            return {}
        return {str(old): str(new) for old, new in self._rows("SELECT old_key, key FROM redirects ORDER BY old_key")}

    def other_ids(self) -> dict[int, str]:
        """Return the API's ids that only copies have which are not served, with the keys of the records they are of.

        Raises:
            SnapshotDamaged: If SQLite can't read the file.
        """
        if not self._has("other_ids"):
            return {}
        return {int(str(number)): str(key) for key, number in self._rows("SELECT key, api_id FROM other_ids")}

    def _beside(self, table: str) -> dict[str, list[list[object]]]:
        found: dict[str, list[list[object]]] = {}
        if self._has(table):
            raw = ", raw" if table == "earlier" else ""
            sql = f"SELECT key, reader, source, place, read_on{raw} FROM {table} ORDER BY key, number"
            for key, *row in self._rows(sql):
                found.setdefault(str(key), []).append(row)
        return found

    def _has(self, table: str) -> bool:
        sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
        return next(self._rows(sql, (table,)))[0] == 1

    def _rows(self, sql: str, values: tuple[str, ...] = ()) -> Iterator[tuple[object, ...]]:
        try:
            with self._lock:
                cursor = self._connection.execute(sql, values)
            while True:
                with self._lock:
                    rows = cursor.fetchmany(_ROWS_AT_ONCE)
                if not rows:
                    return
                yield from rows
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _received(self, source: list[object], raw: object) -> Received:
        try:
            unpacked = zlib.decompress(raw if isinstance(raw, bytes) else b"")
        except zlib.error as error:
            raise self._damaged(error) from error
        provenance = _provenance(source)
        return Received(reader=provenance.reader, raw=unpacked, provenance=provenance)

    def _damaged(self, error: Exception) -> SnapshotDamaged:
        return SnapshotDamaged(f"{self._path.name} can't be read ({error}): build again")


def _provenance(row: list[object]) -> Provenance:
    reader, source, place, read_on = row
    return Provenance(str(reader), str(source), int(str(place)), date.fromisoformat(str(read_on)))


def read_received(path: Path) -> Iterator[tuple[str, Received]]:
    """Yield each record as received, with its key, in the order of the keys.

    Raises:
        SnapshotDamaged: If SQLite can't read the file.
    """
    for held in ReceivedFile(path).all():
        yield held.key, held.received
