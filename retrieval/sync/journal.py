"""The small SQLite file that keeps what a sync has under way and no snapshot holds yet.

Every step is one transaction, so a process killed at any moment leaves the last step whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from retrieval.errors import DirectoryBusy, OtherFormat, PublishFailed, SnapshotDamaged, SnapshotError

JOURNAL_FILE = "sync.sqlite"
_VERSION = 1
# The low byte of a result code of SQLite names the kind, https://sqlite.org/rescode.html.
_PRIMARY = 0xFF
_SCHEMA = """
CREATE TABLE IF NOT EXISTS scope (place INTEGER PRIMARY KEY, spec TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run (
    number INTEGER PRIMARY KEY, request TEXT NOT NULL, scopes TEXT NOT NULL, started TEXT NOT NULL, totals TEXT
);
CREATE TABLE IF NOT EXISTS window (
    place INTEGER PRIMARY KEY, spec TEXT NOT NULL, state TEXT NOT NULL, skip INTEGER NOT NULL, tries INTEGER NOT NULL,
    seen INTEGER NOT NULL, total INTEGER NOT NULL, withdrawn INTEGER NOT NULL, vanished INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS seen (id INTEGER PRIMARY KEY, withdrawn INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS walked (spec TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS queue (
    number INTEGER PRIMARY KEY, genre TEXT NOT NULL, id INTEGER NOT NULL, why TEXT NOT NULL, urgent INTEGER NOT NULL,
    row BLOB, house TEXT, month TEXT, tries INTEGER NOT NULL, run INTEGER NOT NULL, reason TEXT,
    UNIQUE (genre, id)
);
CREATE TABLE IF NOT EXISTS pending (
    genre TEXT NOT NULL, id INTEGER NOT NULL, raw BLOB NOT NULL, source TEXT NOT NULL, read_on TEXT NOT NULL,
    whole INTEGER NOT NULL, PRIMARY KEY (genre, id)
);
CREATE TABLE IF NOT EXISTS withdrawn (genre TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (genre, id));
CREATE TABLE IF NOT EXISTS withdrawn_key (
    genre TEXT NOT NULL, id INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (genre, id)
);
CREATE TABLE IF NOT EXISTS settled (
    genre TEXT NOT NULL, id INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (genre, id)
);
"""


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Let one sync at a time work in a data directory, and nothing that must not come between.

    Raises:
        DirectoryBusy: If another sync is at work there.
        PublishFailed: If the directory can't be written.
    """
    lock = FileLock(data / ".sync.lock", timeout=0)
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DirectoryBusy(f"another sync is at work in {data}: wait until it ends, then run this again") from error
    except OSError as error:
        raise PublishFailed(f"{data} can't be written ({error}): choose another data directory") from error
    try:
        yield
    finally:
        lock.release()


def put_aside(data: Path) -> Path:
    """Give a journal that is damaged another name, in the place of one put aside before, so that a new one is begun.

    Returns:
        The file under its new name.

    Raises:
        OSError: If the folder can't be written.
    """
    for ending in ("-shm", "-wal", ""):
        path = data / f"{JOURNAL_FILE}{ending}"
        if path.exists():
            path.replace(data / f"{JOURNAL_FILE}.damaged{ending}")
    return data / f"{JOURNAL_FILE}.damaged"


class Journal:
    """An open journal; of one thread, while others may write to the same file.

    Args:
        data: The data directory; made if need be.

    Raises:
        PublishFailed: If the file can't be made.
        SnapshotDamaged: If it is no journal.
        OtherFormat: If a newer version wrote it.
    """

    def __init__(self, data: Path) -> None:
        """Open the file, and make its tables if it is new."""
        self._path = data / JOURNAL_FILE
        try:
            data.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, isolation_level=None, timeout=60)
        except (OSError, sqlite3.Error) as error:
            raise PublishFailed(f"{self._path} can't be written ({error}): nothing was fetched") from error
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        # What was published leaves the file, and the room it took is given back; this counts for new files only.
        self.rows("PRAGMA auto_vacuum=FULL")
        version = int(str(self.rows("PRAGMA user_version")[0][0]))
        if version > _VERSION:
            raise OtherFormat(
                f"{self._path} has format {version}, this version knows {_VERSION}: install the Despatch Box that "
                "wrote it, or remove the file to list everything again"
            )
        self.rows("PRAGMA journal_mode=WAL")
        self.rows("PRAGMA synchronous=NORMAL")
        with self.transaction():
            for statement in _SCHEMA.split(";"):
                self.run(statement)
            self.run(f"PRAGMA user_version={_VERSION}")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one statement and return its rows.

        Raises:
            SnapshotDamaged: If the file is no journal any more.
            DirectoryBusy: If another process holds it.
            PublishFailed: If it can't be read or written, or the disk is full.
        """
        with self._guarded():
            return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement and return how many rows it changed.

        Raises:
            SnapshotDamaged: If the file is no journal any more.
            DirectoryBusy: If another process holds it.
            PublishFailed: If it can't be read or written, or the disk is full.
        """
        with self._guarded():
            return self._connection.execute(sql, values).rowcount

    def count(self, sql: str, values: Sequence[object] = ()) -> int:
        """Return the one number that a statement gives."""
        return int(str(self.rows(sql, values)[0][0]))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all that is done inside, or nothing of it."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            # Text that is not UTF-8 is an operational error too, by Python alone: SQLite has no code for it.
            if isinstance(error, sqlite3.OperationalError) and hasattr(error, "sqlite_errorcode"):
                raise self._unwritten(error) from error
            raise SnapshotDamaged(
                f"{self._path} can't be read ({error}): remove it and sync again; what was published stays"
            ) from error

    def _unwritten(self, error: sqlite3.OperationalError) -> SnapshotError:
        """Return what is told of an error: SQLite has one kind for many causes, and its code tells them apart."""
        code = error.sqlite_errorcode & _PRIMARY
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return DirectoryBusy(f"{self._path} is in use by another sync or build: wait until it ends, then run again")
        if code == sqlite3.SQLITE_FULL:
            next_step = "make room on the disk, then run this again"
        else:
            next_step = "see that the disk works and the file may be read and written, then run this again"
        return PublishFailed(f"{self._path} can't be written ({error}): {next_step}")
