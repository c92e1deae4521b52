"""A question to answers in one order, as deep as is asked for: meaning and words, then time, then the reranker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retrieval.asking import Ask
from retrieval.corpus import Corpus
from retrieval.freshness import FRESHNESS_WEIGHT, Freshness, freshness_bonus
from retrieval.fusion import candidates, followed_by, fused
from retrieval.ranking import Ranked, best_answers
from retrieval.reranking import Reranker, reranked
from retrieval.results import Mode


class Retriever:
    """Ranks the answers of one corpus.

    Args:
        corpus: An opened snapshot.
        reranker: Reads the best answers again, where a question asks for that; None leaves it out.
    """

    def __init__(self, corpus: Corpus, reranker: Reranker | None = None) -> None:
        """Keep both."""
        self.corpus = corpus
        self.reranker = reranker

    def ranking(self, ask: Ask, vector: NDArray[np.float32]) -> Callable[[int], list[Ranked]]:
        """Return the ranking of the answers to a question.

        Args:
            ask: The question.
            vector: Its unit vector, shape (d,).

        Returns:
            From a depth to so many answers by falling score, fewer where there are no more. Those of a greater depth
            begin with those of a smaller one: what the arms bring in is ordered once, and what neither of them
            brought in follows by meaning alone.
        """
        corpus = self.corpus
        rows, group_of_row = corpus.reached(ask.filters)
        found = candidates(corpus.index, corpus.lexical, ask.text, vector, rows, alternatives=ask.alternatives)
        head = fused(found, group_of_row)
        if ask.freshness:
            head = self._in_time(head, ask, ask.freshness)
        if ask.mode is Mode.FULL and self.reranker:
            head = reranked(head, ask.text, self.reranker, corpus.evidence)

        def ranking(depth: int) -> list[Ranked]:
            if depth <= len(head):
                return head[:depth]
            more = best_answers(corpus.index, vector, group_of_row, limit=depth + len(head), rows=rows)
            return followed_by(head, more)[:depth]

        return ranking

    def nearest(self, vector: NDArray[np.float32], records: NDArray[np.int64], limit: int) -> list[Ranked]:
        """Rank the answers of some records by meaning alone.

        Args:
            vector: Unit vector of the question, shape (d,).
            records: Their numbers, rising.
            limit: The most answers to return, at least 1.
        """
        corpus = self.corpus
        rows = None if len(records) == len(corpus.store) else corpus.store.rows_of(records)
        return best_answers(corpus.index, vector, corpus.group_of_row, limit=limit, rows=rows)

    def nearest_anywhere(self, vector: NDArray[np.float32]) -> Ranked | None:
        """Return the nearest answer of all, whatever its kind; None where there is none."""
        everything = np.arange(len(self.corpus.store), dtype=np.int64)
        return next(iter(self.nearest(vector, everything, 1)), None)

    def _in_time(self, ranked: Sequence[Ranked], ask: Ask, freshness: Freshness) -> list[Ranked]:
        """Favour the answers of the time that the question asks for.

        An answer that was given several times is of each of their days, whichever record its best passage is from:
        that may be an older one, or a pointer. Only records that pass the filters count.
        """
        corpus = self.corpus
        if not ranked:
            return []
        groups = corpus.store.group_of_record
        passing = corpus.admitted(ask.filters)
        bonus = freshness_bonus(freshness, corpus.answered_days[passing], corpus.last_answered)
        bonus_of_group = np.zeros(len(corpus.near_group_of_group), dtype=np.float32)
        np.maximum.at(bonus_of_group, groups[passing], bonus)
        gains = FRESHNESS_WEIGHT * bonus_of_group[[one.group for one in ranked]]
        scored = [replace(one, score=one.score + float(gain)) for one, gain in zip(ranked, gains, strict=True)]
        return sorted(scored, key=lambda one: (-one.score, one.row))
