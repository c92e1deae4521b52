"""Two kinds of evidence, meaning and words, to one order of answers.

Each passage that either arm finds has a cosine to the question and a share of the best word score that any passage
reaches. An answer's score is a convex sum of its best cosine and its best share, each from whichever of its passages
gives it, and the passage with the highest sum of its own is the one shown. Sums of scores keep how far apart two
answers are, which sums of ranks throw away (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid
Retrieval"); docs/quality.md has both measured here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.arms import AllowedRows, Alternatives, VectorArm, WordArm, rows_in
from retrieval.phrases import quoted_phrases
from retrieval.ranking import Ranked
from retrieval.stages import UNWATCHED, Stage, Stages

DEPTH = 200
"""Rows that each arm brings in. The order among them does not depend on how many hits are asked for."""

MEANING_OF_SHORT, MEANING_OF_LONG = 0.95, 0.65
"""Weight of the cosine, in [0, 1], for a short question and for a long one; words have the rest.

Someone who asks in ten words of their own seldom hits upon the official ones; a long question, such as one that was
tabled, has many of those that its answer has. Chosen by cross-validation: see docs/quality.md.
"""

SHORT, LONG = 16, 40
"""Words up to which a question is short, and from which it is long: in between, the weight falls evenly."""

NAMED_BONUS = 0.3
"""Added to an answer with all that a question names exactly: about as much as the best word score counts at most.

By judgement: no judged question quotes anything.
"""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows that may answer a question, rising, each with its evidence.

    Attributes:
        rows: Shape (n,), int64.
        cosines: Between question and passage, shape (n,), float32.
        words: Share of the best word score of any passage, shape (n,), float32, in [0, 1].
        named: Share of what the question names exactly (a phrase in quotes, a number that it is about) that the
            passage or its record has, shape (n,), float32, in [0, 1].
    """

    rows: NDArray[np.int64]
    cosines: NDArray[np.float32]
    words: NDArray[np.float32]
    named: NDArray[np.float32]


def candidates(  # noqa: PLR0913 - two arms, what each looks for, and who is told
    index: VectorArm,
    lexical: WordArm,
    question: str,
    vector: NDArray[np.float32],
    rows: AllowedRows = None,
    *,
    depth: int = DEPTH,
    alternatives: Alternatives = (),
    numbered: Sequence[NDArray[np.int64]] = (),
    stages: Stages = UNWATCHED,
) -> Candidates:
    """Bring in what either arm finds, with the evidence of both for each row.

    Args:
        index: One vector a passage.
        lexical: The words of the same passages.
        question: As it was asked.
        vector: Unit vector of the question, shape (d,).
        rows: The rows allowed; None allows all. A row's evidence is the same whatever is allowed.
        depth: The most rows from each arm.
        alternatives: What is looked for beside some words of the question; meaning goes by the question alone.
        numbered: For each number that the question is about, the rows of the records that have it, rising.
        stages: Told of each arm; the scores of one for what the other found are a stage of their own.
    """
    with stages.stage(Stage.MEANING):
        near, cosines = index.search(vector, depth, rows)
    with stages.stage(Stage.WORDS):
        worded, scores = lexical.search(question, depth, rows, alternatives)
        best = float(scores[0]) if rows is None and len(scores) else _best(lexical, question, alternatives)
        named = [*_with_phrases(lexical, question), *numbered]
    with stages.stage(Stage.EVIDENCE):
        allowed = rows_in(rows)
        nearest = (_nearest(index, vector, depth, one, allowed) for one in named)
        found = np.unique(np.concatenate([near, worded, *nearest]))
        cosine_of, word_of = np.zeros(len(found), np.float32), np.zeros(len(found), np.float32)
        _put(found, near, cosines, cosine_of)
        # By FAISS too, which adds up in its own order: a passage that recurs must have the same cosine, to the bit.
        far = np.setdiff1d(found, near)
        if len(far):
            _put(found, *index.search(vector, len(far), far), cosine_of)
        _put(found, worded, scores, word_of)
        unworded = np.setdiff1d(found, worded)
        _put(found, unworded, lexical.scores(question, unworded, alternatives), word_of)
        shares = np.zeros(len(found), np.float32)
        for every in named:
            shares += np.isin(found, every).astype(np.float32) / len(named)
        return Candidates(found, cosine_of, word_of / best if best else word_of, shares)


