"""The texts that an answer has had, in order, and what changed from each to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from retrieval.citing import long_date
from retrieval.differences import DiffUnit, Segment, diff
from retrieval.records import AnswerKind, Block, Record
from retrieval.status import classify

FIRST_TEXT: Final = "the source's first text"


@dataclass(frozen=True, slots=True)
class PastText:
    """One text that an answer has had. Primary key: `number` within its history.

    Attributes:
        number: Place in the history, counted from 1.
        text: Its words: its blocks in order, one a line.
        blocks: The same with its markup.
        kind: What it was, as a whole.
        since: The day from which it stood, where the source gives it: when it was answered, or corrected; of a
            holding answer, when that was given. None where it is not known which of two texts came first.
        origin: Where it came from: the source's first text, or a reading of the source on a day. Two, parted by
            `; `, where both gave it.
        is_current: Whether it is the text served now.
    """

    number: int
    text: str
    blocks: tuple[Block, ...]
    kind: AnswerKind
    since: date | None
    origin: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What changed from one text to the next. Primary key: `before` within its history.

    Attributes:
        before: Number of the older text.
        after: Number of the newer text.
        unit: What was compared as one: a word, or in long texts a paragraph or the whole.
        segments: In reading order; those that are the same or removed make up the older text exactly, those
            that are the same or added the newer one.
    """

    before: int
    after: int
    unit: DiffUnit
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The texts that an answer has had, as far as they are known. Primary key: `key`.

    Attributes:
        key: Key of the record.
        texts: Oldest first as far as that is known, each different from the one before it; the last is served
            now. Empty while the question waits for its first answer.
        changes: What changed from each text to the next, in order; none across a text that is not known, nor
            between two of which it is not known which came first.
        first_text_known: False where the answer was corrected and nobody gives the text before that.
        notes: What is not known of its texts, in plain sentences.
        corrections: Keys of the written statements that correct it, as they were given.
    """

    key: str
    texts: tuple[PastText, ...]
    changes: tuple[Change, ...]
    first_text_known: bool
    notes: tuple[str, ...]
    corrections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A text with the record it is the answer of, where each copy of it came from, and on what days it was read."""

    record: Record
    origins: tuple[str, ...]
    kind: AnswerKind
    is_corrected: bool
    first_read: date | None = None
    last_read: date | None = None


def history(
    record: Record, versions: Sequence[tuple[date, Record]] = (), *, corrections: Sequence[str] = ()
) -> History:
    """Return the history of an answer's text.

    The source's first text stands before the first text that is marked as corrected, and after any other that was
    read before that: a holding answer, say. Readings without an answer, and readings of a text that had not
    changed, add nothing.

    Args:
        record: The answer as it is served now.
        versions: What the corpus had read of this answer before, each with the day it was read, in any order.
            Which of two copies came first that were read on one day is not known, unless they tell it.
        corrections: Keys of the written statements that correct it.
    """
    readings = [*sorted(versions, key=lambda pair: pair[0]), (record.provenance.read_on, record)]
    found = [_read(reading, day) for day, reading in readings if reading.answer]
    first = next((_first_text(given) for _, given in reversed(readings) if given.first_answer), None)
    kept = _without_repeats(_with_first(found, first))
    gap = _gap(kept)
    unordered = frozenset(place for place in range(1, len(kept)) if not _is_ordered(kept[place - 1], kept[place]))
    texts = tuple(_past_texts(kept, unordered, has_current=record.is_answered))
    return History(
        key=record.key,
        texts=texts,
        changes=tuple(_changes(texts, {gap, *unordered})),
        first_text_known=gap is None,
        notes=tuple(_notes(record, kept, gap, unordered)),
        corrections=tuple(corrections),
    )


def _read(record: Record, day: date) -> _Found:
    corrected = bool(record.corrected or record.flagged_correction or record.corrected_by)
    return _Found(record, (f"as read on {long_date(day)}",), classify(record).kind, corrected, day, day)


def _first_text(given: Record) -> _Found:
    first = replace(given, answer=given.first_answer, corrected=None, flagged_correction=None, flagged_holding=None)
    return _Found(first, (FIRST_TEXT,), classify(first).kind, is_corrected=False)


