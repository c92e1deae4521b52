"""Judged questions to measures of ranking quality, by ir-measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures
import msgspec
import numpy as np

from retrieval.choices import Mode
from retrieval.errors import MalformedRecord, SourceNotFound, UnknownKey
from retrieval.filters import Filters
from retrieval.search import Searcher

DEPTH = 100
_MEASURES = {
    "MRR@10": ir_measures.RR @ 10,
    "Success@1": ir_measures.Success @ 1,
    "Success@5": ir_measures.Success @ 5,
    "Success@10": ir_measures.Success @ 10,
    "nDCG@10": ir_measures.nDCG @ 10,
    "R@100": ir_measures.R @ 100,
}


class Query(msgspec.Struct, frozen=True):
    """A judged question. Primary key: `id`."""

    id: str
    query: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """That a record answers a question to some degree; 0 is not at all. Primary key: both ids."""

    query_id: str
    record_id: str
    relevance: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation measured.

    Attributes:
        measures: By name, the mean over the queries, in [0, 1].
        queries: Questions that have a judgement above 0.
        judged: Judged records above 0.
        judged_items: What those collapse to: records with the same answer from the same body are one item.
        hidden: Judged records that the default filters on kind hide; they still count as relevant.
        not_in_corpus: Judged records that the corpus does not hold; they still count as relevant.
        p50_ms: Median time to rank answers to a question, in milliseconds: without citations or marked sentences.
        p95_ms: The 95th percentile of that.
    """

    measures: dict[str, float]
    queries: int
    judged: int
    judged_items: int
    hidden: int
    not_in_corpus: int
    p50_ms: float
    p95_ms: float


def read_queries(path: Path) -> list[Query]:
    """Read JSON Lines of `{id, query}`.

    Raises:
        SourceNotFound: If the file can't be read.
        MalformedRecord: If a line is not such an object.
    """
    queries = []
    for number, line in _lines(path):
        try:
            queries.append(msgspec.json.decode(line, type=Query))
        except msgspec.DecodeError as error:
            raise MalformedRecord(path, f'each line must be {{"id": ..., "query": ...}} ({error})', number) from error
    return queries


def read_qrels(path: Path) -> list[Judgement]:
    """Read TREC qrels: `query 0 record-id relevance`, where a record id is the API's id or a key.

    Raises:
        SourceNotFound: If the file can't be read.
        MalformedRecord: If a line is not such a judgement.
    """
    judgements = []
    for number, line in _lines(path):
        parts = line.split()
        if len(parts) != 4 or not parts[3].lstrip("-").isdigit():
            raise MalformedRecord(path, "each line must be `query 0 record-id relevance`", number)
        judgements.append(Judgement(parts[0], parts[2], int(parts[3])))
    return judgements


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceNotFound(path, f"can't be read: {error}") from error
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def evaluate(
    searcher: Searcher,
    queries: Sequence[Query],
    judgements: Sequence[Judgement],
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    mode: Mode = Mode.FULL,
) -> Evaluation:
    """Rank answers for each judged question, without a threshold, and measure against the judgements.

    Args:
        searcher: Over the corpus that was judged.
        queries: The questions; those without a judgement above 0 are left aside.
        judgements: Over record ids; an answer counts as relevant if any of its records is.
        progress: Called with questions done and questions in all.
        mode: Whether the reranker, if there is one, reads the best answers again.

    Returns:
        The measures, with what they rest on.
    """
    items, hidden, absent = _judged_items(searcher, judgements)
    judged = [query for query in queries if query.id in items]
    run: dict[str, dict[str, float]] = {}
    seconds = []
    for done, query in enumerate(judged, start=1):
        started = time.perf_counter()
        ranked = searcher.rank(query.query, depth=DEPTH, mode=mode)
        seconds.append(time.perf_counter() - started)
        # The rank stands for the score, so that ties keep the order that users see.
        run[query.id] = {str(one.group): float(-place) for place, one in enumerate(ranked)}
        progress(done, len(judged))
    qrels = {query.id: items[query.id] for query in judged}
    milliseconds = np.array(seconds or [0.0]) * 1000
    return Evaluation(
        measures=measures_of(qrels, run),
        queries=len(judged),
        judged=sum(judgement.relevance > 0 for judgement in judgements),
        judged_items=sum(len(of_query) for of_query in items.values()),
        hidden=hidden,
        not_in_corpus=absent,
        p50_ms=round(float(np.percentile(milliseconds, 50)), 2),
        p95_ms=round(float(np.percentile(milliseconds, 95)), 2),
    )


def measures_of(qrels: dict[str, dict[str, int]], run: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return each measure by its name, the mean over the queries of `qrels`, in [0, 1], to four places.

    Args:
        qrels: By query, the relevance of each judged item.
        run: By query, the score of each item that was found; the highest is first.
    """
    found = ir_measures.calc_aggregate(_MEASURES.values(), qrels, run) if qrels else {}
    return {name: round(float(found.get(measure, 0.0)), 4) for name, measure in _MEASURES.items()}


def _judged_items(searcher: Searcher, judgements: Sequence[Judgement]) -> tuple[dict[str, dict[str, int]], int, int]:
    """Collapse judged records to answers, and count those hidden by default and those not there."""
    store = searcher.corpus.store
    visible = set(searcher.corpus.admitted(Filters()).tolist())
    items: dict[str, dict[str, int]] = {}
    hidden: set[str] = set()
    absent: set[str] = set()
    for judgement in judgements:
        if judgement.relevance <= 0:
            continue
        try:
            number = store.number_of(judgement.record_id)
            item = str(store.group_of_record[number])
            if number not in visible:
                hidden.add(judgement.record_id)
        except UnknownKey:
            item = f"absent {judgement.record_id}"
            absent.add(judgement.record_id)
        of_query = items.setdefault(judgement.query_id, {})
        of_query[item] = max(judgement.relevance, of_query.get(item, 0))
    return items, len(hidden), len(absent)
