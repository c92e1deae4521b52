"""Words in, a page of the whole set of answers that have them out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.choices import Match, Sort
from retrieval.corpus import Corpus
from retrieval.cursors import cursor_at, offset_of
from retrieval.errors import QueryError
from retrieval.facets import Dimension, facets_of
from retrieval.filters import Filters
from retrieval.hit_results import Hit
from retrieval.hits import hit_of
from retrieval.marking import matched_spans
from retrieval.results import Outcome, SearchResult
from retrieval.worded_messages import message_of
from retrieval.worded_set import WordedSet, cited_records, worded_set
from retrieval.wording import phrases


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a whole set.

    Attributes:
        limit: The most answers on it.
        sort: The order of the set.
        cursor: Where it begins; None is the beginning.
    """

    limit: int = 10
    sort: Sort = Sort.NEWEST
    cursor: str | None = None


def worded_search(
    corpus: Corpus, query: str, filters: Filters, *, match: Match, page: Page = Page(), facets: Sequence[Dimension] = ()
) -> SearchResult:
    """Return a page of the answers that have the words, one hit an answer, with exact totals.

    Args:
        corpus: What is looked in.
        query: A phrase, or words joined by AND, OR and NOT.
        filters: Limits on which records may answer.
        match: `exact` or `words`.
        page: Which part of the set, and its order.
        facets: What the whole set is counted by.

    Raises:
        QueryError: If the query, a filter or the cursor is not usable.
    """
    started = time.perf_counter()
    found = worded_set(corpus, query, filters, match)
    cited = cited_records(corpus, found, page.sort)
    snapshot, search = corpus.manifest.name, repr((found.query, filters.as_text(), str(match), str(page.sort)))
    start = offset_of(page.cursor, snapshot, search) if page.cursor is not None else 0
    if start and start >= len(cited):
        raise QueryError("cursor", f"it leads past the {len(cited)} answers there are: start again without a cursor")
    end = start + page.limit
    searched = corpus.searched(filters)
    return SearchResult(
        query=found.query,
        filters=filters.as_text(),
        outcome=_outcome(corpus, found),
        message=message_of(corpus, found, match, searched, len(cited)),
        hits=tuple(_hits(corpus, found, cited[start:end], start + 1)),
        near_misses=(),
        left_out=found.left_out,
        searched=searched,
        snapshot=snapshot,
        licence=corpus.licence,
        took_ms=round((time.perf_counter() - started) * 1000, 1),
        match=match,
        sort=page.sort,
        total=len(cited),
        total_records=len(found.shown),
        total_passages=len(found.rows),
        next_cursor=cursor_at(end, snapshot, search) if end < len(cited) else None,
        facets=facets_of(corpus.store, facets, found.shown),
    )


def _hits(corpus: Corpus, found: WordedSet, cited: NDArray[np.int64], first_rank: int) -> list[Hit]:
    """Return a hit for each record to cite, by that passage of it which has most of the words; the first such."""
    sought = phrases(found.matched.wording, sought=True)
    record_of_row = corpus.store.record_of_row[found.rows]
    hits = []
    for rank, number in enumerate(cited, first_rank):
        places = np.flatnonzero(record_of_row == number)
        stored = corpus.store.passage_at(int(found.rows[places[np.argmax(found.standing[places])]]))
        matched = matched_spans(stored.passage.text, sought, corpus.worded.words)
        hits.append(hit_of(corpus, stored, rank=rank, score=1.0, probability=1.0, matched=matched))
    return hits


def _outcome(corpus: Corpus, found: WordedSet) -> Outcome:
    if len(found.shown):
        return Outcome.FOUND
    if not len(corpus.store):
        return Outcome.CORPUS_EMPTY
    return Outcome.FILTERED_OUT if found.left_out or found.outside else Outcome.NOTHING_CLOSE
