"""When one answer nearly repeats another: the same sentence about another number, place, year or name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from retrieval.questions import without_formula

MIN_WORDS: Final = 12
MIN_DISTINCT_PLAIN_WORDS: Final = 8
"""Fewer say too little to tell a repeated answer from stock words: "No such assessment has been made." """

MIN_PLAIN_SHARED: Final = 0.93
MIN_SHARED: Final = 0.70
"""Chosen by reading some 150 pairs of 20,255 real answers.

Answers that differ by numbers and names share nearly all their other words, and of all words as few as 72% where
they hold a table; those that share less than 93% of the others differ in what they say ("No assessment has been
made" against "The information is not readily available"), however much they share of all words.
"""

SHORT_WORDS: Final = 40
MIN_SUBJECT_SHARED: Final = 0.4
"""A shorter answer does not name its subject, so the questions must share theirs. From the same reading: "keeps all
aspects of the system under review" and "details are published on GOV.UK" went to questions that share 0% to 30%."""

_WORD: Final = re.compile(r"\d[\d,.]*\d|\d|[^\W\d_]+(?:['’-][^\W\d_]+)*|[£%$€]")
NEGATIONS: Final = frozenset({"cannot", "neither", "never", "no", "none", "nor", "not", "without"})
OF_ANY_QUESTION: Final = frozenset(
    "answer ask assessment been department departments does each entitled estimate from government have made make "
    "making many member minister ministers most much number official plans potential published pursuant question "
    "recent reference report secretary state steps take taken taking that their this what when whether which will "
    "with would year years".split()
)
"""Words that stand in the questions of every subject."""
_SHORTEST_SUBJECT = 4


@dataclass(frozen=True, slots=True)
class Wording:
    """What is compared of one answer.

    Attributes:
        words: In order, in small letters.
        plain: Those that are neither a number nor begin with a capital letter, in order.
        negations: Those that turn a sentence round, sorted.
        subjects: The telling words of the questions that it was given to.
    """

    words: tuple[str, ...]
    plain: tuple[str, ...]
    negations: tuple[str, ...]
    subjects: frozenset[str]

    @classmethod
    def of(cls, text: str, questions: Iterable[str]) -> Wording:
        """Return the wording of an answer.

        Args:
            text: Its clean text.
            questions: All that it was given to.
        """
        found = words_of(text)
        lowered = tuple(_folded(word) for word in found)
        return cls(
            words=lowered,
            plain=tuple(word for word in found if is_plain(word)),
            negations=tuple(sorted(word for word in lowered if word in NEGATIONS or word.endswith("n't"))),
            subjects=frozenset(word for question in questions for word in _subjects(question)),
        )


def says_enough(text: str) -> bool:
    """Whether an answer has enough words to tell one that is repeated from stock words."""
    words = words_of(text)
    return len(words) >= MIN_WORDS and len({word for word in words if is_plain(word)}) >= MIN_DISTINCT_PLAIN_WORDS


def words_of(text: str) -> list[str]:
    """Return the words, numbers and signs of money and percent of a text, in order, as they are written."""
    return _WORD.findall(text)


def is_plain(word: str) -> bool:
    """Whether a word is neither a number nor, by its capital letter, a name."""
    return not (word[0].isdigit() or word[0].isupper())


def nearly_repeats(one: Wording, other: Wording) -> bool:
    """Whether two answers that say enough say the same but for numbers and names; their order makes no difference."""
    if one.negations != other.negations:
        return False
    if min(len(one.words), len(other.words)) < SHORT_WORDS and not _on_one_subject(one.subjects, other.subjects):
        return False
    return _share(one.plain, other.plain, MIN_PLAIN_SHARED) and _share(one.words, other.words, MIN_SHARED)


def common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest sequence of words that both have in order, not necessarily together.

    The bits of one number stand for the places of `one`, so that each word of `other` costs a few operations: Hyyrö,
    "Bit-parallel LCS-length computation revisited" (2004).
    """
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(one)) - 1
    free = every
    for word in other:
        met = free & places.get(word, 0)
        free = ((free + met) | (free - met)) & every
    return len(one) - free.bit_count()


def differing_spans(text: str, other: str) -> tuple[tuple[int, int], ...]:
    """Return where the words of `text` stand that `other` lacks, or has otherwise.

    Returns:
        Pairs of offsets in code points, end exclusive, in order; each is a run of words that differ together.
        Capital letters, apostrophes, punctuation and white space make no difference.
    """
    here = list(_WORD.finditer(text))
    words, others = [_folded(one[0]) for one in here], [_folded(word) for word in words_of(other)]
    changes = SequenceMatcher(None, others, words, autojunk=False).get_opcodes()
    return tuple((here[a].start(), here[b - 1].end()) for tag, _, _, a, b in changes if tag != "equal" and a < b)


def _folded(word: str) -> str:
    return word.casefold().replace("’", "'")


def _share(one: Sequence[str], other: Sequence[str], least: float) -> bool:
    """Whether at least so much of two sequences, by the words of both, is common to them."""
    needed = least * (len(one) + len(other)) / 2
    return min(len(one), len(other)) >= needed and common_length(one, other) >= needed


def _on_one_subject(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer = min(len(one), len(other))
    return fewer > 0 and len(one & other) >= MIN_SUBJECT_SHARED * fewer


def _subjects(question: str) -> Iterable[str]:
    for word in words_of(without_formula(question)):
        lowered = word.casefold()
        if len(word) >= _SHORTEST_SUBJECT and lowered not in OF_ANY_QUESTION:
            yield lowered
