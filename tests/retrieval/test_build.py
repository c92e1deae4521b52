from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import fields
from datetime import UTC, datetime
from io import BytesIO
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import (
    ClippedRecord,
    NothingToIndex,
    PassageTooLong,
    PublishFailed,
    SnapshotDamaged,
    SourceNotFound,
    UnfaithfulPassage,
    UnknownKey,
)
from retrieval.passages import encoder_text
from retrieval.received import read_received
from retrieval.records import Provenance, Record
from retrieval.search import Searcher
from retrieval.snapshot import current_name, open_snapshot
from retrieval.sources import Received, Withdrawn
from retrieval.sources.api_json import ParliamentApi
from retrieval.verify import verify

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DiskOf = Callable[[int], AbstractContextManager[None]]


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


@pytest.mark.parametrize("most_bytes", [0, 2000, 15_000, 40_000, 80_000])
def test_a_full_disk_leaves_the_old_snapshot(
    small_data: Path, tmp_path: Path, invented: Any, toy_encoder: Encoder, disk_of: DiskOf, most_bytes: int
) -> None:
    before = current_name(small_data)
    source = invented.file(tmp_path / "new.jsonl", [invented.raw(number) for number in range(1, 100)])
    with disk_of(most_bytes), pytest.raises(PublishFailed, match=r"nothing has changed|stands as it was"):
        build([source], small_data, toy_encoder, now=NOW)
    assert current_name(small_data) == before
    assert open_snapshot(small_data).manifest.counts.records == 12
    assert [path.name for path in (small_data / "snapshots").iterdir()] == [before]
    # The disk has room again.
    assert build([source], small_data, toy_encoder, now=NOW).counts.records == 99


