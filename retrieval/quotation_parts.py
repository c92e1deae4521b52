"""A quotation as its writer marked it: what stands in it word for word, what is left out, what is put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from retrieval.quoted_words import WordedText, is_reversing, negations_in, numbers_in

MAX_INSERTED: Final = 12
"""The most words of an answer that an insertion in square brackets may stand for."""

# "…", "...", ". . .", each also in round or square brackets, and several in a row.
_ELLIPSIS: Final = re.compile(r"(?:[\[(]\s*(?:…|\.(?:\s?\.){2,3})\s*[\])]|…|\.(?:\s?\.){2,3})(?:\s*(?:…|\.{3}))*")
_BRACKETED: Final = re.compile(r"\[([^\[\]]{0,300})\]")
_MARKS: Final = "“”„\"‘’'«»"
_ENCLOSED: Final = (("“", "”"), ('"', '"'), ("‘", "’"), ("'", "'"), ("«", "»"), ("„", "“"))
_SPACES: Final = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
_BEFORE: Final = f"{_SPACES},.;:!?–—-"
_AFTER: Final = f"{_SPACES},;:–—-"
_NOT_INSERTED: Final = ("sic", "emphasis added", "our emphasis", "my emphasis")
_BOUNDARY: Final = "\ue000"  # Of private use: it stands for an insertion while a text is parted.


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a quotation that is to stand in a text word for word.

    Attributes:
        text: As quoted.
        reach: How many words of the text may stand between the part before and this one; None for any number.
    """

    text: str
    reach: int | None


@dataclass(frozen=True, slots=True)
class Insertion:
    """What the writer of a quotation put into it in square brackets.

    Attributes:
        text: Without the brackets.
        begins_word: Whether letters follow at once, as in `[un]likely`.
        ends_word: Whether letters stand right before it, as in `provide[d]`.
    """

    text: str
    begins_word: bool = False
    ends_word: bool = False

    @property
    def denies(self) -> bool:
        """Whether it holds a negation, or turns the word that it is put to into its opposite."""
        folded = WordedText(self.text).folded
        is_joined = (self.begins_word and is_reversing(self.text)) or (self.ends_word and self.text.lower() == "less")
        return is_joined or negations_in(folded) > 0

    @property
    def counts(self) -> bool:
        """Whether it holds a number, an amount or part of a date."""
        return bool(numbers_in(WordedText(self.text).folded))


def parts_of(quotation: str) -> tuple[Part, ...]:
    """Return the stretches of a quotation that are the speaker's own words, in order; none without a word.

    An ellipsis leaves out any number of words. What stands in square brackets is the writer's and stands for a few
    words or none: `[the Department]`; but `[T]he` is the word itself with another capital, and of `provide[d]` the
    whole word is left open. A mark such as `[sic]` stands for nothing.

    Args:
        quotation: With or without its quotation marks.
    """
    found: list[Part] = []
    for stretch in _ELLIPSIS.split(without_marks(quotation)):
        is_first = True
        for piece in _without_insertions(stretch)[0].split(_BOUNDARY):
            text = piece.strip()
            if not WordedText(text).folded:
                continue
            found.append(Part(text, None if is_first or not found else MAX_INSERTED))
            is_first = False
    return tuple(found)


def insertions_in(quotation: str) -> tuple[Insertion, ...]:
    """Return what its writer put into a quotation in square brackets, in order; no `[sic]`, and not `[T]he`.

    Args:
        quotation: With or without its quotation marks.
    """
    stretches = _ELLIPSIS.split(without_marks(quotation))
    return tuple(insertion for stretch in stretches for insertion in _without_insertions(stretch)[1])


def without_marks(quotation: str) -> str:
    """Return a quotation without white space and the quotation marks around the whole of it."""
    text = quotation.strip()
    for opening, closing in _ENCLOSED:
        inner = text[1:-1]
        is_whole = len(text) > 2 and text[0] == opening and text[-1] == closing
        if is_whole and opening not in inner and (opening == "‘" or closing not in inner):
            return inner.strip()
    return text


def trimmed(part: str) -> str:
    """Return a part without the punctuation at its ends, which may belong to the sentence that quotes it."""
    return part.lstrip(_BEFORE).rstrip(_AFTER).rstrip(".!?").strip()


def _without_insertions(stretch: str) -> tuple[str, list[Insertion]]:
    """Return a stretch with a mark of private use for each insertion, one for each end of it, and the insertions."""
    made, place, inserted = list[str](), 0, list[Insertion]()
    for found in _BRACKETED.finditer(stretch):
        before, inside, end = stretch[place : found.start()], found[1], found.end()
        is_start, is_end = stretch[end : end + 1].isalpha(), before[-1:].isalpha()
        place = end
        if len(inside) == 1 and inside.isalpha() and is_start and not is_end:
            made += [before, inside]
        elif inside.strip().lower() in _NOT_INSERTED:
            made += [before, " "]
        else:
            # The rest of a word whose beginning or end was changed is open too.
            kept = before.rstrip() if before[-1:].isspace() or not before else _without_last_word(before)
            place = _after(stretch, end, str.isalpha if is_start else str.isspace)
            made += [kept, _BOUNDARY]
            if inside.strip():
                inserted.append(Insertion(inside.strip(), is_start, is_end))
    return "".join([*made, stretch[place:]]), inserted


def _without_last_word(text: str) -> str:
    end = len(text)
    while end and text[end - 1].isalpha():
        end -= 1
    return text[:end]


def _after(text: str, place: int, is_of: Callable[[str], bool]) -> int:
    while place < len(text) and is_of(text[place]):
        place += 1
    return place
