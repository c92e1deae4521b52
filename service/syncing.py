"""What a sync will take and what it did, as one object and as lines to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from retrieval.packing import Pack
from retrieval.sync.request import Plan
from service.building import data_option
from service.phrases import count
from service.reports import two_columns
from service.rounds import Round
from service.schemas import to_data
from service.terminal import indented, unbroken, words

FAILURES_SHOWN = 10
_MIB = 2**20


def plan_lines(plan: Plan) -> Iterator[RenderableType]:
    """Yield what a sync will take, before it begins."""
    calls = count(plan.list_calls + plan.record_calls, "call")
    kinds = f"{plan.list_calls:,} for lists, {plan.record_calls:,} for single records"
    disk = f", and about {_size(plan.disk_bytes)} of disk" if plan.disk_bytes else ""
    yield words(f"To do: about {calls} ({kinds}), {_duration(plan.minutes)}{disk}.")
    yield words("It can be stopped with Ctrl-C at any time: the same command goes on where it was.", "dim")


def sync_data(made: Round) -> dict[str, object]:
    """Return all that a sync did, as plain data for JSON."""
    trouble = str(made.members_trouble) if made.members_trouble else None
    return {**to_data(made.report), "members_asked": made.members_asked, "members_trouble": trouble}


def round_line(made: Round, at: datetime) -> RenderableType:
    """Return what a sync did as one line for a log.

    Args:
        made: What it did.
        at: When it began, in UTC.
    """
    report = made.report
    failed = f"; {len(report.failed):,} failed, tried again later" if report.failed else ""
    return words(
        f"{at:%Y-%m-%d %H:%M}Z {_changes(made)}; {count(report.requests, 'call')}, {report.seconds:,.0f} s; "
        f"snapshot {report.snapshot or 'none yet'}{failed}"
    )


def sync_page(made: Round, data: Path) -> Iterator[RenderableType]:
    """Yield what a sync did, the first few of anything that may be long, and what to do next."""
    report = made.report
    yield words(f"Up to date: {_changes(made)}.", "bold")
    told = [
        ("Calls", f"{report.requests:,}"),
        ("Records fetched", f"{report.fetched:,}"),
        ("Members asked for", f"{made.members_asked:,}"),
        ("Waiting for an answer", f"{report.unanswered:,}"),
        ("Holding answers", f"{report.holding:,}"),
        ("Failed, asked again next time", f"{len(report.failed):,}"),
        ("No longer listed, but kept", f"{report.vanished:,}"),
        ("Time", f"{report.seconds:,.1f} s"),
        ("Snapshot", report.snapshot or "none yet"),
    ]
    yield from indented([two_columns(told, numbers=False)], 2)
    for failure in report.failed[:FAILURES_SHOWN]:
        yield words(f"Failed: {failure.genre} {failure.id}: {failure.reason}")
    if len(report.failed) > FAILURES_SHOWN:
        yield Text(f"and {len(report.failed) - FAILURES_SHOWN:,} more")
    for fault in report.faults[:FAILURES_SHOWN]:
        yield words(f"Kept, but can't be read by this version: {fault}")
    for short in report.incomplete:
        yield words(f"Incomplete: {short.window}: {short.seen:,} of {short.total:,} listed records seen")
    yield unbroken(f"See what is still missing: despatch coverage{data_option(data)}", "dim")


def pack_page(found: Pack, file: Path, size: int, *, replaced: bool = False) -> Iterator[RenderableType]:
    """Yield what was packed, and what to do with it."""
    what = ", replacing the file that was there" if replaced else ""
    yield words(f"Packed {found.snapshot} into {file} ({_size(size)}){what}.", "bold")
    yield unbroken(f"On the other machine: despatch unpack {file.name} --data DIR", "dim")


def _changes(made: Round) -> str:
    report = made.report
    changed = f"{report.changed:,} changed (of these {report.corrected:,} corrected)"
    return f"{report.added:,} added, {changed}, {report.removed:,} removed"


def _duration(minutes: float) -> str:
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"at least {count(round(minutes), 'minute')}"
    return f"at least {count(round(minutes / 60), 'hour')}"


def _size(size: int) -> str:
    if size >= 10 * 1024 * _MIB:
        return f"{size / (1024 * _MIB):,.0f} GB"
    return f"{max(1, round(size / _MIB)):,} MB"
