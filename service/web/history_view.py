"""The texts that an answer has had, each with what changed in it, as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.differences import Segment
from retrieval.history import History, PastText
from retrieval.records import AnswerKind
from service.phrases import KINDS, on


@dataclass(frozen=True, slots=True)
class ShownText:
    """One text that an answer has had. Primary key within an answer: `name`.

    Attributes:
        name: What it is, such as `Text 2, from 3 March 2025: substantive answer`.
        origin: Where it was read.
        text: Its words.
        segments: What changed from the text before; empty where that is not known, or there is none.
        is_current: Whether it is the text of the page.
        is_compared: Whether the next text shows what became of it.
    """

    name: str
    origin: str
    text: str
    segments: tuple[Segment, ...]
    is_current: bool
    is_compared: bool


def shown_texts(history: History) -> tuple[ShownText, ...]:
    """Return the texts of a history, oldest first; a holding answer is not compared with the reply after it."""
    held = {text.number for text in history.texts if text.kind is AnswerKind.HOLDING}
    changes = [change for change in history.changes if change.before not in held or change.after in held]
    changed = {change.after: change.segments for change in changes}
    compared = {change.before for change in changes}
    return tuple(
        ShownText(
            _named(text),
            text.origin,
            text.text,
            changed.get(text.number, ()),
            text.is_current,
            text.number in compared,
        )
        for text in history.texts
    )


def _named(text: PastText) -> str:
    stood = f", from {on(text.since)}" if text.since else ""
    return f"Text {text.number}{stood}: {KINDS[text.kind]}"
