"""How the line on a topic changed, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.differences import SegmentKind
from retrieval.monthly import BodyCount, MonthState, TimelineMonth
from retrieval.sentence_news import Standing
from retrieval.timeline import Timeline
from retrieval.timeline_entries import TimelineEntry, TimelinePassage, TimelineSentence
from service.briefing import citation_lines
from service.counts_page import completeness_line
from service.phrases import as_options, badges, capital, count, licence_lines, month_named, on, person
from service.terminal import clean, indented, unbroken, words

_ALL: Final = "kind=all"
_BAR: Final = 24
_BODIES_NAMED: Final = 5
_FOLDED_FROM: Final = 3
STATES: Final = {
    MonthState.COMPLETE: "",
    MonthState.UNFINISHED: "unfinished",
    MonthState.INCOMPLETE: "incomplete",
    MonthState.NOT_KNOWN: "not known to be complete",
}
"""What is said of a month, by what is known of it."""

_MARKS: Final = {SegmentKind.SAME: ("", ""), SegmentKind.REMOVED: ("[-", "-]"), SegmentKind.ADDED: ("{+", "+}")}
_STYLES: Final = {SegmentKind.SAME: "", SegmentKind.REMOVED: "red strike", SegmentKind.ADDED: "green underline"}


def timeline_page(found: Timeline, *, data: str = "") -> Iterator[RenderableType]:
    """Yield the months as a table with bars, then the answers with what is new in each.

    Args:
        found: The timeline.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    yield words(found.message.replace(_ALL, as_options(_ALL)), "bold")
    if found.total:
        yield from _months(found)
        yield from _line(found, data)
    yield Text()
    if found.next_cursor:
        yield words(f"Shown: {len(found.entries):,} of {found.entries_total:,} by date. For the next, add")
        yield unbroken(f"  --cursor {found.next_cursor}")
    yield completeness_line(found.searched)
    yield from (words(line, "dim") for line in licence_lines(found.licence))


def share(part: int, whole: int) -> str:
    """Return a part of a whole as a percentage to read; one that is not nothing is never shown as 0."""
    if not whole:
        return ""
    percent = 100 * part / whole
    if not part:
        return "0%"
    if percent < 0.1:
        return "under 0.1%"
    return f"{percent:.1f}%" if percent < 10 else f"{percent:.0f}%"


def _months(found: Timeline) -> Iterator[RenderableType]:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Month", no_wrap=True)
    table.add_column("", no_wrap=True, width=_BAR)
    for title in ("Answers", "Of all", "Share"):
        table.add_column(title, justify="right")
    table.add_column("")
    most = max((month.count for month in found.months), default=0)
    # Months that are all alike in that are told once below.
    states = {month.state for month in found.months}
    for months in _rows(found.months):
        _add_row(table, months, most, is_told=len(states) > 1)
    yield Text()
    yield words("By month, against all answers that pass the same filters", "bold")
    yield from indented([table], 2)
    if len(states) == 1 and states != {MonthState.COMPLETE}:
        yield from indented([words(f"Every month: {STATES[states.pop()]}.")], 2)
    if found.undated:
        has = "answer has" if found.undated == 1 else "answers have"
        yield from indented([words(f"{found.undated:,} more {has} no date in the source, and no place here.")], 2)
    yield Text()
    yield words("By department, as named on the day", "bold")
    yield from indented([_bodies(found.bodies)], 2)


def _rows(months: Sequence[TimelineMonth]) -> Iterator[list[TimelineMonth]]:
    """Yield the months, those in a long run without an answer on the topic together."""
    for key, run in groupby(months, key=lambda month: (month.count > 0, month.state)):
        listed = list(run)
        if key[0] or len(listed) < _FOLDED_FROM:
            yield from ([month] for month in listed)
        else:
            yield listed


