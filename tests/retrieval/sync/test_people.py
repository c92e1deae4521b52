"""Members asked for are merged into the register that is there by then; all of them are invented."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import DirectoryBusy, PublishFailed, ServiceUnreachable
from retrieval.members import MEMBERS_FILE, MemberEntry, MemberRegister
from retrieval.snapshot import writing
from retrieval.sync.people import ask_for_members
from tests.replay import invented

Start = Callable[..., Any]
TODAY = date(2026, 11, 22)


@pytest.fixture
def june(filling: Start) -> Any:
    """A data directory with one answer, and nothing known of its two Members."""
    filled = filling(invented.question(1))
    filled.sync()
    return filled


def ask(june: Any, before: Callable[[str], None] = lambda _: None, **more: Any) -> int:
    service = june.service()

    def get(url: str) -> bytes | None:
        before(url)
        found: bytes | None = service.get(url)
        return found

    url = june.server.members_url
    return ask_for_members(june.data, get, base_url=url, today=TODAY, progress=lambda *_: None, **more)


def known(june: Any) -> set[int]:
    return set(MemberRegister.read(june.data / MEMBERS_FILE).ids)


def test_entries_that_another_wrote_while_members_were_asked_for_are_kept(june: Any) -> None:
    def another_writes(url: str) -> None:
        with writing(june.data):
            MemberRegister((MemberEntry(900999),)).write(june.data / MEMBERS_FILE)

    assert ask(june, another_writes) == 2
    assert known(june) == {900999, 900101, 900301}


def test_another_writer_is_waited_for(june: Any) -> None:
    holds, ends = threading.Event(), threading.Event()

    def another() -> None:
        with writing(june.data):
            holds.set()
            ends.wait(10)

    thread = threading.Thread(target=another)
    thread.start()
    holds.wait(10)
    timer = threading.Timer(0.15, ends.set)
    timer.start()
    assert ask(june, wait_seconds=10) == 2
    thread.join()
    timer.join()
    assert known(june) == {900101, 900301}


def test_another_writer_who_does_not_end_is_told(june: Any) -> None:
    with writing(june.data), pytest.raises(DirectoryBusy, match="another build is writing"):
        ask(june, wait_seconds=0)
    assert not (june.data / MEMBERS_FILE).exists()


def test_a_busy_directory_halfway_loses_nothing(filling: Start) -> None:
    many = filling(*(invented.question(number, askingMemberId=910000 + number) for number in range(1, 131)))
    many.sync()
    locks: list[AbstractContextManager[None]] = []

    def busy_from_the_start(url: str) -> None:
        if not locks:
            locks.append(writing(many.data))
            locks[0].__enter__()
            threading.Timer(0.3, lambda: locks[0].__exit__(None, None, None)).start()

    asked = ask(many, busy_from_the_start, wait_seconds=10)
    assert (asked, len(known(many))) == (133, 133)


def test_what_was_heard_before_the_service_went_down_is_kept(filling: Start) -> None:
    two = filling(invented.question(1, askingMemberId=900001))
    two.sync()

    def down(url: str) -> None:
        if "Biography" in url:
            raise ServiceUnreachable("down")

    with pytest.raises(ServiceUnreachable):
        ask(two, down)
    assert known(two) == {900001}


def test_a_full_disk_is_told_and_the_old_register_stands(
    june: Any, disk_of: Callable[[int], AbstractContextManager[None]]
) -> None:
    MemberRegister((MemberEntry(900999),)).write(june.data / MEMBERS_FILE)
    before = json.loads((june.data / MEMBERS_FILE).read_bytes())
    with disk_of(60), pytest.raises(PublishFailed, match=r"members\.json could not be written .* stands as it was"):
        ask(june)
    assert json.loads((june.data / MEMBERS_FILE).read_bytes()) == before


def test_a_directory_without_a_snapshot_needs_no_members(tmp_path: Path) -> None:
    def nobody(url: str) -> bytes | None:
        raise AssertionError(url)

    assert ask_for_members(tmp_path, nobody, base_url="x", today=TODAY, progress=lambda *_: None) == 0