def _with_first(found: list[_Found], first: _Found | None) -> list[_Found]:
    """Put the source's first text in its place, or beside a reading of the same text."""
    if first is None:
        return found
    for place, each in enumerate(found):
        if _text(each) == _text(first) and not each.is_corrected:
            return [*found[:place], replace(each, origins=(*first.origins, *each.origins)), *found[place + 1 :]]
    place = next((place for place, each in enumerate(found) if each.is_corrected), max(len(found) - 1, 0))
    return [*found[:place], first, *found[place:]]


def _without_repeats(found: list[_Found]) -> list[_Found]:
    """Keep one of neighbours with the same text: with the first day it was read, and the facts of the last."""
    kept: list[_Found] = []
    for each in found:
        if not kept or _text(kept[-1]) != _text(each):
            kept.append(each)
            continue
        before = kept[-1]
        origins = (*before.origins, *each.origins) if before.origins == (FIRST_TEXT,) else before.origins
        # A text that stood before a correction as well as after it is not what the correction made.
        corrected = before.is_corrected and each.is_corrected
        kept[-1] = replace(each, origins=origins, is_corrected=corrected, first_read=before.first_read)
    return kept


def _gap(kept: Sequence[_Found]) -> int | None:
    """Return the index of the corrected text before which the first text is missing; None if none is missing."""
    place = next((place for place, each in enumerate(kept) if each.is_corrected), None)
    if place is None or any(each.kind is not AnswerKind.HOLDING for each in kept[:place]):
        return None
    return place


def _is_ordered(before: _Found, after: _Found) -> bool:
    """Tell whether one text is known to be older than the next: by the days they were read, or by what they are."""
    if before.first_read is None or after.last_read is None or before.first_read < after.last_read:
        return True
    if before.is_corrected is not after.is_corrected:
        return after.is_corrected
    if AnswerKind.HOLDING in (before.kind, after.kind):
        return after.kind is not AnswerKind.HOLDING
    old, new = _since(before), _since(after)
    return old is not None and new is not None and old < new


def _past_texts(kept: Sequence[_Found], unordered: Set[int], *, has_current: bool) -> Iterator[PastText]:
    for place, found in enumerate(kept):
        is_dated = not ({place, place + 1} & unordered or _is_silent(kept, place))
        yield PastText(
            number=place + 1,
            text=_text(found),
            blocks=found.record.answer,
            kind=found.kind,
            # A change that the source does not tell of has no day, and the day of the answer is not its day.
            since=_since(found) if is_dated else None,
            origin="; ".join(found.origins),
            is_current=has_current and place == len(kept) - 1,
        )


def _since(found: _Found) -> date | None:
    record = found.record
    if found.is_corrected:
        return record.corrected
    if found.kind is AnswerKind.HOLDING:
        return record.holding_answered or record.answered
    return record.answered


def _is_silent(kept: Sequence[_Found], place: int) -> bool:
    """Tell whether a text took another's place without a correction, or a reply after a holding answer."""
    if not place or kept[place].is_corrected or kept[place - 1].kind is AnswerKind.HOLDING:
        return False
    return _since(kept[place]) == _since(kept[place - 1])


def _changes(texts: Sequence[PastText], unknown: Set[int | None]) -> Iterator[Change]:
    for place in range(1, len(texts)):
        if place not in unknown:
            old, new = texts[place - 1], texts[place]
            changed = diff(old.text, new.text)
            yield Change(old.number, new.number, changed.unit, changed.segments)


def _notes(record: Record, kept: Sequence[_Found], gap: int | None, unordered: Set[int]) -> Iterator[str]:
    held_back = any(each.kind is AnswerKind.HOLDING for each in kept)
    if kept and record.holding_answered and not held_back:
        given = long_date(record.holding_answered)
        yield f"A holding answer was given on {given}; its text was not read here before the reply replaced it."
    if gap is not None:
        corrected = kept[gap].record.corrected
        on = f" on {long_date(corrected)}" if corrected else ""
        yield f"The answer was corrected{on}, and the source no longer gives its first text: what changed is not known."
    for place in range(1, len(kept)):
        if place in unordered:
            both = f"Texts {place} and {place + 1}"
            yield f"{both} are copies read on one day that differ: which came first is not known."
        elif _is_silent(kept, place):
            yield f"Text {place + 1} took the place of text {place} without the source saying so, or when."


def _text(found: _Found) -> str:
    return found.record.answer_text
