"""Progress is told by lines where there is no terminal, and not too often."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pytest

from service.progress import Progress, pace
from service.terminal import Terminal


def seconds(*times: float) -> Callable[[], float]:
    passing: Iterator[float] = iter(times)
    return lambda: next(passing)


def test_a_stage_is_told_when_it_is_done_and_every_five_seconds_before():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=False), seconds(100, 101, 104.9, 105, 106, 111, 112)) as progress:
        for done in (1, 2, 3, 4, 5, 6, 7):
            progress("Encoding", done * 1000, 7000)
    assert file.getvalue().splitlines() == [
        "Encoding: 4,000 of 7,000 (600 a second, 5 s left)",
        "Encoding: 6,000 of 7,000 (455 a second, 2 s left)",
        "Encoding: 7,000 of 7,000",
    ]


def test_a_stage_of_unknown_length_is_told_without_one():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=False), seconds(0, 6)) as progress:
        progress("Reading", 1, None)
        progress("Reading", 2, None)
    assert file.getvalue() == "Reading: 2 (0.2 a second)\n"


def test_a_new_stage_starts_the_wait_again():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=False), seconds(0, 9, 10)) as progress:
        progress("Reading", 1, 9)
        progress("Encoding", 1, 9)
        progress("Encoding", 2, 9)
    assert file.getvalue() == ""


def test_a_terminal_shows_bars_and_takes_them_away():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=True, width=80)) as progress:
        progress("Encoding", 3, 44)
        progress("Encoding", 44, 44)
    shown = file.getvalue()
    assert "Encoding" in shown
    assert "44/44" in shown
    assert shown.endswith("\x1b[1A\x1b[2K")


def bars(*stages: tuple[str, int, int | None]) -> str:
    file = io.StringIO()
    with Progress(Terminal(file, terminal=True, width=100)) as progress:
        for stage in stages:
            progress(*stage)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", file.getvalue())


def test_a_stage_that_ended_without_a_word_is_shown_finished():
    shown = bars(("Hashing files", 0, None), ("Checking records", 5, 9))
    last = shown[shown.rindex("Hashing files") :]
    assert "1/1" in last
    assert "5/9" in last


def test_a_stage_that_begins_again_has_one_bar():
    shown = bars(("Fetching", 500, 900), ("Publishing", 1, 1), ("Fetching", 20, 400), ("Fetching", 10, 300))
    last = shown[shown.rindex("Fetching") :]
    assert "10/300" in last
    assert "1/1" in last


def test_a_stage_that_begins_again_starts_its_pace_anew():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=False), seconds(0, 10, 20, 30)) as progress:
        for done in (1000, 2000, 500, 600):
            progress("Fetching", done, 9000)
    assert file.getvalue().splitlines() == [
        "Fetching: 2,000 of 9,000 (100 a second, 70 s left)",
        "Fetching: 600 of 9,000 (10 a second, 14 min left)",
    ]


def test_bytes_are_told_in_megabytes():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=False), seconds(0)) as progress:
        progress("Packing bytes", 2_500_001, 2_500_001)
    assert file.getvalue() == "Packing (MB): 3 of 3\n"


def test_what_another_process_did_says_nothing_of_the_pace():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=False), seconds(0, 100)) as progress:
        progress("Fetching", 5000, 9000)
        progress("Fetching", 6000, 9000)
    assert file.getvalue() == "Fetching: 6,000 of 9,000 (10 a second, 5 min left)\n"


def test_where_lines_are_not_wanted_nothing_is_told_without_a_terminal():
    file = io.StringIO()
    with Progress(Terminal(file, terminal=False), lines=False) as progress:
        progress("Fetching", 9, 9)
    assert file.getvalue() == ""


@pytest.mark.parametrize(
    ("done", "total", "took", "told"),
    [
        (0, 10, 60, ""),
        (5, 10, 0.5, ""),
        (5, 10, 10, "0.5 a second, 10 s left"),
        (600, 70_000, 60, "10 a second, 116 min left"),
        (600, 700_000, 60, "10 a second, 19 h left"),
        (600, None, 60, "10 a second"),
    ],
)
def test_pace_is_told_in_the_unit_that_fits(done: int, total: int | None, took: float, told: str):
    assert pace(done, total, took) == told
