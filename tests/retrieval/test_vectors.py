from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.errors import QueryError, SnapshotDamaged
from retrieval.vectors import CLUSTERED_FROM, VectorIndex, VectorKind, kind_for

VECTORS = unit_rows(np.random.default_rng(7).standard_normal((300, 16)))
INDEX = VectorIndex.of(VECTORS)


def slow_search(query: NDArray[np.float32], k: int, rows: NDArray[np.int64]) -> list[int]:
    """Score every row in plain Python and sort."""
    scored = [(-float(np.dot(VECTORS[row].astype(np.float64), query.astype(np.float64))), int(row)) for row in rows]
    return [row for _, row in sorted(scored)[:k]]


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(0, 299),
    k=st.integers(1, 400),
    rows=st.sets(st.integers(0, 299), min_size=1, max_size=300),
)
def test_any_selection_of_rows_gives_what_scoring_each_of_them_gives(number: int, k: int, rows: set[int]) -> None:
    allowed = np.array(sorted(rows), dtype=np.int64)
    found, scores = INDEX.search(VECTORS[number], k, allowed)
    assert found.tolist() == slow_search(VECTORS[number], k, allowed)
    assert scores == pytest.approx(VECTORS[found] @ VECTORS[number], abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(first=st.integers(0, 298), length=st.integers(1, 300), k=st.integers(1, 20))
def test_a_range_of_rows_gives_what_scoring_each_of_them_gives(first: int, length: int, k: int) -> None:
    allowed = np.arange(first, min(300, first + length), dtype=np.int64)
    assert INDEX.search(VECTORS[5], k, allowed)[0].tolist() == slow_search(VECTORS[5], k, allowed)


@pytest.fixture(scope="module")
def many() -> NDArray[np.float32]:
    """Enough rows for a rounded copy, many of them nearly alike, each of the first hundred there three times."""
    random = np.random.default_rng(8)
    centres = random.standard_normal((50, 24))
    drawn = centres[random.integers(0, 50, 21_000)] + 0.05 * random.standard_normal((21_000, 24))
    drawn[500:600] = drawn[9_000:9_100] = drawn[:100]
    return unit_rows(drawn)


def as_scored_one_by_one(
    index: VectorIndex, query: NDArray[np.float32], k: int, rows: NDArray[np.int64]
) -> tuple[list[int], list[float]]:
    """Score every row by FAISS in a round of its own, a thousand rows at a time, and sort."""
    parts = [index.search(query, 1_000, rows[start : start + 1_000]) for start in range(0, len(rows), 1_000)]
    found, scores = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((found, -scores))[:k]
    return found[order].tolist(), scores[order].tolist()


@pytest.mark.parametrize("left_out", [0, 1, 3, 40])
@pytest.mark.parametrize("k", [1, 7, 200, 3_000])
def test_a_large_index_gives_the_rows_and_scores_that_scoring_each_row_gives(
    many: NDArray[np.float32], k: int, left_out: int
) -> None:
    index = VectorIndex.of(many)
    rows = np.flatnonzero(np.arange(len(many)) % 41 >= left_out)
    for number in (0, 77, 12_345):
        query = unit_rows(many[number : number + 1] + 0.1)[0]
        found, scores = index.search(query, k, rows if left_out else None)
        assert (found.tolist(), scores.tolist()) == as_scored_one_by_one(index, query, k, rows)


def test_a_rounded_copy_that_can_not_tell_leaves_it_to_the_exact_search() -> None:
    # All alike: rounding takes the scores further than they are apart.
    same = VectorIndex.of(np.repeat(VECTORS[:1], 20_000, axis=0))
    found, scores = same.search(VECTORS[0], 5)
    assert found.tolist() == [0, 1, 2, 3, 4]
    assert scores == pytest.approx([1.0] * 5, abs=1e-6)


def test_without_a_selection_every_row_is_searched_and_finds_itself_first() -> None:
    found, scores = INDEX.search(VECTORS[42], 300)
    assert found[0] == 42
    assert scores[0] == pytest.approx(1.0, abs=1e-6)
    assert sorted(found.tolist()) == list(range(300))


def test_equal_scores_are_ordered_by_row() -> None:
    same = VectorIndex.of(np.repeat(VECTORS[:1], 5, axis=0))
    assert same.search(VECTORS[0], 5)[0].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("clustered_from", [3001, 1], ids=["exact", "clustered"])
@pytest.mark.parametrize("k", [1, 5, 10, 50, 99, 100, 101, 150, 500, 3000])
def test_of_rows_that_tie_at_the_last_place_the_lower_ones_come_back(clustered_from: int, k: int) -> None:
    random = np.random.default_rng(0)
    rows = VECTORS[random.integers(0, 50, 3000)]
    index = VectorIndex.of(rows, clustered_from=clustered_from)
    selections = (None, np.arange(0, 3000, 3), np.arange(500, 2500))
    for query, allowed in product(VECTORS[:10], selections):
        every, scores = index.search(query, 3000, allowed)
        expected = np.lexsort((every, -scores))[:k]
        found, given = index.search(query, k, allowed)
        assert found.tolist() == every[expected].tolist()
        assert given.tolist() == scores[expected].tolist()


def test_no_rows_allowed_finds_nothing() -> None:
    found, scores = INDEX.search(VECTORS[0], 3, np.empty(0, np.int64))
    assert (len(found), len(scores)) == (0, 0)


@pytest.mark.parametrize(("k", "query"), [(0, VECTORS[0]), (1, VECTORS[0][:8])])
def test_a_search_that_makes_no_sense_is_refused(k: int, query: NDArray[np.float32]) -> None:
    with pytest.raises(QueryError):
        INDEX.search(query, k)


def test_an_index_read_back_gives_the_same_rows_and_scores(tmp_path: Path) -> None:
    INDEX.write(tmp_path / "v.faiss")
    again = VectorIndex.read(tmp_path / "v.faiss")
    assert (len(again), again.dimensions) == (300, 16)
    found, scores = INDEX.search(VECTORS[3], 10)
    found_again, scores_again = again.search(VECTORS[3], 10)
    assert found.tolist() == found_again.tolist()
    assert scores.tolist() == scores_again.tolist()


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.faiss").write_bytes(b"not an index")
    with pytest.raises(SnapshotDamaged, match=r"v\.faiss"):
        VectorIndex.read(tmp_path / "v.faiss")


def test_an_index_of_another_kind_is_refused(tmp_path: Path) -> None:
    import faiss

    faiss.write_index(faiss.IndexFlatL2(4), str(tmp_path / "v.faiss"))
    with pytest.raises(SnapshotDamaged, match="IndexFlatL2"):
        VectorIndex.read(tmp_path / "v.faiss")


def test_a_folder_that_is_not_there_is_told_as_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="could not write"):
        INDEX.write(tmp_path / "missing" / "v.faiss")


