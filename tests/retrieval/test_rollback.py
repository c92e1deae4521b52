from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from retrieval import rollback
from retrieval.build import build
from retrieval.checks import Checks, MonthCheck, read_checks, write_checks
from retrieval.encoders import Encoder
from retrieval.errors import (
    DirectoryBusy,
    NoSnapshot,
    OtherFormat,
    PublishFailed,
    QueryError,
    SnapshotDamaged,
)
from retrieval.packing import pack, unpack
from retrieval.records import Genre, House
from retrieval.rollback import KeptSnapshot, kept_snapshots, roll_back
from retrieval.search import Searcher
from retrieval.snapshot import current_name, open_snapshot
from retrieval.sync.journal import Journal, alone

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DiskOf = Callable[[int], AbstractContextManager[None]]
Publish = Callable[..., str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def publish(data: Path, tmp_path: Path, invented: Any, toy_encoder: Encoder) -> Publish:
    """Publish the questions from 1 to a number, and return the snapshot's name."""

    def published(count: int, now: datetime = NOON, *, keep: int = 9) -> str:
        source = invented.file(tmp_path / f"{count}.jsonl", [invented.raw(number) for number in range(1, count + 1)])
        return build([source], data, toy_encoder, now=now, keep=keep).snapshot

    return published


def spoil(path: Path, at: int = -1) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def folder_of(data: Path, name: str) -> Path:
    return data / "snapshots" / name


def as_an_older_version_wrote_it(data: Path) -> None:
    """Take from what is served all that only this version writes."""
    pointer = json.loads((data / "current").read_bytes())
    (folder_of(data, pointer["snapshot"]) / "published.json").unlink()
    pointer.pop("before", None)
    (data / "current").write_text(json.dumps(pointer))


def settle(data: Path) -> None:
    """Note one record as compared."""
    with Journal(data) as journal:
        journal.run("INSERT INTO settled VALUES ('answer', 1, x'00')")


def settled(data: Path) -> int:
    """Return how many records are noted as compared."""
    with Journal(data) as journal:
        return journal.count("SELECT count(*) FROM settled")


def test_going_back_serves_what_was_served_before_and_searches_find_it(
    data: Path, publish: Publish, toy_encoder: Encoder
) -> None:
    one, two = publish(1), publish(2)
    done = roll_back(data)
    assert (done.before, done.now.name, done.changed) == (two, one, True)
    assert open_snapshot(data).manifest.counts.records == 1
    found = Searcher.open(data, toy_encoder).search("What has she done about road 2?")
    assert [hit.citation.uin for hit in found.hits] == ["1001"]


def test_a_journal_that_is_damaged_is_put_aside_and_the_next_sync_begins_a_new_one(
    data: Path, publish: Publish
) -> None:
    one, _ = publish(1), publish(2)
    (data / "sync.sqlite").write_bytes(b"no journal at all" * 100)
    (data / "sync.sqlite-wal").write_bytes(b"nor this")
    assert roll_back(data).now.name == one
    assert not (data / "sync.sqlite").exists()
    assert (data / "sync.sqlite.damaged").read_bytes().startswith(b"no journal")
    with Journal(data) as journal:
        assert journal.count("SELECT count(*) FROM settled") == 0


def test_checks_that_can_not_be_read_keep_everything_as_it_is(data: Path, publish: Publish) -> None:
    _, two = publish(1), publish(2)
    settle(data)
    (data / "checks.json").write_text("{")
    with pytest.raises(SnapshotDamaged, match=r"checks\.json can't be read"):
        roll_back(data)
    assert (current_name(data), settled(data)) == (two, 1)


def test_what_the_next_sync_compares_anyway_is_all_that_a_pointer_that_can_not_be_written_costs(
    data: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, two = publish(1), publish(2)
    settle(data)

    def full(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(rollback, "point_to", full)
    with pytest.raises(PublishFailed, match="what was served still is, though the next sync may compare more"):
        roll_back(data)
    assert (current_name(data), settled(data)) == (two, 0)


def test_a_journal_of_a_newer_version_is_left_to_it(data: Path, publish: Publish) -> None:
    publish(1)
    two = publish(2)
    with Journal(data) as journal:
        journal.run("PRAGMA user_version=99")
    with pytest.raises(OtherFormat, match=r"sync\.sqlite has format 99"):
        roll_back(data)
    assert current_name(data) == two


def test_going_back_step_by_step_goes_in_the_order_of_the_builds_whatever_the_clock_said(
    data: Path, publish: Publish
) -> None:
    moments = (NOON, NOON - timedelta(days=400), NOON - timedelta(days=400), NOON + timedelta(days=1))
    names = [publish(number, moment) for number, moment in enumerate(moments, start=1)]
    assert [roll_back(data).now.name for _ in range(3)] == names[2::-1]
    with pytest.raises(NoSnapshot, match=rf"no snapshot from before {names[0]} .* name one with `--to`: .*{names[3]}"):
        roll_back(data)
    assert current_name(data) == names[0]


def test_the_last_ones_served_are_kept_whatever_the_clock_said(data: Path, publish: Publish) -> None:
    moments = (NOON, NOON - timedelta(days=400), NOON + timedelta(days=400), NOON)
    names = [publish(number, moment, keep=3) for number, moment in enumerate(moments, start=1)]
    assert sorted(path.name for path in (data / "snapshots").iterdir()) == sorted(names[1:])


def test_a_snapshot_can_be_named_and_gone_forward_to(data: Path, publish: Publish) -> None:
    names = [publish(number) for number in (1, 2, 3)]
    assert roll_back(data, names[0]).now.name == names[0]
    assert roll_back(data, names[2]).before == names[0]
    assert roll_back(data, names[2]).changed is False
    assert current_name(data) == names[2]
    with pytest.raises(QueryError, match=rf"to: there is no snapshot 'none' in .*: there is .*{names[1]}"):
        roll_back(data, "none")


def test_the_next_build_replaces_what_was_gone_back_to_and_keeps_it(data: Path, publish: Publish) -> None:
    one, two = publish(1), publish(2)
    roll_back(data)
    three = publish(3, keep=2)
    assert sorted(path.name for path in (data / "snapshots").iterdir()) == sorted([one, three])
    assert two not in (one, three)
    assert roll_back(data).now.name == one


@pytest.mark.parametrize("file", ["received.sqlite", "vectors.faiss", "lexical/meta.json", "manifest.json"])
def test_a_damaged_snapshot_offers_the_one_before_which_is_then_served(data: Path, publish: Publish, file: str) -> None:
    one, two = publish(1), publish(2)
    spoil(folder_of(data, two) / file, 100)
    with pytest.raises(
        SnapshotDamaged, match=rf"{file} .*: go back to another snapshot with `despatch rollback --data"
    ):
        open_snapshot(data)
    assert roll_back(data).now.name == one
    assert open_snapshot(data).manifest.name == one


def test_a_damaged_snapshot_that_is_the_only_one_offers_none(data: Path, publish: Publish) -> None:
    spoil(folder_of(data, publish(1)) / "vectors.faiss")
    with pytest.raises(SnapshotDamaged, match="is not as it was published: build again"):
        open_snapshot(data)
    with pytest.raises(NoSnapshot, match="none to go back to: build again"):
        roll_back(data)


@pytest.mark.parametrize("file", ["records.sqlite", "manifest.json", "published.json", "lexical/.managed.json"])
def test_a_snapshot_that_is_damaged_itself_is_not_gone_back_to(data: Path, publish: Publish, file: str) -> None:
    one, two = publish(1), publish(2)
    path = folder_of(data, one) / file
    raw = path.read_bytes()
    for at in (0, 30, -1):
        spoil(path, at)
        with pytest.raises(SnapshotDamaged, match=Path(file).name):
            roll_back(data)
        path.write_bytes(raw)
    assert open_snapshot(data).manifest.name == two


def test_a_pointer_with_any_bit_flipped_or_cut_short_is_refused_by_name_and_mended(
    data: Path, publish: Publish
) -> None:
    publish(1)
    two = publish(2)
    whole = (data / "current").read_bytes()
    spoilt = [whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :] for at in range(len(whole))]
    for raw in (*spoilt, b"", whole[:80], whole[:-1]):
        (data / "current").write_bytes(raw)
        with pytest.raises(SnapshotDamaged, match=r"current .*despatch rollback"):
            open_snapshot(data)
    for raw in spoilt[::20]:
        (data / "current").write_bytes(raw)
        assert roll_back(data).now.name == two
        assert (data / "current").read_bytes() == whole


def test_a_lost_pointer_is_found_again(data: Path, publish: Publish) -> None:
    publish(1)
    two = publish(2, NOON + timedelta(hours=1))
    (data / "current").unlink()
    with pytest.raises(NoSnapshot, match=rf"To serve what was built before \({two}, .*\), run `despatch rollback"):
        open_snapshot(data)
    assert roll_back(data).now.name == two
    assert open_snapshot(data).manifest.name == two


def test_of_several_the_newest_that_is_whole_takes_the_place_of_a_lost_pointer(data: Path, publish: Publish) -> None:
    one = publish(1)
    two = publish(2, NOON + timedelta(hours=1))
    (data / "current").unlink()
    spoil(folder_of(data, two) / "vectors.faiss")
    assert roll_back(data).now.name == one
    (data / "current").unlink()
    spoil(folder_of(data, one) / "vectors.faiss")
    with pytest.raises(NoSnapshot, match=r"no snapshot in .* is whole.*vectors\.faiss"):
        roll_back(data)


def test_a_lost_or_damaged_copy_of_the_pointer_is_refused_and_a_lost_one_is_put_back(
    data: Path, publish: Publish
) -> None:
    one, two = publish(1), publish(2)
    copy = folder_of(data, two) / "published.json"
    raw = copy.read_bytes()
    copy.unlink()
    with pytest.raises(SnapshotDamaged, match=r"published\.json is missing"):
        open_snapshot(data)
    assert (roll_back(data).now.name, copy.read_bytes()) == (two, raw)
    copy.write_bytes(raw.replace(one.encode(), one[:-1].encode() + b"z"))
    with pytest.raises(SnapshotDamaged, match=r"published\.json does not say what .*current says"):
        open_snapshot(data)
    copy.unlink()
    copy.mkdir()
    with pytest.raises(SnapshotDamaged, match=r"published\.json can't be read"):
        open_snapshot(data)


def test_a_whole_snapshot_is_kept_rather_than_a_damaged_one(data: Path, publish: Publish) -> None:
    one, two = publish(1), publish(2)
    spoil(folder_of(data, two) / "vectors.faiss")
    three = publish(3, keep=2)
    assert sorted(path.name for path in (data / "snapshots").iterdir()) == sorted([one, three])
    assert roll_back(data).now.name == one


def test_a_run_with_nothing_new_removes_what_a_killed_one_had_no_time_to(
    data: Path, publish: Publish, tmp_path: Path, toy_encoder: Encoder
) -> None:
    _, two, three = [publish(number) for number in (1, 2, 3)]
    assert build([tmp_path / "3.jsonl"], data, toy_encoder, add=True, now=NOON).published is False
    assert sorted(path.name for path in (data / "snapshots").iterdir()) == sorted([two, three])


def test_an_unpacked_snapshot_is_gone_back_from_to_the_one_before(
    data: Path, publish: Publish, tmp_path: Path, toy_encoder: Encoder
) -> None:
    one = publish(1)
    pack(data, tmp_path / "one.pack")
    two = publish(2)
    spoil(folder_of(data, two) / "vectors.faiss")
    unpack(tmp_path / "one.pack", data)
    assert open_snapshot(data).manifest.name == one
    # Unpacked over itself, damaged.
    spoil(folder_of(data, one) / "vectors.faiss")
    unpack(tmp_path / "one.pack", data)
    assert open_snapshot(data).manifest.name == one


def test_what_an_older_version_published_is_gone_back_to_by_name_and_verified_once_it_was_replaced(
    data: Path, publish: Publish
) -> None:
    one = publish(1)
    two = publish(2, NOON + timedelta(hours=1))
    (folder_of(data, one) / "published.json").unlink()
    as_an_older_version_wrote_it(data)
    assert open_snapshot(data).manifest.name == two
    assert roll_back(data).now.name == one
    assert roll_back(data, two).now.name == two
    as_an_older_version_wrote_it(data)
    publish(3, NOON + timedelta(hours=2))
    # The hash of its manifest was in the pointer, and is kept with it from now on.
    spoil(folder_of(data, two) / "manifest.json", 300)
    with pytest.raises(SnapshotDamaged, match=r"published\.json does not fit manifest\.json"):
        roll_back(data)


def test_a_snapshot_of_another_format_is_not_gone_back_to(data: Path, publish: Publish) -> None:
    one, two = publish(1), publish(2)
    manifest = folder_of(data, one) / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 2}))
    (folder_of(data, one) / "published.json").unlink()
    with pytest.raises(OtherFormat, match=f"can't search the snapshot {one}"):
        roll_back(data)
    assert current_name(data) == two


