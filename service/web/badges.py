"""What is said of an answer in a word or two beside it: its kind, its findings, and what has come since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from retrieval.records import AnswerKind, FindingName, Genre
from service.phrases import FINDINGS, KINDS, capital, on

WARNING: Final = "warn"
GRAVE: Final = "bad"

_NO_REPLY: Final = (AnswerKind.HOLDING, AnswerKind.PROROGATION, AnswerKind.WILL_WRITE)


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words beside an answer.

    Attributes:
        text: The words, which say it all: the tone is only beside them.
        tone: `warn`, `bad` or empty; a class of the style sheet.
        href: Where more is said of it; empty where nowhere.
    """

    text: str
    tone: str = ""
    href: str = ""


def badges_of(
    kind: AnswerKind,
    findings: Iterable[FindingName] = (),
    *,
    genre: Genre = Genre.ANSWER,
    corrected: date | None = None,
    earlier_government: str | None = None,
    is_from_attachment: bool = False,
) -> tuple[Badge, ...]:
    """Return what is said beside an answer, the gravest first; nothing of one that simply answers.

    Args:
        kind: What the answer is.
        findings: What it says about itself.
        genre: Whether it is an answer or a statement.
        corrected: The day on which it was corrected, where that is known.
        earlier_government: The government that gave it, where another has come since.
        is_from_attachment: Whether the words shown are of a file that came with it.
    """
    return (
        *_kind(kind, genre),
        *(_finding(one, corrected) for one in findings),
        *([Badge("From an attachment: rights not known", WARNING)] if is_from_attachment else []),
        *([Badge(f"Earlier government: {earlier_government}")] if earlier_government else []),
    )


def _kind(kind: AnswerKind, genre: Genre) -> Iterator[Badge]:
    if genre is Genre.STATEMENT:
        yield Badge("Written statement")
    elif kind in _NO_REPLY:
        yield Badge(capital(KINDS[kind]), GRAVE)
    elif kind is AnswerKind.POINTER:
        yield Badge(capital(KINDS[kind]), WARNING)


def _finding(finding: FindingName, corrected: date | None) -> Badge:
    if finding is FindingName.CORRECTED:
        return Badge(f"Corrected on {on(corrected)}" if corrected else "Corrected", WARNING)
    is_attached = finding is FindingName.ATTACHMENT_HOLDS_THE_ANSWER
    return Badge(capital(FINDINGS[finding]), WARNING if is_attached else "")