def test_an_interrupted_build_leaves_the_old_snapshot(
    small_data: Path, tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    before = current_name(small_data)

    def stop(texts: Sequence[str], progress: Callable[[int], None]) -> NDArray[np.float32]:
        raise KeyboardInterrupt

    toy_encoder.encode_documents = stop
    with pytest.raises(KeyboardInterrupt):
        build([invented.file(tmp_path / "new.jsonl", [invented.raw(1)])], small_data, toy_encoder, now=NOW)
    assert current_name(small_data) == before
    assert len(list((small_data / "snapshots").iterdir())) == 1


class OtherWords(Record):
    """A record whose text is not that of its blocks, as no reader makes one."""

    __slots__ = ()

    @property
    def answer_text(self) -> str:
        """Other words."""
        return "Words that nobody said."


class OddReader(ParliamentApi):
    """Makes such records."""

    name = "odd"

    def parse(self, received: Received) -> Record | Withdrawn:
        """Return the record with another text."""
        found = super().parse(received)
        assert isinstance(found, Record)
        return OtherWords(**{field.name: getattr(found, field.name) for field in fields(Record)})


def test_a_passage_that_is_not_in_the_answer_stops_the_build(
    tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    with pytest.raises(UnfaithfulPassage, match="commons-2024-05-20-999: passage 1 is not word for word"):
        build([small_source], tmp_path / "data", toy_encoder, now=NOW, readers=[OddReader()])
    assert current_name(tmp_path / "data") is None


def test_adding_records_encodes_only_their_own_texts(
    small_data: Path, tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    before = {str(row[0]) for row in Corpus.open(small_data).store.rows("SELECT text FROM passages")}
    more = invented.file(tmp_path / "more.jsonl", [invented.raw(number) for number in (501, 502)])
    report = build([more], small_data, toy_encoder, add=True, now=NOW)
    assert sorted(text.splitlines()[-1] for text in toy_encoder.encoded) == [
        f"The Department gave the council of road {n} a grant of {n} pounds for it." for n in (501, 502)
    ]
    assert report.texts_encoded == 2
    assert (report.counts.records, report.added, report.changed, report.removed) == (14, 2, 0, 0)
    assert before < {str(row[0]) for row in Corpus.open(small_data).store.rows("SELECT text FROM passages")}
    assert_vectors_are_right(small_data, toy_encoder)


def test_building_the_same_again_encodes_nothing_and_gives_the_same_files(
    small_data: Path, small_source: str, toy_encoder: Any
) -> None:
    before = files_of(small_data)
    report = build([small_source], small_data, toy_encoder, now=NOW)
    assert (toy_encoder.encoded, report.texts_encoded) == ([], 0)
    assert (report.added, report.changed, report.corrected, report.removed) == (0, 0, 0, 0)
    assert report.published
    assert files_of(small_data) == before


def test_a_changed_heading_makes_other_texts_which_are_encoded(
    small_data: Path, tmp_path: Path, small_source: str, toy_encoder: Any
) -> None:
    new = changed(lines_of(small_source)[0], heading="Coaches")
    report = build([write_lines(tmp_path / "new.jsonl", [new])], small_data, toy_encoder, add=True, now=NOW)
    store = Corpus.open(small_data).store
    assert len(toy_encoder.encoded) == len(store.passages(store.number_of("1"))) == 2
    assert all("Coaches" in text for text in toy_encoder.encoded)
    assert report.changed == 1
    assert_vectors_are_right(small_data, toy_encoder)


def test_no_passage_of_a_changed_or_withdrawn_record_is_left(
    small_data: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder
) -> None:
    lines = lines_of(small_source)
    lone = next(n for n, line in enumerate(lines) if json.loads(line)["value"]["id"] == 10)
    edited = changed(lines[lone], answerText="<p>Nothing at all is left of it.</p>")
    gone = changed(lines[0], isWithdrawn=True)
    build([write_lines(tmp_path / "new.jsonl", [edited, gone])], small_data, toy_encoder, add=True, now=NOW)
    corpus = Corpus.open(small_data)
    texts = [str(row[0]) for row in corpus.store.rows("SELECT text FROM passages")]
    assert "Nothing at all is left of it." in texts
    assert not [text for text in texts if "Figures for London" in text]
    assert corpus.store.rows("SELECT count(*) FROM records WHERE key = 'commons-2024-09-02-101'") == [(0,)]
    assert len(texts) == len(corpus.index) == corpus.manifest.counts.passages
    assert verify(small_data).discrepancies == ()
    assert_vectors_are_right(small_data, toy_encoder)


def test_a_text_is_not_encoded_again_after_its_record_was_gone_and_came_back(
    tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    both = invented.file(tmp_path / "both.jsonl", [invented.raw(1), invented.raw(2)])
    one = invented.file(tmp_path / "one.jsonl", [invented.raw(1)])
    for source in (both, one, both):
        build([source], tmp_path / "data", toy_encoder, now=NOW)
    assert len(toy_encoder.encoded) == 2
    assert_vectors_are_right(tmp_path / "data", toy_encoder)


def test_a_build_that_is_killed_half_way_goes_on_where_it_was(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    source = invented.file(tmp_path / "many.jsonl", [invented.raw(number) for number in range(1, 701)])
    encode = toy_encoder.encode_documents

    def stop_after_one_round(texts: Sequence[str], progress: Callable[[int], None]) -> NDArray[np.float32]:
        if toy_encoder.encoded:
            raise KeyboardInterrupt
        return np.asarray(encode(texts, progress))

    toy_encoder.encode_documents = stop_after_one_round
    with pytest.raises(KeyboardInterrupt):
        build([source], tmp_path / "data", toy_encoder, now=NOW)
    done = list(toy_encoder.encoded)
    assert 0 < len(done) < 700
    assert current_name(tmp_path / "data") is None
    toy_encoder.encoded.clear()
    toy_encoder.encode_documents = encode
    report = build([source], tmp_path / "data", toy_encoder, now=NOW)
    assert not set(done) & set(toy_encoder.encoded)
    assert len(done) + len(toy_encoder.encoded) == 700
    assert (report.texts_encoded, report.texts_reused) == (700 - len(done), len(done))
    assert_vectors_are_right(tmp_path / "data", toy_encoder)


def test_vectors_are_taken_from_the_snapshot_where_those_kept_beside_it_are_gone(
    small_data: Path, tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    shutil.rmtree(small_data / "embeddings")
    more = invented.file(tmp_path / "more.jsonl", [invented.raw(501)])
    build([more], small_data, toy_encoder, add=True, now=NOW)
    assert len(toy_encoder.encoded) == 1
    assert_vectors_are_right(small_data, toy_encoder)


def test_vectors_kept_are_used_where_the_snapshot_is_gone(
    small_data: Path, small_source: str, toy_encoder: Any
) -> None:
    shutil.rmtree(small_data / "snapshots")
    (small_data / "current").unlink()
    report = build([small_source], small_data, toy_encoder, now=NOW)
    assert (toy_encoder.encoded, report.added) == ([], 12)
    assert_vectors_are_right(small_data, toy_encoder)


def test_a_spoilt_vector_is_made_again(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    source = invented.file(tmp_path / "two.jsonl", [invented.raw(1), invented.raw(2)])
    build([source], tmp_path / "data", toy_encoder, now=NOW)
    (kept,) = (tmp_path / "data" / "embeddings").glob("*.sqlite")
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(1024) WHERE text = (SELECT min(text) FROM vectors)")
    for path in (tmp_path / "data" / "snapshots").iterdir():
        shutil.rmtree(path)
    (tmp_path / "data" / "current").unlink()
    report = build([source], tmp_path / "data", toy_encoder, now=NOW)
    assert (report.texts_encoded, report.texts_reused) == (1, 1)
    assert_vectors_are_right(tmp_path / "data", toy_encoder)


def test_a_spoilt_file_of_vectors_costs_no_more_than_encoding_again(
    tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    first = invented.file(tmp_path / "first.jsonl", [invented.raw(number) for number in range(1, 40)])
    second = invented.file(tmp_path / "second.jsonl", [invented.raw(number) for number in range(40, 80)])
    build([first], tmp_path / "data", toy_encoder, now=NOW)
    (kept,) = (tmp_path / "data" / "embeddings").glob("*.sqlite")
    content = kept.read_bytes()
    kept.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    build([second], tmp_path / "data", toy_encoder, add=True, now=NOW)
    assert Corpus.open(tmp_path / "data").manifest.counts.records == 79
    assert_vectors_are_right(tmp_path / "data", toy_encoder)


def test_a_file_of_vectors_that_is_spoilt_during_a_build_spoils_no_index(
    tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    source = invented.file(tmp_path / "many.jsonl", [invented.raw(number) for number in range(1, 701)])
    encode = toy_encoder.encode_documents

    def spoil_after_one_round(texts: Sequence[str], progress: Callable[[int], None]) -> NDArray[np.float32]:
        if toy_encoder.encoded:
            for path in (tmp_path / "data" / "embeddings").glob("*.sqlite*"):
                path.write_bytes(b"\xff" * path.stat().st_size)
        return np.asarray(encode(texts, progress))

    toy_encoder.encode_documents = spoil_after_one_round
    try:
        build([source], tmp_path / "data", toy_encoder, now=NOW)
    except PublishFailed:
        toy_encoder.encode_documents = encode
        build([source], tmp_path / "data", toy_encoder, now=NOW)
    assert_vectors_are_right(tmp_path / "data", toy_encoder)


def test_another_model_takes_over_no_vector(
    small_data: Path, small_source: str, toy_encoder: Any, other_encoder: Any
) -> None:
    report = build([small_source], small_data, other_encoder, now=NOW)
    assert report.texts_encoded == len(other_encoder.encoded) == report.counts.passages - report.texts_reused
    assert report.texts_reused == 0
    assert len(list((small_data / "embeddings").glob("*.sqlite"))) == 2
    # And back again: the first model's are there still.
    build([small_source], small_data, toy_encoder, now=NOW)
    assert toy_encoder.encoded == []
    assert_vectors_are_right(small_data, toy_encoder)


def test_a_model_that_takes_in_less_has_its_own_passages(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    words = " ".join(f"Sentence {number} says a little more about the matter at hand." for number in range(10))
    source = invented.file(tmp_path / "a.jsonl", [invented.raw(1, answerText=f"<p>{words}</p>")])
    first = build([source], tmp_path / "data", toy_encoder, now=NOW)
    narrow = type(toy_encoder)("narrow")
    narrow.fits = lambda text: len(text.split()) <= 40
    second = build([source], tmp_path / "data", narrow, now=NOW)
    assert second.counts.passages > first.counts.passages == 1
    assert all(narrow.fits(text) for text in narrow.encoded)
    assert second.changed == 0
    assert verify(tmp_path / "data").discrepancies == ()


def test_what_the_rules_made_before_is_not_used_where_the_rules_were_others(
    small_data: Path, small_source: str, toy_encoder: Any
) -> None:
    rewrite_manifest(small_data, derivation="0123456789abcdef")
    folder = open_snapshot(small_data).folder
    with closing(sqlite3.connect(folder / "records.sqlite")) as connection, connection:
        connection.execute("UPDATE passages SET text = 'old rules', encoded = x'00'")
        connection.execute("UPDATE records SET facts = replace(facts, 'Transport', 'Coaches')")
    reseal(small_data)
    build([small_source], small_data, toy_encoder, add=True, now=NOW)
    assert verify(small_data).discrepancies == ()
    assert toy_encoder.encoded == []
    assert_vectors_are_right(small_data, toy_encoder)


def test_a_held_record_that_can_no_longer_be_read_does_not_stop_a_build_that_replaces_it(
    small_data: Path, small_source: str, toy_encoder: Encoder
) -> None:
    spoil_first_received(small_data)
    report = build([small_source], small_data, toy_encoder, now=NOW)
    assert report.counts.records == 12
    assert verify(small_data).discrepancies == ()


def test_a_held_record_that_can_no_longer_be_read_is_a_fault_of_a_build_that_adds(
    small_data: Path, tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    spoil_first_received(small_data)
    more = invented.file(tmp_path / "more.jsonl", [invented.raw(1001)])
    report = build([more], small_data, toy_encoder, add=True, now=NOW)
    assert report.counts.records == 12
    assert report.read.fault_count == 1


@pytest.mark.parametrize(("keep", "left"), [(1, 1), (2, 2), (3, 3)])
def test_as_many_snapshots_are_kept_as_were_asked_for(
    small_data: Path, small_source: str, toy_encoder: Encoder, keep: int, left: int
) -> None:
    made = [current_name(small_data)]
    for day in range(1, 4):
        now = datetime(2026, 12, day, tzinfo=UTC)
        made.append(build([small_source], small_data, toy_encoder, keep=keep, now=now).snapshot)
    there = sorted(path.name for path in (small_data / "snapshots").iterdir())
    assert there == made[-left:]


def test_unanswered_questions_are_kept_beside_the_answers(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    waiting = invented.unanswered(2, dateForAnswer="2024-09-20T00:00:00")
    source = invented.file(tmp_path / "a.jsonl", [invented.raw(1), waiting.raw])
    report = build([source], tmp_path / "data", toy_encoder, now=NOW)
    assert (report.counts.records, report.counts.unanswered, report.added) == (1, 1, 1)
    corpus = Corpus.open(tmp_path / "data")
    assert corpus.store.rows("SELECT key, due FROM unanswered") == [("commons-2024-09-02-1002", "2024-09-20")]
    with pytest.raises(UnknownKey):
        corpus.answer("commons-2024-09-02-1002")
    assert len(toy_encoder.encoded) == 1
    assert verify(tmp_path / "data").discrepancies == ()


def test_unanswered_questions_alone_are_nothing_to_index(tmp_path: Path, invented: Any, toy_encoder: Encoder) -> None:
    source = invented.file(tmp_path / "a.jsonl", [invented.unanswered(1).raw])
    with pytest.raises(NothingToIndex, match="questions without an answer yet: 1"):
        build([source], tmp_path / "data", toy_encoder, now=NOW)


def test_several_sources_of_one_question_are_one_record_with_all_of_them_listed(
    tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    api = invented.file(tmp_path / "a.jsonl", [invented.raw(1), invented.raw(2)])
    page = tmp_path / "page.html"
    page.write_bytes(invented.page(1).raw)
    for order in ([api, str(page)], [str(page), api]):
        report = build(order, tmp_path / "data", toy_encoder, now=NOW)
        assert (report.counts.records, report.repeated) == (2, 1)
        answer = Corpus.open(tmp_path / "data").answer("1")
        assert answer.provenance == Provenance("parliament-api", api, 1, NOW.date())
        assert answer.copies == (Provenance("official-page", str(page), 1, NOW.date()),)
        assert verify(tmp_path / "data").discrepancies == ()


def test_sources_in_any_order_make_the_same_files(tmp_path: Path, invented: Any, toy_encoder: Encoder) -> None:
    sources = [invented.file(tmp_path / f"{n}.jsonl", [invented.raw(2 * n), invented.raw(2 * n + 1)]) for n in (1, 2)]
    page = tmp_path / "page.html"
    page.write_bytes(invented.page(2).raw)
    made = []
    for number, order in enumerate(permutations([*sources, str(page)])):
        build(order, tmp_path / f"data-{number}", toy_encoder, now=NOW)
        made.append(files_of(tmp_path / f"data-{number}"))
    assert all(files == made[0] for files in made)


def files_of(data: Path) -> dict[str, bytes]:
    folder = open_snapshot(data).folder
    named = ("manifest.json", "published.json")  # They hold the name, which differs.
    return {path.name: path.read_bytes() for path in folder.glob("*.*") if path.name not in named}


def assert_vectors_are_right(data: Path, encoder: Encoder) -> None:
    """Compare every row of the index with what the encoder makes of that passage's text, slowly."""
    corpus = Corpus.open(data)
    rows = []
    for number in range(len(corpus.store)):
        record = corpus.store.record(number)
        for stored in corpus.store.passages(number):
            text = encoder_text(stored.passage, record.heading, record.question, encoder.fits)
            expected = encoder.encode_queries([text])
            assert np.array_equal(corpus.index.rows(np.array([stored.row], dtype=np.int64)), expected)
            rows.append(stored.row)
    assert sorted(rows) == list(range(len(corpus.index)))


def spoil_first_received(data: Path) -> None:
    """Keep something that a reader of this version refuses, as one of a stricter version may."""
    folder = open_snapshot(data).folder
    with closing(sqlite3.connect(folder / "received.sqlite")) as connection, connection:
        broken = zlib.compress(b'{"id": -1, "questionText": "", "answerText": ""}')
        connection.execute("UPDATE received SET raw = ? WHERE key = 'commons-2024-09-02-101'", (broken,))
    rewrite_manifest(data, derivation="0123456789abcdef")
    reseal(data)


def rewrite_manifest(data: Path, **changed: Any) -> None:
    path = data / "snapshots" / str(current_name(data)) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    reseal(data)


def reseal(data: Path) -> None:
    """Make the hashes fit again, as if the snapshot had been published so."""
    folder = data / "snapshots" / json.loads((data / "current").read_text())["snapshot"]
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    raw = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(raw)
    pointer = {"snapshot": folder.name, "manifest_sha256": hashlib.sha256(raw).hexdigest()}
    (data / "current").write_text(json.dumps(pointer))
