"""Answers counted by what they have: by month, answering body, finding and the like."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.store import RecordStore


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


def counted(
    store: RecordStore, dimension: Dimension, records: NDArray[np.int64], whole: NDArray[np.int64] | None = None
) -> tuple[Count, ...]:
    """Count answers by one dimension.

    Args:
        store: Their store.
        dimension: What to count by.
        records: The numbers of the records to count.
        whole: The numbers of all records that they are a part of; None where that is not wanted.

    Returns:
        Months in order, with those of `whole` that none has; others by falling count. Those without a value last.
    """
    pairs = _values(store, dimension, records if whole is None else whole)
    groups, numbers = _tally(store, pairs, records)
    everything = _tally(store, pairs, whole)[0] if whole is not None else {}
    values: set[str | None] = set(groups)
    if dimension is Dimension.MONTH:
        values |= set(everything)
    found = [
        Count(
            value=value,
            label=value or _LACKING.get(dimension, "not in the source"),
            count=groups.get(value, 0),
            records=numbers.get(value, 0),
            of=everything.get(value, 0) if whole is not None else None,
        )
        for value in values
    ]
    in_order = dimension is Dimension.MONTH
    return tuple(sorted(found, key=lambda one: (one.value is None, 0 if in_order else -one.count, one.value or "")))


def facets_of(
    store: RecordStore, dimensions: Sequence[Dimension], records: NDArray[np.int64]
) -> dict[str, tuple[Count, ...]]:
    """Count answers by several dimensions, each once, by its name.

    Args:
        store: Their store.
        dimensions: What to count by.
        records: The numbers of the records to count.
    """
    return {str(one): counted(store, one, records) for one in dict.fromkeys(dimensions)}


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


def _values(store: RecordStore, dimension: Dimension, records: NDArray[np.int64]) -> list[tuple[int, str | None]]:
    """Return the number of each record with its value, once for each value it has; None where it has none."""
    if dimension is Dimension.FINDING:
        sql = "SELECT DISTINCT number, name FROM records LEFT JOIN findings ON record = number"
    else:
        sql = f"SELECT number, {_COLUMNS[dimension]} FROM records"
    # Few of many are looked up by their numbers: to read all of them takes longer.
    wanted = " WHERE number IN (SELECT value FROM json_each(?))"
    found = store.rows(sql + wanted, (json.dumps(records.tolist()),))
    return [(int(str(number)), None if value is None else str(value)) for number, value in found]
