"""A search's result as a briefing to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.choices import Match
from retrieval.citations import Citation, CitationStyle, notes, written
from retrieval.hit_results import Hit, PointsTo
from retrieval.records import AnswerKind, Genre
from retrieval.results import LeftOut, Sample, SearchResult
from service.counted_lines import close_told, facet_lines, later_lines
from service.exits import option_named
from service.phrases import (
    as_options,
    badges,
    capital,
    chance,
    count,
    licence_lines,
    no_minister,
    on,
    person,
    sample_lines,
)
from service.repeated import near_duplicates
from service.searched import searched_lines
from service.terminal import indented, unbroken, words
from service.understood import understanding_lines

_OTHERS_NAMED = 5
_ALL = "kind=all"


def briefing(result: SearchResult, *, data: str = "", plain: bool = False) -> Iterator[RenderableType]:
    """Yield a search's result, line by line.

    Args:
        result: What the search found.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
        plain: Whether the terminal can't underline: the answering sentence is then told in words.
    """
    is_scored = result.match is Match.MEANING
    yield words(result.message.replace(_ALL, as_options(_ALL)), "bold")
    if result.filters:
        yield words(f"Filters: {_filters(result)}", "dim")
    yield from (words(line, "dim") for line in understanding_lines(result))
    if told := close_told(result):
        yield words(told)
    yield from facet_lines(result)
    for hit in result.hits:
        yield Text()
        yield from _hit(hit, data, plain=plain, is_scored=is_scored)
    if result.near_misses:
        yield Text()
        yield Text("Near misses, not close enough to count as an answer", style="bold")
        for hit in result.near_misses:
            yield Text()
            yield from indented(_near_miss(hit, data), 3)
    yield Text()
    if result.next_cursor:
        yield words(f"Shown: {result.hits[0].rank:,} to {result.hits[-1].rank:,}. For the next, add")
        yield unbroken(f"  --cursor {result.next_cursor}")
    yield from (words(_held_back(left_out, is_scored)) for left_out in result.left_out)
    yield from (words(line) for line in searched_lines(result))
    yield from sample_block(result.searched.sample, data)
    yield Text()
    yield from (words(line, "dim") for line in licence_lines(result.licence))


def sample_block(sample: Sample | None, data: str) -> Iterator[RenderableType]:
    """Yield, where only the seed documents are loaded, that this is so and questions to try."""
    note, commands = sample_lines(sample)
    if note:
        yield Text()
        yield words(note)
        yield from indented([unbroken(f"{command}{data}") for command in commands], 2)


def citation_lines(citation: Citation) -> Iterator[RenderableType]:
    """Yield a citation in the form for a Member, its address, and what must be known beside it."""
    style = CitationStyle.MEMBER
    yield words(f"Cite as: {written(citation, style)}")
    if citation.url:
        yield unbroken(citation.url, "dim")
    # Which passage is meant is said with the passage, and the credits once, at the bottom.
    for note in notes(replace(citation, paragraph=None), style):
        if note not in citation.licence.credits:
            yield words(f"{capital(note)}.", "dim")


def marked(hit: Hit) -> Text:
    """Return a hit's passage, the sentence nearest to the question or the words found in bold and underlined."""
    text, span = hit.passage.text, hit.passage.answering_sentence
    spans = list(hit.passage.matched)
    if not spans and span is not None and (span.start > 0 or span.end < len(text)):
        spans = [span]
    parts, place = [], 0
    for one in spans:
        parts += [words(text[place : one.start]), words(text[one.start : one.end], "bold underline")]
        place = one.end
    return Text.assemble(*parts, words(text[place:]))


