"""The lettered parts of a question, each as a question of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

_MARKER: Final = re.compile(r"\(([a-z])\)")
_CLAUSE: Final = re.compile(r"[^;]+")
_WORD: Final = re.compile(r"[^\s,;:]+")
# What joins one part to the next is no part of either.
_JOINS: Final = frozenset({"and", "or"})
_CLOSING: Final = ".?;, "


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One lettered part of a question. Primary key within a question: its place, as letters can begin again.

    Attributes:
        label: As it is written, such as `(a)`.
        text: Its own words: what the other parts do not share.
        question: What it asks by itself: the words before the first part, its own, and those after the last.
        written: The words that stand after its label, to show: of the last part those that all may share, too.
    """

    label: str
    text: str
    question: str
    written: str


def parts_of(question: str) -> tuple[QuestionPart, ...]:
    """Return the parts (a), (b), (c) of a question, in order; nothing of one that has none.

    The letters of a clause begin with (a) and follow one another; of numbers such as (i) within a part nothing is
    made. What comes after the last part often belongs to all: "to (a) diagnose and (b) manage bowel disease". No mark
    says where it begins, so the last part is taken to have as many words as the longest before it, and the others to
    share the rest.

    Args:
        question: On one line, without the formula that it opens with.
    """
    return tuple(part for clause in _CLAUSE.findall(question) for part in _in_clause(clause))


def _in_clause(clause: str) -> Iterator[QuestionPart]:
    markers = _lettered(clause)
    if len(markers) < 2:
        return
    ends = [marker.start() for marker in markers[1:]] + [len(clause)]
    written = [_own(clause[marker.end() : end]) for marker, end in zip(markers, ends, strict=True)]
    longest = max(len(text.split()) for text in written[:-1])
    last = written[-1].split()
    own, shared = [*written[:-1], " ".join(last[:longest])], " ".join(last[longest:])
    opening = clause[: markers[0].start()].strip()
    for marker, text, whole in zip(markers, own, written, strict=True):
        yield QuestionPart(marker.group(), text, " ".join(part for part in (opening, text, shared) if part), whole)


def _own(text: str) -> str:
    """Return the words of a part without those at its end that join it to the next."""
    end = max((word.end() for word in _WORD.finditer(text) if word[0] not in _JOINS), default=0)
    return text[:end].strip(_CLOSING)


def _lettered(clause: str) -> list[re.Match[str]]:
    """Return the markers of a clause that follow one another from (a) on."""
    found: list[re.Match[str]] = []
    for marker in _MARKER.finditer(clause):
        if len(found) < len(ascii_lowercase) and marker[1] == ascii_lowercase[len(found)]:
            found.append(marker)
    return found
