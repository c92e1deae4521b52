"""Which sentences of an answer are new against the answers before it, and which words of the others changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from retrieval.differences import Segment, diff
from retrieval.repeats import NEGATIONS, common_length, words_of

LIKE_AT: Final = 0.8
"""Likeness from which two sentences count as one that was edited.

Chosen by reading 120 pairs of sentences of 632 real answers on seven topics. Most pairs between 0.7 and 0.8 share stock
words or a subject; most from 0.8 up are one statement with another figure, date or name, or a few words put in. Where
they are not, nobody is misled: the words that differ are shown.
"""

FEWEST_WORDS: Final = 10
"""A sentence with fewer words beside its figures is like another only if none of those differ. From the same reading:
"The guidance is available at the following link" and "The data is available at the following link"."""

LOOKED_BACK: Final = 200
"""How many answers before an answer are looked through, so that the work stays bounded however many there are."""


class Standing(StrEnum):
    """How a sentence stands to the answers before it.

    `new`: in none of them. `kept`: in the one just before. `returned`: not in that, but in one before it.
    A sentence counts as in an answer if that has one like it, as `likeness` says.
    """

    NEW = "new"
    KEPT = "kept"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class News:
    """How one sentence stands to the answers before it.

    Attributes:
        standing: Whether it is new.
        seen: The place of the latest answer before it that has it; None of one that is new.
        first: The place of the earliest that was looked through and has it; None likewise.
        changes: What changed from that sentence of answer `seen` to this one; empty where not a word did.
    """

    standing: Standing
    seen: int | None = None
    first: int | None = None
    changes: tuple[Segment, ...] = ()


_NEW: Final = News(Standing.NEW)
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True)
class Saying:
    """The words of a sentence, as they are compared. Primary key: `words`.

    Attributes:
        words: All of them, in small letters, without punctuation; those of web addresses last, each one word.
    """

    words: tuple[str, ...]

    @classmethod
    def of(cls, sentence: str) -> Saying:
        """Return the words of a sentence."""
        found = (*words_of(_ADDRESS.sub(" ", sentence)), *_ADDRESS.findall(sentence))
        return cls(tuple(word.casefold().replace("’", "'") for word in found))

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The words that are neither figures, nor signs of money and percent, nor web addresses."""
        return tuple(word for word in self.words if word[0].isalpha() and not _ADDRESS.match(word))

    @cached_property
    def negations(self) -> tuple[str, ...]:
        """Those that turn a sentence round, sorted."""
        return tuple(sorted(word for word in self.words if word in NEGATIONS or word.endswith("n't")))


def likeness(one: Saying, other: Saying) -> float:
    """Return how like two sentences are, in [0, 1].

    The same words are 1, whatever their case and punctuation. Else figures and web addresses are left aside, and it is
    twice the number of words that both have in the same order, by the number of words of both (the Dice coefficient of
    their longest common subsequence). It is 0 where one has a negation that the other lacks, since it then says the
    opposite, and where one is short and they differ in more than figures and addresses.
    """
    if one.words == other.words:
        return 1.0
    if one.negations != other.negations:
        return 0.0
    if min(len(one.plain), len(other.plain)) < FEWEST_WORDS:
        return float(one.plain == other.plain != ())
    return 2 * common_length(one.plain, other.plain) / (len(one.plain) + len(other.plain))


