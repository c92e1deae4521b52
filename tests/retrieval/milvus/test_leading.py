"""Where the alias leads, and which store is kept to, whatever goes wrong on the way."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval import rollback, snapshot
from retrieval.build import build, refresh, upgrade
from retrieval.checks import Checks, MonthCheck, read_checks, write_checks
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import PublishFailed, SnapshotDamaged, StoreUnreachable
from retrieval.milvus import generation as generations
from retrieval.milvus import leading
from retrieval.milvus.place import PLACES_FILE, THIS_MACHINE, Generation, Made, Places, Target
from retrieval.milvus.server import MilvusServer, connected
from retrieval.nearest.kinds import VectorKind
from retrieval.packing import pack
from retrieval.records import Genre, House
from retrieval.rollback import kept_snapshots, roll_back
from retrieval.snapshot import current_name, open_snapshot
from retrieval.sync.journal import Journal
from retrieval.vectors import VectorIndex


@pytest.fixture
def source(tmp_path: Path, invented: Any) -> str:
    """Write two invented questions to a file."""
    return str(invented.file(tmp_path / "roads.jsonl", [invented.raw(number) for number in (1, 2)]))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def generation_of(data: Path) -> Generation:
    found = open_snapshot(data).manifest.milvus
    assert found
    return found


@pytest.fixture
def two(data: Path, source: str, invented: Any, toy_encoder: Encoder, target: Target) -> tuple[Generation, Generation]:
    """Publish two snapshots to the server, and return their collections."""
    build([source], data, toy_encoder, target=target)
    first = generation_of(data)
    refresh(data, toy_encoder, invented.changes(invented.received(3)))
    return first, generation_of(data)


def test_the_alias_goes_back_with_the_index(two: tuple[Generation, Generation], data: Path, target: Target) -> None:
    server, (first, second) = connected(target), two
    assert server.led_to(target.alias) == second.collection
    roll_back(data)
    assert (generation_of(data), server.led_to(target.alias)) == (first, first.collection)


def test_an_index_whose_collection_is_gone_or_not_whole_is_not_gone_back_to(
    two: tuple[Generation, Generation], data: Path, target: Target
) -> None:
    server, (first, second) = connected(target), two
    before = current_name(data)
    server.remove(first.collection, [0])
    with pytest.raises(SnapshotDamaged, match=r"has 1 rows, and should have 2.*Name another with `--to`"):
        roll_back(data)
    server.drop(first.collection)
    with pytest.raises(SnapshotDamaged, match=f"nothing has changed.*{first.collection} .* is not there"):
        roll_back(data)
    assert (current_name(data), server.led_to(target.alias)) == (before, second.collection)
    troubles = [one.trouble for one in kept_snapshots(data)]
    assert troubles[0] is None
    assert "is not there" in str(troubles[1])


@pytest.mark.parametrize("step", ["lead", "point"])
def test_a_rollback_that_fails_leaves_the_alias_where_it_was(
    two: tuple[Generation, Generation], data: Path, target: Target, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before, fault = current_name(data), StoreUnreachable("no") if step == "lead" else OSError("full")
    september = MonthCheck(Genre.ANSWER, House.COMMONS, "2026-09", 1, 0, 0, datetime.now(UTC))
    write_checks(data, Checks((september,)))
    with Journal(data) as journal:
        journal.run("INSERT INTO settled VALUES ('answer', 1, x'00')")
    really = MilvusServer.lead

    def fails(*_: object) -> None:
        raise fault

    def moved_but_not_told(self: MilvusServer, alias: str, collection: str) -> None:
        really(self, alias, collection)
        if collection == two[0].collection:
            raise fault

    with monkeypatch.context() as patch:
        if step == "lead":
            patch.setattr(MilvusServer, "lead", moved_but_not_told)
        else:
            patch.setattr(rollback, "point_to", fails)
        with pytest.raises(StoreUnreachable if step == "lead" else PublishFailed):
            roll_back(data)
    assert (current_name(data), connected(target).led_to(target.alias)) == (before, two[1].collection)
    if step == "lead":
        # What was compared still counts as compared.
        with Journal(data) as journal:
            assert journal.count("SELECT count(*) FROM settled") == 1
        assert read_checks(data).months == (september,)


@pytest.mark.parametrize("killed", ["build", "rollback"])
def test_a_run_with_nothing_new_leads_the_alias_back_from_where_a_killed_one_left_it(
    two: tuple[Generation, Generation],
    data: Path,
    invented: Any,
    toy_encoder: Encoder,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
    killed: str,
) -> None:
    def stops(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        # Nothing is undone by a process that is killed.
        patch.setattr(leading, "lead_back", lambda *_: None)
        patch.setattr(snapshot, "_remove", lambda *_: None)
        patch.setattr(snapshot if killed == "build" else rollback, "point_to", stops)
        with pytest.raises(KeyboardInterrupt):
            refresh(data, toy_encoder, invented.changes(invented.received(4))) if killed == "build" else roll_back(data)
    server = connected(target)
    astray = server.led_to(target.alias)
    assert astray not in (None, two[1].collection)
    assert generation_of(data) == two[1]
    # A run that can't reach the server is no failure: it has nothing else to do there.
    with monkeypatch.context() as patch:
        patch.setattr(leading, "connected", lambda _: (_ for _ in ()).throw(StoreUnreachable("no")))
        patch.setattr(generations, "connected", lambda _: (_ for _ in ()).throw(StoreUnreachable("no")))
        assert refresh(data, toy_encoder, invented.changes()).published is False
    assert server.led_to(target.alias) == astray
    assert refresh(data, toy_encoder, invented.changes()).published is False
    assert server.led_to(target.alias) == two[1].collection
    # What was never published is gone; what can be gone back to is not.
    assert server.has(str(astray)) is (killed == "rollback")
    assert server.has(two[0].collection)


def test_a_run_with_nothing_new_does_not_take_an_alias_back_from_another_data_directory(
    two: tuple[Generation, Generation], data: Path, source: str, toy_encoder: Encoder, target: Target, invented: Any
) -> None:
    server, other = connected(target), data.with_name("other")
    server.release(target.alias, two[1].collection)
    build([source], other, toy_encoder, target=target)
    assert refresh(data, toy_encoder, invented.changes()).published is False
    assert server.led_to(target.alias) == generation_of(other).collection


def test_an_alias_leads_to_nothing_once_the_vectors_are_on_this_machine_and_back_again(
    two: tuple[Generation, Generation], data: Path, toy_encoder: Encoder, target: Target
) -> None:
    server, second = connected(target), two[1]
    assert upgrade(data, toy_encoder, target=THIS_MACHINE)
    assert server.led_to(target.alias) is None
    assert server.has(second.collection)
    roll_back(data)
    assert (generation_of(data), server.led_to(target.alias)) == (second, second.collection)


def test_a_name_that_is_changed_leaves_the_old_one_to_nobody(
    two: tuple[Generation, Generation], data: Path, toy_encoder: Encoder, target: Target
) -> None:
    other, server = Target(target.uri, alias=f"{target.alias}_new"), connected(target)
    assert upgrade(data, toy_encoder, target=other)
    assert server.led_to(target.alias) is None
    assert server.led_to(other.alias) == generation_of(data).collection


def test_a_copy_without_its_note_and_with_a_name_of_its_own_leaves_the_first_directory_its_alias_and_collections(
    two: tuple[Generation, Generation], data: Path, source: str, invented: Any, toy_encoder: Encoder, target: Target
) -> None:
    copy, server = data.with_name("copy"), connected(target)
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns(PLACES_FILE))
    own = Target(target.uri, alias=f"{target.alias}_copy")
    assert upgrade(copy, toy_encoder, target=own, keep=1)
    assert refresh(copy, toy_encoder, invented.changes(invented.received(4)), keep=1).texts_encoded > 0
    assert server.led_to(own.alias) == generation_of(copy).collection
    assert server.led_to(target.alias) == two[1].collection
    assert all(server.has(one.collection) for one in two)
    assert refresh(data, toy_encoder, invented.changes(invented.received(5))).published


def test_a_copy_that_keeps_the_name_takes_it_and_the_first_directory_is_told_to_have_another(
    two: tuple[Generation, Generation], data: Path, invented: Any, toy_encoder: Encoder, target: Target
) -> None:
    copy = data.with_name("copy")
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns(PLACES_FILE))
    refresh(copy, toy_encoder, invented.changes(invented.received(4)))
    with pytest.raises(PublishFailed, match=r"which no build in .* has made: .* with `--collection NAME`"):
        refresh(data, toy_encoder, invented.changes(invented.received(5)))
    # It is searched as before: a search does not go by the alias.
    assert Corpus.open(data).manifest.milvus == two[1]
    assert upgrade(data, toy_encoder, target=Target(target.uri, alias=f"{target.alias}_first"))
    assert connected(target).led_to(target.alias) == generation_of(copy).collection


def test_an_index_on_a_server_that_is_gone_can_be_left(
    two: tuple[Generation, Generation], data: Path, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(target: Target) -> MilvusServer:
        raise StoreUnreachable(target.uri)

    for module in (generations, leading):
        monkeypatch.setattr(module, "connected", gone)
    report = upgrade(data, toy_encoder, target=THIS_MACHINE)
    assert report
    assert (report.texts_encoded, open_snapshot(data).manifest.milvus) == (0, None)


@pytest.mark.parametrize("is_first", [True, False])
def test_an_alias_that_can_not_be_moved_stops_the_build_with_the_old_index_served(
    data: Path,
    source: str,
    invented: Any,
    toy_encoder: Encoder,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
    is_first: bool,
) -> None:
    server = connected(target)
    if not is_first:
        build([source], data, toy_encoder, target=target)
    name, led_to = current_name(data), server.led_to(target.alias)
    really = MilvusServer.lead

    def moved_but_not_told(self: MilvusServer, alias: str, collection: str) -> None:
        really(self, alias, collection)
        if collection != led_to:
            raise StoreUnreachable("the server did not answer")

    with monkeypatch.context() as patch:
        patch.setattr(MilvusServer, "lead", moved_but_not_told)
        with pytest.raises(StoreUnreachable, match=r"did not answer\. What was served still is; .* run this again"):
            build([source], data, toy_encoder, add=not is_first, target=target) if is_first else refresh(
                data, toy_encoder, invented.changes(invented.received(3))
            )
    assert (current_name(data), server.led_to(target.alias)) == (name, led_to)


def test_a_collection_that_an_alias_leads_to_is_let_go_of_before_it_is_removed(
    data: Path, source: str, toy_encoder: Encoder, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, really = connected(target), MilvusServer.drop
    build([source], data, toy_encoder, target=target, keep=1)
    first = generation_of(data)

    def as_milvus_does_since_2_5_5(self: MilvusServer, collection: str) -> None:
        if self.led_to(target.alias) == collection:
            raise StoreUnreachable("cannot drop the collection via alias")
        really(self, collection)

    monkeypatch.setattr(MilvusServer, "drop", as_milvus_does_since_2_5_5)
    # The alias stays behind, as where a server was away at the moment the index left it.
    monkeypatch.setattr(leading, "leave", lambda *_: None)
    upgrade(data, toy_encoder, target=THIS_MACHINE, keep=1)
    assert server.led_to(target.alias) == first.collection
    build([source], data, toy_encoder, keep=1)
    assert (server.has(first.collection), server.led_to(target.alias)) == (False, None)


def test_the_alias_of_a_collection_is_told_by_its_name() -> None:
    found = Generation.of(Target("http://h", alias="my_own"), "20261121T120000Z-ab12cd", np.eye(2, dtype=np.float32))
    assert Made(found.uri, found.collection).alias == "my_own"


def test_a_pack_of_an_index_on_a_server_is_refused_with_what_to_do(
    two: tuple[Generation, Generation], data: Path, tmp_path: Path, target: Target
) -> None:
    with pytest.raises(PublishFailed, match=rf"{target.uri}.*`despatch upgrade --data {data} --store local`.*export-v"):
        pack(data, tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_what_comes_from_an_index_without_kept_vectors_is_kept_before_it_goes_to_a_server(
    data: Path, source: str, invented: Any, toy_encoder: Any, target: Target
) -> None:
    build([source], data, toy_encoder)
    for path in (data / "embeddings").iterdir():
        path.unlink()
    report = upgrade(data, toy_encoder, target=target)
    assert report
    assert report.texts_encoded == 0
    assert refresh(data, toy_encoder, invented.changes(invented.received(3))).texts_encoded == 1


def spoil(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


def test_a_build_over_a_damaged_index_keeps_to_the_server_that_had_it(
    two: tuple[Generation, Generation], data: Path, source: str, toy_encoder: Encoder, target: Target
) -> None:
    spoil(open_snapshot(data).records_file)
    build([source], data, toy_encoder)
    assert generation_of(data).uri == target.uri
    assert connected(target).led_to(target.alias) == generation_of(data).collection


@pytest.mark.parametrize("lost", ["manifest", "pointer"])
def test_a_build_over_an_index_that_can_not_tell_its_store_asks_for_one(
    two: tuple[Generation, Generation], data: Path, source: str, toy_encoder: Encoder, target: Target, lost: str
) -> None:
    path = open_snapshot(data).folder / "manifest.json" if lost == "manifest" else data / "current"
    path.write_text("{") if lost == "manifest" else path.unlink()
    with pytest.raises(SnapshotDamaged, match=f"`--store milvus --uri {target.uri}` or `--store local`"):
        build([source], data, toy_encoder)
    build([source], data, toy_encoder, target=THIS_MACHINE)
    assert open_snapshot(data).manifest.vectors is VectorKind.EXACT
    assert isinstance(Corpus.open(data).index, VectorIndex)


def test_a_build_goes_on_where_the_note_of_what_was_made_is_lost(
    two: tuple[Generation, Generation], data: Path, source: str, toy_encoder: Encoder, target: Target
) -> None:
    (data / PLACES_FILE).write_text("[]")
    with pytest.raises(SnapshotDamaged, match=r"remove it, then build again with `--store milvus --uri URI`"):
        build([source], data, toy_encoder)
    (data / PLACES_FILE).unlink()
    build([source], data, toy_encoder)
    assert connected(target).led_to(target.alias) == generation_of(data).collection


def test_a_note_that_can_not_be_read_keeps_nobody_from_going_to_files(
    two: tuple[Generation, Generation], data: Path, toy_encoder: Encoder
) -> None:
    (data / PLACES_FILE).write_text("[]")
    assert upgrade(data, toy_encoder, target=THIS_MACHINE)
    assert open_snapshot(data).manifest.milvus is None


def test_what_other_threads_write_is_not_kept_from_others_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("it is one for the whole process"))
    Places().write(tmp_path)
    assert (tmp_path / PLACES_FILE).exists()
