"""How likely a hit is to answer the question, from what the arms and the reranker make of it.

A logistic regression, fitted as in `scripts/calibrate.py` on 160 judged questions put to 22,831 answers with and
without the right ones among them; docs/quality.md has how well it does, which is not well enough yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from retrieval.encoders import EncoderIdentity
from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER, WEIGHTS_SHA256
from retrieval.ranking import Ranked
from retrieval.reranking import RerankerIdentity

FOUND_AT = 0.15
"""Probability from which the best hit counts as found.

Low, because other answers than the judged ones serve many of those questions, and count as wrong.
"""

WEAK_AT = 0.08
"""Probability from which a hit is shown at all."""

NEAR_MISS_AT = 0.04
"""Probability below which a passage has nothing to do with the question."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The weights of one regression.

    Attributes:
        intercept: The log-odds at a cosine and a relevance of 0.
        cosine: What a cosine of 1 adds to them.
        relevance: What a logit of 1 of the reranker adds to them.
    """

    intercept: float
    cosine: float
    relevance: float = 0.0

    def probability(self, ranked: Ranked) -> float:
        """Return the probability that a ranked answer answers the question, in (0, 1)."""
        odds = self.intercept + self.cosine * ranked.cosine + self.relevance * (ranked.relevance or 0.0)
        return 1 / (1 + math.exp(-odds))


READ_AGAIN = Calibration(intercept=-4.9916, cosine=5.7384, relevance=0.45)
"""Of a hit that the default reranker read, found by the default encoder."""

FOUND_BY_DEFAULT = Calibration(intercept=-6.7492, cosine=9.4284)
"""Of a hit that the default encoder found and no reranker read."""

FOUND_BY_ANOTHER = Calibration(intercept=-5.63, cosine=7.085)
"""Of one found by another encoder: at a cosine of .45 it is `WEAK_AT`, at .55 `FOUND_AT`, by judgement.

Of 160 judged plain questions to 22,831 answers, all-MiniLM-L6-v2 gave the best hit of 1 a cosine below .45 and of 10
one below .55.
"""


def probability(ranked: Ranked, encoder: EncoderIdentity, reranker: RerankerIdentity | None) -> float:
    """Return the probability that a ranked answer answers the question, in (0, 1).

    The default models are known by their weights, under whatever name they were loaded.

    Args:
        ranked: The answer.
        encoder: What encoded it.
        reranker: What read it, if it was read.
    """
    if encoder.weights_sha256 != WEIGHTS_SHA256[DEFAULT_MODEL]:
        return FOUND_BY_ANOTHER.probability(ranked)
    if ranked.relevance is not None and reranker and reranker.weights_sha256 == WEIGHTS_SHA256[DEFAULT_RERANKER]:
        return READ_AGAIN.probability(ranked)
    return FOUND_BY_DEFAULT.probability(ranked)
