"""The journal by itself, and what it gives to a build; every record is invented."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import DirectoryBusy, PublishFailed, SnapshotDamaged
from retrieval.records import Genre
from retrieval.snapshot import open_snapshot
from retrieval.sync.held import Held
from retrieval.sync.journal import Journal
from retrieval.sync.row import Row
from retrieval.sync.runs import Runs
from retrieval.sync.waiting import Pending, Queue
from tests.replay import invented

Start = Callable[..., Any]

READ_ON = date(2026, 11, 22)


def _row(number: int) -> Row:
    return Row.of(Genre.ANSWER, json.dumps({"value": invented.question(number)}).encode())


def test_a_step_is_done_whole_or_not_at_all(tmp_path: Path) -> None:
    def half_a_step(journal: Journal) -> None:
        with journal.transaction():
            Queue(journal).put(_row(1), "2026-06")
            raise ZeroDivisionError

    with Journal(tmp_path) as journal:
        with pytest.raises(ZeroDivisionError):
            half_a_step(journal)
        assert Queue(journal).left(1, urgent_only=False) == 0


def test_what_is_pending_is_read_as_it_is_asked_for(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        pending = Pending(journal)
        for number in (3, 1, 2):
            pending.put(_row(number), f"https://example.org/{number}", READ_ON, whole=True)
        received = pending.received()
        assert len(received) == 3
        assert [one.provenance.source for one in received] == [f"https://example.org/{place}" for place in (1, 2, 3)]
        assert received[1].raw == _row(2).raw
        assert [one.reader for one in received[:2]] == ["parliament-api"] * 2
        assert received[-1].provenance.read_on == READ_ON


def test_a_record_that_is_pending_is_not_to_be_removed_and_the_other_way_round(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        pending = Pending(journal)
        pending.put(_row(1), "https://example.org/1", READ_ON, whole=True)
        pending.withdraw(_row(1), _row(1).key)
        assert (len(pending.received()), pending.withdrawn_ids(Genre.ANSWER)) == (0, frozenset({1}))
        pending.put(_row(1), "https://example.org/1", READ_ON, whole=True)
        assert (len(pending.received()), pending.withdrawn_ids(Genre.ANSWER)) == (1, frozenset())


def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.run("PRAGMA max_page_count=30")
        with pytest.raises(PublishFailed, match="make room on the disk"):
            journal.run("INSERT INTO pending VALUES ('answer', 1, ?, '', '', 1)", (b"x" * 1_000_000,))


def test_a_journal_that_another_holds_is_told_as_busy_not_as_a_full_disk(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal, closing(sqlite3.connect(tmp_path / "sync.sqlite")) as other:
        journal.run("PRAGMA busy_timeout=1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DirectoryBusy, match="in use by another sync or build: wait until it ends"):
            Queue(journal).put(_row(1), "2026-06")


def test_a_journal_that_may_not_be_written_is_told_as_neither_busy_nor_full(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.run("PRAGMA query_only=1")
        with pytest.raises(PublishFailed, match=r"readonly database.*see that the disk works"):
            Queue(journal).put(_row(1), "2026-06")


@pytest.mark.parametrize(
    ("spec", "told"),
    [("CAST(x'ff41' AS TEXT)", r"sync\.sqlite can't be read"), ("'[]'", r"sync\.sqlite does not tell what was asked")],
)
def test_words_in_a_journal_that_are_spoilt_are_told_as_damage(tmp_path: Path, spec: str, told: str) -> None:
    with Journal(tmp_path) as journal:
        journal.run(f"INSERT INTO scope VALUES (0, {spec})")
        with pytest.raises(SnapshotDamaged, match=told):
            Runs(journal).scopes()


def test_a_key_is_removed_with_its_id_but_not_where_a_pending_record_has_it(tmp_path: Path) -> None:
    other = Row.of(Genre.ANSWER, json.dumps({"value": invented.question(29, uin="1")}).encode())
    with Journal(tmp_path) as journal:
        pending = Pending(journal)
        pending.withdraw(_row(1), _row(1).key)
        pending.withdraw(_row(2), "")
        assert pending.withdrawn_keys() == {"commons-2026-06-02-1"}
        pending.put(other, "https://example.org/29", READ_ON, whole=True)
        assert (pending.withdrawn_keys(), pending.withdrawn_ids(Genre.ANSWER)) == (frozenset(), frozenset({1, 2}))
        pending.drop(Genre.ANSWER, 29)
        pending.keep(Genre.ANSWER, 1)
        assert pending.withdrawn_keys() == frozenset()


def test_a_place_where_no_file_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PublishFailed, match="can't be written"):
        Journal(tmp_path / "file")


def test_the_room_of_what_was_published_is_given_back(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.run("INSERT INTO pending VALUES ('answer', 1, ?, '', '', 1)", (b"x" * 1_000_000,))
        Pending(journal).clear()
    assert (tmp_path / "sync.sqlite").stat().st_size < 200_000


def test_what_is_held_can_be_read_though_the_snapshot_is_removed(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    held = Held(june.data)
    open_snapshot(june.data).received_file.unlink()
    copy = held.copies(Genre.ANSWER, [1, 2])[1]
    assert (copy.is_whole, copy.row.id if copy.row else None) == (True, 1)
    held.close()


def test_what_was_received_and_is_damaged_is_told(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    held = Held(june.data)
    with closing(sqlite3.connect(open_snapshot(june.data).received_file, isolation_level=None)) as connection:
        connection.execute("UPDATE received SET raw = x'00'")
    with pytest.raises(SnapshotDamaged, match="build again"):
        held.copies(Genre.ANSWER, [1])
    held.close()
