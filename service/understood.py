"""What was understood of a question or added to it, in plain words, and how to switch it off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from retrieval.freshness import Freshness, FreshnessKind
from retrieval.results import SearchResult, UnderstoodFilter
from service.exits import option_named
from service.phrases import on


def understanding_lines(result: SearchResult) -> Iterator[str]:
    """Yield the filters that words of the question were taken for, the time it asks for and what was added."""
    if result.understood:
        listed = "; ".join(_filter(one) for one in result.understood)
        if result.understood[0].applied:
            yield f"Understood from the question: {listed}. To search for it as it stands, leave out --understand"
        else:
            yield f"Understood, but not applied: {listed}."
    if result.freshness:
        yield f"{preference(result.freshness)}. To switch that off, add --fresh off"
    if result.expanded:
        listed = "; ".join(f"{one.added} ({one.words})" for one in result.expanded)
        yield f"Also looked for: {listed}. To switch that off, add --no-expand"


def _filter(one: UnderstoodFilter) -> str:
    spelt = f", misspelt as \u201c{one.name_given}\u201d" if one.name_given else ""
    return f"{option_named(one.field)} {one.value} (\u201c{one.words}\u201d{spelt})"


def preference(freshness: Freshness) -> str:
    """Return which answers a question prefers, and by which of its words."""
    said = ", ".join(f"\u201c{words}\u201d" for words in freshness.words)
    if freshness.kind is FreshnessKind.RECENT:
        return f"Recent answers are preferred ({said})"
    return f"Answers given {_period(freshness.first, freshness.last)} are preferred ({said})"


def _period(first: date | None, last: date | None) -> str:
    if first == last:
        return f"on {on(first)}"
    if first is None or last is None:
        return f"since {on(first)}" if first else f"up to {on(last)}"
    return f"from {on(first)} to {on(last)}"
