from __future__ import annotations

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.nearest.exact import ExactVectors

COUNT, DIMENSIONS = 25_000, 16


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    drawn = np.random.default_rng(0).normal(size=(COUNT, DIMENSIONS)).astype(np.float32)
    return unit_rows(drawn)


@pytest.fixture(scope="module")
def index(vectors: NDArray[np.float32]) -> ExactVectors:
    return ExactVectors.of(vectors)


def by_faiss(vectors: NDArray[np.float32], query: NDArray[np.float32], k: int) -> tuple[list[int], list[float]]:
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(vectors)
    scores, rows = flat.search(query[np.newaxis, :], k)
    return rows[0].tolist(), scores[0].tolist()


@pytest.mark.parametrize("count", [1, 7, 2000, COUNT // 2, COUNT])
def test_rows_scored_one_by_one_have_the_scores_of_a_search_to_the_bit(
    vectors: NDArray[np.float32], index: ExactVectors, count: int
) -> None:
    query, chance = vectors[11], np.random.default_rng(count)
    rows = np.sort(chance.choice(COUNT, count, replace=False)).astype(np.int64)
    found, scores = index.search(query, 10, rows)
    every = dict(zip(*by_faiss(vectors, query, COUNT), strict=True))
    right = sorted(rows.tolist(), key=lambda row: (-every[row], row))[:10]
    assert found.tolist() == right
    assert scores.tolist() == [every[row] for row in right]


def test_one_question_after_another_gets_its_own_rows(vectors: NDArray[np.float32], index: ExactVectors) -> None:
    for row in (3, 4, 3, 5, 5):
        for k in (5, 900, 40):
            found, scores = index.search(vectors[row], k, None)
            rows, right = by_faiss(vectors, vectors[row], k)
            assert found.tolist() == rows
            assert scores.tolist() == right
