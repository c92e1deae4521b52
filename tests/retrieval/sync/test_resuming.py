"""Syncs that are stopped at any moment and gone on with; every record is invented."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from retrieval.build import build
from retrieval.errors import OtherFormat, ServiceUnreachable, SnapshotDamaged
from retrieval.received import ReceivedFile
from retrieval.records import House
from retrieval.rollback import roll_back
from retrieval.snapshot import current_name, open_snapshot
from retrieval.sync.journal import JOURNAL_FILE, Journal
from tests.replay import invented

Start = Callable[..., Any]

ROOT = Path(__file__).parents[3]
IN_FLIGHT = 4
PROGRAM = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from retrieval.sync.client import Patience, ParliamentService
from retrieval.sync.engine import sync
from retrieval.sync.request import SyncRequest
from tests.conftest import ToyEncoder

service = ParliamentService(
    sys.argv[2], requests_per_second=400, page_size=40, overlap=5, patience=Patience(3, 2.0, 0.01, 0.05, 0)
)
sync(
    Path(sys.argv[1]), ToyEncoder, SyncRequest(date(2026, 6, 1), date(2026, 6, 30)), service,
    now=lambda: datetime(2026, 11, 22, 9, tzinfo=UTC),
    progress=lambda *told: print(*told, flush=True),
)
print("done", flush=True)
"""


def _process(june: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(june.data), june.server.url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def _killed_after(june: Any, requests: int) -> None:
    """Start a sync, and kill it once it has made some requests."""
    enough = len(june.server.requests) + requests
    with _process(june) as process:
        while len(june.server.requests) < enough and process.poll() is None:
            time.sleep(0.0005)
        process.kill()
    assert process.returncode in (-signal.SIGKILL, 0)


def _killed_at(june: Any, stage: str) -> None:
    """Start a sync, and kill it once it tells of a stage."""
    with _process(june) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(stage):
                process.kill()
                break
    assert process.returncode in (-signal.SIGKILL, 0)


def _tables(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that the current snapshot holds, by file and table."""
    snapshot = open_snapshot(data)
    found = {}
    for file in (snapshot.records_file, snapshot.received_file):
        with closing(sqlite3.connect(file)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (name,) in names:
                rows = connection.execute(f"SELECT * FROM {name}").fetchall()
                found[f"{file.name} {name}"] = sorted(rows, key=repr)
    return found


def test_a_sync_killed_again_and_again_ends_as_one_that_was_not(filling: Start, tmp_path: Path) -> None:
    june = filling(
        *(invented.question(number) for number in range(1, 261)),
        *(invented.lords_question(number) for number in range(300, 320)),
        *(invented.unanswered(number) for number in range(400, 410)),
        invented.holding(500),
        statements=[invented.statement(number) for number in range(1, 11)],
    )
    june.data = tmp_path / "undisturbed"
    with _process(june) as process:
        assert process.stdout is not None
        assert process.stdout.read().endswith("done\n")
    undisturbed = Counter((asked.path, str(asked.query)) for asked in june.server.requests)
    before, chance = len(june.server.requests), random.Random(3)
    june.data = tmp_path / "killed"
    for requests in (chance.randrange(1, 12), chance.randrange(30, 90), chance.randrange(30, 90)):
        _killed_after(june, requests)
    _killed_at(june, "Publishing 0")
    with _process(june) as process:
        assert process.stdout is not None
        assert process.stdout.read().endswith("done\n")
    calls = Counter((asked.path, str(asked.query)) for asked in june.server.requests[before:])
    repeated = calls - undisturbed
    assert sum(repeated.values()) <= 4 * IN_FLIGHT
    assert undisturbed - calls == Counter()
    assert _tables(tmp_path / "killed") == _tables(tmp_path / "undisturbed")
    assert june.journal("SELECT count(*) FROM pending") == [(0,)]
    assert june.journal("SELECT count(*) FROM run") == [(0,)]


def test_what_was_published_but_not_yet_taken_off_changes_nothing(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    with Journal(june.data) as journal:
        source = f"{june.server.url}/writtenquestions/questions/1"
        key = june.rows("SELECT key FROM records WHERE api_id = 1")[0][0]
        held = next(one for one in ReceivedFile(open_snapshot(june.data).received_file).all() if one.key == key)
        journal.run("INSERT INTO pending VALUES ('answer', 1, ?, ?, '2026-11-22', 1)", (held.received.raw, source))
    before = _tables(june.data)
    report = june.sync()
    assert (report.added, report.changed, report.removed) == (0, 0, 0)
    assert _tables(june.data) == before


class _Stop(KeyboardInterrupt):
    """Stands for Ctrl-C, at a moment of the test's own."""


def test_an_interrupt_keeps_everything_and_is_raised_again(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 31)))

    class Stopping(list[Any]):
        def append(self, told: Any) -> None:
            super().append(told)
            if told[:2] == ("Fetching", 10):
                raise _Stop

    june.progress = Stopping()
    with pytest.raises(_Stop):
        june.sync()
    june.progress = []
    before = len(june.server.requests)
    assert june.sync().added == 30
    # The calls under way at the time were waited for, so not one is made twice.
    assert june.singles() == list(range(1, 31))
    assert june.lists(before)[0]["house"] == "Lords"


