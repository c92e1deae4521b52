"""The answers of a timeline as its page shows them: by government, each with what is new in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Final

from retrieval.citations import Citation, CitationStyle, notes
from retrieval.differences import Segment, SegmentKind
from retrieval.governments import Government, governments
from retrieval.sentence_news import Standing
from retrieval.timeline import Timeline
from retrieval.timeline_entries import TimelineEntry, TimelinePassage, TimelineSentence
from service.phrases import count, on, person
from service.web.addresses import answer_href
from service.web.badges import Badge, badges_of

_UNKNOWN: Final = "Government of the day not known"


class Novelty(StrEnum):
    """What an answer brings: `first` there is none before it to compare it with."""

    FIRST = "first"
    REPEATS = "repeats"
    ALL_NEW = "all_new"
    NOTHING_NEW = "nothing_new"
    SOME_NEW = "some_new"


@dataclass(frozen=True, slots=True)
class SentenceView:
    """One sentence as it is shown, or several new ones in a row.

    Attributes:
        before: The white space before it.
        label: What is said of it: `New`, `Changed`, `Said before`; empty where it stood in the answer before.
        tone: A class of the style sheet: `new`, `changed`, `back` or empty.
        segments: Its words, with those taken out and put in where it changed.
        note: The day it stood before, where that is another than that of the answer before.
        href: Where it stood then.
    """

    before: str
    label: str
    tone: str
    segments: tuple[Segment, ...]
    note: str
    href: str


@dataclass(frozen=True, slots=True)
class PassageView:
    """One passage as it is shown."""

    passage: TimelinePassage
    sentences: tuple[SentenceView, ...]
    href: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One answer as it is shown.

    Attributes:
        shown: The passages on the topic.
        rest: The others.
        rest_told: How many sentences they have, and how many of them are new.
        told: What the answer brings, in words.
    """

    entry: TimelineEntry
    novelty: Novelty
    told: str
    minister: str
    badges: tuple[Badge, ...]
    shown: tuple[PassageView, ...]
    rest: tuple[PassageView, ...]
    rest_told: str
    notes: tuple[str, ...]
    href: str
    repeats_href: str


@dataclass(frozen=True, slots=True)
class Reign:
    """The answers of one government, one after another.

    Attributes:
        name: Of the government.
        since: Its first day; None where it is not known which it was.
        is_earlier: Whether another has come since.
    """

    name: str
    since: date | None
    is_earlier: bool
    entries: tuple[EntryView, ...]


def reigns_of(found: Timeline) -> tuple[Reign, ...]:
    """Return the answers in their order, those of one government together."""
    known = {one.name: one for one in governments()}
    return tuple(
        _reign(known.get(name or ""), tuple(_entry(one) for one in entries))
        for name, entries in groupby(found.entries, key=lambda entry: entry.government)
    )


def _reign(government: Government | None, entries: tuple[EntryView, ...]) -> Reign:
    if government is None:
        return Reign(_UNKNOWN, None, False, entries)
    return Reign(government.name, government.first_day, government.is_over, entries)


def _entry(entry: TimelineEntry) -> EntryView:
    novelty = _novelty(entry)
    is_told = novelty in {Novelty.SOME_NEW, Novelty.NOTHING_NEW}
    passages = [PassageView(one, tuple(_sentences(one, is_told=is_told)), _href(entry, one)) for one in entry.passages]
    cited = next((one for one in entry.passages if one.on_topic), None)
    return EntryView(
        entry=entry,
        novelty=novelty,
        told=_told(entry, novelty),
        minister=person(entry.minister, lacking="minister’s name not in the source"),
        badges=badges_of(
            entry.kind,
            entry.findings,
            genre=entry.genre,
            corrected=entry.corrected,
            is_from_attachment=bool(cited and cited.attachment),
        ),
        shown=tuple(one for one in passages if one.passage.on_topic),
        rest=tuple(one for one in passages if not one.passage.on_topic),
        rest_told=_rest_told(entry, is_told=is_told),
        notes=_notes(entry.citation),
        href=answer_href(entry.key),
        repeats_href=answer_href(entry.repeats) if entry.repeats else "",
    )


def _href(entry: TimelineEntry, passage: TimelinePassage) -> str:
    return answer_href(entry.key, passage.hash, passage.ordinal)


def _novelty(entry: TimelineEntry) -> Novelty:
    if entry.previous is None:
        return Novelty.FIRST
    if entry.repeats:
        return Novelty.REPEATS
    standings = [one.standing for passage in entry.passages for one in passage.sentences]
    new = standings.count(Standing.NEW)
    if new == len(standings):
        return Novelty.ALL_NEW
    return Novelty.SOME_NEW if new else Novelty.NOTHING_NEW


def _told(entry: TimelineEntry, novelty: Novelty) -> str:
    sentences = [one for passage in entry.passages for one in passage.sentences]
    new = sum(one.standing is Standing.NEW for one in sentences)
    changed = sum(bool(one.changes) for one in sentences)
    match novelty:
        case Novelty.FIRST:
            return "The first answer by date: there is none before it to compare it with."
        case Novelty.REPEATS:
            return f"Word for word as on {on(entry.repeats_on)}."
        case Novelty.ALL_NEW:
            return "No sentence of it stood in the answers before."
        case Novelty.NOTHING_NEW:
            return "No new sentence." + (f" {count(changed, 'sentence')} changed." if changed else "")
    also = f", {changed:,} changed" if changed else ""
    return f"{new:,} of {count(len(sentences), 'sentence')} new{also}."


def _rest_told(entry: TimelineEntry, *, is_told: bool) -> str:
    rest = [one for passage in entry.passages if not passage.on_topic for one in passage.sentences]
    new = sum(one.standing is Standing.NEW for one in rest)
    return f"{count(len(rest), 'sentence')}{f', {new:,} new' if is_told else ''}"


def _notes(citation: Citation) -> tuple[str, ...]:
    # The passage has a link of its own, the government a heading, and the credits stand once at the bottom.
    plain = replace(citation, paragraph=None, earlier_government=None)
    return tuple(one for one in notes(plain, CitationStyle.MEMBER) if one not in citation.licence.credits)


def _sentences(passage: TimelinePassage, *, is_told: bool) -> Iterator[SentenceView]:
    """Yield the sentences of a passage; new ones that follow one another are told as one."""
    place = 0
    for is_new, run in groupby(passage.sentences, key=lambda one: is_told and one.standing is Standing.NEW):
        listed = list(run)
        for part in [listed] if is_new else [[one] for one in listed]:
            start, end = part[0].start, part[-1].end
            before, place = passage.text[place:start], end
            yield _told_sentence(part[0], before, passage.text[start:end], is_told=is_told)


def _told_sentence(sentence: TimelineSentence, before: str, text: str, *, is_told: bool) -> SentenceView:
    whole = (Segment(SegmentKind.SAME, text),)
    if not is_told:
        return SentenceView(before, "", "", whole, "", "")
    label, tone = _label(sentence)
    is_back = sentence.standing is Standing.RETURNED
    note = f"as on {on(sentence.seen_on)}" if is_back else ""
    href = answer_href(sentence.seen_in) if is_back and sentence.seen_in else ""
    return SentenceView(before, label, tone, sentence.changes or whole, note, href)


def _label(sentence: TimelineSentence) -> tuple[str, str]:
    if sentence.standing is Standing.NEW:
        return "New", "new"
    if sentence.standing is Standing.RETURNED:
        return "Said before", "back"
    return ("Changed", "changed") if sentence.changes else ("", "")
