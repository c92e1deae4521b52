"""A tabled question with its parts (a), (b), (c) set apart, not a character changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

_MARKER: Final = re.compile(r"\(([a-z]{1,5}|\d{1,2})\)")
_SEQUENCES: Final[tuple[Sequence[str], ...]] = (
    ascii_lowercase,
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"),
    [str(number) for number in range(1, 31)],
)


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A line of a question as it is shown. Primary key within a question: its place.

    Attributes:
        label: Such as `(a)`; empty for words that are in no part.
        text: The words after it, up to the next part.
        is_nested: Whether the part is marked otherwise than the part around it, as `(i)` within `(a)`.
    """

    label: str
    text: str
    is_nested: bool = False


def question_lines(question: str) -> tuple[QuestionLine, ...]:
    """Return a question as lines, each part on its own; labels and texts one after another are the question.

    A part is marked by a letter, a small Roman number or a number in brackets, the first of a sequence or the next in
    one, and a sequence has at least two. Where the last part ends no mark says: what follows stays with it.

    Args:
        question: As tabled.
    """
    found = _markers(question)
    if not found:
        return (QuestionLine("", question),)
    ends = [marker.start() for marker, _ in found[1:]] + [len(question)]
    opening = question[: found[0][0].start()]
    lines = [QuestionLine("", opening)] if opening else []
    outer = found[0][1]
    for (marker, sequence), end in zip(found, ends, strict=True):
        lines.append(QuestionLine(marker[0], question[marker.end() : end], sequence != outer))
    return tuple(lines)


def _markers(question: str) -> list[tuple[re.Match[str], int]]:
    """Return the markers of parts in order, each with the number of its sequence."""
    markers = list(_MARKER.finditer(question))
    open_at: dict[int, int] = {}
    placed: list[tuple[re.Match[str], int, int]] = []
    for place, marker in enumerate(markers):
        going_on = [
            (number, at + 1)
            for number, at in open_at.items()
            if at + 1 < len(_SEQUENCES[number]) and _SEQUENCES[number][at + 1] == marker[1]
        ]
        starting = [
            (number, 0)
            for number, sequence in enumerate(_SEQUENCES)
            if sequence[0] == marker[1] and any(later[1] == sequence[1] for later in markers[place + 1 :])
        ]
        if chosen := (going_on or starting)[:1]:
            open_at[chosen[0][0]] = chosen[0][1]
            placed.append((marker, *chosen[0]))
    return [(marker, number) for marker, number, _ in placed]