def meaning_weight_of(question: str, short: float = MEANING_OF_SHORT, long: float = MEANING_OF_LONG) -> float:
    """Return the weight of the cosine for a question, in [0, 1].

    Args:
        question: As it was asked.
        short: The weight for a short one.
        long: The weight for a long one.
    """
    share = (len(question.split()) - SHORT) / (LONG - SHORT)
    return short + (long - short) * min(1.0, max(0.0, share))


def fused(found: Candidates, group_of_row: NDArray[np.int64], *, meaning_weight: float) -> list[Ranked]:
    """Rank answers by both kinds of evidence.

    Args:
        found: The candidates.
        group_of_row: The answer group of each row of the index, shape (rows of the index,).
        meaning_weight: Of the cosine, in [0, 1].

    Returns:
        One for each answer, by falling score; ties by the lower row, which is the one shown of the answer.
    """
    if not len(found.rows):
        return []
    groups, place = np.unique(group_of_row[found.rows], return_inverse=True)
    cosine, words, named = (_most(values, place, len(groups)) for values in (found.cosines, found.words, found.named))
    scores = meaning_weight * cosine + (1 - meaning_weight) * words + NAMED_BONUS * named
    own = meaning_weight * found.cosines + (1 - meaning_weight) * found.words + NAMED_BONUS * found.named
    # By answer, then by falling own score, then by row: the first of each answer is shown.
    order = np.lexsort((found.rows, -own, place))
    shown = found.rows[order[np.searchsorted(place[order], np.arange(len(groups)))]]
    ranked = np.lexsort((shown, -scores))
    has_all = named > 1 - 1e-6
    return [
        Ranked(int(groups[n]), float(scores[n]), int(shown[n]), float(cosine[n]), float(words[n]), bool(has_all[n]))
        for n in ranked
    ]


def followed_by(ranked: Sequence[Ranked], others: Sequence[Ranked]) -> list[Ranked]:
    """Return `ranked`, and after them those of `others` that are not among them, in order, with no higher score."""
    there = {one.group for one in ranked}
    least = ranked[-1].score if ranked else 1.0
    return [
        *ranked,
        *(one.scored(min(least, one.score)) for one in others if one.group not in there),
    ]


def _best(lexical: WordArm, question: str, alternatives: Alternatives) -> float:
    scores = lexical.search(question, 1, alternatives=alternatives)[1]
    return float(scores[0]) if len(scores) else 0.0


def _with_phrases(lexical: WordArm, question: str) -> list[NDArray[np.int64]]:
    """Return for each quoted phrase all rows that have it, rising."""
    looked_up = (lexical.words(phrase) for phrase in quoted_phrases(question))
    return [lexical.with_phrase(words) for words in looked_up if words]


def _nearest(
    index: VectorArm,
    vector: NDArray[np.float32],
    depth: int,
    some: NDArray[np.int64],
    rows: NDArray[np.int64] | None,
) -> NDArray[np.int64]:
    """Return the `depth` of `some` rows that come nearest in meaning, of those allowed."""
    allowed = some if rows is None else some[np.isin(some, rows, assume_unique=True)]
    return allowed if len(allowed) <= depth else index.search(vector, depth, allowed)[0]


def _put(
    found: NDArray[np.int64], rows: NDArray[np.int64], values: NDArray[np.float32], target: NDArray[np.float32]
) -> None:
    target[np.searchsorted(found, rows)] = values


def _most(values: NDArray[np.float32], place: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    most = np.full(count, -np.inf, dtype=np.float32)
    np.maximum.at(most, place, values)
    return most
