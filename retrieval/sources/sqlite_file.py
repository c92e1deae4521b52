"""An SQLite database from outside: nothing in it is trusted, and nothing is run but reads of its plain tables."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from retrieval.errors import SourceError
from retrieval.sources.documents import Document, unreadable

# https://www.sqlite.org/fileformat.html#the_database_header
MAGIC = b"SQLite format 3\0"
# The longest real answer is well under 1 MiB.
MAX_CELL_BYTES = 1 << 24
# As https://www.sqlite.org/security.html advises for databases from outside.
_PRECAUTIONS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA query_only = ON",
    "PRAGMA mmap_size = 0",
)

# Python can't decode SQLite's message where that quotes a damaged file, and says so in the message's place.
_DAMAGED = (sqlite3.Error, UnicodeDecodeError)

Cell = int | float | bytes | None


@dataclass(frozen=True, slots=True)
class SqliteTable:
    """A plain table and its stored columns, in order. Primary key: `name`."""

    name: str
    columns: tuple[str, ...]


class SqliteFile:
    """A database opened for reading; `opened` makes one."""

    def __init__(self, path: str, connection: sqlite3.Connection, size: int) -> None:
        """Keep what `opened` opened."""
        self.path = path
        self._connection = connection
        self._size = size

    @property
    def tables(self) -> tuple[SqliteTable, ...]:
        """The plain tables by name: no views, no virtual tables and nothing of SQLite's own.

        Raises:
            SourceError: If the database is damaged.
        """
        select = "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
        found = []
        for name, sql in self._all(select):
            label = _text(name)
            if not label.startswith("sqlite_") and not _text(sql).upper().startswith("CREATE VIRTUAL"):
                # table_info leaves out the columns that SQLite would have to work out.
                columns = tuple(_text(row[1]) for row in self._all(f"PRAGMA table_info({_quoted(label)})"))
                found.append(SqliteTable(label, columns))
        return tuple(found)

    def rows(self, table: SqliteTable, columns: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
        """Yield the cells of `columns` in every row, in the order of storage; text comes as its UTF-8 bytes.

        Raises:
            SourceError: Where the database is damaged, so that nothing after this row can be read.
        """
        names = ", ".join(map(_quoted, columns))
        left = self._size * 2  # text can be stored as UTF-16, and UTF-8 is at most twice as long
        number = 0
        try:
            for row in self._connection.execute(f"SELECT {names} FROM {_quoted(table.name)}"):
                number += 1
                left -= 1 + sum(len(cell) for cell in row if isinstance(cell, bytes))
                if left < 0:
                    reason = f"table {table.name} gives more than the file can hold: it is damaged, fetch it again"
                    raise SourceError(self.path, reason, number)
                yield row
        except _DAMAGED as error:
            raise self._broken(error, f"table {table.name}, about row {number + 1}") from error

    def cells(self, table: SqliteTable, columns: Sequence[str], where: str, value: int | bytes) -> tuple[Cell, ...]:
        """Return the cells of `columns` in the first row in which the column `where` is `value`; () if there is none.

        Args:
            table: The table.
            columns: The columns wanted.
            where: The column looked in.
            value: A number, or a text or blob as its bytes.

        Raises:
            SourceError: If the database is damaged.
        """
        names = ", ".join(map(_quoted, columns))
        select = f"SELECT {names} FROM {_quoted(table.name)} WHERE {_quoted(where)} IN (?, ?) LIMIT 1"
        # A cell that came as bytes can be stored as text, which SQLite holds to be another value than a blob.
        found = self._all(select, value, value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
        return found[0] if found else ()

    def _all(self, sql: str, *values: int | bytes | str) -> list[tuple[Cell, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except _DAMAGED as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception, place: str = "") -> SourceError:
        reason = f"is an SQLite file that can't be read ({error}): fetch it again"
        return SourceError(self.path, f"{place}: {reason}" if place else reason)


@contextmanager
def opened(document: Document) -> Iterator[SqliteFile]:
    """Open `document`, which starts as an SQLite file does; a copy of it if it is compressed or no file.

    The connection can't write, can't load extensions, runs no function, view or trigger of the file, and takes
    no lock.

    Raises:
        SourceError: If it can't be read, or a journal beside it holds changes that are not in it.
    """
    if _is_plain_file(document.path):
        _check_journals(document.path)
        with _connected(document.path, Path(document.path)) as file:
            yield file
        return
    with _copied(document) as copy, _connected(document.path, copy) as file:
        yield file


@contextmanager
def _copied(document: Document) -> Iterator[Path]:
    try:
        copy = NamedTemporaryFile(prefix="despatch-", suffix=".sqlite")  # noqa: SIM115 - closed below
    except OSError as error:
        raise SourceError(document.path, f"can't be copied to be read ({error.strerror or error})") from error
    with copy:
        try:
            with document.open() as stream:
                shutil.copyfileobj(stream, copy)
            copy.flush()
        except OSError as error:
            raise unreadable(document.path, error) from error
        yield Path(copy.name)


def _is_plain_file(path: str) -> bool:
    """Say whether `path` is a file that SQLite can open as it stands."""
    try:
        if path == "-" or not stat.S_ISREG(Path(path).stat().st_mode):
            return False
        with Path(path).open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _check_journals(path: str) -> None:
    for ending in ("-wal", "-journal"):
        with suppress(OSError):
            if Path(path + ending).stat().st_size:
                name = Path(path).name + ending
                raise SourceError(path, f"has changes waiting in {name}: close the program that writes it first")


@contextmanager
def _connected(path: str, real: Path) -> Iterator[SqliteFile]:
    # Immutable: no lock, no journal and no shared memory beside the file, which may be on a read-only disk.
    uri = f"{real.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    except _DAMAGED as error:
        reason = f"can't be opened ({error}): SQLite takes paths of up to 512 bytes that it may read"
        raise SourceError(path, reason) from error
    with closing(connection):
        try:
            connection.text_factory = bytes
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL_BYTES)
            for pragma in _PRECAUTIONS:
                connection.execute(pragma).fetchall()
            connection.set_authorizer(_allowed)
        except _DAMAGED as error:
            raise SourceError(path, f"is an SQLite file that can't be read ({error}): fetch it again") from error
        yield SqliteFile(path, connection, real.stat().st_size)


def _allowed(action: int, first: str | None, _second: str | None, _database: str | None, source: str | None) -> int:
    """Let through reads of columns that no view or trigger asks for; SQLite refuses the rest."""
    reads = action == sqlite3.SQLITE_READ and source is None
    lists = action == sqlite3.SQLITE_PRAGMA and first == "table_info"
    return sqlite3.SQLITE_OK if reads or lists or action == sqlite3.SQLITE_SELECT else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(cell: Cell) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else ""
