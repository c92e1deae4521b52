"""The words of a quotation and of an answer as they are compared: typography folded, numbers and signs kept."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

# Characters that no reader sees, which web pages and PDF files leave within words.
_UNSEEN: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
_LETTER: Final = rf"[^\W_{_UNSEEN}]"
_WORD: Final = re.compile(
    r"per\s+cent\b|%|&"
    # A minus or a currency belongs to the figure that it stands before: without it the amount is another.
    rf"|(?:(?<![\w)])[-\u2212–](?=[£$€]?\d))?(?:[£$€](?=\d))?{_LETTER}"
    rf"(?:{_LETTER}|(?<=\d)[,.](?=\d)|['’\u02bc](?={_LETTER})|[{_UNSEEN}])*",
    re.IGNORECASE,
)
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DIGIT: Final = re.compile(r"\d")
_RUN: Final = re.compile(r"\w+")
_SAME_WORD: Final = {"%": "percent", "&": "and"}
_TYPOGRAPHY: Final = str.maketrans(
    {
        **dict.fromkeys("‘’\u201a\u201b\u02bc`\u00b4\u2032", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("\u2010\u2011\u2012–—―\u2212", "-"),
        "…": "...",
    }
)
_UNSEEN_CHARACTER: Final = re.compile(f"[{_UNSEEN}]")
_WHITE_SPACE: Final = re.compile(r"\s+")
_SENTENCE_END: Final = re.compile(r"[.!?]['’”\")\]]*(?:\s|$)|\n")

_COUNTED: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
_NUMERALS: Final = {word: str(number) for number, word in enumerate(_COUNTED)}
# Without May: as a verb it is no date, and the other month of a changed date is enough to tell.
_OF_NUMBER: Final = frozenset(
    (
        "thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions billion "
        "billions trillion dozen half quarter third thirds quarters twice double once first second "
        "january february march april june july august september october november december "
        "monday tuesday wednesday thursday friday saturday sunday"
    ).split()
)
_NEGATIONS: Final = frozenset(
    "not no never none nor neither cannot nothing nobody nowhere without hardly barely unable".split()
)
# What turns a word into its opposite: "legal" and "illegal", "likely" and "unlikely".
_REVERSING: Final = ("un", "in", "im", "il", "ir", "dis", "non", "mis")


class WordedText:
    """A text with its words.

    Args:
        text: Any text.
    """

    def __init__(self, text: str) -> None:
        """Keep the text; its words are found when they are first wanted."""
        self.text = text

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Its words as they are compared, in order, none with a space.

        In lower case, without accents, ligatures or commas in numbers; `percent` for `%` and `per cent`, `and` for
        `&`. A figure keeps its currency and its minus.
        """
        return tuple(map(_folded, _WORD.findall(self.text)))

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """By word, its first code point and the one after its last."""
        return tuple(found.span() for found in _WORD.finditer(self.text))

    @cached_property
    def letters(self) -> frozenset[str]:
        """Its runs of letters and figures, in lower case: found faster than its words, to choose among many texts."""
        return frozenset(_RUN.findall(self.text.casefold()))

    def places_of(self, run: Sequence[str], most: int) -> list[int]:
        """Return where words stand in it one after another: the places of their first among its words, rising.

        Args:
            run: At least one word, folded.
            most: The most places to return.
        """
        wanted, found, place = f" {' '.join(run)} ", list[int](), -1
        while len(found) < most and (place := self._line.find(wanted, place + 1)) >= 0:
            found.append(bisect_left(self._starts, place))
        return found

    def between(self, first: int, last: int) -> tuple[int, int]:
        """Return the code points from the word at place `first` to the end of the one before place `last`."""
        return self.spans[first][0], self.spans[last - 1][1]

    @cached_property
    def _line(self) -> str:
        return f" {' '.join(self.folded)} "

    @cached_property
    def _starts(self) -> list[int]:
        starts, place = [], 0
        for word in self.folded:
            starts.append(place)
            place += len(word) + 1
        return starts


def plain_typography(text: str) -> str:
    """Return a text with one kind of quotation mark, dash and space, without ligatures and unseen characters."""
    plain = unicodedata.normalize("NFKC", _UNSEEN_CHARACTER.sub("", text)).translate(_TYPOGRAPHY)
    return _WHITE_SPACE.sub(" ", plain).strip()


def is_negation(word: str) -> bool:
    """Return whether a folded word denies what it stands with."""
    return word in _NEGATIONS or word.endswith("n't")


def is_number(word: str) -> bool:
    """Return whether a folded word is a number or part of one, in figures or letters, or part of a date."""
    return bool(_DIGIT.search(word)) or word in _NUMERALS or word in _OF_NUMBER


def numbers_in(words: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers among folded words, in order; up to twenty, `five` is the same as `5`."""
    return tuple(_NUMERALS.get(word, word) for word in words if is_number(word))


def reverses(one: str, other: str) -> bool:
    """Return whether one of two folded words is the opposite of the other by its beginning."""
    short, long = sorted((one, other), key=len)
    return len(short) > 2 and any(long == prefix + short for prefix in _REVERSING)


def negations_in(words: Iterable[str]) -> int:
    """Return how many of some folded words deny what they stand with."""
    return sum(map(is_negation, words))


def is_one_sentence(text: str) -> bool:
    """Return whether no sentence ends within a text, and no paragraph."""
    return not _SENTENCE_END.search(text)


def _folded(word: str) -> str:
    if word.isascii():
        plain = word.lower()
        if plain.isalpha():
            return plain
    else:
        parts = unicodedata.normalize("NFKD", word.translate(_TYPOGRAPHY)).casefold()
        plain = "".join(char for char in parts if unicodedata.category(char) not in ("Mn", "Cf"))
    joined = _WHITE_SPACE.sub("", plain)  # Of "per cent" alone: no other word has any.
    return _SAME_WORD.get(joined) or _THOUSANDS.sub("", joined)
