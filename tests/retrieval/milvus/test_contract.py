"""What a search finds is the same whichever store has the vectors and the words: FAISS and files, or Milvus."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from retrieval.build import build, refresh, upgrade
from retrieval.choices import Sort
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import PublishFailed, SnapshotDamaged, StoreUnreachable
from retrieval.filters import Filters
from retrieval.milvus import generation as generations
from retrieval.milvus.expressions import condition_told, expression_of
from retrieval.milvus.place import PLACES_FILE, THIS_MACHINE, Places, Target
from retrieval.milvus.server import MilvusServer, connected
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House
from retrieval.results import Outcome, SearchResult
from retrieval.search import Searcher
from retrieval.snapshot import open_snapshot
from retrieval.vector_files import read_vectors, write_vectors
from retrieval.verify import verify

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUESTIONS = [
    "how many patients are waiting for an NHS dentist",
    "giving local councils powers to run village bus services in rural areas",
    'a scheme that has housed "homeless veterans"',
    "buses, dentists, veterans, schools and what the Department has done about UIN 205 since 2023",
    "zzz",
]
FILTERS = [
    Filters(),
    Filters(answered_from=date(2025, 2, 1)),
    Filters(answered_to=date(2025, 1, 19)),
    Filters(tabled_from=date(2024, 9, 1), tabled_to=date(2025, 1, 31)),
    Filters(house=(House.LORDS,)),
    Filters(answering_body=("health", "Ministry of Defence")),
    Filters(answering_body=("17",)),
    Filters(minister=("Dee Placeholder",)),
    Filters(asker=("fictional",)),
    Filters(party=("Crossbench", "Conservative")),
    Filters(kind=tuple(AnswerKind)),
    Filters(kind=(AnswerKind.HOLDING, AnswerKind.POINTER)),
    Filters(finding=(FindingName.CORRECTED, FindingName.NOT_HELD)),
    Filters(heading=("waiting LISTS", "bus")),
    Filters(genre=(Genre.ANSWER,)),
    Filters(answerer=(AnswererKind.MINISTER,)),
    Filters(house=(House.COMMONS,), answered_from=date(2024, 1, 1), party=("Labour",), heading=("bus",)),
]


@pytest.fixture(params=["faiss", "milvus"])
def place(request: pytest.FixtureRequest) -> Target:
    """Give each store in turn."""
    given: Target = THIS_MACHINE if request.param == "faiss" else request.getfixturevalue("target")
    return given


@pytest.fixture
def roads(tmp_path, invented):
    """Write some invented questions to a file, by their numbers."""
    return lambda *numbers: invented.file(tmp_path / "roads.jsonl", [invented.raw(number) for number in numbers])


def of_meaning(result: SearchResult) -> SearchResult:
    """Return a result without what differs from one build or run to the next."""
    return replace(result, took_ms=0.0, snapshot="", next_cursor="more" if result.next_cursor else None)


@pytest.fixture(scope="module")
def both(built_once: Path, small_milvus: Path) -> Callable[[Encoder], tuple[Searcher, Searcher]]:
    """Open the same records in both stores."""
    return lambda encoder: (Searcher.open(built_once, encoder), Searcher.open(small_milvus, encoder))


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: ",".join(filters.given()) or "none")
def test_every_question_with_any_filter_gets_the_same_answers_with_the_same_scores(both, toy_encoder, filters) -> None:
    faiss, milvus = both(toy_encoder)
    for question in QUESTIONS:
        assert milvus.rank(question, filters) == faiss.rank(question, filters)
    for more in ({}, {"sort": Sort.NEWEST}):
        one, other = (of_meaning(searcher.search(QUESTIONS[0], filters, **more)) for searcher in (faiss, milvus))
        assert other == one


def test_a_search_finds_what_there_is_to_compare(both, toy_encoder) -> None:
    _, milvus = both(toy_encoder)
    found = [milvus.search(question).outcome for question in QUESTIONS]
    assert {Outcome.FOUND, Outcome.NOTHING_CLOSE} & set(found)
    assert sum(len(milvus.search(question).hits) for question in QUESTIONS) > 2


@pytest.mark.parametrize("filters", FILTERS[1:], ids=lambda filters: ",".join(filters.given()))
def test_the_server_lets_through_just_the_rows_that_pass_a_filter(small_milvus, shared, filters) -> None:
    corpus = Corpus.open(small_milvus)
    assert corpus.manifest.milvus
    name = corpus.manifest.milvus.collection
    for condition in corpus.conditions(filters):
        told = condition_told(condition)
        assert told is not None, condition
        passing = corpus.store.rows_of(corpus.store.records_where([condition]))
        assert shared.rows_meeting(name, told) == passing.tolist()
    reached, _ = corpus.reached(filters)
    if reached is None:  # Every kind together lets everything through.
        assert len(corpus.admitted(filters)) == len(corpus.store)
        return
    expression = expression_of(reached)
    assert expression is not None
    assert shared.rows_meeting(name, expression) == reached.rows.tolist()


def keys(data: Path, encoder: Encoder, question: str) -> list[str]:
    searcher = Searcher.open(data, encoder)
    store = searcher.corpus.store
    return [store.record(int(store.record_of_row[one.row])).key for one in searcher.rank(question)]


def test_a_corrected_answer_replaces_the_first_one_and_a_withdrawn_one_is_gone(
    tmp_path, toy_encoder, invented, roads, place
) -> None:
    data = tmp_path / "data"
    build([roads(1, 2, 3)], data, toy_encoder, target=place)
    before = keys(data, toy_encoder, "what grant has the council of road 2 been given")
    corrected = "<p>The council of road 2 was given no grant, but a loan for its bridge.</p>"
    changes = invented.changes(invented.received(2, answerText=corrected), withdrawn_ids=frozenset({1}))
    report = refresh(data, toy_encoder, changes)
    assert (report.published, report.changed, report.removed) == (True, 1, 1)
    after = keys(data, toy_encoder, "a loan for its bridge")
    assert len(before) == 3
    assert after == ["commons-2024-09-02-1002", "commons-2024-09-02-1003"]
    corpus = Corpus.open(data)
    first = corpus.store.passages(0)[0].passage.text
    assert first == "The council of road 2 was given no grant, but a loan for its bridge."
    assert len(corpus.index) == len(corpus.lexical) == 2
    assert bool(corpus.manifest.milvus) == bool(place.uri)
    assert verify(data).discrepancies == ()


def test_a_build_that_changes_nothing_leaves_the_collection_as_it_is(
    tmp_path, toy_encoder, small_source, target
) -> None:
    data = tmp_path / "data"
    first = build([small_source], data, toy_encoder, target=target)
    again = build([small_source], data, toy_encoder, add=True)
    assert (again.published, again.snapshot) == (False, first.snapshot)
    assert upgrade(data, toy_encoder) is None


def test_an_index_moves_from_one_store_to_the_other_and_back_without_being_encoded_again(
    tmp_path, toy_encoder, small_source, target
) -> None:
    data = tmp_path / "data"
    question = QUESTIONS[0]
    build([small_source], data, toy_encoder)
    files = Searcher.open(data, toy_encoder).rank(question)
    there = build([small_source], data, toy_encoder, add=True, target=target)
    assert (there.published, there.texts_encoded) == (True, 0)
    snapshot = open_snapshot(data)
    assert snapshot.manifest.milvus
    assert not snapshot.vectors_file.exists()
    assert Searcher.open(data, toy_encoder).rank(question) == files
    back = build([small_source], data, toy_encoder, add=True, target=THIS_MACHINE)
    assert (back.published, back.texts_encoded) == (True, 0)
    assert open_snapshot(data).manifest.milvus is None
    assert Searcher.open(data, toy_encoder).rank(question) == files


def test_no_question_fails_while_generations_take_each_others_place(
    tmp_path, toy_encoder, invented, roads, target
) -> None:
    data = tmp_path / "data"
    build([roads(1, 2, 3, 4, 5)], data, toy_encoder, target=target)
    served = [Searcher.open(data, toy_encoder)]
    asked, failed, stop = [0], list[Exception](), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            searcher = served[0]
            try:
                found = searcher.rank("what grant has the council of road 3 been given")
                assert len(found) == len(searcher.corpus.store)
                asked[0] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it is one too many
                failed.append(error)

    def look_by_alias() -> None:
        while not stop.is_set():
            try:
                counted.add(connected(target).count(target.alias))
            except StoreUnreachable as error:
                failed.append(error)

    counted = set[int]()
    threads = [threading.Thread(target=what) for what in (ask, ask, look_by_alias)]
    for thread in threads:
        thread.start()
    for number in range(6, 8):
        refresh(data, toy_encoder, invented.changes(invented.received(number)))
        # As a service does: what is being answered ends on the generation before, which the next build leaves there.
        served[0] = Searcher.open(data, toy_encoder)
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert asked[0] > 10
    assert counted <= {5, 6, 7}
    assert len(counted) > 1
    generation = served[0].corpus.manifest.milvus
    assert generation
    assert connected(target).led_to(target.alias) == generation.collection


def collections_of(data: Path, server: MilvusServer) -> list[str]:
    """Return those of the collections that builds in a directory have made which are there, in order."""
    return [made.collection for made in Places.read(data).made if server.has(made.collection)]


@pytest.mark.parametrize("step", ["put", "count", "lead"])
def test_a_build_that_stops_anywhere_leaves_the_old_index_or_the_new_one_whole(
    tmp_path, toy_encoder, invented, roads, target, monkeypatch, step
) -> None:
    data = tmp_path / "data"
    build([roads(1, 2)], data, toy_encoder, target=target)
    old = open_snapshot(data).manifest

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(MilvusServer, step, stopped)
        with pytest.raises(KeyboardInterrupt):
            refresh(data, toy_encoder, invented.changes(invented.received(3)))
    now = open_snapshot(data).manifest
    assert now == old
    assert old.milvus
    assert connected(target).led_to(target.alias) == old.milvus.collection
    assert len(keys(data, toy_encoder, "a grant for a road")) == 2
    refresh(data, toy_encoder, invented.changes(invented.received(4)))
    last = open_snapshot(data).manifest
    assert last.milvus
    server = connected(target)
    assert server.led_to(target.alias) == last.milvus.collection
    assert len(keys(data, toy_encoder, "a grant for a road")) == 3
    # What the stopped build left is gone.
    assert len(collections_of(data, server)) == 2


def test_collections_go_with_their_snapshots_but_never_the_one_served_until_now(
    tmp_path, toy_encoder, invented, roads, target
) -> None:
    data = tmp_path / "data"
    build([roads(1)], data, toy_encoder, target=target, keep=1)
    made = [open_snapshot(data).manifest.milvus]
    for number in (2, 3):
        refresh(data, toy_encoder, invented.changes(invented.received(number)), keep=1)
        made.append(open_snapshot(data).manifest.milvus)
        assert collections_of(data, connected(target)) == [one.collection for one in made[-2:] if one]


def test_a_snapshot_is_never_served_over_other_vectors_than_its_own(
    tmp_path, toy_encoder, small_source, target
) -> None:
    data = tmp_path / "data"
    build([small_source], data, toy_encoder, target=target)
    generation = open_snapshot(data).manifest.milvus
    assert generation
    server, name = connected(target), generation.collection
    row = dict(next(iter(generations.rows_of(Corpus.open(data).store, np.zeros((19, 256), np.float32)))))
    vector = np.zeros(256, np.float32)
    vector[0] = 1
    server.put(name, [{**row, "vector": vector}])
    with pytest.raises(SnapshotDamaged, match=f"{name} at {target.uri} has other vectors: build again"):
        Corpus.open(data)
    assert "has other vectors" in str(verify(data).discrepancies[0])
    server.remove(name, [0])
    with pytest.raises(SnapshotDamaged, match="has 18 rows, and should have 19"):
        Corpus.open(data)
    server.put(name, [{**row, "row": 99, "vector": vector}])
    with pytest.raises(SnapshotDamaged, match="does not have its vectors"):
        Corpus.open(data)
    server.drop(name)
    with pytest.raises(SnapshotDamaged, match="is not there"):
        Corpus.open(data)


def test_two_data_directories_do_not_take_each_others_name(tmp_path, toy_encoder, small_source, target) -> None:
    build([small_source], tmp_path / "one", toy_encoder, target=target)
    with pytest.raises(PublishFailed, match="`--collection NAME`"):
        build([small_source], tmp_path / "two", toy_encoder, target=target)
    assert not (tmp_path / "two" / "current").exists()
    assert not (tmp_path / "two" / PLACES_FILE).exists()


def within_seconds(ask):
    """Ask until the server is connected to again, which is not tried at once each time that it is not there."""
    for _ in range(300):
        try:
            return ask()
        except StoreUnreachable:
            time.sleep(0.1)
    return ask()


def test_a_server_that_is_gone_is_named_without_what_was_asked_and_used_again_when_it_is_back(
    start_lite, tmp_path, toy_encoder, small_source
):
    server, data = start_lite(), tmp_path / "data"
    target = Target(server.uri, alias="gone")
    build([small_source], data, toy_encoder, target=target)
    searcher, lords = Searcher.open(data, toy_encoder), Filters(minister=("Dee Placeholder",), house=(House.COMMONS,))
    before = searcher.rank(QUESTIONS[0], lords)
    server.stop()
    with pytest.raises(StoreUnreachable, match=server.uri) as raised:
        searcher.rank("a secret question")
    assert "secret" not in str(raised.value)
    with pytest.raises(StoreUnreachable):
        build([small_source], data, toy_encoder, add=True, target=replace(target, alias="other"))
    assert open_snapshot(data).manifest.name == searcher.corpus.manifest.name
    start_lite(int(server.uri.rpartition(":")[2]))
    assert before
    assert within_seconds(lambda: searcher.rank(QUESTIONS[0], lords)) == before
    assert Searcher.open(data, toy_encoder).rank(QUESTIONS[0], lords) == before


def test_vectors_go_from_the_server_to_files_by_parquet(tmp_path, toy_encoder, small_milvus, small_source) -> None:
    corpus, path = Corpus.open(small_milvus), tmp_path / "vectors.parquet"
    assert write_vectors(corpus, path) == 19
    assert read_vectors(path, tmp_path / "data").rows == 19
    assert build([small_source], tmp_path / "data", toy_encoder).texts_encoded == 0
    rows = np.arange(19)
    assert Corpus.open(tmp_path / "data").index.rows(rows).tolist() == corpus.index.rows(rows).tolist()
