"""Each arm over a server gives the rows and the scores that the index on this machine gives, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.arms import Allowed
from retrieval.encoders import unit_rows
from retrieval.errors import QueryError, SnapshotDamaged
from retrieval.filters import Condition
from retrieval.lexical import LexicalDocument, LexicalIndex
from retrieval.milvus import vectors as vectors_module
from retrieval.milvus import words as words_module
from retrieval.milvus.expressions import DAYS, NUMBERS, TEXTS, facts_of
from retrieval.milvus.vectors import MilvusVectors
from retrieval.milvus.words import MilvusWords, counted_roughly, weights_of
from retrieval.vectors import VectorIndex

ROWS, DIMENSIONS = 600, 16
VOCABULARY = [f"{a}{b}" for a in ("lantern", "bridge", "dentist", "council", "bus", "grant") for b in "abcdefg"]
ALTERNATIVES = [("lanterna", "bridgea bridgeb"), ("dentistc", "busd")]


def invented_documents() -> list[LexicalDocument]:
    random = np.random.default_rng(3)
    made = []
    for row in range(ROWS):
        length = int(random.integers(1, 20)) if row % 3 else int(random.integers(30, 300))
        chosen = random.choice(VOCABULARY, length, p=np.arange(len(VOCABULARY), 0, -1) / 903)
        made.append(LexicalDocument("the heading", " ".join(chosen)))
    # Passages that recur tie, and one has no word that counts.
    made[100:110] = made[:10]
    made[50] = LexicalDocument("", "of the and")
    return made


DOCUMENTS = invented_documents()
VECTORS = unit_rows(np.random.default_rng(4).standard_normal((ROWS, DIMENSIONS)))
VECTORS[300:340] = VECTORS[7]
FAISS, TANTIVY = VectorIndex.of(VECTORS), LexicalIndex.of(DOCUMENTS)
SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def collection(shared):
    """Put the invented passages into a collection; every third is of a statement."""
    lacking = dict.fromkeys((*DAYS, *TEXTS, *NUMBERS, "heading")) | {"bare": 0, "points": 0}
    weights = weights_of(lambda: DOCUMENTS)
    shared.create("arms", DIMENSIONS, ROWS)
    shared.put(
        "arms",
        [
            {"row": row, "record": row // 2, "vector": VECTORS[row], "words": next(weights) or {0: 1e-6}}
            | facts_of({**lacking, "genre": "answer" if row % 3 else "statement"}, [])
            for row in range(ROWS)
        ],
    )
    shared.finish("arms")
    return "arms"


@pytest.fixture(scope="module")
def meaning(shared, collection):
    """Give the arm of meaning."""
    return MilvusVectors(shared, collection, ROWS, DIMENSIONS)


@pytest.fixture(scope="module")
def wording(shared, collection):
    """Give the arm of words."""
    return MilvusWords(shared, collection, TANTIVY)


@pytest.fixture(autouse=True)
def _always_ask_the_server(monkeypatch):
    monkeypatch.setattr(vectors_module, "_FEW_ROWS", 3)
    monkeypatch.setattr(words_module, "_FEW_ROWS", 3)


def by_faiss(query, k: int, rows=None):
    """Score every row allowed, and take the first: of those that tie with the last, the lower rows."""
    found, scores = FAISS.search(query, ROWS, rows)
    return found[:k], scores[:k]


def same(found, expected) -> None:
    assert found[0].tolist() == expected[0].tolist()
    assert found[1].tolist() == expected[1].tolist()


SOME_ROWS = st.one_of(
    st.none(),
    st.sets(st.integers(0, ROWS - 1), min_size=1, max_size=40).map(lambda rows: np.array(sorted(rows), np.int64)),
    st.tuples(st.integers(0, ROWS - 1), st.integers(1, ROWS)).map(
        lambda span: np.arange(span[0], min(ROWS, sum(span)), dtype=np.int64)
    ),
    st.integers(2, 7).map(lambda step: np.arange(0, ROWS, step, dtype=np.int64)),
    st.just(Allowed(np.arange(0, ROWS, 3, dtype=np.int64), (Condition("genre = ?", ("statement",)),))),
    # What the conditions let through beside the rows is not allowed.
    st.just(Allowed(np.arange(0, ROWS, 9, dtype=np.int64), (Condition("genre = ?", ("statement",)),))),
    st.just(Allowed(np.arange(0, ROWS, 6, dtype=np.int64), (Condition("a form not known"),))),
)


@SETTINGS
@given(number=st.integers(0, ROWS - 1), k=st.integers(1, ROWS + 9), rows=SOME_ROWS)
def test_meaning_brings_in_what_faiss_brings_in(meaning, number: int, k: int, rows) -> None:
    query = unit_rows(VECTORS[number : number + 1] + 0.1)[0]
    same(meaning.search(query, k, rows), by_faiss(query, k, rows))


@SETTINGS
@given(
    words=st.lists(st.sampled_from(VOCABULARY), max_size=6),
    k=st.integers(1, ROWS),
    rows=SOME_ROWS,
    other=st.booleans(),
)
def test_words_bring_in_what_tantivy_brings_in(wording, words: list[str], k: int, rows, other: bool) -> None:
    question, alternatives = " ".join(["heading", *words]), ALTERNATIVES if other else []
    same(wording.search(question, k, rows, alternatives), TANTIVY.search(question, k, rows, alternatives))


def test_lists_that_hold_few_rows_lead_to_the_same(meaning, wording, monkeypatch) -> None:
    query = VECTORS[7]
    expected = by_faiss(query, 70), by_faiss(query, 90, np.arange(0, 400, 2))
    monkeypatch.setattr(vectors_module, "WINDOW", 60)
    monkeypatch.setattr(words_module, "WINDOW", 60)
    # More than a list can hold; more ties than that; rows in some of the lists only.
    same(meaning.search(query, 70), expected[0])
    same(meaning.search(query, 10), by_faiss(query, 10))
    same(meaning.search(query, 90, np.arange(0, 400, 2)), expected[1])
    # A list that ends among rows that tie is asked for again, longer, and in the end row by row.
    monkeypatch.setattr(vectors_module, "_MARGIN", 1)
    same(meaning.search(query, 5), by_faiss(query, 5))
    monkeypatch.setattr(vectors_module, "WINDOW", 30)
    same(meaning.search(query, 5), by_faiss(query, 5))
    same(wording.search("lanterna bridgea", 100), TANTIVY.search("lanterna bridgea", 100))


def test_a_question_without_a_known_word_finds_nothing_by_words(wording) -> None:
    assert wording.search("of the", 5)[0].tolist() == []
    assert wording.search("unheard", 5)[0].tolist() == []
    assert wording.search("lanterna", 5, np.empty(0, np.int64))[0].tolist() == []


def test_a_vector_is_asked_for_once(shared, collection, monkeypatch) -> None:
    arm = MilvusVectors(shared, collection, ROWS, DIMENSIONS)
    assert len(arm) == ROWS
    wanted = np.array([5, 2, 5], np.int64)
    assert arm.rows(wanted).tolist() == VECTORS[wanted].tolist()
    monkeypatch.setattr(type(shared), "vectors", None)
    assert arm.rows(wanted[::-1]).tolist() == VECTORS[wanted[::-1]].tolist()


def test_only_so_many_vectors_are_kept(shared, collection, monkeypatch) -> None:
    monkeypatch.setattr(vectors_module, "_KEPT", 4)
    arm = MilvusVectors(shared, collection, ROWS, DIMENSIONS)
    for rows in ([1, 2, 3], [1, 4], [5], [9, 8, 7, 6, 5]):
        assert arm.rows(np.array(rows, np.int64)).tolist() == VECTORS[rows].tolist()
    assert list(arm._kept) == [9, 8, 7, 6]


def test_a_row_that_a_server_lacks_is_not_made_up(meaning) -> None:
    with pytest.raises(SnapshotDamaged, match="lacks rows: build again"):
        meaning.rows(np.array([ROWS + 5], np.int64))


@pytest.mark.parametrize(("k", "length", "field"), [(0, DIMENSIONS, "limit"), (1, 3, "query")])
def test_a_search_that_can_not_be_made_is_refused(meaning, k: int, length: int, field: str) -> None:
    with pytest.raises(QueryError) as raised:
        meaning.search(np.ones(length, np.float32), k)
    assert raised.value.field == field


def test_no_rows_allowed_give_none(meaning) -> None:
    assert meaning.search(VECTORS[0], 3, np.empty(0, np.int64))[0].tolist() == []


@pytest.mark.parametrize("question", ["lanterna", "bridgeb councilc grantd heading"])
def test_the_inner_product_of_a_passage_and_a_question_is_the_score_that_tantivy_gives(question: str) -> None:
    rare = TANTIVY.weights(TANTIVY.stems(question))
    rows = np.arange(ROWS)
    asked = {words_module.word_number(stem): weight for stem, weight in rare.items()}
    made = [
        sum(weight * asked.get(number, 0.0) for number, weight in one.items()) for one in weights_of(lambda: DOCUMENTS)
    ]
    assert made == pytest.approx(TANTIVY.scores(question, rows).tolist(), rel=1e-6, abs=1e-6)
    assert max(made) > 1


@pytest.mark.parametrize(
    ("words", "kept"), [(0, 0), (39, 39), (40, 40), (41, 40), (55, 54), (57, 56), (60, 60), (95, 88), (104, 104)]
)
def test_a_length_is_kept_in_steps_that_double(words: int, kept: int) -> None:
    assert counted_roughly(words) == kept
