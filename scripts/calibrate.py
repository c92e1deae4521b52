"""Fit how sure a search may be of its best hit, from judged questions with and without their answers in the index.

Each question is asked of 7, of 5,000 and of all answers, chosen at random but for the right ones: once with those among
them, once without. Without them nothing that is found is right. What is fitted is a logistic regression of whether the
best hit is right, on its cosine and, where the reranker read it, on its relevance.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.choices import Mode
from retrieval.encoders import SentenceEncoder
from retrieval.evaluation import read_qrels, read_queries
from retrieval.filters import Filters
from retrieval.fusion import candidates, fused, meaning_weight_of
from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER
from retrieval.rerankers import reranker_named
from retrieval.retriever import read_again
from retrieval.search import Searcher
from scripts.quality import JudgedSet, judged_set

SIZES = (7, 5_000, None)
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """One question asked of some answers.

    Attributes:
        query: Its id.
        size: How many answers it was asked of; None for all.
        answerable: Whether the right ones were among them.
        right: Whether the best hit is one of them.
        cosine: Of the best hit.
        relevance: Of the best hit, as a logit; None without a reranker.
    """

    query: str
    size: int | None
    answerable: bool
    right: bool
    cosine: float
    relevance: float | None


def trials(searcher: Searcher, judged: JudgedSet, sizes: Sequence[int | None], mode: Mode) -> Iterator[Trial]:
    """Ask every question of a set, of every number of answers, with the right ones and without."""
    corpus = searcher.corpus
    rows, group_of_row = corpus.reached(Filters())
    every = np.arange(len(group_of_row)) if rows is None else rows.rows
    groups = np.unique(group_of_row[every])
    for query in judged.queries:
        right = np.array(sorted(judged.relevant[query.id]), dtype=np.int64)
        right = right[np.isin(right, groups)]
        vector = searcher.encoder.encode_queries([query.query])[0]
        chance = np.random.default_rng(zlib.crc32(query.id.encode()))
        for size in sizes:
            others = groups[~np.isin(groups, right)]
            some = others if size is None else chance.choice(others, size, replace=False)
            for answerable in (True, False) if len(right) else (False,):
                wanted = np.concatenate([some, right]) if answerable else some
                allowed = every[np.isin(group_of_row[every], wanted)]
                found = candidates(corpus.index, corpus.lexical, query.query, vector, allowed)
                ranked = fused(found, group_of_row, meaning_weight=meaning_weight_of(query.query))
                if mode is Mode.FULL and searcher.reranker:
                    ranked = read_again(ranked, query.query, searcher.reranker, corpus)
                best = ranked[0]
                yield Trial(query.id, size, answerable, best.group in set(right.tolist()), best.cosine, best.relevance)


def fitted(found: Sequence[Trial]) -> NDArray[np.float64]:
    """Return intercept and weights of the logistic regression, by Newton's method with a little of ridge."""
    table, labels = _table(found), np.array([one.right for one in found], dtype=np.float64)
    weights = np.zeros(table.shape[1])
    for _ in range(50):
        chances = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (labels - chances) - 1e-3 * weights
        curve = (table * (chances * (1 - chances))[:, None]).T @ table + 1e-3 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def chances_of(weights: NDArray[np.float64], found: Sequence[Trial]) -> NDArray[np.float64]:
    """Return the probability that the best hit of each trial is right."""
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-_table(found) @ weights))
    return chances


def _table(found: Sequence[Trial]) -> NDArray[np.float64]:
    if any(one.relevance is None for one in found):
        return np.array([[1.0, one.cosine] for one in found])
    return np.array([[1.0, one.cosine, float(one.relevance or 0.0)] for one in found])


def held_out_chances(found: Sequence[Trial], seed: int = 0) -> NDArray[np.float64]:
    """Return for each trial the probability by weights that no trial of its question had a part in."""
    queries = sorted({one.query for one in found})
    parts = np.random.default_rng(seed).permutation(len(queries)) % _FOLDS
    fold_of = dict(zip(queries, parts.tolist(), strict=True))
    folds = np.array([fold_of[one.query] for one in found])
    chances = np.zeros(len(found))
    for fold in range(_FOLDS):
        weights = fitted([one for one, its in zip(found, folds, strict=True) if its != fold])
        tested = folds == fold
        chances[tested] = chances_of(weights, [one for one, its in zip(found, tested, strict=True) if its])
    return chances


def auroc(chances: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """Return the chance that one that holds is given more than one that doesn't, ties half (Hanley and McNeil 1982)."""
    order = np.argsort(chances, kind="stable")
    ranks = np.empty(len(chances))
    ranks[order] = np.arange(1, len(chances) + 1)
    for value in np.unique(chances):
        same = chances == value
        ranks[same] = ranks[same].mean()
    holds = int(labels.sum())
    return float((ranks[labels].sum() - holds * (holds + 1) / 2) / (holds * (len(labels) - holds)))


def lines(found: Sequence[Trial]) -> Iterator[str]:
    """Yield the weights, and how well they do on questions held out."""
    chances = held_out_chances(found)
    answerable = np.array([one.answerable for one in found])
    right = np.array([one.right for one in found])
    yield "weights (intercept, cosine, relevance): " + ", ".join(f"{one:.4f}" for one in fitted(found))
    thresholds = np.quantile(chances[answerable], (0.02, 0.05, 0.08, 0.1))
    for size in SIZES:
        here = np.array([one.size == size for one in found])
        told = f"{size or 'all'} answers: AUROC {auroc(chances[here], answerable[here]):.3f}"
        for at in thresholds:
            silent = float((chances[here & answerable] < at).mean())
            answered = float((chances[here & ~answerable] >= at).mean())
            told += f"; at {at:.3f} wrong silences {silent:.1%}, answers to what has none {answered:.1%}"
        yield told
    yield f"AUROC that the best hit is right: {auroc(chances, right):.3f}"
    for low in np.arange(0, 1, 0.1):
        within = (chances >= low) & (chances < low + 0.1)
        if within.any():
            yield f"said {low:.1f}-{low + 0.1:.1f}: {within.sum()} trials, right {right[within].mean():.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python scripts/calibrate.py --data eval-data --queries a.queries.jsonl --qrels a.qrels",
    )
    parser.add_argument("--data", required=True, help="a data directory with an index of the judged records")
    parser.add_argument("--queries", nargs="+", type=Path, required=True, help="judged questions, a file a set")
    parser.add_argument("--qrels", nargs="+", type=Path, required=True, help="their judgements, in the same order")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="the encoder of --data")
    parser.add_argument("--reranker", default=DEFAULT_RERANKER, help="the reranker")
    parser.add_argument("--every", type=int, default=1, help="ask only one question in so many")
    given = parser.parse_args()
    searcher = Searcher.open(given.data, SentenceEncoder(given.model), reranker_named(given.reranker))
    for mode in (Mode.FULL, Mode.FAST) if searcher.reranker else (Mode.FAST,):
        found: list[Trial] = []
        for queries, qrels in zip(given.queries, given.qrels, strict=True):
            asked = read_queries(queries)[:: given.every]
            judged = judged_set(queries.name, searcher, asked, read_qrels(qrels))
            found += trials(searcher, judged, SIZES, mode)
        print(f"{mode} mode", flush=True)
        for line in lines(found):
            print(line, flush=True)


if __name__ == "__main__":
    main()
