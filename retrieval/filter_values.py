"""The values that a filter can ask for in one corpus, with how many records have each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from retrieval.errors import QueryError
from retrieval.folding import folded_name
from retrieval.store import RecordStore

_COLUMNS: Final = {
    "house": "house",
    "answering_body": "answering_body",
    "minister": "minister",
    "asker": "asker",
    "party": "party",
    "kind": "kind",
    "genre": "genre",
    "answerer": "CASE ministerial WHEN 1 THEN 'minister' WHEN 0 THEN 'non_minister' END",
}
_FINDING: Final = "finding"

LISTED_FILTERS: Final = (*_COLUMNS, _FINDING)
"""The filters whose values can be listed: the others take days and words."""


@dataclass(frozen=True, slots=True)
class FilterValue:
    """A value that a filter can ask for. Primary key: `value`.

    Attributes:
        value: As the filter takes it.
        records: How many answered questions and statements have it.
    """

    value: str
    records: int


def filter_values(store: RecordStore, name: str, contains: str = "") -> tuple[FilterValue, ...]:
    """Return the values of one filter that occur, those of most records first; ties by value.

    Args:
        store: Of the corpus.
        name: One of `LISTED_FILTERS`.
        contains: Only values that have each of these words, or the beginning of one, case and accents aside.

    Raises:
        QueryError: If the values of that filter can't be listed.
    """
    if name not in LISTED_FILTERS:
        raise QueryError("filter", f"the values of {name!r} can't be listed: use one of {', '.join(LISTED_FILTERS)}")
    if name == _FINDING:
        sql = "SELECT name, count(DISTINCT record) FROM findings GROUP BY 1"
    else:
        column = _COLUMNS[name]
        sql = f"SELECT {column}, count(*) FROM records WHERE {column} IS NOT NULL GROUP BY 1"
    found = [FilterValue(str(value), int(str(records))) for value, records in store.rows(sql)]
    wanted = folded_name(contains).split()
    kept = [one for one in found if _has(folded_name(one.value).split(), wanted)]
    return tuple(sorted(kept, key=lambda one: (-one.records, one.value)))


def _has(words: list[str], wanted: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)
