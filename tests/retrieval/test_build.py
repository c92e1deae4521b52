from __future__ import annotations

import gzip
import importlib
import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.build import build, upgrade
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import (
    ClippedRecord,
    NothingToIndex,
    OtherModel,
    PublishFailed,
    SourceNotFound,
    UnfaithfulPassage,
)
from retrieval.received import read_received
from retrieval.search import Searcher
from retrieval.snapshot import current_name, open_snapshot

building = importlib.import_module("retrieval.build")  # `retrieval.build` is the function
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def lines_of(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def write_lines(path: Path, lines: Sequence[str]) -> str:
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return str(path)


def changed(line: str, **values: Any) -> str:
    record = json.loads(line)
    record["value"].update(values)
    return json.dumps(record, ensure_ascii=False)


def test_a_build_reports_what_it_made(tmp_path: Path, small_source: str, toy_encoder: Encoder) -> None:
    stages: list[tuple[str, int, int | None]] = []
    report = build([small_source], tmp_path / "data", toy_encoder, now=NOW, progress=lambda *told: stages.append(told))
    assert (report.counts.records, report.counts.answers) == (12, 10)
    assert report.counts.passages == len(Corpus.open(tmp_path / "data").index)
    assert report.snapshot == current_name(tmp_path / "data")
    assert report.snapshot.startswith("20261121T120000Z-")
    assert {stage for stage, _, _ in stages} == {"Reading", "Making passages", "Encoding", "Publishing"}
    assert stages[-1] == ("Publishing", 1, 1)


def test_each_distinct_text_is_encoded_once(tmp_path: Path, seeds: str, toy_encoder: Any) -> None:
    report = build([seeds], tmp_path / "data", toy_encoder, now=NOW)
    assert len(toy_encoder.encoded) == len(set(toy_encoder.encoded)) == report.texts_encoded


def test_rows_are_in_the_order_of_the_dates_answered(built_once: Path) -> None:
    store = Corpus.open(built_once).store
    answered = [store.record(number).answered for number in range(len(store))]
    assert answered == sorted(day for day in answered if day)
    assert store.record_of_row.tolist() == sorted(store.record_of_row.tolist())


def test_every_passage_is_word_for_word_in_its_answer(built_once: Path) -> None:
    store = Corpus.open(built_once).store
    for number in range(len(store)):
        clean = " ".join(store.record(number).answer_text.split())
        for stored in store.passages(number):
            assert " ".join(stored.passage.text.split()) in clean


def test_the_record_as_received_is_kept(built_once: Path, small_source: str) -> None:
    kept = read_received(open_snapshot(built_once).received_file)
    raws = {json.dumps(json.loads(received.raw), sort_keys=True) for _, received in kept}
    given = [json.loads(line) for line in lines_of(small_source)]
    values = {json.dumps(record, sort_keys=True) for record in given}
    bare = {json.dumps(record["value"], sort_keys=True) for record in given}
    assert raws in (values, bare)


def test_the_order_of_the_source_makes_no_difference(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, built_once: Path
) -> None:
    lines = lines_of(small_source)
    random.Random(3).shuffle(lines)
    build([write_lines(tmp_path / "shuffled.jsonl", lines)], tmp_path / "data", toy_encoder, now=NOW)
    one, other = Searcher.open(built_once, toy_encoder), Searcher.open(tmp_path / "data", toy_encoder)
    for query in ("rural bus services", "homeless veterans", "dentist waiting in the South West"):
        first, second = one.search(query), other.search(query)
        assert [(h.key, h.score, h.passage) for h in first.hits] == [(h.key, h.score, h.passage) for h in second.hits]


def test_a_build_replaces_the_corpus(small_data: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder) -> None:
    build([write_lines(tmp_path / "one.jsonl", lines_of(small_source)[:1])], small_data, toy_encoder, now=NOW)
    assert Corpus.open(small_data).manifest.counts.records == 1


def test_add_keeps_what_is_there_and_replaces_by_key(
    small_data: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    new = changed(lines_of(small_source)[0], answerText="<p>Bus services in rural areas will be free.</p>")
    other = changed(lines_of(small_source)[0], id=77, uin="777")
    report = build([write_lines(tmp_path / "more.jsonl", [new, other])], small_data, toy_encoder, add=True, now=NOW)
    corpus = Corpus.open(small_data)
    assert (report.counts.records, report.repeated) == (13, 1)
    assert corpus.answer("commons-2024-09-02-101").text == "Bus services in rural areas will be free."
    assert corpus.answer("77").uin == "777"


def test_add_keeps_the_names_of_the_sources_before(
    small_data: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    more = write_lines(tmp_path / "more.jsonl", [changed(lines_of(small_source)[0], id=77, uin="777")])
    build([more], small_data, toy_encoder, add=True, now=NOW)
    assert Corpus.open(small_data).coverage().sources == (small_source, more)


def test_add_to_nothing_is_a_build(tmp_path: Path, small_source: str, toy_encoder: Encoder) -> None:
    assert build([small_source], tmp_path / "data", toy_encoder, add=True, now=NOW).counts.records == 12


def test_a_record_that_knows_less_does_not_replace_one_that_knows_more(
    tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    full = lines_of(small_source)[0]
    poor = changed(full, uin=None, dateTabled=None, heading=None)
    for order in ([full, poor], [poor, full]):
        report = build([write_lines(tmp_path / "two.jsonl", order)], tmp_path / "data", toy_encoder, now=NOW)
        assert (report.counts.records, report.repeated) == (1, 1)
        assert Corpus.open(tmp_path / "data").answer("1").key == "commons-2024-09-02-101"


def test_bad_lines_are_reported_and_the_rest_is_built(tmp_path: Path, small_source: str, toy_encoder: Encoder) -> None:
    lines = lines_of(small_source)
    clipped = changed(lines[1], answerText="x" * 255 + "...")
    source = write_lines(tmp_path / "some.jsonl", [lines[0], "{broken", clipped, lines[2]])
    report = build([source], tmp_path / "data", toy_encoder, now=NOW)
    assert report.counts.records == 2
    assert [(fault.path, fault.line) for fault in report.read.faults] == [(source, 2), (source, 3)]
    with pytest.raises(ClippedRecord):
        build(
            [write_lines(tmp_path / "clipped.jsonl", [clipped])],
            tmp_path / "data",
            toy_encoder,
            strict=True,
            now=NOW,
        )
    assert Corpus.open(tmp_path / "data").manifest.counts.records == 2


def test_sources_without_an_answer_publish_nothing(
    small_data: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    before = current_name(small_data)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text("nothing to see")
    broken = write_lines(tmp_path / "docs" / "a.jsonl", [lines_of(small_source)[0], "{"])
    Path(broken).write_text(changed(lines_of(small_source)[0], id=-1) + "\n")
    with pytest.raises(NothingToIndex, match="faults: 1; files that no reader knows: 1"):
        build([str(tmp_path / "docs")], small_data, toy_encoder, now=NOW)
    with pytest.raises(SourceNotFound):
        build([str(tmp_path / "missing.jsonl")], small_data, toy_encoder, now=NOW)
    assert current_name(small_data) == before


def test_records_come_from_standard_input_and_from_gzip(
    tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    packed = gzip.compress(Path(small_source).read_bytes())
    report = build(["-"], tmp_path / "data", toy_encoder, stdin=BytesIO(packed), now=NOW)
    assert report.counts.records == 12


def test_a_full_disk_leaves_the_old_snapshot(
    small_data: Path, small_source: str, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_name(small_data)

    def full(path: Path, entries: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, "write_entries", full)
    with pytest.raises(PublishFailed, match="No space left"):
        build([small_source], small_data, toy_encoder, now=NOW)
    assert current_name(small_data) == before
    assert open_snapshot(small_data).manifest.counts.records == 12


def test_an_interrupted_build_leaves_the_old_snapshot(small_data: Path, small_source: str, toy_encoder: Any) -> None:
    before = current_name(small_data)

    def stop(texts: Sequence[str], progress: Callable[[int], None]) -> NDArray[np.float32]:
        raise KeyboardInterrupt

    toy_encoder.encode_documents = stop
    with pytest.raises(KeyboardInterrupt):
        build([small_source], small_data, toy_encoder, now=NOW)
    assert current_name(small_data) == before
    assert len(list((small_data / "snapshots").iterdir())) == 1


def test_a_passage_that_is_not_in_the_answer_stops_the_build(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.gathering.is_faithful", lambda passage, text: False)
    with pytest.raises(UnfaithfulPassage, match="commons-2024-09-02-101: passage 1"):
        build([small_source], tmp_path / "data", toy_encoder, now=NOW)
    assert current_name(tmp_path / "data") is None


def test_upgrade_has_nothing_to_do_for_this_format(small_data: Path, toy_encoder: Encoder) -> None:
    assert upgrade(small_data, toy_encoder) is None


def test_upgrade_keeps_to_the_model_of_the_snapshot(small_data: Path, other_encoder: Encoder) -> None:
    folder = open_snapshot(small_data).folder
    _reseal_as_format(small_data, folder, 0)
    with pytest.raises(OtherModel, match="--model toy"):
        upgrade(small_data, other_encoder)


def test_upgrade_rebuilds_an_older_format_from_the_records_kept(small_data: Path, toy_encoder: Encoder) -> None:
    folder = open_snapshot(small_data).folder
    before = Corpus.open(small_data).answer("commons-2024-09-02-101")
    # An older format has the records as received; all else in it may differ.
    (folder / "records.sqlite").write_bytes(b"another shape")
    _reseal_as_format(small_data, folder, 0)
    report = upgrade(small_data, toy_encoder, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert report is not None
    assert report.counts.records == 12
    after = Corpus.open(small_data).answer("commons-2024-09-02-101")
    assert after.text == before.text
    assert after.citation.accessed == before.citation.accessed == NOW.date()


def _reseal_as_format(data: Path, folder: Path, number: int) -> None:
    import hashlib

    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["format"] = number
    content = (folder / "records.sqlite").read_bytes()
    manifest["files"]["records.sqlite"] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    raw = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(raw)
    pointer = {"snapshot": folder.name, "manifest_sha256": hashlib.sha256(raw).hexdigest()}
    (data / "current").write_text(json.dumps(pointer))
