from __future__ import annotations

import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from retrieval import hit_maker, store
from retrieval.build import build
from retrieval.checks import Checks
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import QueryError, SnapshotDamaged, UnknownKey
from retrieval.filters import Filters
from retrieval.hit_maker import HitMaker
from retrieval.ranking import best_answers
from retrieval.records import AnswerKind, FindingName
from retrieval.snapshot import Snapshot, open_snapshot
from retrieval.store import RecordStore
from retrieval.vectors import VectorIndex, VectorKind


@pytest.fixture
def corpus(built_once: Path) -> Corpus:
    return Corpus.open(built_once)


@pytest.mark.parametrize("key", ["commons-2025-03-03-520", "COMMONS-2025-03-03-520", "10", "id-10", " 10 "])
def test_an_answer_is_found_by_key_and_by_the_apis_id(corpus: Corpus, key: str) -> None:
    answer = corpus.answer(key)
    assert answer.key == "commons-2025-03-03-520"
    assert answer.corrected == date(2025, 3, 25)
    assert answer.is_named_day is True
    assert (FindingName.CORRECTED, None) in [(found.name, found.passage) for found in answer.findings]
    assert answer.passages[0].ordinal == 1
    assert answer.provenance.reader == "parliament-api"


def test_a_finding_is_tied_to_its_passage(corpus: Corpus) -> None:
    answer = corpus.answer("10")
    found = {finding.name: finding.passage for finding in answer.findings}
    passage = answer.passages[(found[FindingName.DISPROPORTIONATE_COST] or 0) - 1]
    assert passage.text == "Figures for London could be obtained only at disproportionate cost."


@pytest.mark.parametrize("key", ["", "commons-1999-01-01-1", "4242", "9" * 30, "id-", "../etc/passwd", "²"])
def test_an_unknown_key_is_an_error(corpus: Corpus, key: str) -> None:
    with pytest.raises(UnknownKey):
        corpus.answer(key)


def test_a_citation_names_the_passage(corpus: Corpus) -> None:
    assert corpus.citation("10", 2).paragraph == 2
    assert corpus.citation("10").paragraph is None
    for paragraph in (0, 99):
        with pytest.raises(QueryError, match="passages 1 to"):
            corpus.citation("10", paragraph)


def test_coverage_counts_what_is_there_and_what_is_missing(corpus: Corpus) -> None:
    coverage = corpus.coverage()
    assert (coverage.records, coverage.answers) == (12, 10)
    assert coverage.by_kind == {
        "substantive": 8,
        "holding": 1,
        "pointer": 1,
        "prorogation": 1,
        "will_write": 1,
    }
    assert coverage.bare == 2
    assert coverage.by_finding["not_held"] == 2
    assert coverage.by_answering_body["Department for Transport"] == 5
    assert coverage.missing_facts["post"] == 12
    assert coverage.missing_facts["minister"] == 0
    assert (coverage.first_answered, coverage.last_answered) == (date(2024, 5, 24), date(2025, 4, 16))
    assert coverage.sample is None
    assert coverage.model.name == "toy"


def test_what_is_held_back_and_what_is_shown_are_the_whole(corpus: Corpus) -> None:
    shown, held = corpus.admitted(Filters()), corpus.admitted(Filters(), held_back=True)
    # A pointer that is found through the answer it points to is neither.
    pointing = [number for number in range(12) if corpus.relations.refers_to(number)]
    assert [corpus.store.status(number).kind for number in pointing] == [AnswerKind.POINTER]
    assert sorted([*shown, *held, *pointing]) == list(range(12))
    assert len(corpus.admitted(Filters(kind=(AnswerKind.POINTER,)), held_back=True)) == 0


def test_rows_of_records_are_all_their_passages(corpus: Corpus) -> None:
    rows = corpus.store.rows_of(np.array([3, 5], dtype=np.int64))
    expected = [p.row for number in (3, 5) for p in corpus.store.passages(number)]
    assert rows.tolist() == expected


def test_a_vector_file_of_another_length_is_refused(built_once: Path, tmp_path: Path) -> None:
    snapshot = open_snapshot(built_once)
    folder = tmp_path / "odd"
    shutil.copytree(snapshot.folder, folder)
    VectorIndex.of(np.zeros((3, 256), dtype=np.float32)).write(folder / "vectors.faiss")
    with pytest.raises(SnapshotDamaged, match="3 vectors"):
        Corpus(Snapshot(folder, snapshot.manifest))


