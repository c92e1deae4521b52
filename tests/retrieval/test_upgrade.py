"""Snapshots of released formats or of another model, upgraded: no answer changes, no day of reading is lost."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.build import build, refresh, upgrade
from retrieval.build_report import Changes
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import DirectoryBusy, NoSnapshot, OtherFormat, PublishFailed, SnapshotDamaged
from retrieval.passages import encoder_text
from retrieval.search import Searcher
from retrieval.snapshot import FORMAT, current_name, open_snapshot, writing
from retrieval.verify import verify

KEPT = Path(__file__).parent.parent / "data" / "snapshots"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
QUERIES = ("rural bus services", "homeless veterans", "dentist waiting in the South West", "figures for London")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Copy the snapshot of the first format."""
    shutil.copytree(KEPT / "format-1", tmp_path / "old")
    return tmp_path / "old"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def snapshot_files(data: Path) -> dict[str, bytes]:
    return contents(data / "snapshots")


def test_nothing_is_encoded_and_the_snapshot_is_sound(old: Path, toy_encoder: Any) -> None:
    stages: list[str] = []
    report = upgrade(old, toy_encoder, now=LATER, progress=lambda stage, done, total: stages.append(stage))
    assert report is not None
    assert toy_encoder.encoded == []
    assert (report.texts_encoded, report.encoding_seconds, report.precision) == (0, 0.0, "exact")
    assert (report.counts.records, report.counts.answers, report.counts.passages) == (12, 10, 19)
    assert (report.added, report.changed, report.removed, report.repeated) == (0, 0, 0, 0)
    assert "Encoding" not in stages
    assert verify(old).discrepancies == ()


