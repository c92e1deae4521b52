"""How the answers of a search are counted, and the later answer beside a hit, as lines to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType

from retrieval.hit_results import LaterAnswer
from retrieval.results import SearchResult
from service.phrases import count, on, person
from service.terminal import unbroken, words

_VALUES_NAMED: Final = 8


def close_told(result: SearchResult) -> str:
    """Return how many answers are close, where that was counted: `At least 200 close answers.`; else nothing."""
    if result.at_least is None:
        return ""
    told = count(result.at_least, "close answer")
    return f"{told}." if result.at_least_is_all else f"At least {told}."


def facet_lines(result: SearchResult) -> Iterator[RenderableType]:
    """Yield what the answers were counted by, the commonest values of each."""
    for name, counts in result.facets.items():
        listed = [f"{one.label} {one.count:,}" for one in counts[:_VALUES_NAMED]]
        more = f"; and {len(counts) - _VALUES_NAMED:,} more" if len(counts) > _VALUES_NAMED else ""
        yield words(f"By {name.replace('_', ' ')}: {'; '.join(listed) or 'none'}{more}.")


def later_lines(later: LaterAnswer | None, data: str) -> Iterator[RenderableType]:
    """Yield that a later answer comes close to the one shown, and the way to it.

    Args:
        later: That answer; None yields nothing.
        data: What to add to a command to mean the same data directory.
    """
    if later is None:
        return
    who = person(later.minister, lacking=later.answering_body or "minister not in the source")
    yield words(f"Later answer, close in meaning: {on(later.answered)}, {who}.", "bold")
    yield unbroken(f"See it: despatch show {later.key}{data}", "dim")
