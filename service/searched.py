"""What a search looked through, and how complete that is, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from retrieval.results import SearchResult
from service.phrases import completeness, count, fact, span

_GAPS_NAMED: Final = 3
_HELD_BACK: Final = "are not a reply, or say nothing but a refusal"
_OF_QUESTIONS_ALONE: Final = ("tabled", "asker", "asker_id", "party")


def searched_lines(result: SearchResult) -> Iterator[str]:
    """Yield what a search looked through, what is indexed, whether that is all there is, and what lacks a fact."""
    searched = result.searched
    records, others = count(searched.records, "record"), ""
    if searched.passed != searched.records:
        records = f"{searched.passed:,} of {records}"
        others = f"; the others {_why_passed_over(result)}"
    yield f"Searched {records}{others}."
    houses = " and ".join(searched.houses) or "House not known"
    yield f"Indexed: {houses}. {span(searched.first_answered, searched.last_answered)}"
    if searched.records:
        yield completeness(
            searched.gaps,
            searched.checked_at,
            compared=(searched.compared_from, searched.compared_to),
            most=_GAPS_NAMED,
        )
    for column, number in searched.lacking.items():
        if number:
            yield f"{_lacks(column, number)}, so the filter leaves {'it' if number == 1 else 'them'} out."


def _why_passed_over(result: SearchResult) -> str:
    given = set(result.filters)
    if given & {"kind", "finding"}:
        return "fail the filters"
    return "are not a reply, say nothing but a refusal, or fail the filters" if given else _HELD_BACK


def _lacks(column: str, number: int) -> str:
    records = count(number, "record")
    if column == "answerer":
        return f"{records} {'does' if number == 1 else 'do'} not say whether a minister answered"
    has = f"{records} {'has' if number == 1 else 'have'} no {fact(column)}"
    # What is counted are records of both kinds.
    return f"{has} (no written statement has one)" if column in _OF_QUESTIONS_ALONE else f"{has} in the source"