def test_the_upgraded_snapshot_is_what_a_build_would_make(
    old: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(old, toy_encoder, now=LATER)
    # The kept snapshot names its source by the path that it had from the root of the repository.
    monkeypatch.chdir(Path(small_source).parent.parent.parent)
    build(["tests/data/small.jsonl"], tmp_path / "new", toy_encoder, now=datetime(2026, 11, 21, tzinfo=UTC))
    made, upgraded = open_snapshot(tmp_path / "new"), open_snapshot(old)
    assert upgraded.manifest.format == FORMAT
    assert upgraded.manifest.sources == made.manifest.sources
    for name in ("received.sqlite", "records.sqlite", "vectors.faiss"):
        assert (upgraded.folder / name).read_bytes() == (made.folder / name).read_bytes(), name


def test_the_same_questions_get_the_same_answers(old: Path, small_data: Path, toy_encoder: Encoder) -> None:
    upgrade(old, toy_encoder, now=LATER)
    one, other = Searcher.open(old, toy_encoder), Searcher.open(small_data, toy_encoder)
    shown = "SELECT text FROM passages JOIN records ON number = record WHERE kind = 'substantive' AND NOT bare"
    asked = [str(row[0]) for row in one.corpus.store.rows(shown)]
    for query in (*QUERIES, *asked):
        found = [(hit.key, hit.score, hit.passage.text, hit.passage.hash) for hit in one.search(query).hits]
        assert found == [(hit.key, hit.score, hit.passage.text, hit.passage.hash) for hit in other.search(query).hits]
        assert found or query in QUERIES


def test_the_days_of_reading_and_where_it_was_read_are_kept(old: Path, toy_encoder: Encoder) -> None:
    upgrade(old, toy_encoder, now=LATER)
    corpus = Corpus.open(old)
    for number in range(len(corpus.store)):
        answer = corpus.answer(corpus.store.record(number).key)
        assert answer.citation.accessed == answer.provenance.read_on == date(2026, 11, 21)
        assert answer.provenance.source == "tests/data/small.jsonl"


def test_each_vector_is_that_of_its_passage(old: Path, toy_encoder: Encoder) -> None:
    upgrade(old, toy_encoder, now=LATER)
    corpus = Corpus.open(old)
    for number in range(len(corpus.store)):
        record = corpus.store.record(number)
        for stored in corpus.store.passages(number):
            text = encoder_text(stored.passage, record.heading, record.question, toy_encoder.fits)
            row = corpus.index.rows(np.array([stored.row], dtype=np.int64))
            assert np.array_equal(row, toy_encoder.encode_queries([text]))


def test_the_old_snapshot_is_kept_as_the_one_before(old: Path, toy_encoder: Encoder) -> None:
    before, name = snapshot_files(old), current_name(old)
    upgrade(old, toy_encoder, now=LATER)
    assert before.items() <= snapshot_files(old).items()
    assert sorted(path.name for path in (old / "snapshots").iterdir()) == sorted([str(name), str(current_name(old))])


def test_an_upgrade_can_be_told_to_keep_one_alone(old: Path, toy_encoder: Encoder) -> None:
    upgrade(old, toy_encoder, keep=1, now=LATER)
    assert [path.name for path in (old / "snapshots").iterdir()] == [current_name(old)]


def test_an_upgraded_snapshot_goes_on_from_there(old: Path, invented: Any, toy_encoder: Any) -> None:
    upgrade(old, toy_encoder, now=LATER)
    assert not refresh(old, toy_encoder, Changes(), now=LATER).published
    report = refresh(old, toy_encoder, invented.changes(invented.received(501)), now=LATER)
    assert (report.added, report.changed, report.removed, len(toy_encoder.encoded)) == (1, 0, 0, 1)


def test_there_is_nothing_to_do_for_this_format(small_data: Path, toy_encoder: Encoder) -> None:
    before = contents(small_data)
    assert upgrade(small_data, toy_encoder) is None
    assert contents(small_data) == before


def test_with_another_model_all_that_is_kept_is_encoded_anew(old: Path, small_data: Path, other_encoder: Any) -> None:
    stages: set[str] = set()
    for data in (old, small_data):
        before = snapshot_files(data)
        other_encoder.encoded.clear()
        report = upgrade(data, other_encoder, now=LATER, progress=lambda stage, *_: stages.add(stage))
        assert report is not None
        assert report.texts_encoded == len(other_encoder.encoded) > 0
        assert (report.counts.records, report.counts.passages) == (12, 19)
        assert (report.added, report.changed, report.removed) == (0, 0, 0)
        assert open_snapshot(data).manifest.model == other_encoder.identity
        assert verify(data).discrepancies == ()
        # The one before is still whole, for whoever serves it.
        assert before.items() <= snapshot_files(data).items()
        assert upgrade(data, other_encoder) is None
    assert "Encoding" in stages


def test_with_another_model_the_snapshot_is_what_a_build_with_it_would_make(
    small_data: Path, tmp_path: Path, small_source: str, other_encoder: Encoder
) -> None:
    upgrade(small_data, other_encoder, now=LATER)
    build([small_source], tmp_path / "new", other_encoder, now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    made, upgraded = open_snapshot(tmp_path / "new"), open_snapshot(small_data)
    for name in ("received.sqlite", "records.sqlite", "vectors.faiss"):
        assert (upgraded.folder / name).read_bytes() == (made.folder / name).read_bytes(), name


def test_vectors_that_are_kept_of_the_other_model_are_used(
    small_data: Path, toy_encoder: Any, other_encoder: Any
) -> None:
    upgrade(small_data, other_encoder, now=LATER)
    back = upgrade(small_data, toy_encoder, now=LATER)
    assert back is not None
    assert (toy_encoder.encoded, back.texts_encoded) == ([], 0)
    assert verify(small_data).discrepancies == ()


def test_an_older_format_is_refused_elsewhere_with_the_command_that_upgrades_it(
    old: Path, invented: Any, toy_encoder: Encoder
) -> None:
    for use in (
        lambda: open_snapshot(old),
        lambda: Searcher.open(old, toy_encoder),
        lambda: refresh(old, toy_encoder, invented.changes(invented.received(1)), now=LATER),
        lambda: verify(old),
    ):
        with pytest.raises(OtherFormat, match=f"`despatch upgrade --data {old}`, with `--model toy` to keep the model"):
            use()


def test_a_build_over_an_older_format_uses_its_vectors(old: Path, small_source: str, toy_encoder: Any) -> None:
    report = build([small_source], old, toy_encoder, now=LATER)
    assert (toy_encoder.encoded, report.texts_encoded) == ([], 0)
    assert (report.added, report.changed, report.removed) == (0, 0, 0)
    assert verify(old).discrepancies == ()


def test_a_build_that_adds_asks_for_the_upgrade_first(
    old: Path, tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    source = invented.file(tmp_path / "a.jsonl", [invented.raw(501)])
    with pytest.raises(OtherFormat, match="despatch upgrade"):
        build([source], old, toy_encoder, add=True, now=LATER)


def test_an_older_format_of_another_model_is_rebuilt_by_a_build(
    old: Path, small_source: str, other_encoder: Any
) -> None:
    report = build([small_source], old, other_encoder, now=LATER)
    assert report.texts_encoded == len(other_encoder.encoded) > 0
    assert verify(old).discrepancies == ()


@pytest.mark.parametrize("name", ["received.sqlite", "records.sqlite", "vectors.faiss", "manifest.json"])
def test_a_damaged_file_is_refused_by_name(old: Path, toy_encoder: Encoder, name: str) -> None:
    path = old / "snapshots" / str(current_name(old)) / name
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    before = snapshot_files(old)
    with pytest.raises(SnapshotDamaged, match=name):
        upgrade(old, toy_encoder, now=LATER)
    assert snapshot_files(old) == before


def test_nothing_is_upgraded_where_nothing_was_built(tmp_path: Path, toy_encoder: Encoder) -> None:
    with pytest.raises(NoSnapshot):
        upgrade(tmp_path, toy_encoder)


def test_a_full_disk_leaves_the_old_snapshot(
    old: Path, toy_encoder: Encoder, disk_of: Callable[[int], AbstractContextManager[None]]
) -> None:
    before = snapshot_files(old)
    with disk_of(30_000), pytest.raises(PublishFailed, match="nothing has changed"):
        upgrade(old, toy_encoder, now=LATER)
    assert snapshot_files(old) == before
    assert upgrade(old, toy_encoder, now=LATER) is not None


def test_only_one_can_write_at_a_time(old: Path, toy_encoder: Encoder) -> None:
    with writing(old), pytest.raises(DirectoryBusy):
        upgrade(old, toy_encoder)


def test_a_record_that_can_no_longer_be_read_is_a_fault_and_the_others_are_upgraded(
    old: Path, toy_encoder: Encoder
) -> None:
    folder = old / "snapshots" / str(current_name(old))
    with closing(sqlite3.connect(folder / "received.sqlite")) as connection, connection:
        broken = zlib.compress(b'{"id": -1, "questionText": "", "answerText": ""}')
        connection.execute("UPDATE received SET raw = ? WHERE key = 'commons-2024-09-02-101'", (broken,))
    _reseal(old, folder)
    report = upgrade(old, toy_encoder, now=LATER)
    assert report is not None
    assert (report.counts.records, report.read.fault_count) == (11, 1)
    assert verify(old).discrepancies == ()


def _reseal(data: Path, folder: Path) -> None:
    """Make the hashes fit again, as if the snapshot had been published so."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    raw = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(raw)
    pointer = {"snapshot": folder.name, "manifest_sha256": hashlib.sha256(raw).hexdigest()}
    (data / "current").write_text(json.dumps(pointer))
