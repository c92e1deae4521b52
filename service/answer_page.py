"""A whole answer or statement, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.answer_results import Answer
from retrieval.mentions import MentionRole
from retrieval.records import Attachment, Genre
from service.answer_facts import all_facts
from service.briefing import citation_lines, pointing, sample_block
from service.corrected import CORRECTED_ANSWER
from service.counted_lines import later_lines
from service.phrases import count, file_size, licence_lines, on, person
from service.terminal import indented, unbroken, words

_OTHERS_NAMED = 10
# What the id of a link is one of, and which way a link between statements goes, Parliament does not say.
_LINKS = {"CorrectedStatement": "a statement, by a correction", "JointStatement": "a joint statement"}


def answer_page(
    answer: Answer, *, data: str = "", corrects: Mapping[int, str] | None = None
) -> Iterator[RenderableType]:
    """Yield a whole answer: the question, who and when, numbered passages, what belongs to it, citation.

    Args:
        answer: The answer or statement.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
        corrects: Keys of the answers that a statement corrects, by Parliament's id; those that are here.
    """
    yield words(answer.heading or "No heading in the source", "bold")
    yield Text()
    if answer.question:
        yield words(answer.question)
        yield Text()
    yield from (_fact(name, told) for name, told in all_facts(answer))
    yield from (_fact(name, told) for name, told in _linked(answer, corrects or {}, data))
    yield from later_lines(answer.later, data)
    for passage in answer.passages:
        yield Text()
        if passage.context:
            yield from indented([words(f"Under: {passage.context}", "dim")], 4)
        yield _numbered(passage.ordinal, words(passage.text))
    yield from _titled("Attachments", [line for one in answer.attachments for line in _attachment(one)])
    yield Text()
    yield from citation_lines(answer.citation)
    yield from _titled("Named in it", list(pointing(answer.refers_to, data)))
    yield from _pointers(answer)
    yield from _others(answer)
    copies: list[RenderableType] = [words(f"{copy.source}, read {on(copy.read_on)}") for copy in answer.copies]
    yield from _titled("Other copies read, and not served", copies)
    yield from sample_block(answer.sample, data)
    yield Text()
    yield from (unbroken(line, "dim") for line in _next(answer, data))
    yield from (words(line, "dim") for line in licence_lines(answer.licence))


def _linked(answer: Answer, corrects: Mapping[int, str], data: str) -> Iterator[tuple[str, str]]:
    for one in answer.linked:
        made = f", {on(one.made)}" if one.made else ""
        if one.link == CORRECTED_ANSWER and one.id in corrects:
            yield "Corrects", f"despatch show {corrects[one.id]}{data}"
        elif one.link == CORRECTED_ANSWER:
            yield "Corrects", f"an answer that was not found here (Parliament's id {one.id}{made})"
        else:
            yield "Linked to", f"{_LINKS.get(one.link, one.link)} (Parliament's id {one.id}{made})"


def _fact(name: str, told: str) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=14, style="dim")
    grid.add_column(ratio=1)
    grid.add_row(Text(name), words(told))
    return grid


def _numbered(number: int, text: Text) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=2, justify="right", style="dim")
    grid.add_column(ratio=1)
    grid.add_row(Text(str(number)), text)
    return grid


def _titled(title: str, lines: list[RenderableType]) -> Iterator[RenderableType]:
    if lines:
        yield Text()
        yield Text(title, style="bold")
        yield from indented(lines, 4)


def _attachment(attachment: Attachment) -> Iterator[RenderableType]:
    size = "" if attachment.size_bytes is None else file_size(attachment.size_bytes)
    facts = ", ".join(fact for fact in (attachment.media_type, size) if fact)
    yield words(f"{attachment.title}{f' ({facts})' if facts else ''}")
    yield unbroken(attachment.url, "dim")


def _pointers(answer: Answer) -> Iterator[RenderableType]:
    points = count(len(answer.pointed_to_by), "other answer points", "other answers point")
    yield from _cut(f"{points} to this one", [f"{other.key}: {other.cite_as}" for other in answer.pointed_to_by])


def _others(answer: Answer) -> Iterator[RenderableType]:
    number, done = len(answer.also_given), "answered"
    title = f"Also given to {count(number, 'other question')}"
    if answer.genre is Genre.STATEMENT:
        title, done = f"The same text in {count(number, 'other statement')}", "made"
    told = []
    for other in answer.also_given:
        asker = f"{person(other.asker, lacking='asker not in the source')}, " if done == "answered" else ""
        told.append(f"{other.key}: {asker}{done} {on(other.answered)}")
    yield from _cut(title, told)


def _cut(title: str, told: list[str]) -> Iterator[RenderableType]:
    lines: list[RenderableType] = [words(line) for line in told[:_OTHERS_NAMED]]
    if len(told) > _OTHERS_NAMED:
        lines.append(Text(f"and {len(told) - _OTHERS_NAMED:,} more"))
    yield from _titled(title, lines)


def _next(answer: Answer, data: str) -> Iterator[str]:
    if answer.has_history:
        yield f"Earlier texts: despatch history {answer.key}{data}"
    if any(other.role == MentionRole.FOLLOWS for other in answer.refers_to):
        yield f"The questions it follows: despatch thread {answer.key}{data}"
    yield f"Every form of the citation: despatch cite {answer.key}{data}"
