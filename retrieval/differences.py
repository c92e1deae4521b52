"""What changed between two texts, word by word, in work that is bounded however long they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import takewhile
from typing import Final


class SegmentKind(StrEnum):
    """In which of two texts a segment stands."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class DiffUnit(StrEnum):
    """What was compared as one: the longer the texts, the coarser."""

    WORD = "word"
    PARAGRAPH = "paragraph"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that stands in both texts, in the old one alone or in the new one alone.

    Attributes:
        kind: Which.
        text: Its characters, white space included. Never empty.
    """

    kind: SegmentKind
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two texts. Primary key: `segments`.

    Attributes:
        unit: What was compared as one.
        segments: In reading order. Those that are the same or removed make up the old text exactly, those that
            are the same or added the new one; no two neighbours are of one kind, and what was removed stands
            before what was added in its place.
    """

    unit: DiffUnit
    segments: tuple[Segment, ...]


# Words, and white space apart from them, so that a word stays the same whatever stands beside it.
_WORDS: Final = re.compile(r"\s+|\S+")
_PARAGRAPHS: Final = re.compile(r"[^\n]*\n|[^\n]+")
# difflib looks at every pair of equal units, once for each run of equal ones it finds: these bound both.
PAIRS_LIMIT: Final = 50_000
UNITS_LIMIT: Final = 4_000


def diff(old: str, new: str) -> Diff:
    """Return what changed from `old` to `new`.

    Words are compared if there are few enough between the first change and the last, else paragraphs, else the
    whole of what lies between.
    """
    for unit, pattern in ((DiffUnit.WORD, _WORDS), (DiffUnit.PARAGRAPH, _PARAGRAPHS)):
        changed = _changed(pattern.findall(old), pattern.findall(new))
        if changed is not None:
            return Diff(unit, tuple(joined(changed)))
    parts = ((SegmentKind.REMOVED, old), (SegmentKind.ADDED, new))
    return Diff(DiffUnit.WHOLE, tuple(Segment(kind, text) for kind, text in parts if text))


def _changed(old: Sequence[str], new: Sequence[str]) -> list[Segment] | None:
    """Return the changes between two lists of units, or None if it would take too long to find them."""
    first = _shared(old, new)
    last = _shared(old[first:][::-1], new[first:][::-1])
    before, after = old[first : len(old) - last], new[first : len(new) - last]
    if not _is_bounded(before, after):
        return None
    segments = [Segment(SegmentKind.SAME, "".join(old[:first]))]
    matcher = SequenceMatcher(str.isspace, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            segments.append(Segment(SegmentKind.SAME, "".join(before[start:end])))
        else:
            segments.append(Segment(SegmentKind.REMOVED, "".join(before[start:end])))
            segments.append(Segment(SegmentKind.ADDED, "".join(after[new_start:new_end])))
    segments.append(Segment(SegmentKind.SAME, "".join(old[len(old) - last :])))
    return segments


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """Return with how many equal units two lists begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _is_bounded(old: Sequence[str], new: Sequence[str]) -> bool:
    if max(len(old), len(new)) > UNITS_LIMIT:
        return False
    there = Counter(unit for unit in new if not unit.isspace())
    return sum(there[unit] for unit in old) <= PAIRS_LIMIT


def joined(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Yield the segments with empty ones left out and neighbours of one kind made one."""
    run: dict[SegmentKind, str] = {}
    for segment in segments:
        if not segment.text:
            continue
        # A run is either of one text that is the same, or of all that changed between two such.
        if run and (segment.kind is SegmentKind.SAME) is not (SegmentKind.SAME in run):
            yield from _run(run)
            run = {}
        run[segment.kind] = run.get(segment.kind, "") + segment.text
    yield from _run(run)


def _run(run: dict[SegmentKind, str]) -> Iterator[Segment]:
    for kind in SegmentKind:
        if kind in run:
            yield Segment(kind, run[kind])
