"""Which records may not be trained on: those judged, those asked, and whatever nearly repeats either."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from retrieval.passages import question_for_encoder
from retrieval.records import Record

NEAR_DUPLICATE_AT = 0.7
"""Share of the distinct words of the shorter of two texts from which the one nearly repeats the other.

The judged collections call a record relevant if it shares this share of the target's words. Of the shorter, so that
an answer which contains another, or is contained, counts too: more is held out than the judges would call the same.
"""

_WORD = re.compile(r"\w+")
_FEW_WORDS = 8
_ROWS_A_ROUND = 256


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judged collection names.

    Attributes:
        record_ids: Ids of the API, or keys, of the records judged relevant and of those whose questions are queries.
        queries: The words of its queries.
    """

    record_ids: frozenset[str]
    queries: tuple[str, ...]


@dataclass(slots=True)
class HeldOut:
    """The records of a collection that may not be trained on, with why.

    Attributes:
        reasons: By the record's key, the first reason found.
    """

    reasons: dict[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many records each reason holds out, in the order in which reasons are looked for."""
        found: dict[str, int] = {}
        for reason in self.reasons.values():
            found[reason] = found.get(reason, 0) + 1
        return found


def held_out(records: Sequence[Record], judged: Judged) -> HeldOut:
    """Find the records that training must not see.

    Args:
        records: Every record at hand, the judged ones among them: their texts are what others are compared with.
        judged: What the judged collections name.

    Returns:
        The records held out: those that are named, those whose question or answer nearly repeats that of a named
        one, and those whose question nearly repeats a query.
    """
    found = HeldOut()
    named = [record for record in records if {record.key, str(record.api_id)} & judged.record_ids]
    found.reasons.update((record.key, "named by a judged collection") for record in named)
    answers = [record.answer_text for record in records]
    questions = [question_for_encoder(record.question) for record in records]
    asked = [question_for_encoder(record.question) for record in named] + list(judged.queries)
    for texts, others, reason in (
        (answers, [record.answer_text for record in named], "answer nearly repeats a judged one"),
        (questions, asked, "question nearly repeats a judged one or a query"),
    ):
        for place in near_duplicates(texts, others):
            found.reasons.setdefault(records[place].key, reason)
    return found


def near_duplicates(texts: Sequence[str], others: Sequence[str], at: float = NEAR_DUPLICATE_AT) -> list[int]:
    """Return the places of the texts that nearly repeat one of `others`, rising.

    Args:
        texts: What is looked through.
        others: What must not be repeated.
        at: Share of the distinct words of the shorter text that must be in the other. Of two texts of which one has
            fewer than 8 words, the share is that of the longer: short ones are in nearly every long one.
    """
    if not texts or not others:
        return []
    numbers: dict[str, int] = {}
    table, compared = _words_of(texts, numbers), _words_of(others, numbers)
    one, other = _matrix(table, len(numbers)), _matrix(compared, len(numbers)).T.tocsc()
    sizes, other_sizes = _sizes(table), _sizes(compared)
    found: list[int] = []
    for start in range(0, len(texts), _ROWS_A_ROUND):
        shared = (one[start : start + _ROWS_A_ROUND] @ other).toarray()
        mine = sizes[start : start + _ROWS_A_ROUND, np.newaxis]
        shorter, longer = np.minimum(mine, other_sizes), np.maximum(mine, other_sizes)
        needed = at * np.where(shorter < _FEW_WORDS, longer, shorter)
        hits = ((shared >= needed) & (shared > 0)).any(axis=1)
        found += (start + np.flatnonzero(hits)).tolist()
    return found


def pairs_of_near_duplicates(texts: Sequence[str], at: float = NEAR_DUPLICATE_AT) -> list[tuple[int, int]]:
    """Return the places of each two texts that share `at` of the distinct words of the longer, the lower first."""
    numbers: dict[str, int] = {}
    table = _words_of(texts, numbers)
    one, sizes = _matrix(table, len(numbers)), _sizes(table)
    other = one.T.tocsc()
    found: list[tuple[int, int]] = []
    for start in range(0, len(texts), _ROWS_A_ROUND):
        shared = (one[start : start + _ROWS_A_ROUND] @ other).toarray()
        longer = np.maximum(sizes[start : start + _ROWS_A_ROUND, np.newaxis], sizes)
        first, second = np.nonzero((shared >= at * longer) & (shared > 0))
        found += [(start + int(a), int(b)) for a, b in zip(first, second, strict=True) if start + a < b]
    return found


def _words_of(texts: Iterable[str], numbers: dict[str, int]) -> list[list[int]]:
    return [[numbers.setdefault(word, len(numbers)) for word in sorted(set(words(text)))] for text in texts]


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, in order."""
    return _WORD.findall(text.lower())


def _matrix(table: Sequence[Collection[int]], columns: int) -> csr_array:
    indices = np.fromiter((number for row in table for number in row), dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum([len(row) for row in table])))
    return csr_array((np.ones(len(indices), dtype=np.float32), indices, starts), shape=(len(table), columns))


def _sizes(table: Sequence[Collection[int]]) -> NDArray[np.float32]:
    return np.array([len(row) for row in table], dtype=np.float32)
