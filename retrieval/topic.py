"""Every answer on a topic: those that have the words, or those that are near enough in meaning, as a set to count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.asked import MAX_LIMIT
from retrieval.choices import Match, Mode, Sort
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.results import LeftOut, SearchResult
from retrieval.search import Searcher
from retrieval.worded_messages import message_of
from retrieval.worded_set import worded_set


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """The answers on a topic that pass the filters.

    Attributes:
        query: As asked, white space folded.
        match: How it was matched.
        filters: The limits.
        records: The numbers of the answered questions and statements, rising, int64.
        rows: Their passages on the topic, rising, int64.
        total: How many answers they are, the same text from the same body counted once.
        at_least: Whether there may be more: by meaning, where the nearest that are looked at end with close ones.
        message: What was found, in plain words.
        left_out: What would be on the topic, but is left out unless a kind or a finding is asked for.
    """

    query: str
    match: Match
    filters: Filters
    records: NDArray[np.int64]
    rows: NDArray[np.int64]
    total: int
    at_least: bool
    message: str
    left_out: tuple[LeftOut, ...]

    def has_row(self, row: int) -> bool:
        """Return whether the passage in a row is on the topic."""
        place = int(np.searchsorted(self.rows, row))
        return place < len(self.rows) and int(self.rows[place]) == row


def topic_of(searcher: Searcher, query: str, filters: Filters, match: Match) -> Topic:
    """Return the answers on a topic, however it is matched.

    Raises:
        QueryError: If the query or a filter is not usable.
    """
    if match is Match.MEANING:
        return meant_topic(searcher, query, filters)
    return worded_topic(searcher.corpus, query, filters, match)


def worded_topic(corpus: Corpus, query: str, filters: Filters, match: Match) -> Topic:
    """Return every answer that has the words.

    Args:
        corpus: What is looked in.
        query: A phrase, or words joined by AND, OR and NOT.
        filters: Limits on which records may answer.
        match: `exact` or `words`.

    Raises:
        QueryError: If the query or a filter is not usable.
    """
    found = worded_set(corpus, query, filters, match)
    total = len(np.unique(corpus.store.group_of_record[found.shown]))
    message = message_of(corpus, found, match, corpus.searched(filters), total)
    records = np.sort(found.shown)
    return Topic(found.query, match, filters, records, found.rows, total, False, message, found.left_out)


def meant_topic(searcher: Searcher, query: str, filters: Filters) -> Topic:
    """Return the answers that a search by meaning finds close enough, of the nearest 200.

    No time is preferred, as that would favour some months over others, and answers that nearly repeat one another
    are several. None is read again: the few that are read would be judged otherwise than the rest.

    Raises:
        QueryError: If the query or a filter is not usable.
    """
    # Asked for in an order, a search tells whether there is more than what it counts.
    found = searcher.search(query, filters, limit=MAX_LIMIT, mode=Mode.FAST, fresh=False, group=False, sort=Sort.NEWEST)
    records, rows = _members(searcher.corpus, filters, found)
    total = len(found.hits)
    return Topic(
        query=found.query,
        match=Match.MEANING,
        filters=filters,
        records=records,
        rows=rows,
        total=total,
        at_least=bool(total) and not found.at_least_is_all,
        message=_told(total, is_all=found.at_least_is_all) if total else found.message,
        left_out=found.left_out,
    )


def _told(total: int, *, is_all: bool) -> str:
    answers = f"{total:,} {'answer is' if total == 1 else 'answers are'} close in meaning"
    return f"{answers}." if is_all else f"At least {answers}: those nearest, as no more are looked at."


def _members(corpus: Corpus, filters: Filters, found: SearchResult) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the records that pass and have the answer of a hit, and their passages with the text of its passage."""
    store, admitted = corpus.store, corpus.admitted(filters)
    hashes: dict[int, set[str]] = {}
    for hit in found.hits:
        group = int(store.group_of_record[store.number_of(hit.key)])
        hashes.setdefault(group, set()).add(hit.passage.hash)
    records = admitted[np.isin(store.group_of_record[admitted], np.fromiter(hashes, np.int64))]
    rows = [
        stored.row
        for number in records.tolist()
        for stored in store.passages(number)
        if stored.passage.hash in hashes[int(store.group_of_record[number])]
    ]
    return records, np.array(sorted(rows), dtype=np.int64)
