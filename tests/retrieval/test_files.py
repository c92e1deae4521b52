from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from retrieval.files import flush, part_of, replace_file

DiskOf = Callable[[int], AbstractContextManager[None]]


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"one", b"", b"three" * 10_000):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_who_has_the_old_file_open_goes_on_reading_the_old_one(tmp_path: Path) -> None:
    replace_file(tmp_path / "file", b"old")
    with (tmp_path / "file").open("rb") as stream:
        replace_file(tmp_path / "file", b"new")
        assert stream.read() == b"old"


def test_what_can_not_be_replaced_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "kept").write_text("kept")
    with pytest.raises(OSError, match="file"):
        replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file" / "kept").read_text() == "kept"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_what_another_writer_has_begun_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / ".file.part").mkdir()
    one, other = part_of(tmp_path / "file"), part_of(tmp_path / "file")
    assert one != other
    one.write_bytes(b"half")
    replace_file(tmp_path / "file", b"new")
    assert (one.read_bytes(), (tmp_path / "file").read_bytes()) == (b"half", b"new")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, disk_of: DiskOf) -> None:
    replace_file(tmp_path / "file", b"old")
    with disk_of(10), pytest.raises(OSError, match="too large"):
        replace_file(tmp_path / "file", b"x" * 1000)
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_what_is_not_there_can_not_be_flushed(tmp_path: Path) -> None:
    flush(tmp_path)
    with pytest.raises(FileNotFoundError):
        flush(tmp_path / "missing")


def test_a_file_that_is_its_owners_alone_is_so_whatever_the_system_would_have_it_be(tmp_path: Path):
    path = tmp_path / "keys.json"
    before = os.umask(0)
    try:
        for content in (b"first", b"second"):
            replace_file(path, content, mode=0o600)
            assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (content, 0o600)
    finally:
        os.umask(before)
