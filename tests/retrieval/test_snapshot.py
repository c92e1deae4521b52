from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from retrieval.encoders import EncoderIdentity
from retrieval.errors import (
    DirectoryBusy,
    NoSnapshot,
    OtherFormat,
    OtherModel,
    PublishFailed,
    SnapshotDamaged,
)
from retrieval.models import DEFAULT_MODEL
from retrieval.snapshot import (
    FORMAT,
    KEEP,
    Counts,
    Manifest,
    check_model,
    current_name,
    has_snapshot,
    open_snapshot,
    publish,
    writing,
)

MODEL = EncoderIdentity(name="toy", weights_sha256="ab" * 32, dimensions=4, window=10)


def manifest(name: str) -> Manifest:
    return Manifest(
        format=FORMAT,
        name=name,
        created=datetime(2026, 11, 21, tzinfo=UTC),
        version="0",
        precision="exact",
        model=MODEL,
        counts=Counts(1, 1, 1),
        sources=("seeds",),
        files={},
    )


def publish_one(data: Path, name: str, content: bytes = b"rows", *, keep: int = KEEP) -> None:
    with writing(data):
        publish(data, manifest(name), lambda folder: _write(folder / "records.sqlite", content), keep=keep)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def test_a_published_snapshot_is_the_current_one_and_is_verified(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    opened = open_snapshot(tmp_path)
    assert opened.manifest.name == "one"
    assert opened.records_file.read_bytes() == b"rows"
    assert opened.manifest.files["records.sqlite"].bytes == 4


def test_the_snapshot_before_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    # Names out of order, as when the clock goes back.
    for name in ("c", "a", "b"):
        publish_one(tmp_path, name)
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == ["a", "b"]
    assert current_name(tmp_path) == "b"


@pytest.mark.parametrize(
    ("keep", "left"),
    [(-1, "e"), (0, "e"), (1, "e"), (2, "de"), (3, "cde"), (9, "abcde")],
)
def test_as_many_snapshots_are_kept_as_were_asked_for(tmp_path: Path, keep: int, left: str) -> None:
    for name in "abcd":
        publish_one(tmp_path, name, keep=9)
    publish_one(tmp_path, "e", keep=keep)
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == list(left)
    assert open_snapshot(tmp_path).manifest.name == "e"


def test_those_served_last_are_kept_before_any_other(tmp_path: Path) -> None:
    # Served last was "a", though its name is the oldest.
    for name in "dcba":
        publish_one(tmp_path, name, keep=9)
    publish_one(tmp_path, "e", keep=3)
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == ["a", "b", "e"]


@pytest.fixture
def no_pointer(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give a function after which no pointer can be written."""

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    return lambda: monkeypatch.setattr("retrieval.pointer.replace_file", full)


def test_a_snapshot_that_could_not_be_published_costs_none_of_those_before(
    tmp_path: Path, no_pointer: Callable[[], None]
) -> None:
    for name in "ab":
        publish_one(tmp_path, name)
    no_pointer()
    with pytest.raises(PublishFailed), writing(tmp_path):
        publish(tmp_path, manifest("c"), lambda folder: _write(folder / "records.sqlite", b"x"), keep=1)
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == ["a", "b"]


def test_a_folder_without_a_pointer_is_no_data_directory(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="despatch build"):
        open_snapshot(tmp_path)
    assert current_name(tmp_path) is None


@pytest.mark.parametrize("how", ["flip", "cut", "remove"])
@pytest.mark.parametrize("name", ["records.sqlite", "manifest.json"])
def test_a_changed_file_is_refused_by_name(tmp_path: Path, name: str, how: str) -> None:
    publish_one(tmp_path, "one")
    path = tmp_path / "snapshots" / "one" / name
    content = path.read_bytes()
    if how == "remove":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if how == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(SnapshotDamaged, match=name):
        open_snapshot(tmp_path)


def test_a_broken_pointer_does_not_stand_in_the_way_of_a_build(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    (tmp_path / "current").write_text("")
    assert (current_name(tmp_path), has_snapshot(tmp_path)) == (None, True)
    publish_one(tmp_path, "two")
    assert open_snapshot(tmp_path).manifest.name == "two"


@pytest.mark.parametrize(
    "pointer",
    [
        "",
        "{}",
        '{"snapshot": "../x", "manifest_sha256": ""}',
        '{"snapshot": "..", "manifest_sha256": ""}',
        '{"snapshot": ".new-x", "manifest_sha256": ""}',
    ],
)
def test_a_broken_pointer_is_refused(tmp_path: Path, pointer: str) -> None:
    publish_one(tmp_path, "one")
    (tmp_path / "current").write_text(pointer)
    with pytest.raises(SnapshotDamaged, match="current"):
        open_snapshot(tmp_path)


def _reseal(data: Path, change: dict[str, object]) -> None:
    import hashlib

    path = data / "snapshots" / "one" / "manifest.json"
    raw = json.dumps(json.loads(path.read_text()) | change).encode()
    path.write_bytes(raw)
    pointer = {"snapshot": "one", "manifest_sha256": hashlib.sha256(raw).hexdigest()}
    (data / "current").write_text(json.dumps(pointer))


def test_an_older_format_is_refused_with_the_command_that_upgrades_it(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    _reseal(tmp_path, {"format": FORMAT - 1})
    with pytest.raises(OtherFormat, match="despatch upgrade"):
        open_snapshot(tmp_path)


def test_a_newer_format_is_refused_with_the_version_that_is_needed(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    _reseal(tmp_path, {"format": FORMAT + 1})
    with pytest.raises(OtherFormat, match="newer Despatch Box"):
        open_snapshot(tmp_path, formats=tuple(range(FORMAT + 1)))


def test_a_pointer_that_is_no_text_is_refused(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    pointer = (tmp_path / "current").read_bytes()
    (tmp_path / "current").write_bytes(pointer.replace(b"one", b"\xff\xfe\xfd"))
    with pytest.raises(SnapshotDamaged, match="current"):
        open_snapshot(tmp_path)
    assert current_name(tmp_path) is None


@pytest.mark.parametrize("name", ["two", "../one", ""])
def test_a_manifest_that_says_it_is_another_snapshots_is_refused(tmp_path: Path, name: str) -> None:
    publish_one(tmp_path, "one")
    _reseal(tmp_path, {"name": name})
    with pytest.raises(SnapshotDamaged, match="manifest"):
        open_snapshot(tmp_path)


def test_a_manifest_that_lacks_a_part_is_refused(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    _reseal(tmp_path, {"model": None})
    with pytest.raises(SnapshotDamaged, match="manifest"):
        open_snapshot(tmp_path)


def test_another_model_is_refused_with_the_commands_that_go_on(tmp_path: Path) -> None:
    check_model(manifest("one"), MODEL, tmp_path)
    # The same weights in a folder that was moved.
    check_model(manifest("one"), replace(MODEL, name="other"), tmp_path)
    other = replace(MODEL, name="other", weights_sha256="cd" * 32)
    with pytest.raises(OtherModel, match=f"`despatch upgrade --data {tmp_path} --model other`, .*: `--model toy`$"):
        check_model(manifest("one"), other, tmp_path)
    default = replace(other, name=DEFAULT_MODEL)
    with pytest.raises(OtherModel, match=f"`despatch upgrade --data {tmp_path}`, .*: `--model toy`$"):
        check_model(manifest("one"), default, tmp_path)
    with pytest.raises(OtherModel, match=r"other weights or settings of toy .* --model toy`, .* name the folder"):
        check_model(manifest("one"), replace(MODEL, weights_sha256="cd" * 32), tmp_path)


def test_when_the_files_cannot_be_written_the_old_snapshot_stands(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")

    def fail(folder: Path) -> None:
        (folder / "records.sqlite").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(PublishFailed, match="No space left"), writing(tmp_path):
        publish(tmp_path, manifest("two"), fail)
    assert open_snapshot(tmp_path).manifest.name == "one"
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == ["one"]


def test_when_the_pointer_cannot_be_replaced_the_old_snapshot_stands(
    tmp_path: Path, no_pointer: Callable[[], None]
) -> None:
    publish_one(tmp_path, "one")
    no_pointer()
    with pytest.raises(PublishFailed), writing(tmp_path):
        publish(tmp_path, manifest("two"), lambda folder: _write(folder / "records.sqlite", b"x"))
    assert open_snapshot(tmp_path).manifest.name == "one"
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == ["one"]


def test_an_interrupted_publish_leaves_the_old_snapshot_and_no_litter(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")

    def stop(folder: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), writing(tmp_path):
        publish(tmp_path, manifest("two"), stop)
    assert open_snapshot(tmp_path).manifest.name == "one"
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == ["one"]


def test_what_a_killed_build_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    publish_one(tmp_path, "one")
    (tmp_path / "snapshots" / ".new-killed").mkdir()
    publish_one(tmp_path, "two")
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == ["one", "two"]


def test_a_second_writer_is_told_that_the_first_is_at_work(tmp_path: Path) -> None:
    told: list[str] = []

    def second() -> None:
        try:
            with writing(tmp_path):
                told.append("wrote")
        except DirectoryBusy as error:
            told.append(str(error))

    with writing(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert "another build is writing" in told[0]
    second()
    assert told[1] == "wrote"
    assert not FileLock(tmp_path / ".lock").is_locked


def test_a_data_directory_that_is_a_file_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(PublishFailed, match="nothing has changed"), writing(tmp_path / "data"):
        pass


def test_a_snapshot_survives_being_moved(tmp_path: Path) -> None:
    publish_one(tmp_path / "a", "one")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / ".lock").unlink()
    assert open_snapshot(tmp_path / "b").manifest.name == "one"
