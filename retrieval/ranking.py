"""Nearest passages to nearest answers: one an answer, in an order that repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.arms import AllowedRows, VectorArm, rows_in

_FIRST_ROUND = 64
_ROWS_AN_ANSWER = 4  # More than the passages of a usual answer that come near one question together.


@dataclass(frozen=True, slots=True)
class Ranked:
    """An answer in its place. Primary key: `group`.

    Attributes:
        group: The answer group: records with the same text from the same body.
        score: What it is ranked by; by meaning alone, the cosine.
        row: Row of the passage that is shown.
        cosine: Of its best passage to the question, or of a pointer that leads to it.
        words: Its best share of the best word score of any passage, in [0, 1].
        named: Whether it has all that the question names exactly: its quoted phrases, or its number.
        relevance: How well the passage answers the question, as the reranker's logit; None where it did not read it.
    """

    group: int
    score: float
    row: int
    cosine: float = 0.0
    words: float = 0.0
    named: bool = False
    relevance: float | None = None

    def scored(self, score: float) -> Ranked:
        """Return the same with another score."""
        # A fifth of the time of `replace`, for the hundreds of answers that a question ranks.
        return Ranked(self.group, score, self.row, self.cosine, self.words, self.named, self.relevance)


def best_answers(
    index: VectorArm,
    query: NDArray[np.float32],
    group_of_row: NDArray[np.int64],
    *,
    limit: int,
    rows: AllowedRows = None,
) -> list[Ranked]:
    """Rank answers by their best passage.

    Args:
        index: One vector a passage.
        query: Unit vector of the question, shape (d,).
        group_of_row: The answer group of each row, shape (n,).
        limit: The most answers to return; at least 1.
        rows: The rows allowed; None allows all.

    Returns:
        Up to `limit` answers by falling score, ties by the earlier row: with a larger `limit` the same list
        goes on, unless the index is clustered, where a larger one can bring in what a smaller one missed.
    """
    numbers = rows_in(rows)
    allowed = len(index) if numbers is None else len(numbers)
    k = max(_FIRST_ROUND, limit * _ROWS_AN_ANSWER)
    while True:
        found, scores = index.search(query, k, rows)
        exhausted = k >= allowed
        if not exhausted:
            # Rows that tie with the last one may have been cut off, so none of them is sure yet.
            sure = scores > scores[-1]
            found, scores = found[sure], scores[sure]
        groups, first = np.unique(group_of_row[found], return_index=True)
        if exhausted or len(groups) >= limit:
            order = np.argsort(first)[:limit]
            best = ((int(groups[o]), float(scores[first[o]]), int(found[first[o]])) for o in order)
            return [Ranked(group, score, row, score) for group, score, row in best]
        k *= 4
