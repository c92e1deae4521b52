"""SQLite files from outside: read as they are, whatever is in them, and nothing else is done."""

import gzip
import io
import sqlite3
import struct
from contextlib import closing

import pytest

from retrieval.errors import SourceError
from retrieval.sources import Document
from retrieval.sources.sqlite_file import MAX_CELL_BYTES, SqliteTable, opened


def made(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return str(path)


def read(path):
    """Each plain table with its rows."""
    with Document.at(path) as document, opened(document) as file:
        return {table.name: list(file.rows(table, table.columns)) for table in file.tables}


TWO = ("CREATE TABLE numbers (id INTEGER, name TEXT)", "INSERT INTO numbers VALUES (1, 'one'), (2, NULL)")


def test_rows_come_in_the_order_of_storage_with_text_as_bytes(tmp_path):
    path = made(tmp_path / "a b?c#d%20.sqlite", *TWO, "CREATE TABLE others (x REAL)", "INSERT INTO others VALUES (2.5)")
    assert read(path) == {"numbers": [(1, b"one"), (2, None)], "others": [(2.5,)]}


def test_a_compressed_file_is_read_as_a_plain_one(tmp_path):
    plain = made(tmp_path / "plain.sqlite", *TWO)
    packed = tmp_path / "packed.sqlite.gz"
    packed.write_bytes(gzip.compress((tmp_path / "plain.sqlite").read_bytes()))
    assert read(str(packed)) == read(plain)


def test_standard_input_is_read_as_a_file(tmp_path):
    made(tmp_path / "plain.sqlite", *TWO)
    stream = io.BytesIO((tmp_path / "plain.sqlite").read_bytes())
    with Document.of_stream("-", stream) as document, opened(document) as file:
        assert list(file.rows(file.tables[0], ("name",))) == [(b"one",), (None,)]


def test_a_compressed_file_that_breaks_off_is_refused(tmp_path):
    path = tmp_path / "packed.sqlite.gz"
    made(tmp_path / "plain.sqlite", *TWO, *(f"INSERT INTO numbers VALUES ({n}, '{n * n}')" for n in range(3000)))
    path.write_bytes(gzip.compress((tmp_path / "plain.sqlite").read_bytes())[:-2000])
    with pytest.raises(SourceError, match=r"packed\.sqlite\.gz: the gzip file stops short"):
        read(str(path))


def test_a_file_is_not_written_to_and_nothing_is_made_beside_it(tmp_path):
    path = tmp_path / "wal.sqlite"
    made(path, "PRAGMA journal_mode = wal", *TWO)
    before = path.read_bytes()
    assert before[18:20] == b"\x02\x02"  # it is in WAL mode, which SQLite likes to write for
    tmp_path.chmod(0o500)
    try:
        assert read(str(path)) == {"numbers": [(1, b"one"), (2, None)]}
    finally:
        tmp_path.chmod(0o700)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["wal.sqlite"]


def test_changes_that_wait_in_a_journal_are_not_passed_over(tmp_path):
    path = tmp_path / "busy.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        for statement in TWO:
            connection.execute(statement)
        with pytest.raises(SourceError, match=r"busy\.sqlite: has changes waiting in busy\.sqlite-wal: close the pro"):
            read(str(path))


def test_views_and_virtual_tables_and_computed_columns_are_not_looked_at(tmp_path):
    path = made(
        tmp_path / "schema.sqlite",
        *TWO,
        "CREATE VIEW everything AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        "CREATE VIRTUAL TABLE words USING fts5(text)",
        "CREATE TABLE computed (id INTEGER, loaded TEXT GENERATED ALWAYS AS (upper(id)) VIRTUAL)",
    )
    with Document.at(path) as document, opened(document) as file:
        plain = {table.name: table.columns for table in file.tables if not table.name.startswith("words_")}
        assert plain == {"computed": ("id",), "numbers": ("id", "name")}


@pytest.mark.parametrize(("table", "column"), [("everything", "id"), ("sqlite_dbpage", "data"), ("nothing", "id")])
def test_what_is_no_plain_table_is_refused(tmp_path, table, column):
    path = made(tmp_path / "schema.sqlite", *TWO, "CREATE VIEW everything AS SELECT id FROM numbers")
    refused = pytest.raises(SourceError, match=r"can't be read \((access to|not authorized|no such)")
    with Document.at(path) as document, opened(document) as file, refused:
        list(file.rows(SqliteTable(table, (column,)), (column,)))


def test_a_name_with_a_quotation_mark_is_a_name(tmp_path):
    path = made(
        tmp_path / "odd.sqlite", 'CREATE TABLE "a""b; DROP" ("c""d" TEXT)', 'INSERT INTO "a""b; DROP" VALUES (\'x\')'
    )
    assert read(path) == {'a"b; DROP': [(b"x",)]}


def test_a_row_is_found_by_a_cell(tmp_path):
    with Document.at(made(tmp_path / "a.sqlite", *TWO)) as document, opened(document) as file:
        (table,) = file.tables
        assert file.cells(table, ("name",), "id", 1) == (b"one",)
        assert file.cells(table, ("name",), "id", 9) == ()


def test_a_cell_of_absurd_length_is_refused(tmp_path):
    path = made(
        tmp_path / "long.sqlite",
        "CREATE TABLE numbers (id INTEGER, name BLOB)",
        "INSERT INTO numbers VALUES (1, 'one')",
        f"INSERT INTO numbers VALUES (2, zeroblob({MAX_CELL_BYTES + 1}))",
    )
    with pytest.raises(SourceError, match=r"long\.sqlite: table numbers, about row [12]: is an SQLite file that can't"):
        read(path)


def damaged(tmp_path, change, last="z"):
    path = tmp_path / "damaged.sqlite"
    names = ["x" * 200] * 99 + [last]
    made(path, "PRAGMA page_size = 1024", *TWO, *(f"INSERT INTO numbers VALUES (3, '{name}')" for name in names))
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(bytes(data))
    return str(path)


def test_a_file_cut_short_is_refused_by_table(tmp_path):
    def cut(data):
        del data[len(data) // 2 :]

    with pytest.raises(SourceError, match=r"damaged\.sqlite: .*can't be read \(database disk image is malformed\)"):
        read(damaged(tmp_path, cut))


def test_a_file_with_nothing_but_the_first_bytes_is_refused(tmp_path):
    def spoil(data):
        data[100:] = b"\xff" * (len(data) - 100)

    with pytest.raises(SourceError, match=r"damaged\.sqlite: is an SQLite file that can't be read"):
        read(damaged(tmp_path, spoil))


def test_a_header_that_is_none_is_refused(tmp_path):
    def spoil(data):
        data[16:24] = b"\xff" * 8

    with pytest.raises(
        SourceError, match=r"damaged\.sqlite: is an SQLite file that can't be read \(file is not a database"
    ):
        read(damaged(tmp_path, spoil))


def test_a_text_that_is_given_over_and_over_ends_the_reading(tmp_path):
    def point_every_child_to_the_last(data):
        for page in range(1024, len(data), 1024):
            if data[page] == 5:  # an interior page of a table: 12 bytes of header, then the places of its cells
                (cells,) = struct.unpack(">H", data[page + 3 : page + 5])
                for place in struct.unpack(f">{cells}H", data[page + 12 : page + 12 + 2 * cells]):
                    data[page + place : page + place + 4] = data[page + 8 : page + 12]

    path = damaged(tmp_path, point_every_child_to_the_last, last="y" * 100_000)
    with pytest.raises(SourceError, match=r"damaged\.sqlite:\d+: table numbers gives more than the file can hold"):
        read(path)


def test_a_file_that_goes_away_is_refused(tmp_path):
    path = tmp_path / "gone.sqlite"
    made(path, *TWO)
    document = Document.at(str(path))
    path.unlink()
    with pytest.raises(SourceError, match=r"gone\.sqlite: can't be read \(No such file"), opened(document):
        pass


def test_a_path_too_long_for_sqlite_is_refused(tmp_path):
    folder = tmp_path.joinpath(*(letter * 200 for letter in "abc"))
    folder.mkdir(parents=True)
    made(tmp_path / "short.sqlite", *TWO)
    (tmp_path / "short.sqlite").rename(folder / "long.sqlite")
    with pytest.raises(
        SourceError, match=r"long\.sqlite: can't be opened \(unable to open database file\): SQLite takes"
    ):
        read(str(folder / "long.sqlite"))


def test_a_stream_that_is_no_sqlite_file_is_refused():
    stream = io.BytesIO(b"SQLite format 3\0 and then words")
    refused = pytest.raises(SourceError, match=r"-: is an SQLite file that can't be")
    with Document.of_stream("-", stream) as document, refused, opened(document) as file:
        assert file.tables


def test_damage_that_sqlite_quotes_in_bytes_that_are_no_text_is_a_fault_of_the_file(tmp_path):
    path = tmp_path / "damaged.sqlite"
    made(path, *TWO)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE numbers", b"CREATE TABL\x91 numbers"))
    with pytest.raises(
        SourceError, match=r"damaged\.sqlite: is an SQLite file that can't be read \(.*\): fetch it again"
    ):
        read(str(path))


def test_a_cell_that_came_as_bytes_is_found_as_text_and_as_a_blob(tmp_path):
    path = made(tmp_path / "keys.sqlite", "CREATE TABLE keys (key, name)", "INSERT INTO keys VALUES ('5', 'text')")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO keys VALUES (?, 'blob')", (b"6",))
        connection.commit()
    with Document.at(path) as document, opened(document) as file:
        (table,) = file.tables
        keys = [key for key, _ in file.rows(table, table.columns) if isinstance(key, int | bytes)]
        assert [file.cells(table, ("name",), "key", key) for key in keys] == [
            (b"text",),
            (b"blob",),
        ]
        assert file.cells(table, ("name",), "key", b"7") == ()
