"""A quotation as its writer marked it: what stands in it word for word, what is left out, what is put in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from retrieval.quoted_words import WordedText

MAX_INSERTED: Final = 12
"""The most words of an answer that an insertion in square brackets may stand for."""

# "…", "...", ". . .", each also in round or square brackets, and several in a row.
_ELLIPSIS: Final = re.compile(r"(?:[\[(]\s*(?:…|\.(?:\s?\.){2,3})\s*[\])]|…|\.(?:\s?\.){2,3})(?:\s*(?:…|\.{3}))*")
_BRACKETED: Final = re.compile(r"\[([^\[\]]{0,300})\]")
_MARKS: Final = "“”„\"‘’'«»"
_ENCLOSED: Final = (("“", "”"), ('"', '"'), ("‘", "’"), ("'", "'"), ("«", "»"), ("„", "“"))
_EDGE: Final = re.compile(r"^[\s,.;:!?–—-]+|[\s,;:–—-]+$")
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
        for piece in _without_insertions(stretch).split(_BOUNDARY):
            text = piece.strip()
            if not WordedText(text).folded:
                continue
            found.append(Part(text, None if is_first or not found else MAX_INSERTED))
            is_first = False
    return tuple(found)


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
    return _EDGE.sub("", part).rstrip(".!?").strip()


def _without_insertions(stretch: str) -> str:
    """Return a stretch with a mark of private use for each insertion, and one for each end of it."""
    made, place = list[str](), 0
    for found in _BRACKETED.finditer(stretch):
        before, inside, after = stretch[place : found.start()], found[1], stretch[found.end() :]
        place = found.end()
        if len(inside) == 1 and inside.isalpha() and after[:1].isalpha() and not before[-1:].isalpha():
            made += [before, inside]
        elif inside.strip().lower() in ("sic", "emphasis added", "our emphasis", "my emphasis"):
            made += [before, " "]
        else:
            # The rest of a word whose beginning or end was changed is open too.
            kept = before.rstrip() if before[-1:].isspace() or not before else _without_last_word(before)
            place += len(after) - len(after.lstrip()) if not after[:1].isalpha() else _letters(after)
            made += [kept, _BOUNDARY]
    return "".join([*made, stretch[place:]])


def _without_last_word(text: str) -> str:
    return re.sub(r"[^\W\d_]+$", "", text)


def _letters(text: str) -> int:
    return next((place for place, char in enumerate(text) if not char.isalpha()), len(text))
