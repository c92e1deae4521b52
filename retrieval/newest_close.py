"""The newest of the answers that are close to a question, where there are more than one search looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.close_answers import CLOSE_COUNTED
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.hit_results import Hit
from retrieval.results import SearchResult

MAX_SEARCHES: Final = 10
"""The most spans of days that are searched after the first search: by far most topics of 4,980 answers take four."""

Ask = Callable[[str, Filters], SearchResult]


@dataclass(frozen=True, slots=True)
class Newest:
    """What was found by narrowing the days.

    Attributes:
        hits: All that were met; one answer may be met in several spans.
        is_all: Whether the wanted number of the newest is there, as far as searches can tell.
    """

    hits: tuple[Hit, ...]
    is_all: bool


def newest_close(
    corpus: Corpus,
    ask: Ask,
    first: SearchResult,
    question: str,
    filters: Filters,
    wanted: int,
    *,
    most: int = MAX_SEARCHES,
) -> Newest:
    """Return the newest answers that are close, by the day answered.

    A search looks at the nearest places alone. Where there may be close ones below those, the days are narrowed, from
    the newest on, until spans that are seen whole have as many as are wanted, or none is left, or `most` searches
    were made.

    Args:
        corpus: What is searched.
        ask: Searches by meaning, with the order `newest`, so that it tells whether the places end with close ones.
        first: What it finds with `filters`.
        question: What answers are ranked by.
        filters: The limits of the whole.
        wanted: How many are wanted, at least 1.
        most: The most searches to make.
    """
    whole = corpus.admitted(filters)
    worded = _with_all_words(corpus, question, whole)
    if _is_whole(corpus, first, whole, worded):
        return Newest(first.hits, is_all=True)
    days = corpus.answered_days[whole]
    dated = ~np.isnat(days)
    by_day = whole[dated][np.argsort(days[dated], kind="stable")]
    # What has no day is in no span of days.
    is_all = bool(dated.all())
    spans = _older_and_newer(corpus, by_day, first.hits, worded, wanted)
    hits, settled, searches = list(first.hits), set[int](), 0
    while spans and len(settled) < wanted and searches < most:
        span = spans.pop()
        from_day, to_day = corpus.answered_days[span[[0, -1]]].tolist()
        found = ask(question, replace(filters, answered_from=from_day, answered_to=to_day))
        searches += 1
        hits += found.hits
        is_whole = _is_whole(corpus, found, span, worded)
        if is_whole or from_day == to_day:
            is_all = is_all and is_whole
            settled.update(_groups(corpus, found.hits))
        else:
            spans += _older_and_newer(corpus, span, found.hits, worded, wanted - len(settled))
    return Newest(tuple(hits), is_all and (not spans or len(settled) >= wanted))


def _with_all_words(corpus: Corpus, question: str, records: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of the records that have all words of a question in one passage: close, wherever they rank."""
    rows = corpus.lexical.with_all_words(question, corpus.store.rows_of(records))
    return np.unique(corpus.store.record_of_row[sorted(rows)])


def _is_whole(corpus: Corpus, found: SearchResult, records: NDArray[np.int64], worded: NDArray[np.int64]) -> bool:
    """Return whether a search of some records is taken to have found all of them that are close.

    It is if there are no more than it looks at; else if the last it looked at are not close, and it has found each
    that has all the words.
    """
    groups = corpus.store.group_of_record
    if len(np.unique(groups[records])) <= CLOSE_COUNTED:
        return True
    named = set(groups[np.intersect1d(records, worded)].tolist())
    return found.at_least_is_all and named <= _groups(corpus, found.hits)


def _older_and_newer(
    corpus: Corpus, span: NDArray[np.int64], hits: Sequence[Hit], worded: NDArray[np.int64], wanted: int
) -> list[NDArray[np.int64]]:
    """Return a span in two: cut at the day from which enough are likely to be close, or in the middle.

    Args:
        corpus: Theirs.
        span: The numbers of its records, by rising day.
        hits: What was found in it.
        worded: The records that have all the words.
        wanted: How many are wanted of it.
    """
    if not len(span):
        return []
    days = corpus.answered_days[span]
    known = np.array([corpus.store.number_of(hit.key) for hit in hits], dtype=np.int64)
    likely = days[np.isin(span, np.union1d(known, worded))]
    cut = likely[-wanted] if len(likely) >= wanted else days[0]
    if cut == days[0]:
        cut = days[len(days) // 2]
    newer = days >= cut if cut > days[0] else days > cut
    return [part for part in (span[~newer], span[newer]) if len(part)]


def _groups(corpus: Corpus, hits: Sequence[Hit]) -> set[int]:
    return {int(corpus.store.group_of_record[corpus.store.number_of(hit.key)]) for hit in hits}
