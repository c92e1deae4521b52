"""A question to answers in one order, as deep as is asked for: meaning and words, then time, then the reranker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from retrieval.arms import Allowed
from retrieval.asking import Ask
from retrieval.choices import Mode
from retrieval.corpus import Corpus
from retrieval.filters import Condition
from retrieval.freshness import FRESHNESS_WEIGHT, Freshness, freshness_bonus
from retrieval.fusion import candidates, followed_by, fused, meaning_weight_of
from retrieval.identifiers import identifiers_in
from retrieval.ranking import Ranked, best_answers
from retrieval.reranking import Reranker, reranked
from retrieval.stages import UNWATCHED, Stage, Stages

Ranking = Callable[[int], list[Ranked]]
"""From a depth to so many answers by falling score."""


def read_again(ranked: Sequence[Ranked], question: str, reranker: Reranker, corpus: Corpus) -> list[Ranked]:
    """Return the answers with the best read again: what stands before a passage is cut to what the reranker reads.

    Args:
        ranked: Answers by falling score.
        question: As it was asked.
        reranker: Reads them.
        corpus: Theirs.
    """
    fits = partial(reranker.fits, question)
    return reranked(ranked, question, reranker, lambda row: corpus.evidence(row, fits))


class _Deepening:
    """A ranking that is asked for more and more of, and not made again for as much as it has given.

    Args:
        rank: From a limit to so many answers, fewer where there are no more.
    """

    def __init__(self, rank: Ranking) -> None:
        self._rank = rank
        self._limit = 0
        self._ranked: list[Ranked] = []

    def __call__(self, limit: int) -> list[Ranked]:
        if limit > self._limit:
            self._limit, self._ranked = limit, self._rank(limit)
        return self._ranked[:limit]


class Retriever:
    """Ranks the answers of one corpus.

    Args:
        corpus: An opened snapshot.
        reranker: Reads the best answers again, where a question asks for that; None leaves it out.
        stages: Told of each stage of a ranking.
    """

    def __init__(self, corpus: Corpus, reranker: Reranker | None = None, stages: Stages = UNWATCHED) -> None:
        """Keep them."""
        self.corpus = corpus
        self.reranker = reranker
        self._stages = stages

    def ranking(self, ask: Ask, vector: NDArray[np.float32]) -> Ranking:
        """Return the ranking of the answers to a question.

        Args:
            ask: The question.
            vector: Its unit vector, shape (d,).

        Returns:
            From a depth to so many answers by falling score, fewer where there are no more. Those of a greater depth
            begin with those of a smaller one: what the arms bring in is ordered once, and what neither of them
            brought in follows by meaning alone. In fast mode filters only take answers away and leave the rest in
            their order; in full mode the reranker reads the best that pass them, which can bring up others.
        """
        corpus = self.corpus
        rows, group_of_row = corpus.reached(ask.filters)
        found = candidates(
            corpus.index,
            corpus.lexical,
            ask.text,
            vector,
            rows,
            alternatives=ask.alternatives,
            numbered=[corpus.rows_numbered(number) for number in identifiers_in(ask.text)],
            stages=self._stages,
        )
        with self._stages.stage(Stage.FUSION):
            head = fused(found, group_of_row, meaning_weight=meaning_weight_of(ask.text))
            if ask.freshness:
                head = self._in_time(head, ask, ask.freshness)
        if ask.mode is Mode.FULL and self.reranker:
            with self._stages.stage(Stage.RERANK):
                head = read_again(head, ask.text, self.reranker, corpus)

        by_meaning = _Deepening(lambda limit: best_answers(corpus.index, vector, group_of_row, limit=limit, rows=rows))

        def ranking(depth: int) -> list[Ranked]:
            if depth <= len(head):
                return head[:depth]
            return followed_by(head, by_meaning(depth + len(head)))[:depth]

        return ranking

    def nearest(
        self,
        vector: NDArray[np.float32],
        records: NDArray[np.int64],
        limit: int,
        conditions: tuple[Condition, ...] = (),
    ) -> list[Ranked]:
        """Rank the answers of some records by meaning alone.

        Args:
            vector: Unit vector of the question, shape (d,).
            records: Their numbers, rising.
            limit: The most answers to return, at least 1.
            conditions: What each of the records meets, as far as that is known.
        """
        corpus = self.corpus
        rows = None if len(records) == len(corpus.store) else Allowed(corpus.store.rows_of(records), conditions)
        return best_answers(corpus.index, vector, corpus.group_of_row, limit=limit, rows=rows)

    def nearest_outside(self, ask: Ask, vector: NDArray[np.float32]) -> Ranked | None:
        """Return the nearest answer that does not pass the filters, whatever its kind; None where there is none.

        Args:
            ask: The question.
            vector: Its unit vector, shape (d,).
        """
        corpus = self.corpus
        groups = corpus.store.group_of_record
        outside = np.flatnonzero(~np.isin(groups, groups[corpus.admitted(ask.filters)]))
        near = self.nearest(vector, outside, 1) if len(outside) else []
        if near and ask.mode is Mode.FULL and self.reranker:
            # As sure of it as of those that pass.
            near = read_again(near, ask.text, self.reranker, corpus)
        return next(iter(near), None)

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
        scored = [one.scored(one.score + float(gain)) for one, gain in zip(ranked, gains, strict=True)]
        return sorted(scored, key=lambda one: (-one.score, one.row))