def _hit(hit: Hit, data: str, *, plain: bool, is_scored: bool) -> Iterator[RenderableType]:
    passage = marked(hit)
    number = Text(f"{hit.rank:>2}  ", style="bold")
    margin = len(number)
    lines: list[RenderableType] = []
    if hit.passage.context:
        yield Text.assemble(number, words(f"Under: {hit.passage.context}", "dim"))
        lines.append(passage)
    else:
        yield _hanging(number, passage)
    citation = hit.citation
    if plain and (sentence := _sentence(hit)):
        lines.append(words(f"Nearest sentence: {sentence}"))
    elif plain and hit.passage.matched:
        lines.append(words(f"Found in it: {_words_found(hit)}"))
    lines.append(Text())
    lines.append(words(person(citation.minister, lacking="Minister's name not in the source"), "bold"))
    if other := no_minister(hit.answerer, citation.answering_body):
        lines.append(words(f"{capital(other)}."))
    lines.append(words(_whence(hit, is_scored=is_scored)))
    lines.extend(later_lines(hit.later, data))
    if hit.kind is AnswerKind.POINTER:
        lines.extend(pointing(hit.refers_to, data))
    lines.extend(words(told) for told in (_also_given(hit), _pointed_to(hit)) if told)
    lines.extend(near_duplicates(hit))
    if hit.genre is Genre.STATEMENT:
        lines.append(words(f"Title: {hit.heading or 'not in the source'}", "dim"))
    else:
        lines.append(words(f"Question: {hit.question}", "dim"))
    lines.extend(citation_lines(citation))
    lines.append(_whole(hit, data))
    yield from indented(lines, margin)


def _hanging(number: Text, passage: Text) -> RenderableType:
    grid = Table.grid(padding=0)
    grid.add_column(width=len(number), no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row(number, passage)
    return grid


def _sentence(hit: Hit) -> str:
    span = hit.passage.answering_sentence
    if span is None or span.end - span.start >= len(hit.passage.text):
        return ""
    return hit.passage.text[span.start : span.end]


def _words_found(hit: Hit) -> str:
    passage = hit.passage
    return _some(list(dict.fromkeys(passage.text[one.start : one.end] for one in passage.matched)))


def _near_miss(hit: Hit, data: str) -> Iterator[RenderableType]:
    yield words(_sentence(hit) or hit.passage.text)
    yield words(_whence(hit, is_scored=True), "dim")
    yield words(f"Cite as: {written(hit.citation, CitationStyle.MEMBER)}", "dim")
    yield _whole(hit, data)


def pointing(refers_to: Sequence[PointsTo], data: str) -> Iterator[RenderableType]:
    """Yield the answers and statements that a text names, each with the way to it.

    Args:
        refers_to: What it names.
        data: What to add to a command to mean the same data directory.
    """
    for other in refers_to:
        yield words(f"{capital(other.label)}.")
        if other.key:
            yield unbroken(f"See it: despatch show {other.key}{data}", "dim")
        elif other.url:
            yield unbroken(other.url, "dim")


def _whole(hit: Hit, data: str) -> RenderableType:
    return unbroken(f"Whole {hit.genre}: despatch show {hit.key}{data}", "dim")


def _whence(hit: Hit, *, is_scored: bool) -> str:
    citation = hit.citation
    verb = "made" if hit.genre is Genre.STATEMENT else "answered"
    given = f"{verb} {on(citation.answered)}" if citation.answered else f"date {verb} not known"
    if citation.corrected:
        given += f", corrected {on(citation.corrected)}"
    body = citation.answering_body or "answering body not known"
    what = capital(badges(hit.kind, hit.findings, hit.genre))
    likely = f" Chance that it answers the question: {chance(hit.probability)}." if is_scored else ""
    return f"{body}, {given}. {what}. Passage {hit.passage.ordinal} of the {hit.genre}.{likely}"


def _also_given(hit: Hit) -> str:
    if not hit.also_given:
        return ""
    named = _some([other.uin or other.key for other in hit.also_given])
    number = len(hit.also_given)
    if hit.genre is Genre.STATEMENT:
        return f"The same text in {count(number, 'other statement')}: {named}."
    return f"Also given to {count(number, 'other question')}: {named}."


def _pointed_to(hit: Hit) -> str:
    if not hit.pointed_to_by:
        return ""
    points = count(len(hit.pointed_to_by), "other answer points", "other answers point")
    return f"{points} to this one: {_some([other.uin or other.key for other in hit.pointed_to_by])}."


def _some(names: list[str]) -> str:
    more = len(names) - _OTHERS_NAMED
    return ", ".join(names[:_OTHERS_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _filters(result: SearchResult) -> str:
    return "; ".join(
        f"{option_named(name)} {value if isinstance(value, str) else ', '.join(value)}"
        for name, value in result.filters.items()
    )


def _held_back(left_out: LeftOut, is_scored: bool) -> str:
    counted = ("close match", "close matches") if is_scored else ("answer", "answers")
    what = badges(left_out.kind, (left_out.finding,) if left_out.finding else ())
    return f"Left out: {count(left_out.count, *counted)} ({what}). To see them, add {as_options(left_out.filter)}"
