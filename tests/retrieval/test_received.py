from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import SnapshotDamaged
from retrieval.received import Held, ReceivedFile, read_received, write_received
from retrieval.records import Provenance
from retrieval.sources import Received

COPY = Provenance("official-page", "page.html", 1, date(2026, 1, 2))


@pytest.fixture
def held(invented: Any) -> list[Held]:
    """Two questions, the second with copies, earlier texts and ids that only its copies have."""
    earlier = (
        invented.received(2, day=date(2025, 1, 1), answerText="<p>Ten pounds – é.</p>"),
        invented.received(2, day=date(2025, 2, 1), answerText="<p>Nine pounds.</p>"),
    )
    copies = (COPY, Provenance("saved-page", "a b.txt", 3, date(2026, 1, 3)))
    return [Held("a", invented.received(1)), Held("b", invented.received(2), copies, earlier, frozenset((7, 8)))]


def test_what_is_written_is_read_back(tmp_path: Path, held: list[Held]) -> None:
    redirects = {"x-2": "b", "id-1": "a", "x-1": "b"}
    write_received(tmp_path / "r.sqlite", held, redirects)
    found = ReceivedFile(tmp_path / "r.sqlite")
    assert list(found.all()) == held
    assert list(found.redirects().items()) == [("id-1", "a"), ("x-1", "b"), ("x-2", "b")]
    assert found.earlier("b") == held[1].earlier
    assert found.earlier("a") == found.earlier("no such key") == ()
    assert list(read_received(tmp_path / "r.sqlite")) == [(one.key, one.received) for one in held]


def test_the_same_records_make_the_same_file(tmp_path: Path, held: list[Held]) -> None:
    write_received(tmp_path / "one.sqlite", held, {"x-1": "a", "x-2": "b"})
    write_received(tmp_path / "two.sqlite", iter(held), {"x-2": "b", "x-1": "a"})
    assert (tmp_path / "one.sqlite").read_bytes() == (tmp_path / "two.sqlite").read_bytes()


def test_bytes_that_are_no_text_are_kept_as_they_are(tmp_path: Path) -> None:
    raw = bytes(range(256)) * 40
    held = Held("a", Received("saved-page", raw, COPY))
    write_received(tmp_path / "r.sqlite", [held], {})
    assert next(ReceivedFile(tmp_path / "r.sqlite").all()).received.raw == raw
    assert (tmp_path / "r.sqlite").stat().st_size < 5 * 12288


def test_a_file_of_the_first_format_has_no_copies_earlier_texts_or_redirects(tmp_path: Path, invented: Any) -> None:
    received = invented.received(1)
    write_received(tmp_path / "r.sqlite", [Held("k", received)], {"x-1": "k"})
    with closing(sqlite3.connect(tmp_path / "r.sqlite")) as connection:
        for table in ("earlier", "copies", "redirects", "other_ids"):
            connection.execute(f"DROP TABLE {table}")
    found = ReceivedFile(tmp_path / "r.sqlite")
    assert (list(found.all()), found.redirects()) == ([Held("k", received)], {})


def test_a_file_that_is_there_already_is_an_error_of_the_disk(tmp_path: Path, held: list[Held]) -> None:
    write_received(tmp_path / "r.sqlite", held, {})
    with pytest.raises(OSError, match=r"r\.sqlite"):
        write_received(tmp_path / "r.sqlite", [], {})
    assert len(list(read_received(tmp_path / "r.sqlite"))) == 2


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite").write_bytes(b"no")
    for read in (ReceivedFile.all, ReceivedFile.redirects, lambda file: [file.earlier("a")]):
        with pytest.raises(SnapshotDamaged, match=r"r\.sqlite can't be read .*: build again"):
            list(read(ReceivedFile(tmp_path / "r.sqlite")))


@pytest.mark.parametrize("raw", [b"\0", "text", None])
def test_a_record_that_does_not_unpack_is_refused(tmp_path: Path, raw: object) -> None:
    with closing(sqlite3.connect(tmp_path / "s.sqlite")) as connection:
        connection.execute("CREATE TABLE received (key, reader, source, place, read_on, raw)")
        connection.execute("INSERT INTO received VALUES ('k', 'r', 's', 1, '2026-01-01', ?)", (raw,))
        connection.commit()
    with pytest.raises(SnapshotDamaged):
        list(read_received(tmp_path / "s.sqlite"))
