"""Measure what the README says: `quality` of ranking, `speed`, and `scale`, how the index of vectors grows."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.choices import Mode
from retrieval.encoders import Encoder, SentenceEncoder
from retrieval.evaluation import read_qrels, read_queries
from retrieval.filters import Filters
from retrieval.fusion import candidates, fused
from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER, STOCK_MODEL
from retrieval.ranking import best_answers
from retrieval.rerankers import reranker_named
from retrieval.search import Searcher
from scripts.quality import JudgedSet, Measured, Ranker, judged_set, measured, significance
from scripts.scale import scale
from scripts.scale_kinds import kinds
from scripts.scale_vectors import Ground
from scripts.speed import add_speed
from scripts.tuning import Tuning

_RRF_K = 60
"""As Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion", chose it."""

_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Way:
    """One way of ranking. Primary key: `name`."""

    name: str
    ranker: Ranker


def arms(searcher: Searcher, label: str) -> Iterator[Way]:
    """Yield the ways that use one index without the reranker."""
    corpus, encoder = searcher.corpus, searcher.encoder
    rows, group_of_row = corpus.reached(Filters())

    def vector(question: str) -> NDArray[np.float32]:
        made: NDArray[np.float32] = encoder.encode_queries([question])[0]
        return made

    def meaning(question: str) -> list[int]:
        found = best_answers(corpus.index, vector(question), group_of_row, limit=_DEPTH, rows=rows)
        return [one.group for one in found]

    def words(question: str) -> list[int]:
        found, _ = corpus.lexical.search(question, 4 * _DEPTH, rows)
        return list(dict.fromkeys(group_of_row[found].tolist()))[:_DEPTH]

    def by_rank(question: str) -> list[int]:
        scores: dict[int, float] = {}
        for listed in (meaning(question), words(question)):
            for place, group in enumerate(listed, start=1):
                scores[group] = scores.get(group, 0.0) + 1 / (_RRF_K + place)
        return sorted(scores, key=lambda group: (-scores[group], group))[:_DEPTH]

    def by_score(weight: float) -> Ranker:
        def ranked(question: str) -> list[int]:
            found = candidates(corpus.index, corpus.lexical, question, vector(question), rows)
            return [one.group for one in fused(found, group_of_row, meaning_weight=weight)[:_DEPTH]]

        return ranked

    yield Way(f"meaning ({label})", meaning)
    yield Way(f"meaning + words, by rank ({label})", by_rank)
    for weight in (0.5, 0.7, 0.9):
        yield Way(f"meaning + words, {weight:g} of meaning ({label})", by_score(weight))


def words_alone(searcher: Searcher) -> Way:
    """Return the way that uses no model."""
    rows, group_of_row = searcher.corpus.reached(Filters())

    def words(question: str) -> list[int]:
        found, _ = searcher.corpus.lexical.search(question, 4 * _DEPTH, rows)
        return list(dict.fromkeys(group_of_row[found].tolist()))[:_DEPTH]

    return Way("words", words)


def product(searcher: Searcher) -> Iterator[Way]:
    """Yield what users get."""

    def in_mode(mode: Mode, group: bool) -> Ranker:
        return lambda question: [one.group for one in searcher.rank(question, depth=_DEPTH, mode=mode, group=group)]

    yield Way("fast mode", in_mode(Mode.FAST, False))
    yield Way("full mode", in_mode(Mode.FULL, False))
    yield Way("full mode, near duplicates as one", in_mode(Mode.FULL, True))


def table(ways: Sequence[Way], sets: Sequence[JudgedSet]) -> Iterator[str]:
    """Measure each way on each set, and yield the lines of a Markdown table as they come."""
    heads = [f"{one.name} MRR@10 | S@10 | p" for one in sets]
    yield f"| | {' | '.join(heads)} | p50 ms | p95 ms |"
    yield "|" + "---|" * (3 * len(sets) + 3)
    above: list[Measured] | None = None
    for way in ways:
        found = [measured(way.ranker, one) for one in sets]
        cells = []
        for place, one in enumerate(found):
            chance = "" if above is None else f"{significance(one, above[place]):.4f}"
            cells += [f"{one.mrr:.3f}", f"{one.success:.3f}", chance]
        times = np.concatenate([one.milliseconds for one in found])
        cells += [f"{np.percentile(times, 50):.0f}", f"{np.percentile(times, 95):.0f}"]
        yield f"| {way.name} | {' | '.join(cells)} |"
        above = found