def test_holding_answers_asked_for_before_an_interrupt_are_not_asked_for_again(filling: Start) -> None:
    june = filling(invented.holding(1), invented.holding(2), invented.question(3))
    june.sync()
    before = len(june.server.requests)

    class Stopping(list[Any]):
        def append(self, told: Any) -> None:
            if told[0] == "Fetching":
                raise _Stop

    june.progress = Stopping()
    with pytest.raises(_Stop):
        june.sync(june.service(in_flight=1))
    june.progress = []
    june.sync()
    assert june.singles(before) == [1, 2]


def test_another_request_begins_anew_and_keeps_what_was_fetched(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 11)), invented.lords_question(20))
    list_call = "house=Lords&tabledWhenFrom=2026-06-01&tabledWhenTo=2026-06-30&skip=0&take=10"
    june.server.fail_next("500", times=3, where=list_call)
    with pytest.raises(ServiceUnreachable):
        june.sync(first=date(2026, 6, 1), last=date(2026, 6, 30), statements=False)
    june.sync(first=date(2026, 6, 1), last=date(2026, 6, 30), houses=(House.COMMONS,), statements=False)
    assert june.ids() == list(range(1, 11))
    assert june.singles() == list(range(1, 11))


def test_a_run_left_over_from_another_day_is_followed_by_one_of_today(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2, dateTabled="2026-11-20", dateAnswered="2026-11-21"))
    june.server.fail_next("500", times=3, where="questions/2?")
    june.server.fail_next("500", times=3, where="take=1&")
    june.server.fail_next("500", times=3, where="skip=0&take=1")
    with pytest.raises(ServiceUnreachable):
        june.sync(june.service(page_size=500), first=date(2026, 6, 1))
    june.now = datetime(2026, 12, 2, tzinfo=UTC)
    june.server.put(invented.question(3, dateTabled="2026-12-01", dateAnswered="2026-12-02"))
    june.sync(first=date(2026, 6, 1))
    assert june.ids() == [1, 2, 3]


def test_a_build_of_other_records_does_not_confuse_the_next_sync(
    filling: Start, small_source: str, toy_encoder: Any
) -> None:
    june = filling(invented.question(901), invented.question(902))
    june.sync()
    build([small_source], june.data, toy_encoder, now=june.now)
    assert june.sync().added == 2
    assert {901, 902} <= set(june.ids())


def test_a_journal_that_cannot_be_read_is_told(filling: Start) -> None:
    june = filling(invented.question(1))
    june.data.mkdir()
    (june.data / JOURNAL_FILE).write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    with pytest.raises(SnapshotDamaged, match="remove it and sync again"):
        june.sync()


def test_a_journal_of_a_newer_version_is_refused(filling: Start) -> None:
    june = filling(invented.question(1))
    with Journal(june.data) as journal:
        journal.run("PRAGMA user_version=99")
    with pytest.raises(OtherFormat, match="format 99, this version knows 1"):
        june.sync()


def test_two_runs_in_one_call_count_what_vanished_once(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.vanish(2)
    june.server.put(invented.question(3, dateTabled="2026-06-20"))
    june.server.fail_next(
        "500", times=3, where="house=Lords&tabledWhenFrom=2026-06-01&tabledWhenTo=2026-06-30&skip=0&take=10"
    )
    with pytest.raises(ServiceUnreachable):
        june.sync()
    june.now = datetime(2026, 12, 2, tzinfo=UTC)
    report = june.sync()
    assert (report.vanished, len(june.plans)) == (1, 4)


def test_after_going_back_even_a_quick_sync_fetches_again_what_the_older_snapshot_lacks(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in (1, 2)))
    june.sync()
    first = current_name(june.data)
    june.server.put(invented.question(3))
    june.sync()
    assert june.ids() == [1, 2, 3]
    assert roll_back(june.data).now.name == first
    assert june.ids() == [1, 2]
    june.sync(quick=True)
    assert june.ids() == [1, 2, 3]
