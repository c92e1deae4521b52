"""Answers counted by month, answering body, finding and the like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.facets import Count, Dimension, counted
from retrieval.filters import Filters
from retrieval.results import LeftOut, Searched
from retrieval.worded_messages import left_out_note, message_of
from retrieval.worded_set import hidden_records, left_out_of, worded_set


@dataclass(frozen=True, slots=True)
class Counts:
    """Answers counted by several dimensions.

    An answer that was given more than once, or that has two findings, can count for two values: the counts of one
    dimension may come to more than the total.

    Attributes:
        query: The words looked for; None counts all that passes the filters.
        match: How they were matched; None likewise.
        filters: The filters that were set, by name.
        message: What was found, in plain words.
        total: How many answers are counted.
        total_records: How many answered questions and statements they were given to.
        by: By dimension, its values: months in order, with those that have none of the words; others by falling count.
            Those without a value come last.
        left_out: Answers that pass the filters, and have the words if there are any, but are not counted unless a kind
            or a finding is asked for.
        searched: What was looked through.
        snapshot: Name of the snapshot.
    """

    query: str | None
    match: Match | None
    filters: dict[str, str | list[str]]
    message: str
    total: int
    total_records: int
    by: dict[str, tuple[Count, ...]]
    left_out: tuple[LeftOut, ...]
    searched: Searched
    snapshot: str


def counts(
    corpus: Corpus,
    by: Sequence[Dimension],
    filters: Filters = Filters(),
    *,
    query: str | None = None,
    match: Match = Match.EXACT,
) -> Counts:
    """Count the answers that pass the filters, or those of them that have the words.

    Args:
        corpus: What is counted in.
        by: The dimensions, at least one.
        filters: Limits on which records count.
        query: A phrase, or words joined by AND, OR and NOT.
        match: `exact` or `words`.

    Raises:
        QueryError: If there is no dimension, or the query or a filter is not usable.
    """
    if not by:
        raise QueryError("by", f"it is empty: name at least one of {', '.join(Dimension)}")
    found = worded_set(corpus, query, filters, match) if query is not None else None
    passing = corpus.admitted(filters)
    records = found.shown if found else passing
    left_out = found.left_out if found else left_out_of(corpus, hidden_records(corpus, filters, passing))
    total = len(np.unique(corpus.store.group_of_record[records]))
    searched = corpus.searched(filters)
    return Counts(
        query=found.query if found else None,
        match=match if found else None,
        filters=filters.as_text(),
        message=message_of(corpus, found, match, searched, total) if found else _message(total, left_out),
        total=total,
        total_records=len(records),
        by={str(one): counted(corpus.store, one, records, passing if found else None) for one in dict.fromkeys(by)},
        left_out=left_out,
        searched=searched,
        snapshot=corpus.manifest.name,
    )


def _message(total: int, left_out: Iterable[LeftOut]) -> str:
    told = f"{total:,} {'answer passes' if total == 1 else 'answers pass'} the filters."
    count = sum(one.count for one in left_out)
    return f"{told} {left_out_note(count, total)}" if count else told
