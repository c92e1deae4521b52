"""A quotation beside one text that has it, or nearly: the characters it stands for, and how the two differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from retrieval.differences import Segment, SegmentKind, diff, joined
from retrieval.hit_results import Span
from retrieval.quote_placing import Place, Quoted
from retrieval.quote_results import Crossing, Exactness, QuotedPart
from retrieval.quoted_words import (
    WordedText,
    is_one_sentence,
    negations_in,
    numbers_in,
    plain_typography,
    reverses,
)
from retrieval.word_alignment import changes

_EXACTNESS: Final = tuple(Exactness)
_CROSSINGS: Final = (None, *Crossing)
_BREAK: Final = re.compile(r"[\n\t]")
_MAX_OMITTED: Final = 300  # Characters of what an ellipsis leaves out: the text itself has it all.


@dataclass(frozen=True, slots=True)
class Reading:
    """How a quotation stands in one text.

    Attributes:
        places: Where each part stands, by words.
        parts: The same by characters, with what differs.
        exactness: None where words differ.
        likeness: In [0, 1].
        words_differing: How many.
        numbers: Whether a number is among them.
        negation: Whether a negation is.
        omitted: What its ellipses and insertions stand for; long ones cut.
        omits_negation: Whether there is a negation in what is left out of one sentence.
        inserted: What its writer put in.
        inserts_negation: Whether there is a negation in that.
        inserts_number: Whether a number is.
        raised: Whether the raised figures differ: the marks of footnotes, which are no words, and powers.
        crosses: What its words run across in the text, where the quotation does not show it.
    """

    places: tuple[Place, ...]
    parts: tuple[QuotedPart, ...]
    exactness: Exactness | None
    likeness: float
    words_differing: int
    numbers: bool
    negation: bool
    omitted: tuple[str, ...]
    omits_negation: bool
    inserted: tuple[str, ...]
    inserts_negation: bool
    inserts_number: bool
    raised: bool
    crosses: Crossing | None


def read(quoted: Quoted, places: Sequence[Place], text: WordedText) -> Reading:
    """Return how a quotation stands in a text.

    Args:
        quoted: The quotation.
        places: Where each of its parts stands.
        text: The text.
    """
    differing = sum(place.distance for place in places)
    pairs = list(zip(quoted.texts, places, strict=True))
    levels = [_exactness(pair, literal, text) for pair, literal in zip(pairs, quoted.trimmed, strict=True)]
    parts = [_part(*pair, text, level) for pair, level in zip(pairs, levels, strict=True)]
    changed = [_changed_words(quotation, place, text) for quotation, place in pairs if place.distance]
    gaps = list(_gaps(places, text))
    raised = any(text.raised(place.first, place.end) != quotation.raised(0, None) for quotation, place in pairs)
    crosses = max((_crossing(*pair, text) for pair in pairs), key=_CROSSINGS.index)
    exactness = max((level for level, _ in levels), key=_EXACTNESS.index)
    if quoted.insertions or crosses or raised:
        exactness = Exactness.WORDS
    return Reading(
        places=tuple(places),
        parts=tuple(parts),
        exactness=None if differing else exactness,
        likeness=round(quoted.likeness(places), 3),
        words_differing=differing,
        numbers=any(sorted(numbers_in(old)) != sorted(numbers_in(new)) for old, new, _ in changed),
        negation=any(negations_in(old) != negations_in(new) or reverse for old, new, reverse in changed),
        omitted=tuple(gap if len(gap) <= _MAX_OMITTED else f"{gap[:_MAX_OMITTED]}…" for gap, _ in gaps),
        omits_negation=any(denies for _, denies in gaps),
        inserted=tuple(one.text for one in quoted.insertions),
        inserts_negation=any(one.denies for one in quoted.insertions),
        inserts_number=any(one.counts for one in quoted.insertions),
        raised=raised,
        crosses=crosses,
    )


def segments_between(old: str, new: str) -> tuple[Segment, ...]:
    """Return what changed from one wording to another, word by word, whatever their typography."""
    there = WordedText(new)
    return tuple(joined(list(_segments(there, Place(0, len(there.folded)), WordedText(old)))))


def _part(quotation: WordedText, place: Place, text: WordedText, level: tuple[Exactness, Span]) -> QuotedPart:
    if place.first == place.end:
        return QuotedPart(quotation.text, "", Span(0, 0), (Segment(SegmentKind.REMOVED, quotation.text),))
    exactness, span = level
    wording = text.text[span.start : span.end]
    segments: tuple[Segment, ...] = ()
    if place.distance:
        segments = tuple(joined(list(_segments(text, place, quotation))))
    elif exactness is Exactness.WORDS:
        segments = diff(quotation.text, wording).segments
    return QuotedPart(quotation.text, wording, span, segments)


def _exactness(pair: tuple[WordedText, Place], trimmed: str, text: WordedText) -> tuple[Exactness, Span]:
    """Return how far the same words are the same characters, and where they stand."""
    quotation, place = pair
    if place.first == place.end:
        return Exactness.WORDS, Span(0, 0)
    start, end = text.between(place.first, place.end)
    if place.distance:
        return Exactness.WORDS, Span(start, end)
    for literal in (quotation.text, trimmed):
        begins = start - (quotation.spans[0][0] - quotation.text.index(literal))
        if begins >= 0 and text.text.startswith(literal, begins):
            return Exactness.CHARACTER, Span(begins, begins + len(literal))
    first, last = quotation.between(0, len(quotation.folded))
    same = plain_typography(text.text[start:end]) == plain_typography(quotation.text[first:last])
    return (Exactness.TYPOGRAPHY if same else Exactness.WORDS), Span(start, end)


def _crossing(quotation: WordedText, place: Place, text: WordedText) -> Crossing | None:
    """Return what a part runs across in the text where the quotation has no break."""
    there = text.folded[place.first : place.end]
    pairs = [(i, i) for i in range(len(there))]
    if place.distance:
        pairs = [(i, j) for i, j in changes(there, quotation.folded) if i is not None and j is not None]
    crossed: Crossing | None = None
    for (i, j), (after_i, after_j) in pairwise(pairs):
        gap = _between(text, place.first + i, place.first + after_i)
        if not _BREAK.search(gap) or _BREAK.search(_between(quotation, j, after_j)):
            continue
        if "\t" in gap or _is_row(text, place.first + i, place.first + after_i):
            return Crossing.TABLE
        crossed = Crossing.PARAGRAPHS
    return crossed


def _between(text: WordedText, word: int, other: int) -> str:
    return text.text[text.spans[word][1] : text.spans[other][0]]


def _is_row(text: WordedText, word: int, other: int) -> bool:
    """Return whether the line of one of two words has cells."""
    start = text.text.rfind("\n", 0, text.spans[word][0]) + 1
    end = text.text.find("\n", text.spans[other][1])
    return "\t" in text.text[start : end if end >= 0 else len(text.text)]


def _changed_words(quotation: WordedText, place: Place, text: WordedText) -> tuple[list[str], list[str], bool]:
    """Return the words of the text that differ, those of the quotation, and whether two of them are opposites."""
    old, new, reverse = list[str](), list[str](), False
    there = text.folded[place.first : place.end]
    for i, j in changes(there, quotation.folded):
        if i is not None and j is not None:
            if there[i] == quotation.folded[j]:
                continue
            reverse = reverse or reverses(there[i], quotation.folded[j])
        old += [there[i]] if i is not None else []
        new += [quotation.folded[j]] if j is not None else []
    return old, new, reverse


def _segments(text: WordedText, place: Place, quotation: WordedText) -> Iterator[Segment]:
    """Yield what is the same and what differs, each word with what stands between it and the next."""
    there = text.folded[place.first : place.end]
    _, end = text.between(place.first, place.end) if there else (0, 0)
    for i, j in changes(there, quotation.folded):
        is_same = i is not None and j is not None and there[i] == quotation.folded[j]
        if i is not None:
            kind = SegmentKind.SAME if is_same else SegmentKind.ADDED
            yield Segment(kind, _with_gap(text, place.first + i, end))
        if j is not None and not is_same:
            yield Segment(SegmentKind.REMOVED, _with_gap(quotation, j, len(quotation.text)))


def _with_gap(text: WordedText, word: int, end: int) -> str:
    """Return a word with what follows it up to the next, or up to `end`."""
    following = text.spans[word + 1][0] if word + 1 < len(text.spans) else end
    return text.text[text.spans[word][0] : min(following, end)]


def _gaps(places: Sequence[Place], text: WordedText) -> Iterator[tuple[str, bool]]:
    """Yield what stands between the parts, and whether it takes a negation out of a sentence."""
    for before, after in pairwise(places):
        if before.end >= after.first:
            continue
        start, end = text.spans[before.end - 1][1] if before.end else 0, text.spans[after.first][0]
        gap = text.text[start:end]
        denies = negations_in(text.folded[before.end : after.first]) > 0
        yield gap.strip(), denies and is_one_sentence(gap)
