"""The two arms of a search, meaning and words, whatever holds their index; and the rows that they may bring in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.filters import Condition

Alternatives = Sequence[tuple[str, str]]
"""Words of a text, each with other words for the same thing.

A passage scores by either, whichever gives it more, and not by both: what uses two forms is about no more than what
uses one. The others are divided by the square root of how many words they are, so that a long form, whose words are
common for a short one, does not outweigh the rest of the question. See docs/quality.md.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """The rows that a search may bring in, and what they have in common.

    An index on this machine goes by the rows. A server that has the facts of each record beside its vector is told
    the conditions instead of millions of numbers; what it finds is held against the rows all the same.

    Attributes:
        rows: Rising, int64.
        conditions: Each row's record meets all of them, but for those in `besides`.
        besides: Numbers of the records whose rows are allowed too, rising, int64.
    """

    rows: NDArray[np.int64]
    conditions: tuple[Condition, ...] = ()
    besides: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


AllowedRows = Allowed | NDArray[np.int64] | None
"""Rows with what they have in common, rows alone, rising, or None for every row."""


def rows_in(allowed: AllowedRows) -> NDArray[np.int64] | None:
    """Return the rows allowed, rising; None for all of them."""
    return allowed.rows if isinstance(allowed, Allowed) else allowed


class VectorArm(Protocol):
    """Finds passages by meaning: one unit vector a row. `retrieval.vectors.VectorIndex` says what each method does."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(numbers), d), float32."""
        ...

    def search(
        self, query: NDArray[np.float32], k: int, rows: AllowedRows = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the nearest rows to one query vector, by falling cosine; ties by the lower row."""
        ...


class WordArm(Protocol):
    """Finds passages by words. `retrieval.lexical.LexicalIndex` says what each method does."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def weights(self, stems: Sequence[str]) -> dict[str, float]:
        """Return how much each stemmed word tells."""
        ...

    def weight(self, word: str) -> float:
        """Return how much a word of a question tells, 0 for what is not looked up."""
        ...

    def stems(self, text: str) -> tuple[str, ...]:
        """Return the distinct words of a question as they are looked up, in order."""
        ...

    def words(self, text: str) -> tuple[str, ...]:
        """Return the words of a text as they stand, in order."""
        ...

    def search(
        self, text: str, k: int, rows: AllowedRows = None, alternatives: Alternatives = ()
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the passages that have most of the words of a question, by falling BM25; ties by the lower row."""
        ...

    def scores(self, text: str, rows: NDArray[np.int64], alternatives: Alternatives = ()) -> NDArray[np.float32]:
        """Return the score of each row."""
        ...

    def with_all_words(self, text: str, rows: NDArray[np.int64]) -> frozenset[int]:
        """Return those of `rows` that have every word of a question."""
        ...

    def with_phrase(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows whose text has `words` one after another, rising."""
        ...
