"""Keeps the member register of a data directory up with the records that it holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec

from retrieval.errors import DirectoryBusy, NoSnapshot, PublishFailed
from retrieval.holdings import register_at
from retrieval.members import MEMBERS_FILE, MemberEntry, fetched, outdated, parts, stale, without_register
from retrieval.records import Record
from retrieval.snapshot import open_snapshot, writing
from retrieval.store import RecordStore

_KEPT_EVERY = 100
_LOOK_AGAIN_SECONDS = 0.1
_ROLES_WITH_POSTS = ("answerer", "corrected_by")


def ask_for_members(
    data: Path,
    get: Callable[[str], bytes | None],
    *,
    base_url: str,
    today: date,
    progress: Callable[[int, int], None],
    wait_seconds: float = 30.0,
) -> int:
    """Ask the Members API for every Member whom the records need and the register can't vouch for.

    What was heard is merged into `members.json` every hundred Members, and when the asking is broken off. Another
    who writes in the directory meanwhile is waited for at the end only.

    Args:
        data: The data directory.
        get: Takes an address and returns the body of the response; None where there is no such thing.
        base_url: The Members API.
        today: The day of asking.
        progress: Is told how many calls are done, and how many there will be.
        wait_seconds: How long to wait at the end for another who writes there.

    Returns:
        How many Members were asked for.

    Raises:
        ServiceError: If the service can't be used.
        SourceError: If the register can't be read.
        SnapshotError: If the snapshot can't be read, the register can't be written, or another still writes there.
    """
    register, records = register_at(data / MEMBERS_FILE), _records(data)
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
            if len(waiting) % _KEPT_EVERY == 0:
                with suppress(DirectoryBusy):  # there is another chance later
                    _keep(data, waiting, wait_seconds=0)
    finally:
        _keep(data, waiting, wait_seconds=wait_seconds)
    return asked


def _keep(data: Path, waiting: list[MemberEntry], *, wait_seconds: float) -> None:
    """Merge entries into the register as it is now, which others may have written to, and forget them here."""
    if not waiting:
        return
    path, until = data / MEMBERS_FILE, time.monotonic() + wait_seconds
    while True:
        try:
            with writing(data):
                try:
                    register_at(path).with_entries(waiting).write(path)
                except OSError as error:
                    raise PublishFailed(
                        f"{path} could not be written ({error}) and stands as it was: make room on the disk, then run "
                        "this again"
                    ) from error
                waiting.clear()
                return
        except DirectoryBusy:
            if time.monotonic() >= until:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)


def _records(data: Path) -> list[Record]:
    try:
        store = RecordStore(open_snapshot(data).records_file)
    except NoSnapshot:
        return []
    rows = store.rows("SELECT facts FROM records UNION ALL SELECT facts FROM unanswered")
    return [without_register(msgspec.json.decode(raw, type=Record)) for (raw,) in rows if isinstance(raw, bytes)]
