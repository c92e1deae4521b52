"""Which ranked answers are close enough to a question to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retrieval.collapsing import Place
from retrieval.confidence import NEAR_MISS_AT, WEAK_AT, probability
from retrieval.corpus import Corpus
from retrieval.encoders import EncoderIdentity
from retrieval.ranking import Ranked
from retrieval.reranking import Reranker


@dataclass(frozen=True, slots=True)
class Judged:
    """A place of a ranking, judged.

    Attributes:
        place: The place.
        chance: How likely it is to answer the question, in [0, 1].
        is_named: Whether it has what the question names: its quotes, its number, or all of its words.
        by_meaning: How likely it is by its meaning alone, in [0, 1], whatever was read again.
    """

    place: Place
    chance: float
    is_named: bool
    by_meaning: float

    @property
    def is_sure(self) -> bool:
        """Whether it is likely enough to be what a search has found, or named."""
        return self.chance >= WEAK_AT or self.is_named

    @property
    def is_close(self) -> bool:
        """Whether it is shown beside what was found.

        What is close in meaning stays so, whatever the reranker makes of it: it reads only the best few, and which they
        are changes with the filters. So a filter never leaves out an answer that passes it.
        """
        return self.is_sure or self.by_meaning >= WEAK_AT

    @property
    def is_near_miss(self) -> bool:
        """Whether it has something to do with the question, without being sure."""
        return not self.is_sure and self.chance >= NEAR_MISS_AT


class Closeness:
    """Judges the answers of one corpus.

    Args:
        corpus: An opened snapshot.
        encoder: What encoded it.
        reranker: What reads answers again; None if nothing does.
    """

    def __init__(self, corpus: Corpus, encoder: EncoderIdentity, reranker: Reranker | None) -> None:
        """Keep them."""
        self._corpus = corpus
        self._encoder = encoder
        self._reranker = reranker

    def probability(self, ranked: Ranked) -> float:
        """Return how likely an answer is to answer the question it was ranked for, in (0, 1)."""
        # One that is loaded when it is first wanted is not wanted for what it did not read.
        read_by = self._reranker.identity if self._reranker and ranked.relevance is not None else None
        return probability(ranked, self._encoder, read_by)

    def by_meaning(self, ranked: Ranked) -> float:
        """Return how likely an answer is by its meaning alone, in (0, 1), whether or not it was read again."""
        unread = ranked if ranked.relevance is None else replace(ranked, relevance=None)
        return probability(unread, self._encoder, None)

    def judged(self, question: str, places: Sequence[Place]) -> list[Judged]:
        """Return the places judged, in their order.

        Args:
            question: That they were ranked for.
            places: By falling score.
        """
        rows = np.array([place.shown.row for place in places], dtype=np.int64)
        worded = self._corpus.lexical.with_all_words(question, np.unique(rows))
        chances = self._probabilities([place.shown for place in places])
        return [
            Judged(place, chance, place.shown.named or row in worded, self.by_meaning(place.shown))
            for place, chance, row in zip(places, chances, rows.tolist(), strict=True)
        ]

    def _probabilities(self, ranked: Sequence[Ranked]) -> list[float]:
        """Return how likely each answer is to answer the question, those that were not read no likelier than those."""
        chances = [self.probability(one) for one in ranked]
        read = [chance for one, chance in zip(ranked, chances, strict=True) if one.relevance is not None]
        most = min(read, default=1.0)
        return [
            chance if one.relevance is not None else min(most, chance)
            for one, chance in zip(ranked, chances, strict=True)
        ]