def sentence_news(
    answers: Sequence[Sequence[str]], start: int = 0, *, looked_back: int = LOOKED_BACK
) -> list[tuple[News, ...]]:
    """Return how each sentence of the answers from place `start` on stands to the answers before its own.

    Args:
        answers: The sentences of each answer, in order of date.
        start: The place of the first answer that is asked about.
        looked_back: How many answers before an answer are looked through, at least 1.

    Returns:
        For each answer from `start` on, one for each of its sentences.
    """
    sayings = [[Saying.of(sentence) for sentence in answer] for answer in answers]
    likes = _Likes([saying for answer in sayings for saying in answer])
    places: dict[Saying, list[tuple[int, int]]] = {}
    for place, answer in enumerate(sayings):
        for number, saying in enumerate(answer):
            places.setdefault(saying, []).append((place, number))
    found: list[tuple[News, ...]] = []
    for place in range(start, len(answers)):
        news: list[News] = []
        for number, saying in enumerate(sayings[place]):
            earlier = [
                (there, other == saying, alike, -at)
                for other, alike in likes.of(saying)
                for there, at in places[other]
                if place - looked_back <= there < place
            ]
            news.append(_news(answers, place, number, earlier))
        found.append(tuple(news))
    return found


def _news(
    answers: Sequence[Sequence[str]], place: int, number: int, earlier: Sequence[tuple[int, bool, float, int]]
) -> News:
    """Return how one sentence stands, given those like it: place, whether the same, likeness, where in the answer."""
    if not earlier:
        return _NEW
    # Of several in the latest answer, the one most like it, and of those the first.
    seen, is_same, _, at = max(earlier)
    return News(
        standing=Standing.KEPT if seen == place - 1 else Standing.RETURNED,
        seen=seen,
        first=min(there for there, *_ in earlier),
        changes=() if is_same else diff(answers[seen][-at], answers[place][number]).segments,
    )


class _Likes:
    """Finds the sentences that are like one, without comparing it with each.

    Two of lengths n and m that are like have at least LIKE_AT * (n + m) / 2 words in common, which is at least
    a = LIKE_AT * n / (2 - LIKE_AT): so one of the n - a + 1 rarest words of the first is in the second. This is the
    prefix filter of Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins" (2006); it loses none.
    Nor does counting the words in common before their order is looked at, which is what takes time.

    Args:
        sayings: All that are compared, in any order.
    """

    def __init__(self, sayings: Iterable[Saying]) -> None:
        """Note which have each word, and how many times."""
        self._found: dict[Saying, tuple[tuple[Saying, float], ...]] = {}
        self._sayings = tuple(dict.fromkeys(sayings))
        self._bags = [frozenset(_counted(saying.plain)) for saying in self._sayings]
        self._place = {saying: place for place, saying in enumerate(self._sayings)}
        # Places, as they are compared and counted faster than what stands there.
        self._with: dict[tuple[str, int], list[int]] = {}
        for place, bag in enumerate(self._bags):
            for token in bag:
                self._with.setdefault(token, []).append(place)

    def of(self, saying: Saying) -> tuple[tuple[Saying, float], ...]:
        """Return the sentences that are like one of those given, itself included, and how like they are."""
        if saying not in self._found:
            own = self._place[saying]
            others = (self._sayings[place] for place in sorted(self._candidates(own)))
            alike = ((other, likeness(saying, other)) for other in others)
            self._found[saying] = ((saying, 1.0), *((other, degree) for other, degree in alike if degree >= LIKE_AT))
        return self._found[saying]

    def _candidates(self, own: int) -> set[int]:
        """Return the places of the others that have enough words in common, in whatever order, to be like one."""
        bag = self._bags[own]
        rarest = sorted(bag, key=lambda token: (len(self._with[token]), token))
        # A hair less, as 0.8 is no binary fraction: rounding must lose none.
        least = LIKE_AT * len(rarest) / (2 - LIKE_AT) - 1e-9
        some = rarest[: max(0, int(len(rarest) - least) + 1)]
        others = set[int]().union(*(self._with[token] for token in some)) - {own}
        half = LIKE_AT / 2
        return {
            place
            for place in others
            if len(bag & self._bags[place]) >= half * (len(bag) + len(self._bags[place])) - 1e-9
        }


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    """Return the words, each with how often it came before: a set of them then stands for a bag of words."""
    seen: Counter[str] = Counter()
    found: list[tuple[str, int]] = []
    for word in words:
        found.append((word, seen[word]))
        seen[word] += 1
    return found
