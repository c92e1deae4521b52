"""Answers that nearly repeat one another, as groups of which each has a first one that all its members repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.records import AnswerKind, Genre, Record
from retrieval.repeats import Wording, common_length, nearly_repeats, says_enough
from retrieval.shingles import band_keys
from retrieval.status import AnswerStatus

_LEADERS_COMPARED: Final = 200  # Of those that share a key, the earliest: bounds the work where many share stock words.
_WORDINGS_KEPT: Final = 50_000


@dataclass(frozen=True, slots=True)
class AnswerText:
    """One answer, to be compared with others. Primary key: `key`.

    Attributes:
        key: Of its earliest record.
        answered: When it was first given; None is not known.
        text: Clean.
        questions: All that it was given to.
    """

    key: str
    answered: date | None
    text: str
    questions: tuple[str, ...]

    @property
    def age(self) -> tuple[date, str]:
        """What answers are ordered by: the day first given, where it is known; then the key."""
        return self.answered or date.max, self.key

    @property
    def wording(self) -> Wording:
        """What is compared of it."""
        return Wording.of(self.text, self.questions)


def near_groups(records: Sequence[Record], statuses: Sequence[AnswerStatus], groups: Sequence[int]) -> list[int]:
    """Return the near group of each record: the answer group that the answers of its near group repeat.

    Only answers of substance nearly repeat one another. A pointer, a holding answer, a refusal or a statement stays
    alone: their words are the same whatever they are about.

    Args:
        records: In any order.
        statuses: Of each.
        groups: The answer group of each.

    Returns:
        The number of an answer group for each record; its own where it nearly repeats no other.
    """
    members: dict[int, list[Record]] = {}
    for record, status, group in zip(records, statuses, groups, strict=True):
        if record.genre is Genre.ANSWER and status.kind is AnswerKind.SUBSTANTIVE and not status.bare:
            members.setdefault(group, []).append(record)
    numbers = list(members)
    led_by = leaders([_text_of(members[number]) for number in numbers])
    leader_of = {number: numbers[leader] for number, leader in zip(numbers, led_by, strict=True)}
    return [leader_of.get(group, group) for group in groups]


def leaders(answers: Sequence[AnswerText]) -> list[int]:
    """Return for each answer the place of the one that leads its group, which may be itself.

    Every member nearly repeats its leader; two members need not repeat one another, so that no chain of small steps
    brings together what has little in common. Answers are taken by the day they were first given, whatever their
    order here, so what comes later changes no group of before but by joining it.
    """
    places = [place for place, answer in enumerate(answers) if says_enough(answer.text)]
    places.sort(key=lambda place: answers[place].age)
    buckets = _shared_buckets(band_keys([answers[place].text for place in places]))
    wording = lru_cache(maxsize=_WORDINGS_KEPT)(lambda place: answers[place].wording)
    found = list(range(len(answers)))
    leading: dict[int, list[int]] = {}
    for place, of_answer in zip(places, buckets, strict=True):
        candidates = {one for bucket in of_answer for one in leading.get(bucket, ())}
        # Of leaders that are equally like it, the earliest.
        by_age = sorted(candidates, key=lambda one: answers[one].age)
        repeated = [one for one in by_age if nearly_repeats(wording(one), wording(place))]
        if repeated:
            found[place] = max(repeated, key=lambda one: _likeness(wording(one), wording(place)))
            continue
        for bucket in of_answer:
            in_bucket = leading.setdefault(bucket, [])
            if len(in_bucket) < _LEADERS_COMPARED:
                in_bucket.append(place)
    return found


def _likeness(one: Wording, other: Wording) -> float:
    return 2 * common_length(one.words, other.words) / (len(one.words) + len(other.words))


def _text_of(records: Sequence[Record]) -> AnswerText:
    first = min(records, key=lambda record: (record.answered or date.max, record.key))
    return AnswerText(first.key, first.answered, first.answer_text, tuple(record.question for record in records))


def _shared_buckets(keys: NDArray[np.uint64]) -> list[list[int]]:
    """Return for each row the numbers of the keys that another row has too."""
    found: list[list[int]] = [[] for _ in range(len(keys))]
    first_number = 0
    for column in keys.T:
        _, bucket, count = np.unique(column, return_inverse=True, return_counts=True)
        for row in np.flatnonzero(count[bucket] > 1):
            found[row].append(first_number + int(bucket[row]))
        first_number += len(count)
    return found
