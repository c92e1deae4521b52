"""What a corpus holds and lacks, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from retrieval.answer_results import Coverage
from retrieval.completeness import compared_span
from retrieval.filters import Filters
from retrieval.records import Genre
from service.briefing import sample_block
from service.months_table import months_table
from service.phrases import capital, completeness, count, fact, gap_told, held, licence_lines, on, span
from service.reports import section
from service.terminal import indented, words

_TITLES = {Genre.ANSWER: "Questions by the month tabled", Genre.STATEMENT: "Statements by the month made"}


def coverage_page(coverage: Coverage, *, data: str = "") -> Iterator[RenderableType]:
    """Yield what a corpus holds and what it lacks.

    Args:
        coverage: The counts.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    statements = coverage.by_genre.get(Genre.STATEMENT, 0)
    yield words(f"{held(coverage.records, statements)}, {' and '.join(coverage.houses) or 'House not known'}", "bold")
    yield words(f"{count(coverage.answers, 'distinct answer')} in {count(coverage.passages, 'passage')}.")
    yield words(span(coverage.first_answered, coverage.last_answered))
    yield words(f"Not shown unless asked for: {count(coverage.bare, 'answer')} with nothing but a refusal.")
    if coverage.pointers:
        points = count(coverage.pointers, "answer does nothing but point", "answers do nothing but point")
        yield words(f"{points} to another; of these, {coverage.pointers_resolved:,} to one that is here.")
    if coverage.unanswered:
        yield words(f"Kept beside them, and not searched: {count(coverage.unanswered, 'question')} without an answer.")
    yield from _completeness(coverage)
    yield from sample_block(coverage.sample, data)
    for genre, title in _TITLES.items():
        yield from months_table(title, [month for month in coverage.months if month.genre is genre])
    yield from section("What the answers are (--kind)", coverage.by_kind)
    yield from section("What they say about themselves (--finding)", coverage.by_finding)
    yield from section("Answering bodies", coverage.by_answering_body)
    missing = {fact(name): number for name, number in coverage.missing_facts.items() if number}
    yield from section("Not in the source", missing)
    inferred = {fact(name): number for name, number in coverage.inferred_facts.items() if number}
    yield from section("Worked out, so filters take it and citations leave it out", inferred)
    yield Text()
    yield words(f"Sources: {', '.join(coverage.sources)}", "dim")
    yield words(f"Model: {coverage.model.name}, {coverage.precision}. Snapshot: {coverage.snapshot}", "dim")
    yield from (words(line, "dim") for line in licence_lines(coverage.licence))


def _completeness(coverage: Coverage) -> Iterator[RenderableType]:
    if len(coverage.gaps) <= 1:
        yield words(
            completeness(coverage.gaps, coverage.checked_at, compared=compared_span(coverage.months, Filters()), most=1)
        )
        return
    day = coverage.checked_at.date() if coverage.checked_at else None
    compared = f", compared with Parliament's lists on or after {on(day)}" if day else ""
    yield Text()
    yield Text(f"What may be missing{compared}", style="bold")
    yield from indented([words(f"{capital(gap_told(gap))}.") for gap in coverage.gaps], 2)
