"""Runs of blocks, and the splitting of one that is too long for a passage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.records import Block, BlockKind
from retrieval.sentences import sentence_spans

# Longest passage in characters, if it can be split: about one paragraph in 220 of real answers is longer.
MAX_CHARACTERS = 1_000

# A word that is too long for a window, such as a link of many hundred characters, is split into pieces of these many
# characters, joined as far as they fit.
_PIECE = 50

# Start and end in a run's text, the end exclusive.
_Span = tuple[int, int]


@dataclass(slots=True)
class Run:
    """Neighbouring blocks that belong together.

    Attributes:
        first: First block.
        last: Last block.
        text: Their texts, one a line.
        context: What all of it stands under.
        lead: What its later parts stand under, should it be split.
        items_from: First block that stands under `lead`.
        kind: Paragraph, for one or more of them; list item, for a list with its lead-in; or table row.
    """

    first: int
    last: int
    text: str
    context: str = ""
    lead: str = ""
    items_from: int = 0
    kind: BlockKind = BlockKind.PARAGRAPH


class Splitter:
    """Splits an over-long run at the highest level that does: items, blocks, sentences, words, pieces of a word.

    Args:
        run: Blocks of `answer`.
        answer: All blocks of the answer.
        fits: Whether a text (context, line break, text of a part) fits into the encoder's window.
    """

    def __init__(self, run: Run, answer: Sequence[Block], fits: Callable[[str], bool]) -> None:
        self._run = run
        self._fits = fits
        self._blocks: list[_Span] = []
        self._items: list[_Span] = []
        place = 0
        for block in answer[run.first : run.last + 1]:
            end = place + len(block.text)
            self._blocks.append((place, end))
            if block.depth > 1 and self._items:  # a nested item stays with the item it is nested in
                self._items[-1] = (self._items[-1][0], end)
            else:
                self._items.append((place, end))
            place = end + 1

    def parts(self) -> Iterator[tuple[int, int, str, str]]:
        """Yield first block, last block, text and context of each part, in reading order; one if it fits."""
        for start, end in self._split((0, len(self._run.text)), 0):
            text = self._run.text[start:end]
            context = self._context(start)
            held = [self._run.first + i for i, (a, b) in enumerate(self._blocks) if a < end and start < b]
            yield held[0], held[-1], text, context if self._fits(f"{context}\n{text}") else ""

    def _context(self, start: int) -> str:
        """Return what the text from `start` stands under."""
        under = self._run.lead and start >= self._blocks[self._run.items_from - self._run.first][0]
        return self._run.lead if under and start else self._run.context

    def _takes(self, span: _Span, *, alone: bool = False) -> bool:
        """Say whether `span` can be a passage, with its context or `alone`."""
        text = self._run.text[slice(*span)]
        context = "" if alone else self._context(span[0])
        return len(text) <= MAX_CHARACTERS and self._fits(f"{context}\n{text}" if context else text)

    def _split(self, span: _Span, level: int) -> Iterator[_Span]:
        """Yield `span`, or its parts at `level` or below where it can't be a passage."""
        if level > 4 or self._takes(span) or (level > 2 and self._takes(span, alone=True)):
            yield span
            return
        for part in _balanced(self._units(span, level), self._takes):
            yield from self._split(part, level + 1)

    def _units(self, span: _Span, level: int) -> list[_Span]:
        """Return the items, blocks, sentences or words in `span`; past those, pieces of a word."""
        if level < 2:
            return [unit for unit in (self._items, self._blocks)[level] if span[0] <= unit[0] < span[1]]
        if level == 4:
            return [(start, min(start + _PIECE, span[1])) for start in range(*span, _PIECE)]
        text = self._run.text[slice(*span)]
        found = sentence_spans(text) if level == 2 else [word.span() for word in re.finditer(r"\S+", text)]
        return [(span[0] + start, span[0] + end) for start, end in found]


def _balanced(units: list[_Span], takes: Callable[[_Span], bool]) -> list[_Span]:
    """Return `units` in as few parts as `takes` allows, of lengths as even as they can be."""

    def packed(limit: int) -> list[_Span]:
        parts = units[:1]
        for start, end in units[1:]:
            longer = (parts[-1][0], end)
            if end - longer[0] <= limit and takes(longer):
                parts[-1] = longer
            else:
                parts.append((start, end))
        return parts

    low, high = 0, MAX_CHARACTERS
    count = len(packed(high))
    while low < high:
        middle = (low + high) // 2
        if len(packed(middle)) > count:
            low = middle + 1
        else:
            high = middle
    return packed(high)
