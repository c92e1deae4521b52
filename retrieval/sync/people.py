"""Keeps the member register of a data directory up with the records that it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from retrieval.errors import NoSnapshot
from retrieval.holdings import register_at
from retrieval.members import MEMBERS_FILE, MemberEntry, fetched, outdated, parts, stale, without_register
from retrieval.records import Record
from retrieval.snapshot import open_snapshot
from retrieval.store import RecordStore

_KEPT_EVERY = 100
_ROLES_WITH_POSTS = ("answerer", "corrected_by")


def ask_for_members(
    data: Path,
    get: Callable[[str], bytes | None],
    *,
    base_url: str,
    today: date,
    progress: Callable[[int, int], None],
) -> int:
    """Ask the Members API for every Member whom the records need and the register can't vouch for.

    What was heard is kept in `members.json` every hundred Members, and when the asking is broken off.

    Args:
        data: The data directory.
        get: Takes an address and returns the body of the response; None where there is no such thing.
        base_url: The Members API.
        today: The day of asking.
        progress: Is told how many calls are done, and how many there will be.

    Returns:
        How many Members were asked for.

    Raises:
        ServiceError: If the service can't be used.
        SnapshotError: If the snapshot can't be read.
    """
    path = data / MEMBERS_FILE
    register, records = register_at(path), _records(data)
    people = {(part.role, part.member.id) for record in records for part in parts(record)}
    ids = {number for _, number in people if number is not None}
    with_posts = {number for role, number in people if number is not None and role in _ROLES_WITH_POSTS}
    again = {*stale(register, ids, today, posts_of=with_posts), *outdated(register, records, today)}
    lacking = sorted((ids - register.ids) | again)
    waiting: list[MemberEntry] = []
    asked = 0
    try:
        for entry in fetched(lacking, get, base_url=base_url, today=today, posts_of=with_posts, progress=progress):
            waiting.append(entry)
            asked += 1
            if len(waiting) >= _KEPT_EVERY:
                register = register.with_entries(waiting)
                register.write(path)
                waiting.clear()
    finally:
        if waiting:
            register.with_entries(waiting).write(path)
    return asked


def _records(data: Path) -> list[Record]:
    try:
        store = RecordStore(open_snapshot(data).records_file)
    except NoSnapshot:
        return []
    rows = store.rows("SELECT facts FROM records UNION ALL SELECT facts FROM unanswered")
    return [without_register(msgspec.json.decode(raw, type=Record)) for (raw,) in rows if isinstance(raw, bytes)]
