from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.ranking import Ranked
from retrieval.reranking import RERANKED, RerankerIdentity, reranked


class ToyReranker:
    """Gives each passage the number that it is."""

    identity = RerankerIdentity("toy", "0" * 64)

    def __init__(self) -> None:
        self.read: list[tuple[str, list[str]]] = []

    def fits(self, question: str, passage: str) -> bool:
        return True

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        self.read.append((question, list(passages)))
        return np.array([float(passage) for passage in passages], dtype=np.float32)


def ranking(scores: Sequence[float]) -> list[Ranked]:
    return [
        Ranked(group=100 + row, score=score, row=row, cosine=score / 2, words=0.25)
        for row, score in enumerate(sorted(scores, reverse=True))
    ]


@settings(max_examples=80, deadline=None)
@given(
    scores=st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.9]), max_size=12),
    logits=st.lists(st.sampled_from([-8.0, -1.0, 0.0, 2.0, 30.0]), min_size=12, max_size=12),
    count=st.integers(0, 14),
    weight=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_the_best_are_put_in_the_order_of_both_and_never_fall_below_the_rest(
    scores: list[float], logits: list[float], count: int, weight: float
) -> None:
    before = ranking(scores)
    after = reranked(before, "q", ToyReranker(), lambda row: str(logits[row]), count=count, weight=weight)
    head, rest = after[:count], after[count:]
    assert rest == before[count:]
    assert {one.group for one in head} == {one.group for one in before[:count]}
    old = {one.group: one for one in before}
    for one in head:
        gain = weight / (1 + math.exp(-logits[one.row]))
        assert one.score == pytest.approx(old[one.group].score + gain)
        assert one.score >= old[one.group].score
        assert one.relevance == logits[one.row]
        assert (one.row, one.cosine, one.words) == (old[one.group].row, old[one.group].cosine, 0.25)
    assert [(-one.score, one.row) for one in head] == sorted((-one.score, one.row) for one in head)
    assert all(one.score >= other.score for one in head for other in rest)


def test_the_question_and_only_the_best_passages_are_read_in_one_go() -> None:
    toy = ToyReranker()
    after = reranked(ranking([0.5] * (RERANKED + 3)), "how many", toy, str)
    assert toy.read == [("how many", [str(row) for row in range(RERANKED)])]
    assert [one.relevance is None for one in after] == [False] * RERANKED + [True] * 3


def test_nothing_ranked_is_nothing_to_read() -> None:
    toy = ToyReranker()
    assert reranked([], "how many", toy, str) == []
    assert toy.read == []


def test_a_relevance_that_is_far_from_nought_is_a_sure_one() -> None:
    logits = ("-5000", "5000")
    best, worst = reranked(ranking([0.5, 0.5]), "q", ToyReranker(), lambda row: logits[row], weight=1.0)
    assert (best.row, best.score, worst.row, worst.score) == (1, 1.5, 0, 0.5)
