"""Words and phrases to every passage that has them, and to every record for which a query holds."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.arms import WordArm
from retrieval.filters import HELD_BACK
from retrieval.records import AnswerKind, FindingName
from retrieval.store import RecordStore
from retrieval.unplaced import Unplaced
from retrieval.wording import Flags, Phrase, Wording, holds, phrases

HeldBackAs = tuple[AnswerKind, FindingName | None]
"""What keeps a record out of a search by default: its kind, or that a refusal is all it says."""

_REFUSALS = (FindingName.NOT_HELD, FindingName.DISPROPORTIONATE_COST)


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """What a query finds, before any filter.

    Attributes:
        wording: The query.
        records: The records for which it holds, rising, int64.
        rows: The passages of those that have a word or a phrase sought, rising, int64.
        standing: By place in `rows`, how many of the words and phrases sought stand in the passage's own text, int64.
    """

    wording: Wording
    records: NDArray[np.int64]
    rows: NDArray[np.int64]
    standing: NDArray[np.int64]


class WordedIndex:
    """The words of one corpus; safe to use from several threads.

    Args:
        store: An opened store.
        lexical: The text engine over its passages.
    """

    def __init__(self, store: RecordStore, lexical: WordArm) -> None:
        """Keep both; what else is needed is read when it is first wanted."""
        self._store = store
        self._lexical = lexical
        self._lock = threading.Lock()

    def words(self, text: str) -> tuple[str, ...]:
        """Return the words of a text as they are looked up, in order."""
        return self._lexical.words(text)

    def matched(self, wording: Wording) -> Matched:
        """Return every record for which a query holds, and the passages that have what it seeks.

        AND, OR and NOT are about the whole record: two words joined by AND may stand in different passages.
        """
        wanted = frozenset(phrases(wording, sought=True))
        sought = np.zeros(len(self._store.record_of_row), dtype=np.bool_)
        standing = np.zeros(len(sought), dtype=np.int64)
        there: dict[Phrase, Flags] = {}
        for phrase in phrases(wording):
            in_text, beside = self._lexical.with_phrase(phrase), self._rows_beside(phrase)
            there[phrase] = self._records_of(in_text) | self._records_of(beside)
            if phrase in wanted:
                sought[in_text] = sought[beside] = True
                standing[in_text] += 1
        found = holds(wording, there)
        sought &= found[self._store.record_of_row]
        rows = np.flatnonzero(sought).astype(np.int64)
        return Matched(wording, np.flatnonzero(found).astype(np.int64), rows, standing[rows])

    @property
    def newest_first(self) -> NDArray[np.int64]:
        """By record, its place where the newest comes first; then those without a day; ties by key."""
        return self._places[0]

    @property
    def oldest_first(self) -> NDArray[np.int64]:
        """By record, its place where the oldest comes first; then those without a day; ties by key."""
        return self._places[1]

    @cached_property
    def held_back(self) -> dict[int, HeldBackAs]:
        """By number of each record that a search leaves out by default, what keeps it out."""
        names = ", ".join(f"'{name}'" for name in _REFUSALS)
        found = self._store.rows(
            f"SELECT number, kind, (SELECT name FROM findings WHERE record = number AND name IN ({names}))"
            f" FROM records WHERE {HELD_BACK.sql}"
        )
        return {
            int(str(number)): (
                AnswerKind(str(kind)),
                FindingName(str(name)) if name and kind == "substantive" else None,
            )
            for number, kind, name in found
        }

    def _rows_beside(self, phrase: Phrase) -> NDArray[np.int64]:
        return np.fromiter(self._beside.rows_with(phrase), dtype=np.int64)

    def _records_of(self, rows: NDArray[np.int64]) -> Flags:
        there = np.zeros(len(self._store), dtype=np.bool_)
        there[self._store.record_of_row[rows]] = True
        return there

    @property
    def _beside(self) -> Unplaced:
        # Read once, though several searches may want it at the same time.
        with self._lock:
            return self._unplaced

    @cached_property
    def _unplaced(self) -> Unplaced:
        return Unplaced(self._store, self.words)

    @cached_property
    def _places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        newest, oldest = (self._placed(direction) for direction in ("DESC", "ASC"))
        return newest, oldest

    def _placed(self, direction: str) -> NDArray[np.int64]:
        found = self._store.rows(f"SELECT number FROM records ORDER BY answered IS NULL, answered {direction}, key")
        places = np.empty(len(found), dtype=np.int64)
        places[np.fromiter((row[0] for row in found), dtype=np.int64)] = np.arange(len(found))
        return places
