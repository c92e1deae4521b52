"""Where in a text words stand that the index found in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from retrieval.hit_results import Span
from retrieval.wording import Phrase, WordMaker

_ASCII_RUN: Final = re.compile(r"[^\W_]+")


def matched_spans(text: str, phrases: Iterable[Phrase], words: WordMaker) -> tuple[Span, ...]:
    """Return where the phrases stand in a text, in order, those that overlap joined.

    Args:
        text: A passage, word for word.
        phrases: What was looked for.
        words: Makes words of a text as the index does.
    """
    placed = [(word, span) for span in _runs(text) for word in words(text[span.start : span.end])]
    places: dict[str, list[int]] = {}
    for place, (word, _) in enumerate(placed):
        places.setdefault(word, []).append(place)
    found: set[tuple[int, int]] = set()
    for phrase in phrases:
        for first in places.get(phrase[0], ()):
            there = placed[first : first + len(phrase)]
            if tuple(word for word, _ in there) == phrase:
                found.add((there[0][1].start, there[-1][1].end))
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(Span(start, end))
    return tuple(joined)


def _runs(text: str) -> Iterable[Span]:
    """Yield the parts of a text that may be words: letters and figures, with marks on them or unseen between them."""
    if text.isascii():
        yield from (Span(*run.span()) for run in _ASCII_RUN.finditer(text))
        return
    start = None
    for place, char in enumerate(f"{text} "):
        is_part = char.isalnum() or (start is not None and unicodedata.category(char) in ("Mn", "Cf"))
        if is_part and start is None:
            start = place
        elif not is_part and start is not None:
            yield Span(start, place)
            start = None
