"""The quotations in a briefing: what stands in quotation marks, and in lines that Markdown marks as quoted."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.hit_results import Span
from retrieval.quotation_parts import without_marks
from retrieval.quoted_words import WordedText

_BLOCK: Final = re.compile(r"(?:^ {0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_PREFIX: Final = re.compile(r"^ {0,3}(?:> ?)+", re.MULTILINE)
# A line below a quotation that says whose it is.
_ATTRIBUTION: Final = re.compile(r"^[^\S\n]*(?:(?:[—–]|--|-[^\S\n])[^\n]*\Z|[—–][^\n]*$)", re.MULTILINE)
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")
_AFTER: Final = r"(?<![^\s(\[{—–*_/-])"
_CLIPPED: Final = r"(?!\d0s|(?:tis|twas|em|n|til|cause)\b)"  # As in the '90s, and rock 'n' roll.
_OPENS: Final = re.compile(
    rf'(?P<double>“)|(?P<straight>{_AFTER}"(?=[^\s"]))'
    rf"|(?P<single>(?<!\w)‘{_CLIPPED}(?=\S))|(?P<plain>{_AFTER}'{_CLIPPED}(?=[^\s']))",
    re.IGNORECASE,
)
_CLOSES: Final = {
    "straight": re.compile(r'(?<=\S)"(?!\w)'),
    "single": re.compile(r"(?<=\S)’(?!\w)"),
    "plain": re.compile(r"(?<=\S)'(?!\w)"),
}
_DOUBLE: Final = re.compile("[“”]")
_APOSTROPHES: Final = ("single", "plain")
_CONTINUED: Final = re.compile(r"\n[ \t]*\n[ \t]*“")
_AFTER_END: Final = re.compile(r"\s*(?:[.,;:!?)\]—–]|\Z)")
_MOST_PARAGRAPHS: Final = 20
_DEEPEST: Final = 3
_LEAST_WORDS: Final = 3  # In straight single marks, which are apostrophes too.


@dataclass(frozen=True, slots=True)
class Quotation:
    """One quotation in a text. Primary key within it: `span`.

    Attributes:
        span: Where it stands, its marks included.
        text: Without its marks.
        unclosed: Whether its closing mark is missing.
    """

    span: Span
    text: str
    unclosed: bool = False


def quotations_in(text: str) -> Iterator[Quotation]:
    """Yield the quotations of a text, in order, without those that stand within others.

    In marks of every kind used in English: “…” (over several paragraphs, where each begins with “), "…", ‘…’ and
    '…'. An apostrophe is no mark; after a plural's "s" the next mark that can close is preferred. Lines that begin
    with `>` are one quotation as long as they follow one another, without the line that says whose it is.

    Args:
        text: Plain text or Markdown.
    """
    place, marks = 0, _Marks(text)
    for block in _BLOCK.finditer(text):
        yield from marks.quotations(place, block.start())
        yield from _block(block)
        place = block.end()
    yield from marks.quotations(place, len(text))


def _block(block: re.Match[str]) -> Iterator[Quotation]:
    words = _ATTRIBUTION.sub("", _PREFIX.sub("", block[0]).rstrip()).strip()
    if WordedText(words).folded:
        yield Quotation(Span(block.start(), block.start() + len(block[0].rstrip())), without_marks(words))


class _Marks:
    """The marks of one text. Each is looked at a few times at most, however many there are."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._closing = {name: [found.start() for found in closes.finditer(text)] for name, closes in _CLOSES.items()}
        self._ends = [found.start() for found in _PARAGRAPH.finditer(text)]
        self._words = [start for start, _ in WordedText(text).spans]

    def quotations(self, start: int, end: int) -> Iterator[Quotation]:
        """Yield the quotations in marks between two places."""
        place = start
        while opening := _OPENS.search(self._text, place, end):
            kind, begins = str(opening.lastgroup), opening.end()
            closing, place = self._close(kind, begins, end), begins
            if closing is None and kind in _APOSTROPHES:
                continue
            stop = self._paragraph_end(begins, end) if closing is None else closing
            # Counted without a copy of what lies between: thousands of such marks may have one that closes them all.
            if kind == "plain" and self._count(begins, stop) < _LEAST_WORDS:
                continue
            words = self._text[begins:stop].strip()
            place = stop if closing is None else stop + 1
            span = Span(opening.start(), place)
            if WordedText(words).folded:
                yield Quotation(span, _CONTINUED.sub("\n", words), unclosed=closing is None)

    def _close(self, kind: str, begins: int, end: int) -> int | None:
        """Return the place of the mark that closes a quotation; None where none does."""
        if kind == "double":
            return self._close_double(begins, end)
        closing, stop = self._closing[kind], self._paragraph_end(begins, end)
        first = bisect_left(closing, begins + 1)
        if kind == "straight":
            return closing[first] if first < len(closing) and closing[first] < stop else None
        return self._close_single(closing, first, begins, stop)

    def _close_double(self, begins: int, end: int) -> int | None:
        depth, paragraphs, stop = 1, 1, self._paragraph_end(begins, end)
        for mark in _DOUBLE.finditer(self._text, begins, end):
            # Each paragraph of a long quotation begins with a mark, and only the last one ends with one.
            while mark.start() >= stop:
                further = _CONTINUED.match(self._text, stop, end)
                if further is None or paragraphs == _MOST_PARAGRAPHS:
                    return None
                depth, paragraphs, stop = 0, paragraphs + 1, self._paragraph_end(further.end(), end)
            depth += 1 if mark[0] == "“" else -1
            if depth == 0:
                return mark.start()
            if depth > _DEEPEST:
                return None
        return None

    def _close_single(self, closing: Sequence[int], first: int, begins: int, stop: int) -> int | None:
        following = _OPENS.search(self._text, begins, stop)
        unsure: int | None = None
        for number in range(first, len(closing)):
            place = closing[number]
            if place >= stop or (unsure is not None and following and following.start() < place):
                break
            before = self._text[place - 1]
            if before != "s" or _AFTER_END.match(self._text, place + 1, stop):
                return place
            unsure = place if unsure is None else unsure
        return unsure

    def _count(self, start: int, end: int) -> int:
        return bisect_left(self._words, end) - bisect_left(self._words, start)

    def _paragraph_end(self, place: int, end: int) -> int:
        found = bisect_left(self._ends, place)
        return min(self._ends[found], end) if found < len(self._ends) else end
