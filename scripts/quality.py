"""Ways of ranking measured side by side on judged questions: figures, significance, and weights held out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from retrieval.evaluation import Judgement, Query
from retrieval.search import Searcher

CUT = 10
_ROUNDS = 10_000

Ranker = Callable[[str], list[int]]
"""From a question to answer groups, best first."""


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """A set of judged questions. Primary key: `name`.

    Attributes:
        name: As a table shows it.
        queries: The questions.
        relevant: By the id of a question, the answer groups that answer it.
    """

    name: str
    queries: tuple[Query, ...]
    relevant: Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Measured:
    """How one way of ranking did on one set.

    Attributes:
        ranks: Rank of the first right answer to each question, from 1; 0 where it is not among those ranked.
        milliseconds: Time to rank, a question each.
    """

    ranks: NDArray[np.int64]
    milliseconds: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def reciprocal(self) -> NDArray[np.float64]:
        """Reciprocal rank at 10 of each question: 1 / rank, or 0 past the tenth (Voorhees 1999)."""
        within = (self.ranks > 0) & (self.ranks <= CUT)
        return np.where(within, 1 / np.maximum(self.ranks, 1), 0.0)

    @property
    def mrr(self) -> float:
        """MRR@10: the mean reciprocal rank."""
        return float(self.reciprocal.mean())

    @property
    def success(self) -> float:
        """Success@10: share of questions with a right answer among the first ten."""
        return float((self.reciprocal > 0).mean())


def judged_set(name: str, searcher: Searcher, queries: Sequence[Query], judgements: Sequence[Judgement]) -> JudgedSet:
    """Collapse judged records to answers of the corpus; answers that the default filters hide count as missed.

    Queries without a judgement above 0 are left aside, as `evaluate` does.

    Raises:
        UnknownKey: If a judged record is not in the corpus.
    """
    store = searcher.corpus.store
    relevant: dict[str, set[int]] = {query.id: set() for query in queries}
    for judgement in judgements:
        if judgement.relevance > 0 and judgement.query_id in relevant:
            group = int(store.group_of_record[store.number_of(judgement.record_id)])
            relevant[judgement.query_id].add(group)
    judged = tuple(query for query in queries if relevant[query.id])
    return JudgedSet(name, judged, {query.id: frozenset(relevant[query.id]) for query in judged})


def measured(ranker: Ranker, judged: JudgedSet) -> Measured:
    """Rank answers for each question of a set, and time each."""
    ranks, milliseconds = [], []
    for query in judged.queries:
        started = time.perf_counter()
        groups = ranker(query.query)
        milliseconds.append((time.perf_counter() - started) * 1000)
        ranks.append(first_right(groups, judged.relevant[query.id]))
    return Measured(np.array(ranks), np.array(milliseconds))


def first_right(groups: Sequence[int], right: frozenset[int]) -> int:
    """Return the place of the first right answer, from 1; 0 where there is none."""
    return next((place for place, group in enumerate(groups, start=1) if group in right), 0)


def significance(one: Measured, other: Measured, seed: int = 0) -> float:
    """Return the chance of so large a difference in MRR@10 if the two ways were the same, in (0, 1].

    Fisher's randomisation test on pairs, two-sided, with 10,000 random changes of sign (Smucker, Allan and
    Carterette 2007, "A Comparison of Statistical Significance Tests for Information Retrieval Evaluation").
    """
    differences = one.reciprocal - other.reciprocal
    seen = abs(differences.mean())
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(_ROUNDS, len(differences)))
    as_large = np.abs((signs * differences).mean(axis=1)) >= seen - 1e-12
    return float((as_large.sum() + 1) / (_ROUNDS + 1))


def held_out_choice(
    grid: Sequence[Mapping[str, float]],
    ranks_of: Callable[[Mapping[str, float], JudgedSet], NDArray[np.int64]],
    sets: Sequence[JudgedSet],
    *,
    folds: int = 5,
    seed: int = 0,
) -> tuple[list[Mapping[str, float]], list[Measured]]:
    """Choose settings on all folds but one, measure them on that one, and go round.

    Args:
        grid: The settings to choose among.
        ranks_of: Rank of the first right answer to each question of a set, under settings.
        sets: What counts alike: the mean of their MRR@10 is what is chosen by.
        folds: How many.
        seed: Of the folds.

    Returns:
        The settings chosen for each fold, and for each set the ranks of every question under settings that it had no
        part in choosing.
    """
    random = np.random.default_rng(seed)
    parts = [random.permutation(len(one.queries)) % folds for one in sets]
    tables = [np.stack([ranks_of(settings, one) for settings in grid]) for one in sets]
    chosen: list[Mapping[str, float]] = []
    out = [np.zeros(len(one.queries), dtype=np.int64) for one in sets]
    for fold in range(folds):
        means = [
            np.array([Measured(ranks[part != fold]).mrr for ranks in table])
            for table, part in zip(tables, parts, strict=True)
        ]
        best = int(np.argmax(np.mean(means, axis=0)))
        chosen.append(grid[best])
        for found, table, part in zip(out, tables, parts, strict=True):
            found[part == fold] = table[best][part == fold]
    return chosen, [Measured(found) for found in out]


def settings_grid(**values: Sequence[float]) -> list[dict[str, float]]:
    """Return every combination of the values given by name."""
    return [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]
