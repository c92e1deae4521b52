from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.ranking import Ranked, best_answers
from retrieval.vectors import VectorIndex

RANDOM = np.random.default_rng(11)
# Few distinct directions, so that many rows tie.
VECTORS = unit_rows(RANDOM.integers(-1, 2, size=(900, 6)).astype(np.float32) + np.float32(0.01))
GROUPS: NDArray[np.int64] = RANDOM.integers(0, 120, size=900)
INDEX = VectorIndex.of(VECTORS)


def slow_ranking(query: NDArray[np.float32], rows: list[int]) -> list[int]:
    """Take the best row of each group one by one, then sort."""
    everything, scores = INDEX.search(query, 900)
    score_of = dict(zip(everything.tolist(), scores.tolist(), strict=True))
    best: dict[int, tuple[float, int]] = {}
    for row in rows:
        group = int(GROUPS[row])
        best[group] = min(best.get(group, (9.0, 0)), (-score_of[row], row))
    return [group for group, _ in sorted(best.items(), key=lambda item: item[1])]


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(0, 899),
    limit=st.integers(1, 150),
    rows=st.one_of(st.none(), st.sets(st.integers(0, 899), min_size=1)),
)
def test_answers_come_in_the_order_of_their_best_passage(number: int, limit: int, rows: set[int] | None) -> None:
    allowed = None if rows is None else np.array(sorted(rows), dtype=np.int64)
    ranked = best_answers(INDEX, VECTORS[number], GROUPS, limit=limit, rows=allowed)
    expected = slow_ranking(VECTORS[number], list(range(900)) if rows is None else sorted(rows))
    assert [one.group for one in ranked] == expected[:limit]
    assert all(GROUPS[one.row] == one.group for one in ranked)


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 899), small=st.integers(1, 60), more=st.integers(1, 60))
def test_a_larger_limit_goes_on_where_a_smaller_one_stops(number: int, small: int, more: int) -> None:
    short = best_answers(INDEX, VECTORS[number], GROUPS, limit=small)
    long = best_answers(INDEX, VECTORS[number], GROUPS, limit=small + more)
    assert long[:small] == short


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 899), rows=st.sets(st.integers(0, 899), min_size=1))
def test_a_filter_only_removes(number: int, rows: set[int]) -> None:
    allowed = np.array(sorted(rows), dtype=np.int64)
    every = {one.group: one.score for one in best_answers(INDEX, VECTORS[number], GROUPS, limit=900)}
    for one in best_answers(INDEX, VECTORS[number], GROUPS, limit=900, rows=allowed):
        assert one.row in rows
        assert one.score <= every[one.group]


def test_among_answers_that_tie_at_the_cut_the_earliest_are_kept() -> None:
    # FAISS keeps any of the rows that tie with the last one, and here it keeps other ones than the first.
    tied = unit_rows(np.tile(np.array([[0.5, 0.866, 0.0]], dtype=np.float32), (600, 1)))
    tied[100:600:20] = np.array([1.0, 0.0, 0.0], dtype=np.float32)
    index, groups = VectorIndex.of(tied), np.arange(600, dtype=np.int64)
    ranked = best_answers(index, np.array([1, 0, 0], dtype=np.float32), groups, limit=60)
    ahead = list(range(100, 600, 20))
    assert [one.row for one in ranked] == ahead + [row for row in range(600) if row not in ahead][:35]


def test_an_answer_with_another_score_is_otherwise_the_same() -> None:
    one = Ranked(group=3, score=0.5, row=7, cosine=0.4, words=0.2, named=True, relevance=-1.5)
    assert one.scored(2.0) == replace(one, score=2.0)
