"""`despatch watch`, with a clock and a wait of the test's own, and as a process that systemd would stop."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from filelock import FileLock

from retrieval.build import upgrade
from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from service.filling import FillingCommands
from service.running import Session
from service.terminal import Terminal
from tests.replay.invented import one_of_each, question
from tests.replay.server import ReplayServer

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 22, 8, tzinfo=UTC)
NEW = question(40, dateTabled="2026-11-19", dateAnswered="2026-11-21")
LINE = re.compile(
    r"2026-11-2\d \d\d:\d\dZ (\d+) added, (\d+) changed \(of these (\d+) corrected\), (\d+) removed; \d+ calls, \d+ s; "
    r"snapshot \S+"
)


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(one_of_each()) as started:
        yield started


@pytest.fixture
def data(despatch: Despatch, server: ReplayServer, tmp_path: Path) -> Path:
    """Give a directory that was filled once."""
    folder = tmp_path / "d"
    line = ("sync", "--from", "2026-06-01", "--data", folder, "--api-url", server.url, "--no-members")
    assert despatch(*line, "--requests-per-second", "500", "--model", "toy").code == 0
    return folder


class Watch:
    """Watches with a clock that each wait sets forward; a wait then does what the test wants, or ends the watch."""

    def __init__(self, server: ReplayServer, data: Path, encoder: Encoder) -> None:
        self.server, self.data = server, data
        self.now = START
        self.err = io.StringIO()
        self.waits: list[float] = []
        self.then: list[Callable[[], object]] = []
        self.session = Session(
            lambda name: encoder, Terminal(io.StringIO(), terminal=False), Terminal(self.err, terminal=False)
        )

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)
        if not self.then:
            raise KeyboardInterrupt
        self.then.pop(0)()

    def run(self, *then: Callable[[], object], every: str = "15", terminal: bool = False) -> list[str]:
        """Return the lines told, after one round more than there are things to do."""
        self.then = list(then)
        if terminal:
            self.session.err = Terminal(self.err, terminal=True, width=200)
        commands = FillingCommands(self.session, lambda: self.now, self.sleep)
        with pytest.raises(typer.Exit) as ended:
            commands.watch(
                every,
                self.data,
                no_members=True,
                api_url=self.server.url,
                members_url=self.server.members_url,
                requests_per_second="500",
                model="toy",
            )
        assert ended.value.exit_code == 130
        return self.err.getvalue().splitlines()


@pytest.fixture
def watch(server: ReplayServer, data: Path, toy_encoder: Encoder) -> Watch:
    return Watch(server, data, toy_encoder)


def changes(line: str) -> tuple[int, ...]:
    found = LINE.fullmatch(line)
    assert found, line
    return tuple(map(int, found.groups()))


def test_each_round_is_one_line_in_a_log(watch: Watch):
    told = watch.run(lambda: watch.server.put(NEW), lambda: None)
    assert [changes(line) for line in told[:-1]] == [(0, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 0)]
    assert told[-1] == f"Stopped; what was fetched is kept in {watch.data}. Run the same command to go on."
    assert watch.waits == [900, 900, 900]


def test_a_terminal_is_told_a_round_in_full(watch: Watch):
    told = "\n".join(watch.run(terminal=True))
    assert "Up to date: 0 added" in told
    assert "See what is still missing: despatch coverage" in told


def test_withdrawals_are_found_once_a_day_and_not_by_the_rounds_between(watch: Watch):
    told = watch.run(lambda: watch.server.withdraw(2), lambda: None, lambda: None, every="720")
    assert [changes(line)[3] for line in told[:-1]] == [0, 0, 1, 0]


def test_a_round_that_fails_is_told_and_the_next_one_makes_up_for_it(watch: Watch):
    def is_back() -> None:
        watch.server.put(NEW)
        pointer.write_bytes(kept)

    pointer = watch.data / "current"
    kept = pointer.read_bytes()

    def breaks() -> None:
        pointer.write_bytes(b"{}")

    told = watch.run(breaks, is_back)
    assert changes(told[0]) == (0, 0, 0, 0)
    assert told[1].startswith("2026-11-22 08:15Z failed, and is tried again later: ")
    assert changes(told[2]) == (1, 0, 0, 0)


def test_a_directory_in_use_is_told_in_one_way(watch: Watch):
    with FileLock(watch.data / ".sync.lock"):
        told = watch.run()
    assert told[0] == (
        f"2026-11-22 08:00Z failed, and is tried again later: another sync or build is at work in {watch.data}"
    )


def test_an_index_of_another_model_is_told_each_round_and_parliament_is_not_asked_until_it_is_upgraded(
    server: ReplayServer, data: Path, other_encoder: Encoder
):
    asked = len(server.requests)

    def upgraded() -> None:
        assert len(server.requests) == asked
        upgrade(data, other_encoder, now=START)

    told = Watch(server, data, other_encoder).run(lambda: None, upgraded)
    assert all("failed, and is tried again later: " in line and "despatch upgrade" in line for line in told[:2])
    assert changes(told[2]) == (0, 0, 0, 0)
    assert len(server.requests) > asked


def test_a_full_round_that_failed_is_made_up_for_by_another_full_one(watch: Watch):
    pointer = watch.data / "current"
    kept = pointer.read_bytes()
    pointer.write_bytes(b"{}")
    watch.server.withdraw(2)
    told = watch.run(lambda: pointer.write_bytes(kept))
    assert "failed" in told[0]
    assert changes(told[1]) == (0, 0, 0, 1)


def test_a_directory_that_was_never_filled_is_told_what_to_run_first(despatch: Despatch, tmp_path: Path):
    done = despatch("watch", "--data", tmp_path / "new")
    assert done.code == 2
    assert done.err == (
        f"despatch: --data: nothing was ever fetched into {tmp_path / 'new'}: "
        f"run `despatch sync --months 1 --data {tmp_path / 'new'}` first\n"
    )


@pytest.mark.parametrize("every", ["0", "1441", "often"])
def test_a_wait_that_can_not_be_is_a_mistake(despatch: Despatch, data: Path, every: str):
    done = despatch("watch", "--every", every, "--data", data)
    assert done.code == 2
    assert done.err.startswith("despatch: --every: ")


def test_a_members_service_that_fails_does_not_end_the_watch(server: ReplayServer, data: Path, toy_encoder: Encoder):
    watch = Watch(server, data, toy_encoder)
    commands = FillingCommands(watch.session, lambda: watch.now, watch.sleep)
    watch.then = [lambda: None]
    with pytest.raises(typer.Exit):
        commands.watch(
            "15",
            data,
            api_url=server.url,
            members_url=f"{server.url}/writtenquestions/questions?members=",
            requests_per_second="500",
            model="toy",
        )
    told = watch.err.getvalue().splitlines()
    assert changes(told[0]) == (0, 0, 0, 0)
    assert told[1].startswith("2026-11-22 08:00Z Members, tried again later: ")
    assert changes(told[2]) == (0, 0, 0, 0)


PROGRAM = """
import sys
from service.cli import make_app, run
from service.terminal import Terminal
from tests.conftest import ToyEncoder
err = Terminal(sys.stderr)
sys.exit(run(make_app(lambda name: ToyEncoder(), Terminal(sys.stdout), err), sys.argv[1:], err))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_watch_ends_at_once_when_it_is_told_to(server: ReplayServer, data: Path, number: signal.Signals, code: int):
    line = ["watch", "--data", str(data), "--api-url", server.url, "--no-members", "--requests-per-second", "500"]
    # Not measured: a signal can leave the lock of what measures coverage taken.
    environment = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *line],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr
        first = process.stderr.readline()
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait(timeout=30) == code
    assert "0 added, 0 changed" in first
    # A line that was just being told when the signal came may be told twice.
    assert rest.removeprefix(first) == f"Stopped; what was fetched is kept in {data}. Run the same command to go on.\n"


def test_a_mistake_that_no_round_can_mend_ends_the_watch(server: ReplayServer, data: Path, toy_encoder: Encoder):
    watch = Watch(server, data, toy_encoder)
    # The clock stands before the first day that was asked for.
    watch.now = datetime(2026, 5, 1, tzinfo=UTC)
    commands = FillingCommands(watch.session, lambda: watch.now, watch.sleep)
    with pytest.raises(QueryError, match="after the last day"):
        commands.watch("15", data, no_members=True, api_url=server.url, requests_per_second="500", model="toy")