def test_rows_are_scaled_to_unit_length_and_a_zero_row_stays_zero() -> None:
    scaled = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert scaled.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]
    assert scaled.dtype == np.float32


def test_an_index_is_exact_up_to_the_number_of_vectors_that_calls_for_clusters() -> None:
    assert VectorIndex.of(VECTORS, clustered_from=301).kind is VectorKind.EXACT
    assert VectorIndex.of(VECTORS, clustered_from=300).kind is VectorKind.CLUSTERED
    assert kind_for(CLUSTERED_FROM - 1) is VectorKind.EXACT
    assert kind_for(CLUSTERED_FROM) is VectorKind.CLUSTERED


def test_clusters_answer_as_the_exact_index_does_where_they_are_all_looked_through(tmp_path: Path) -> None:
    VectorIndex.of(VECTORS, clustered_from=1).write(tmp_path / "v.faiss")
    clustered = VectorIndex.read(tmp_path / "v.faiss")
    assert (clustered.kind, len(clustered), clustered.dimensions) == (VectorKind.CLUSTERED, 300, 16)
    for row in range(0, 300, 30):
        found, scores = clustered.search(VECTORS[row], 300)
        assert scores == pytest.approx(INDEX.search(VECTORS[row], 300)[1], abs=1e-3)
        assert found[0] == row