def _add_row(table: Table, months: Sequence[TimelineMonth], most: int, *, is_told: bool) -> None:
    first, last = months[0], months[-1]
    state = words(STATES[first.state] if is_told else "", "dim")
    if len(months) > 1:
        span = f"{month_named(first.month)} to {month_named(last.month)}"
        table.add_row(words(span, "dim"), "", "0", "", "", state)
        return
    bar = "█" * max(1, round(_BAR * first.count / most)) if first.count else ""
    numbers = (f"{first.count:,}", f"{first.of:,}", share(first.count, first.of))
    table.add_row(words(month_named(first.month)), Text(bar), *numbers, state)


def _bodies(bodies: Sequence[BodyCount]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    for body in bodies[:_BODIES_NAMED]:
        table.add_row(words(body.label), f"{body.count:,}")
    if others := bodies[_BODIES_NAMED:]:
        table.add_row(words(f"{count(len(others), 'other')}"), f"{sum(body.count for body in others):,}")
    return table


def _line(found: Timeline, data: str) -> Iterator[RenderableType]:
    if not found.entries:
        return
    yield Text()
    yield words("The answers by date", "bold")
    marks = "+ new, ~ changed: [-out-] {+in+}, < said before and back again; unmarked: in the answer before too."
    yield words(f"Against the answer before in date: {marks}", "dim")
    for government, entries in groupby(found.entries, key=lambda entry: entry.government):
        yield Text()
        yield words(f"--- {government or 'Government not known'} ---", "bold")
        for entry in entries:
            yield from _entry(entry, data)


def _entry(entry: TimelineEntry, data: str) -> Iterator[RenderableType]:
    yield Text()
    body = entry.answering_body or "answering body not known"
    minister = person(entry.minister, lacking="minister's name not in the source")
    yield words(f"{on(entry.answered)}: {body}, {minister}", "bold")
    more = f" Given to {entry.questions:,} questions." if entry.questions > 1 else ""
    what = capital(badges(entry.kind, entry.findings, entry.genre))
    corrected = f" Corrected {on(entry.corrected)}." if entry.corrected else ""
    lines: list[RenderableType] = [words(f"{entry.heading or entry.question} - {what}.{corrected}{more}", "dim")]
    if entry.repeats:
        lines.append(words(f"The same words as on {on(entry.repeats_on)}."))
    else:
        lines += [line for one in entry.passages if one.on_topic for line in _passage(one, entry)]
        lines += _elsewhere(entry)
    lines += citation_lines(entry.citation)
    lines.append(unbroken(f"Whole {entry.genre}: despatch show {entry.key}{data}", "dim"))
    yield from indented(lines, 2)


def _passage(passage: TimelinePassage, entry: TimelineEntry) -> Iterator[RenderableType]:
    if passage.context:
        yield words(f"    Under: {passage.context}", "dim")
    if passage.attachment:
        yield words(f"    In the attachment {passage.attachment.title}: {passage.text}")
    for sentence in passage.sentences:
        yield _sentence(passage.text, sentence, is_first=entry.previous is None)


def _sentence(text: str, sentence: TimelineSentence, *, is_first: bool) -> RenderableType:
    mark, told = " ", Text(clean(text[sentence.start : sentence.end]).replace("\t", " | "))
    if sentence.changes:
        mark, told = "~", Text()
        for segment in sentence.changes:
            before, after = _MARKS[segment.kind]
            told.append(f"{before}{clean(segment.text)}{after}".replace("\t", " | "), style=_STYLES[segment.kind])
    elif sentence.standing is Standing.NEW and not is_first:
        mark = "+"
    if sentence.standing is Standing.RETURNED:
        mark = "<"
        told.append(f" (as on {on(sentence.seen_on)})", style="dim")
    grid = Table.grid(padding=0)
    grid.add_column(width=4, no_wrap=True)
    # An address is longer than a line, and must not be cut.
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text(f"{mark}   ", style="bold"), told)
    return grid


def _elsewhere(entry: TimelineEntry) -> list[RenderableType]:
    """Return how many sentences are new in the rest of the answer."""
    rest = [one for passage in entry.passages if not passage.on_topic for one in passage.sentences]
    new = sum(one.standing is Standing.NEW for one in rest)
    if not rest or entry.previous is None:
        return []
    return [words(f"    In the rest of the answer: {count(len(rest), 'sentence')}, {new:,} of them new.", "dim")]
