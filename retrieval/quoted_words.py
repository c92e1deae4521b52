"""The words of a quotation and of an answer as they are compared: typography folded, numbers and signs kept."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

# Characters that no reader sees, which web pages and PDF files leave within words.
_UNSEEN: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
# The signs of money: category Sc of Unicode 16 (https://www.unicode.org/reports/tr44/), which `re` has no class for.
_MONEY: Final = (
    "$\u00a2-\u00a5\u058f\u060b\u07fe\u07ff\u09f2\u09f3\u09fb\u0af1\u0bf9\u0e3f\u17db\u20a0-\u20cf\ua838\ufdfc\ufe69"
    "\uff04\uffe0\uffe1\uffe5\uffe6\U00011fdd-\U00011fe0\U0001e2ff\U0001ecb0"
)
_COMPARING: Final = "<>\u2264\u2265\u2266\u2267\u2a7d\u2a7e\u2248~\u00b1\u2260"
_SLASHES: Final = "/\u2044\u2215"
# Raised figures: a power, or the mark of a footnote.
_RAISED: Final = "\u00b2\u00b3\u00b9\u2070\u2074-\u2079"
_SPACE: Final = "[ \u00a0\u2009\u202f]?"
_LETTER: Final = rf"[^\W_{_UNSEEN}]"
_WORD: Final = re.compile(
    r"per\s+cent\b|[%&\u2030]|"
    # A comparison, a minus or a currency belongs to the figure that it stands before: without it the amount is another.
    rf"(?:[{_COMPARING}]=?{_SPACE}(?=[-\u2212–{_MONEY}.]{{0,3}}\d))?"
    rf"(?:(?<![\w)])[-\u2212–](?=[{_MONEY}]?\.?\d))?(?:[{_MONEY}]{_SPACE}(?=[-\u2212–]?\.?\d))?"
    rf"(?:(?<=[{_MONEY}])[-\u2212–](?=\.?\d))?(?:(?<![\w.])\.(?=\d))?"
    rf"(?![{_RAISED}]){_LETTER}"
    rf"(?:{_LETTER}|(?<=\d)[,.](?=\d)|(?<=\d)[{_SLASHES}](?=\d)|['’\u02bc](?={_LETTER})"
    rf"|[\u207a\u207b](?=[{_RAISED}])|[{_UNSEEN}])*"
    # A currency after its figure, or one without any.
    rf"|[{_MONEY}]",
    re.IGNORECASE,
)
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2266\u2a7d", "\u2264"),
        **dict.fromkeys("\u2267\u2a7e", "\u2265"),
        **dict.fromkeys(_SLASHES, "/"),
        "\u2248": "~",
    }
)
_RAISED_MARK: Final = re.compile(rf"[\u207a\u207b]?[{_RAISED}]+")
# Whose raised figure is a power: of another word or number, it is taken for the mark of a footnote.
_HAS_POWER: Final = re.compile(
    rf"((?:(?<!\d)10|(?:^|\d)(?:m|km|cm|mm|ft|yd)))([\u207a\u207b]?[{_RAISED}]+)$", re.IGNORECASE
)
_OTHER_FORM: Final = re.compile(r"[^\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209c\u2150-\u215f\u2189\u2460-\u24ff]+")
_LEADING_POINT: Final = re.compile(r"(?<![\w.])\.(?=\d)")
_LEVEL: Final = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b", "0123456789+-"
)
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_FIGURE: Final = re.compile(rf"\d|^(?:percent|\u2030|[{_MONEY}])$")
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
        `&`. A figure keeps its currency, its minus and its sign of comparison, and what makes a fraction or a power
        of it. The mark of a footnote is left out: `raised` has it.
        """
        return tuple(map(_folded, _WORD.findall(self.text)))

    def raised(self, first: int, last: int | None) -> tuple[str, ...]:
        """Return the raised figures, powers or marks of footnotes, of its words from `first` to before `last`."""
        return tuple(
            found for start, end in self.spans[first:last] for found in _RAISED_MARK.findall(self.text[start:end])
        )

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
    seen = _UNSEEN_CHARACTER.sub("", text)
    # Of figures that are raised, lowered, in circles or in fractions the form is part of the sense.
    plain = _OTHER_FORM.sub(lambda found: unicodedata.normalize("NFKC", found[0]), seen).translate(_TYPOGRAPHY)
    return _WHITE_SPACE.sub(" ", plain).strip()


def is_negation(word: str) -> bool:
    """Return whether a folded word denies what it stands with."""
    return word in _NEGATIONS or word.endswith("n't")


def is_number(word: str) -> bool:
    """Return whether a folded word is a number or part of one, in figures or letters, or part of a date."""
    return bool(_FIGURE.search(word)) or word in _NUMERALS or word in _OF_NUMBER


def numbers_in(words: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers among folded words, in order; up to twenty, `five` is the same as `5`."""
    return tuple(_NUMERALS.get(word, word) for word in words if is_number(word))


def reverses(one: str, other: str) -> bool:
    """Return whether one of two folded words is the opposite of the other by its beginning."""
    short, long = sorted((one, other), key=len)
    return len(short) > 2 and any(long == prefix + short for prefix in _REVERSING)


def is_reversing(beginning: str) -> bool:
    """Return whether what is put before a word may turn it into its opposite."""
    return beginning.lower().rstrip("-") in _REVERSING


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
        plain = "".join(_plain_characters(_power_kept(word.translate(_SIGNS).translate(_TYPOGRAPHY)))).casefold()
    joined = _WHITE_SPACE.sub("", plain)  # Of "per cent", or between a sign and its figure.
    if joined in _SAME_WORD:
        return _SAME_WORD[joined]
    return _LEADING_POINT.sub("0.", _THOUSANDS.sub("", joined)).replace("<=", "\u2264").replace(">=", "\u2265")


def _power(found: re.Match[str]) -> str:
    # A square metre is often written with a plain figure; ten squared can't be.
    return f"{found[1]}{'^' if found[1][-1].isdigit() else ''}{found[2].translate(_LEVEL)}"


def _power_kept(word: str) -> str:
    """Return a word with its power, if it has one, on the line, and without any other raised figure."""
    return _RAISED_MARK.sub("", _HAS_POWER.sub(_power, word))


def _plain_characters(word: str) -> Iterator[str]:
    """Yield the characters of a word without accents and ligatures; what makes another number of it stays as it is."""
    before = ""
    for char in word:
        parts = char if char in _COMPARING else unicodedata.normalize("NFKD", char)
        if unicodedata.category(char) == "No":
            if "\u2044" in parts:
                # One and a half is no eleven halves.
                parts = ("+" if before.isdigit() else "") + parts.replace("\u2044", "/")
            elif before.isdigit():
                parts = char
        yield "".join(part for part in parts if unicodedata.category(part) not in ("Mn", "Cf"))
        before = char
