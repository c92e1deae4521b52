"""What was ever asked for outlives a journal that is damaged or removed; every record is invented."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import PublishFailed, QueryError
from retrieval.records import House
from retrieval.rollback import roll_back
from retrieval.sync.asked_for import ASKED_FILE, keep_asked, read_asked
from retrieval.sync.journal import JOURNAL_FILE, Journal
from retrieval.sync.request import Scope
from retrieval.sync.runs import PutAside, Runs
from tests.replay import invented

Start = Callable[..., Any]


@pytest.mark.parametrize("damage", ["all", "settled"])
def test_a_plain_sync_fetches_all_that_was_asked_for_before_once_a_rollback_put_a_damaged_journal_aside(
    filling: Start, damage: str
) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync(first=date(2026, 6, 1), last=date(2026, 6, 15), houses=(House.COMMONS,))
    june.sync()
    june.server.put(invented.question(3))
    june.sync()
    path = june.data / JOURNAL_FILE
    if damage == "all":
        path.write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    else:
        # An older version did not keep what was asked for beside the journal.
        (june.data / ASKED_FILE).unlink()
        with closing(sqlite3.connect(path)) as connection:
            (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'settled'").fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
        raw = bytearray(path.read_bytes())
        raw[(root - 1) * size : root * size] = b"\xff" * size
        path.write_bytes(raw)
    done = roll_back(june.data)
    assert done.put_aside == PutAside(june.data / f"{JOURNAL_FILE}.damaged", is_known=True)
    assert june.ids() == [1, 2]
    june.sync(statements=True)
    assert june.ids() == [1, 2, 3]
    with Journal(june.data) as journal:
        (scope,) = Runs(journal).scopes()
    assert (scope.first, scope.last, scope.houses) == (date(2026, 6, 1), date(2026, 6, 30), tuple(sorted(House)))


def test_a_rollback_says_so_where_nobody_knows_what_was_asked_for(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    june.server.put(invented.question(2))
    june.sync()
    (june.data / ASKED_FILE).write_text("{")
    (june.data / JOURNAL_FILE).write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    done = roll_back(june.data)
    assert done.put_aside == PutAside(june.data / f"{JOURNAL_FILE}.damaged", is_known=False)
    with pytest.raises(QueryError, match="say from when"):
        june.sync(statements=True)


def test_a_request_of_more_adds_to_what_was_asked_for_before_the_journal_was_lost(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    (june.data / JOURNAL_FILE).unlink()
    june.sync(first=date(2026, 8, 1), last=date(2026, 8, 31))
    assert [(scope.first, scope.last) for scope in read_asked(june.data)] == [
        (date(2026, 6, 1), date(2026, 6, 30)),
        (date(2026, 8, 1), date(2026, 8, 31)),
    ]


def test_what_was_asked_for_is_written_once_and_a_full_disk_is_told(tmp_path: Path) -> None:
    asked = (Scope(date(2026, 6, 1), None, (House.COMMONS,), ()),)
    keep_asked(tmp_path, ())
    assert not (tmp_path / ASKED_FILE).exists()
    keep_asked(tmp_path, asked)
    written = (tmp_path / ASKED_FILE).stat()
    keep_asked(tmp_path, (replace(asked[0], since=date(2026, 11, 22)),))
    assert (tmp_path / ASKED_FILE).stat().st_ino == written.st_ino
    assert read_asked(tmp_path) == asked
    with pytest.raises(PublishFailed, match=r"none.asked\.json could not be written"):
        keep_asked(tmp_path / "none", asked)
