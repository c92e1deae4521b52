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
    PassageTooLong,
    PublishFailed,
    SnapshotDamaged,
    SourceNotFound,
    UnfaithfulPassage,
    UnknownKey,
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


def test_each_distinct_text_is_encoded_once(tmp_path: Path, small_source: str, toy_encoder: Any) -> None:
    # The same question asked twice and answered in the same words.
    first = lines_of(small_source)[0]
    source = write_lines(tmp_path / "two.jsonl", [first, changed(first, id=77, uin="777"), *lines_of(small_source)[9:]])
    report = build([source], tmp_path / "data", toy_encoder, now=NOW)
    assert len(toy_encoder.encoded) == len(set(toy_encoder.encoded)) == report.texts_encoded
    assert report.texts_encoded == report.counts.passages - 2
    corpus = Corpus.open(tmp_path / "data")
    one, other = corpus.store.number_of("1"), corpus.store.number_of("77")
    for mine, theirs in zip(corpus.store.passages(one), corpus.store.passages(other), strict=True):
        rows = np.array(sorted([mine.row, theirs.row]), dtype=np.int64)
        vector = toy_encoder.encode_queries([toy_encoder.encoded[0]])[0]
        scores = corpus.index.search(vector, 2, rows)[1]
        assert scores[0] == scores[1]


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


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            {"answerText": "<p>Ten pounds.</p>"},
            {"answerText": "<p>Twenty.</p>", "dateAnswerCorrected": "2025-02-20T00:00:00"},
        ),
        (
            {"answerText": "It has not proved possible to respond within the usual time period."},
            {"answerText": "<p>Twenty.</p>", "heading": None},
        ),
        (
            {"answerText": "<p>Ten pounds.</p>"},
            {"answerText": "<p>Twenty.</p>", "dateAnswered": "2025-01-01T00:00:00"},
        ),
    ],
)
def test_an_older_copy_never_replaces_a_corrected_or_a_real_answer(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, old: dict[str, Any], new: dict[str, Any], turned: bool
) -> None:
    base = lines_of(small_source)[0]
    order = [changed(base, **old), changed(base, **new)]
    if turned:
        order.reverse()
    report = build([write_lines(tmp_path / "two.jsonl", order)], tmp_path / "data", toy_encoder, now=NOW)
    assert (report.counts.records, report.repeated) == (1, 1)
    assert Corpus.open(tmp_path / "data").answer("1").text == "Twenty."


def test_a_question_that_a_later_source_says_was_withdrawn_is_dropped(
    small_data: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    gone = changed(lines_of(small_source)[0], isWithdrawn=True)
    report = build([write_lines(tmp_path / "gone.jsonl", [gone])], small_data, toy_encoder, add=True, now=NOW)
    assert (report.read.withdrawn, report.counts.records) == (1, 11)
    with pytest.raises(UnknownKey):
        Corpus.open(small_data).answer("1")


def test_records_whose_key_and_id_disagree_neither_vanish_nor_double(
    tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    base = lines_of(small_source)[0]

    def keys(*pairs: tuple[int, str]) -> list[tuple[int | None, str | None]]:
        lines = [changed(base, id=number, uin=uin) for number, uin in pairs]
        build([write_lines(tmp_path / "some.jsonl", lines)], tmp_path / "data", toy_encoder, now=NOW)
        store = Corpus.open(tmp_path / "data").store
        return [(store.record(n).api_id, store.record(n).uin) for n in range(len(store))]

    assert keys((5, "101"), (6, "102"), (6, "101")) == [(6, "101")]
    assert keys((5, "101"), (7, "101"), (5, "105")) == [(7, "101"), (5, "105")]


def test_a_damaged_pointer_is_repaired_by_a_build_and_refused_by_add(
    small_data: Path, small_source: str, toy_encoder: Encoder
) -> None:
    (small_data / "current").write_text("")
    with pytest.raises(SnapshotDamaged):
        build([small_source], small_data, toy_encoder, add=True, now=NOW)
    build([small_source], small_data, toy_encoder, now=NOW)
    assert Corpus.open(small_data).manifest.counts.records == 12


def test_a_passage_that_the_window_is_too_small_for_stops_the_build(
    tmp_path: Path, small_source: str, toy_encoder: Any
) -> None:
    toy_encoder.fits = lambda text: False
    with pytest.raises(PassageTooLong, match="larger window"):
        build([small_source], tmp_path / "data", toy_encoder, now=NOW)


def test_the_same_stock_words_put_to_two_ministers_are_two_answers_where_no_body_is_given(
    tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    nobody = {"answeringBodyName": None, "answeringBodyId": None}
    lines = [changed(line, **nobody) for line in lines_of(small_source)[:5]]
    build([write_lines(tmp_path / "some.jsonl", lines)], tmp_path / "data", toy_encoder, now=NOW)
    groups = Corpus.open(tmp_path / "data").store.group_of_record
    assert len(set(groups.tolist())) == 3


def test_a_source_that_is_not_there_leaves_no_trace(tmp_path: Path, toy_encoder: Encoder) -> None:
    with pytest.raises(SourceNotFound):
        build([str(tmp_path / "missing")], tmp_path / "data", toy_encoder, now=NOW)
    assert not (tmp_path / "data").exists()


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