def test_vectors_of_another_kind_than_the_manifest_says_are_refused(built_once: Path, tmp_path: Path) -> None:
    snapshot = open_snapshot(built_once)
    assert snapshot.manifest.vectors is VectorKind.EXACT
    manifest = replace(snapshot.manifest, vectors=VectorKind.CLUSTERED)
    with pytest.raises(SnapshotDamaged, match="should be clustered, but are exact"):
        Corpus(Snapshot(snapshot.folder, manifest))


def test_a_corpus_whose_vectors_are_in_clusters_gives_the_same_answers(built_once: Path, tmp_path: Path) -> None:
    snapshot = open_snapshot(built_once)
    folder = tmp_path / "clustered"
    shutil.copytree(snapshot.folder, folder)
    exact = Corpus(snapshot)
    vectors = exact.index.rows(np.arange(len(exact.index)))
    VectorIndex.of(vectors, clustered_from=1).write(folder / "vectors.faiss")
    clustered = Corpus(Snapshot(folder, replace(snapshot.manifest, vectors=VectorKind.CLUSTERED)))
    for row in range(0, len(vectors), 7):
        wanted, found = (
            best_answers(corpus.index, vectors[row], corpus.group_of_row, limit=1) for corpus in (exact, clustered)
        )
        assert [(one.group, one.row) for one in found] == [(one.group, one.row) for one in wanted]


def test_a_store_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite").write_bytes(b"SQLite? no" * 100)
    with pytest.raises(SnapshotDamaged, match=r"records\.sqlite"):
        RecordStore(tmp_path / "records.sqlite")


def test_an_opened_corpus_can_be_read_by_new_threads_after_later_builds_removed_it(
    small_data: Path, small_source: str, toy_encoder: Encoder
) -> None:
    corpus = Corpus.open(small_data)
    for _ in range(2):
        build([small_source], small_data, toy_encoder)
    assert not (small_data / "snapshots" / corpus.manifest.name).exists()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: corpus.answer("10").key, range(20)))
    assert set(found) == {"commons-2025-03-03-520"}


def test_a_fact_that_was_worked_out_counts_as_missing_and_is_counted_apart(
    tmp_path: Path, seeds: str, toy_encoder: Encoder
) -> None:
    build([seeds], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    coverage = corpus.coverage()
    assert coverage.missing_facts["house"] == coverage.inferred_facts["house"] == 11
    assert (coverage.missing_facts["url"], coverage.missing_facts["answered"]) == (11, 10)
    assert coverage.sample is not None
    assert corpus.answer(coverage_key(corpus)).sample == coverage.sample


def coverage_key(corpus: Corpus) -> str:
    return corpus.store.record(0).key


def test_a_corpus_that_is_let_go_is_gone_at_once_and_another_goes_on(small_data: Path) -> None:
    corpus = Corpus.open(small_data)
    passed = corpus.searched(Filters()).passed
    rows, _ = corpus.reached(Filters())
    another, gone = corpus.with_checks(Checks()), weakref.ref(corpus)
    del corpus
    # Without waiting for the collector: its files and vectors would stay with it.
    assert gone() is None
    assert another.searched(Filters()).passed == passed
    again, _ = another.reached(Filters())
    assert again is not None
    assert rows is not None
    assert again.rows.tolist() == rows.rows.tolist()


def test_records_and_hits_are_kept_by_how_much_room_their_texts_take(
    built_once: Path, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Corpus.open(built_once).store
    assert first.record(0) is first.record(0)
    assert first.passages(0)[0] is first.passages(0)[0]
    hits = HitMaker(Corpus.open(built_once), toy_encoder)
    stored = hits.corpus.store.passages(0)[0]
    assert hits._told(stored) is hits._told(stored)
    for module in (store, hit_maker):
        monkeypatch.setattr(module, "_KEPT_BYTES", 500)
    small = Corpus.open(built_once)
    assert small.store.record(0) is not small.store.record(0)
    assert small.store.passages(0)[0] is not small.store.passages(0)[0]
    hits = HitMaker(small, toy_encoder)
    assert hits._told(stored) is not hits._told(stored)
