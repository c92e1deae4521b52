"""What a sync will take and what it did, in words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import RenderableType

from retrieval.errors import ServiceUnreachable
from retrieval.records import Genre, House
from retrieval.sync.collection import Axis
from retrieval.sync.request import Failure, Incomplete, Plan, SyncReport
from retrieval.sync.window import Purpose, Window
from service.rounds import Round
from service.syncing import plan_lines, round_line, sync_data, sync_page
from service.terminal import Terminal, show

GIB = 2**30
WINDOW = Window(Purpose.MONTH, Genre.ANSWER, House.LORDS, Axis.TABLED, date(2024, 3, 1), date(2024, 3, 31))


def printed(lines: Iterable[RenderableType]) -> str:
    file = io.StringIO()
    show(Terminal(file, terminal=True, width=100), lines)
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue()))


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (Plan(3, 0, 0.01, 0), "about 3 calls (3 for lists, 0 for single records), less than a minute. It"),
        (Plan(40, 22_831, 38.1, 570_775_000), "at least 38 minutes, and about 544 MB of disk."),
        (Plan(1, 1, 1.4, 1), "at least 1 minute, and about 1 MB of disk."),
        (Plan(1_500, 700_000, 1_169, 16 * GIB), "at least 19 hours, and about 16 GB of disk."),
    ],
)
def test_what_a_sync_will_take_is_told_in_units_that_fit(plan: Plan, told: str):
    assert told in printed(plan_lines(plan))


def test_failures_and_lists_that_did_not_add_up_are_told_the_first_few(tmp_path: Path):
    failed = tuple(Failure(Genre.ANSWER, number, "is not there") for number in range(1, 13))
    report = SyncReport(added=2, failed=failed, incomplete=(Incomplete(WINDOW, 9, 10),), snapshot="")
    shown = printed(sync_page(Round(report), tmp_path))
    assert "Up to date: 2 added, 0 changed (of these 0 corrected), 0 removed." in shown
    assert "Failed: answer 10: is not there and 2 more Incomplete: " in shown
    assert ": 9 of 10 listed records seen" in shown
    assert "Snapshot none yet" in shown


def test_a_line_for_a_log_has_what_failed():
    report = SyncReport(requests=1, failed=(Failure(Genre.ANSWER, 1, "x"),), snapshot="s", seconds=61.2)
    line = round_line(Round(report), datetime(2026, 11, 22, 8, 5, tzinfo=UTC))
    assert printed([line]).strip() == (
        "2026-11-22 08:05Z 0 added, 0 changed (of these 0 corrected), 0 removed; 1 call, 61 s; snapshot s; "
        "1 failed, tried again later"
    )


def test_the_data_of_a_sync_has_the_members_and_what_was_wrong_with_them():
    told = sync_data(Round(SyncReport(incomplete=(Incomplete(WINDOW, 9, 10),)), 7, ServiceUnreachable("down")))
    assert (told["members_asked"], told["members_trouble"]) == (7, "down")
    assert isinstance(told["incomplete"], list)
    assert told["incomplete"][0]["window"]["house"] == "Lords"
