"""A search's result as a briefing to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.citations import Citation, CitationStyle, notes, written
from retrieval.results import Hit, LeftOut, Sample, SearchResult
from service.exits import option_named
from service.phrases import (
    as_options,
    badges,
    capital,
    count,
    fact,
    licence_lines,
    on,
    person,
    sample_lines,
    span,
)
from service.terminal import indented, unbroken, words

_OTHERS_NAMED = 5


def briefing(result: SearchResult, *, data: str = "", plain: bool = False) -> Iterator[RenderableType]:
    """Yield a search's result, line by line.

    Args:
        result: What the search found.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
        plain: Whether the terminal can't underline: the answering sentence is then told in words.
    """
    yield words(result.message, "bold")
    if result.filters:
        yield words(f"Filters: {_filters(result)}", "dim")
    for hit in result.hits:
        yield Text()
        yield from _hit(hit, data, plain)
    if result.near_misses:
        yield Text()
        yield Text("Near misses, not close enough to count as an answer", style="bold")
        for hit in result.near_misses:
            yield Text()
            yield from indented(_near_miss(hit, data), 3)
    yield Text()
    yield from (words(_held_back(left_out)) for left_out in result.left_out)
    yield from _searched(result)
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
    """Return a hit's passage, the sentence nearest to the question in bold and underlined."""
    text, span = hit.passage.text, hit.passage.answering_sentence
    if span is None or (span.start <= 0 and span.end >= len(text)):
        return words(text)
    return Text.assemble(
        words(text[: span.start]),
        words(text[span.start : span.end], "bold underline"),
        words(text[span.end :]),
    )


def _hit(hit: Hit, data: str, plain: bool) -> Iterator[RenderableType]:
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
    lines.append(Text())
    lines.append(words(person(citation.minister, lacking="Minister's name not in the source"), "bold"))
    lines.append(words(_whence(hit)))
    if hit.also_given:
        lines.append(words(_also_given(hit)))
    lines.append(words(f"Question: {hit.question}", "dim"))
    lines.extend(citation_lines(citation))
    lines.append(unbroken(f"Whole answer: despatch show {hit.key}{data}", "dim"))
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


def _near_miss(hit: Hit, data: str) -> Iterator[RenderableType]:
    yield words(_sentence(hit) or hit.passage.text)
    yield words(_whence(hit), "dim")
    yield words(f"Cite as: {written(hit.citation, CitationStyle.MEMBER)}", "dim")
    yield unbroken(f"Whole answer: despatch show {hit.key}{data}", "dim")


def _whence(hit: Hit) -> str:
    citation = hit.citation
    answered = f"answered {on(citation.answered)}" if citation.answered else "date answered not known"
    if citation.corrected:
        answered += f", corrected {on(citation.corrected)}"
    body = citation.answering_body or "answering body not known"
    what = capital(badges(hit.kind, hit.findings))
    return f"{body}, {answered}. {what}. Passage {hit.passage.ordinal} of the answer. Score {hit.score:.2f}."


def _also_given(hit: Hit) -> str:
    named = [other.uin or other.key for other in hit.also_given[:_OTHERS_NAMED]]
    more = len(hit.also_given) - len(named)
    return (
        f"Also given to {count(len(hit.also_given), 'other question')}: {', '.join(named)}"
        f"{f' and {more:,} more' if more else ''}."
    )


def _filters(result: SearchResult) -> str:
    return "; ".join(
        f"{option_named(name)} {value if isinstance(value, str) else ', '.join(value)}"
        for name, value in result.filters.items()
    )


def _held_back(left_out: LeftOut) -> str:
    what = badges(left_out.kind, (left_out.finding,) if left_out.finding else ())
    return (
        f"Left out: {count(left_out.count, 'close match', 'close matches')} ({what}). "
        f"To see them, add {as_options(left_out.filter)}"
    )


def _searched(result: SearchResult) -> Iterator[RenderableType]:
    searched = result.searched
    records, others = count(searched.records, "record"), ""
    if searched.passed != searched.records:
        records = f"{searched.passed:,} of {records}"
        others = f"; the others {_why_passed_over(result)}"
    yield words(f"Searched {records}{others}.")
    houses = " and ".join(searched.houses) or "House not known"
    dates = span(searched.first_answered, searched.last_answered, complete=searched.complete)
    yield words(f"Indexed: {houses}. {dates}")
    for column, number in searched.lacking.items():
        if number:
            lacking = f"Without {fact(column)} in the source, so left out by the filter"
            yield words(f"{lacking}: {count(number, 'record')}.")


def _why_passed_over(result: SearchResult) -> str:
    given = set(result.filters)
    reasons = [] if given & {"kind", "finding"} else ["are no reply or a bare refusal"]
    return " or ".join([*reasons, *(["fail the filters"] if given else [])])
