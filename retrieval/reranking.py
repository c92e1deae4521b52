"""The best answers read again beside the question, and put in a better order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.ranking import Ranked

RERANKED = 12
"""How many of the best answers are read again; more cost time in proportion. See docs/quality.md."""

RELEVANCE_WEIGHT = 0.2
"""Weight of the relevance, beside 1 for the score of meaning and words. Chosen by cross-validation likewise."""


@dataclass(frozen=True, slots=True)
class RerankerIdentity:
    """Which reranker gave a relevance.

    Attributes:
        name: The model, as the user named it.
        weights_sha256: Hash of the weights, in hex.
    """

    name: str
    weights_sha256: str


class Reranker(Protocol):
    """Reads a question and a passage together: slower than two vectors, and better at telling what answers what."""

    @property
    def identity(self) -> RerankerIdentity:
        """Which model it is."""
        ...

    def fits(self, question: str, passage: str) -> bool:
        """Return whether it would read all of both."""
        ...

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return how well each passage answers the question, as logits, shape (len(passages),)."""
        ...


def reranked(
    ranked: Sequence[Ranked],
    question: str,
    reranker: Reranker,
    text_of_row: Callable[[int], str],
    *,
    count: int = RERANKED,
    weight: float = RELEVANCE_WEIGHT,
) -> list[Ranked]:
    """Put the first `count` answers in the order of their score and their relevance together.

    The relevance adds to the score and never takes from it, so that the others stay below, in their order.

    Args:
        ranked: Answers by falling score.
        question: As it was asked.
        reranker: Reads each beside the question.
        text_of_row: The passage in a row, with what stands in front of it for the encoder.
        count: How many to read.
        weight: Of the relevance as a probability, in [0, 1] before the weight.
    """
    head = ranked[:count]
    if not head:
        return list(ranked)
    logits = reranker.relevance(question, [text_of_row(one.row) for one in head])
    read = [
        replace(one, score=one.score + weight * _probability(float(logit)), relevance=float(logit))
        for one, logit in zip(head, logits, strict=True)
    ]
    return [*sorted(read, key=lambda one: (-one.score, one.row)), *ranked[count:]]


def _probability(logit: float) -> float:
    return 0.5 + 0.5 * math.tanh(logit / 2)  # The logistic function, in the form that never overflows.
