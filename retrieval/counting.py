"""Answers counted by month, answering body, finding and the like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.filters import Filters
from retrieval.results import LeftOut, Match, Searched
from retrieval.store import RecordStore
from retrieval.worded_messages import left_out_note, message_of
from retrieval.worded_set import hidden_records, left_out_of, worded_set


class Dimension(StrEnum):
    """What answers can be counted by; `month` is that of the answer, `party` that of whoever asked."""

    MONTH = "month"
    ANSWERING_BODY = "answering_body"
    FINDING = "finding"
    KIND = "kind"
    MINISTER = "minister"
    PARTY = "party"
    HOUSE = "house"


_COLUMNS: Final = {
    Dimension.MONTH: "substr(answered, 1, 7)",
    Dimension.ANSWERING_BODY: "answering_body",
    Dimension.KIND: "kind",
    Dimension.MINISTER: "minister",
    Dimension.PARTY: "party",
    Dimension.HOUSE: "house",
}
_LACKING: Final = {Dimension.MONTH: "date not known", Dimension.FINDING: "no finding"}


@dataclass(frozen=True, slots=True)
class Count:
    """How often one value occurs. Primary key within a dimension: `value`.

    Attributes:
        value: The value; None for the records without one.
        label: The same to read; says what is lacking where there is no value.
        count: How many answers have it, the same text from the same body counted once.
        records: How many answered questions and statements have it.
        of: How many answers have it in all, whatever their words; None where no words are looked for.
    """

    value: str | None
    label: str
    count: int
    records: int
    of: int | None


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
    counted = found.shown if found else passing
    left_out = found.left_out if found else left_out_of(corpus, hidden_records(corpus, filters, passing))
    total = len(np.unique(corpus.store.group_of_record[counted]))
    searched = corpus.searched(filters)
    return Counts(
        query=found.query if found else None,
        match=match if found else None,
        filters=filters.as_text(),
        message=message_of(corpus, found, match, searched, total) if found else _message(total, left_out),
        total=total,
        total_records=len(counted),
        by={str(one): _counted(corpus.store, one, counted, passing if found else None) for one in dict.fromkeys(by)},
        left_out=left_out,
        searched=searched,
        snapshot=corpus.manifest.name,
    )


def _message(total: int, left_out: Iterable[LeftOut]) -> str:
    told = f"{total:,} {'answer passes' if total == 1 else 'answers pass'} the filters."
    count = sum(one.count for one in left_out)
    return f"{told} {left_out_note(count, total)}" if count else told


def _counted(
    store: RecordStore, dimension: Dimension, counted: NDArray[np.int64], whole: NDArray[np.int64] | None
) -> tuple[Count, ...]:
    pairs = _values(store, dimension)
    groups, records = _tally(store, pairs, counted)
    everything = _tally(store, pairs, whole)[0] if whole is not None else {}
    values: set[str | None] = set(groups)
    if dimension is Dimension.MONTH:
        values |= set(everything)
    found = [
        Count(
            value=value,
            label=value or _LACKING.get(dimension, "not in the source"),
            count=groups.get(value, 0),
            records=records.get(value, 0),
            of=everything.get(value, 0) if whole is not None else None,
        )
        for value in values
    ]
    in_order = dimension is Dimension.MONTH
    return tuple(sorted(found, key=lambda one: (one.value is None, 0 if in_order else -one.count, one.value or "")))


def _tally(
    store: RecordStore, pairs: Iterable[tuple[int, str | None]], counted: NDArray[np.int64]
) -> tuple[Mapping[str | None, int], Mapping[str | None, int]]:
    """Return by value how many answers, and how many records, of those counted have it."""
    is_counted = np.zeros(len(store), dtype=np.bool_)
    is_counted[counted] = True
    records: dict[str | None, set[int]] = {}
    for number, value in pairs:
        if is_counted[number]:
            records.setdefault(value, set()).add(number)
    groups = {value: len({int(store.group_of_record[n]) for n in numbers}) for value, numbers in records.items()}
    return groups, {value: len(numbers) for value, numbers in records.items()}


def _values(store: RecordStore, dimension: Dimension) -> list[tuple[int, str | None]]:
    """Return the number of each record with its value, once for each value it has; None where it has none."""
    if dimension is Dimension.FINDING:
        sql = "SELECT DISTINCT number, name FROM records LEFT JOIN findings ON record = number"
    else:
        sql = f"SELECT number, {_COLUMNS[dimension]} FROM records"
    return [(int(str(number)), None if value is None else str(value)) for number, value in store.rows(sql)]