def test_the_snapshots_that_are_kept_are_listed_with_what_is_wrong_with_them(data: Path, publish: Publish) -> None:
    one = publish(1)
    two = publish(2, NOON + timedelta(hours=1))
    three = publish(3, NOON + timedelta(hours=2))
    spoil(folder_of(data, two) / "vectors.faiss")
    heard: list[tuple[str, int, int | None]] = []
    listed = kept_snapshots(data, lambda *told: heard.append(told))
    assert [(each.name, each.served, each.records, each.model) for each in listed] == [
        (three, True, 3, "toy"),
        (two, False, 0, ""),
        (one, False, 1, "toy"),
    ]
    assert listed[2] == KeptSnapshot(one, NOON, 1, "toy", False, None)
    assert "vectors.faiss is not as it was published" in str(listed[1].trouble)
    assert heard == [("Checking snapshots", done, 3) for done in range(3)]


def test_where_there_is_no_snapshot_there_is_none_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="no snapshot in"):
        roll_back(tmp_path / "none")
    with pytest.raises(NoSnapshot, match="nothing has been built"):
        kept_snapshots(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_nothing_is_gone_back_to_while_a_sync_is_at_work(data: Path, publish: Publish) -> None:
    publish(1)
    two = publish(2)
    with alone(data), pytest.raises(DirectoryBusy, match="another sync is at work"):
        roll_back(data)
    assert current_name(data) == two


def test_on_a_full_disk_what_is_served_stays(data: Path, publish: Publish, disk_of: DiskOf) -> None:
    publish(1)
    two = publish(2)
    with disk_of(10), pytest.raises(PublishFailed, match="what was served still is"):
        roll_back(data)
    assert open_snapshot(data).manifest.name == two


def test_what_was_compared_since_no_longer_counts_as_compared(data: Path, publish: Publish) -> None:
    def check(month: str, hours: int) -> MonthCheck:
        return MonthCheck(Genre.ANSWER, House.COMMONS, month, 1, 0, 0, NOON + timedelta(hours=hours))

    publish(1)
    publish(2, NOON + timedelta(hours=2))
    write_checks(data, Checks((check("2026-09", -1), check("2026-10", 1))))
    roll_back(data)
    assert [month.month for month in read_checks(data).months] == ["2026-09"]
