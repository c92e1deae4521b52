"""Keeps what the lists of whole months were seen to hold, for the coverage of a corpus."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from retrieval.checks import Checks, MonthCheck, read_checks, write_checks
from retrieval.sync.runs import Walk
from retrieval.sync.waiting import Queue
from retrieval.sync.window import Purpose


def keep_check(data: Path, walk: Walk, queue: Queue, now: datetime) -> None:
    """Keep what a walk tells of a month; nothing where it was of a part of one, or did not come to its total.

    Raises:
        SnapshotDamaged: If the checks kept so far can't be read.
        PublishFailed: If they can't be written; they stand as they were.
    """
    window = walk.window
    if walk.seen != walk.total or window.purpose is not Purpose.MONTH or not window.is_whole_month:
        return
    check = MonthCheck(
        genre=window.genre,
        house=window.house,
        month=window.month,
        listed=walk.total,
        withdrawn=walk.withdrawn,
        failed=queue.failed_in(window.genre, window.house, window.month),
        checked_at=now,
        bodies=window.bodies,
        surplus=walk.vanished,
    )
    kept = {_key(other): other for other in read_checks(data).months}
    before = kept.get(_key(check))
    # A check of all bodies tells more than one of some.
    if before is None or before.bodies or not check.bodies:
        kept[_key(check)] = check
        write_checks(data, Checks(tuple(kept.values())))


def recount_failed(data: Path, queue: Queue) -> None:
    """Bring the counts of failures up to date: some of them may have come right since.

    Raises:
        SnapshotDamaged: If the checks kept so far can't be read.
        PublishFailed: If they can't be written; they stand as they were.
    """
    before = read_checks(data)
    after = Checks(
        tuple(replace(check, failed=queue.failed_in(check.genre, check.house, check.month)) for check in before.months)
    )
    if after != before:
        write_checks(data, after)


def _key(check: MonthCheck) -> tuple[str, str, str]:
    return (check.genre, check.house, check.month)
