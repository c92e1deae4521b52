"""The texts that an answer has had, and the questions that followed it, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.text import Text

from retrieval.answer_results import Thread, ThreadItem
from retrieval.differences import Segment, SegmentKind
from retrieval.history import History, PastText
from retrieval.hit_results import PointsTo
from service.briefing import pointing
from service.phrases import KINDS, NOT_FOUND, capital, count, on, person
from service.terminal import clean, indented, unbroken, words

_MARKS = {
    SegmentKind.SAME: ("", "", ""),
    SegmentKind.REMOVED: ("[-", "-]", "red strike"),
    SegmentKind.ADDED: ("{+", "+}", "green underline"),
}


def history_page(history: History, *, data: str = "") -> Iterator[RenderableType]:
    """Yield each text that an answer has had, oldest first, as what changed where that is known.

    Args:
        history: The texts.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    yield words(f"{count(len(history.texts), 'text')} known of {history.key}", "bold")
    if history.changes:
        yield words("What was taken out is marked [-so-], what was put in {+so+}.", "dim")
    changes = {change.after: change for change in history.changes}
    for text in history.texts:
        yield Text()
        yield words(_about(text), "bold")
        change = changes.get(text.number)
        yield from indented([compared(change.segments) if change else words(text.text)], 2)
    if history.notes:
        yield Text()
        yield from (words(note) for note in history.notes)
    for key in history.corrections:
        yield Text()
        yield unbroken(f"The statement that corrects it: despatch show {key}{data}", "dim")


def _about(text: PastText) -> str:
    stood = f", from {on(text.since)}" if text.since else ""
    served = ", served now" if text.is_current else ""
    return f"Text {text.number}{stood}{served}: {KINDS[text.kind]}, {text.origin}"


def compared(segments: Iterable[Segment]) -> Text:
    """Return what differs between two texts, marked so that it shows without colour."""
    told = Text()
    for segment in segments:
        before, after, style = _MARKS[segment.kind]
        told.append(f"{before}{clean(segment.text)}{after}".replace("\t", " | "), style=style)
    return told


def thread_page(thread: Thread, *, data: str = "") -> Iterator[RenderableType]:
    """Yield the questions of a thread in the order in which they were tabled, and what of it is not here.

    Args:
        thread: The questions.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    statements = sum(map(_is_statement, thread.items))
    yield words(f"{_papers(len(thread.items) - statements, statements)} in this thread", "bold")
    for item in thread.items:
        yield Text()
        yield from _paper(item, data)
    if thread.not_found:
        yield Text()
        yield Text("Named by them, and not found here", style="bold")
        yield from indented(_unfound(thread.not_found), 2)


def _papers(questions: int, statements: int) -> str:
    told = [count(questions, "question")] if questions or not statements else []
    return " and ".join([*told, *([count(statements, "written statement")] if statements else [])])


def _is_statement(item: ThreadItem) -> bool:
    # Of a thread's papers only the number tells what they are; that of a statement has letters of its own.
    return bool(item.uin and item.uin.upper().startswith(("HCWS", "HLWS")))


def _paper(item: ThreadItem, data: str) -> Iterator[RenderableType]:
    which = " (the one asked for)" if item.is_asked_for else ""
    is_statement = _is_statement(item)
    minister = person(item.minister, lacking="minister's name not in the source")
    if is_statement:
        yield words(f"Written Statement {item.uin}, made {on(item.answered)}{which}", "bold")
        lines: list[RenderableType] = [words(item.heading or "No heading in the source")]
        about = f"Made by {minister}."
    else:
        yield words(f"Tabled {on(item.tabled)}, {f'Question {item.uin}' if item.uin else item.key}{which}", "bold")
        lines = [words(item.question)]
        asker = person(item.asker, lacking="asker not in the source")
        about = f"{capital(KINDS[item.kind])}. Asked by {asker}; answered by {minister}."
    if item.follows:
        lines.append(words(f"Follows {', '.join(item.follows)}."))
    lines.append(words(about, "dim"))
    lines.append(words(f"Cite as: {item.cite_as}", "dim"))
    lines.append(unbroken(f"Whole {'statement' if is_statement else 'answer'}: despatch show {item.key}{data}", "dim"))
    yield from indented(lines, 2)


def _unfound(not_found: tuple[PointsTo, ...]) -> Iterator[RenderableType]:
    for other in not_found:
        yield from pointing((other,), "")
        if other.reason in NOT_FOUND:
            yield words(f"Why: {NOT_FOUND[other.reason]}.", "dim")