def quality(given: argparse.Namespace) -> None:
    """Print the table, and what cross-validation chooses."""
    encoder: Encoder = SentenceEncoder(given.model)
    searcher = Searcher.open(given.data, encoder, reranker_named(given.reranker))
    sets = []
    for queries, qrels in zip(given.queries, given.qrels, strict=True):
        name = queries.name.split(".")[0]
        sets.append(judged_set(name, searcher, read_queries(queries), read_qrels(qrels)))
    ways = [words_alone(searcher)]
    if given.stock:
        ways += arms(Searcher.open(given.stock, SentenceEncoder(STOCK_MODEL)), STOCK_MODEL)
    ways += [*arms(searcher, given.model), *product(searcher)]
    for line in table(ways, sets):
        print(line, flush=True)
    print("\nWeights chosen on four folds of five, measured on the fifth:", flush=True)
    for line in Tuning(searcher, sets).lines():
        print(line, flush=True)


def sizes(given: argparse.Namespace) -> None:
    """Print how the index in use behaves as it grows, or every kind of index on one number of vectors."""
    if given.folder:
        Path(given.folder).mkdir(parents=True, exist_ok=True)
    ground = Ground.of(given.data, given.queries, given.model, given.questions)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{len(ground.vectors):,} real vectors, {len(ground.questions)} questions; load of the machine: {load}")
    print("A question's time is the quickest of three.", flush=True)
    lines = kinds(ground, given.kinds, given.folder) if given.kinds else scale(ground, given.sizes, given.folder)
    for line in lines:
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    wanted = commands.add_parser(
        "quality",
        help="every way of ranking on judged questions, each compared with the one above it",
        epilog="example: python scripts/benchmark.py quality --data eval-data --queries plain.queries.jsonl "
        "sibling.queries.jsonl --qrels plain.qrels sibling.qrels",
    )
    wanted.add_argument("--data", required=True, help="a data directory with an index of the judged records")
    wanted.add_argument("--queries", nargs="+", type=Path, required=True, help="judged questions, a file a set")
    wanted.add_argument("--qrels", nargs="+", type=Path, required=True, help="their judgements, in the same order")
    wanted.add_argument("--stock", help=f"another, of the same records, with {STOCK_MODEL}")
    wanted.add_argument("--model", default=DEFAULT_MODEL, help="the encoder of --data")
    wanted.add_argument("--reranker", default=DEFAULT_RERANKER, help="the reranker")
    wanted.set_defaults(run=quality)
    add_speed(commands)
    size = commands.add_parser(
        "scale",
        help="recall, time, memory and building of the index of vectors, size by size",
        epilog="example: python -m scripts.benchmark scale --data eval-data --queries plain.queries.jsonl",
    )
    size.add_argument("--data", required=True, help="a data directory, whose vectors are multiplied")
    size.add_argument("--queries", nargs="+", type=Path, required=True, help="files of questions to search with")
    size.add_argument("--sizes", nargs="+", type=int, default=[100_000, 250_000, 1_000_000, 5_000_000], help="vectors")
    size.add_argument("--questions", type=int, default=200, help="how many, spread evenly over the files")
    size.add_argument("--folder", help="where files are put meanwhile: 2.5 KB a vector of the largest size")
    size.add_argument("--model", default=DEFAULT_MODEL, help="the encoder of --data")
    size.add_argument("--kinds", type=int, help="instead, every kind of index side by side on so many vectors")
    size.set_defaults(run=sizes)
    given = parser.parse_args()
    try:
        given.run(given)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
