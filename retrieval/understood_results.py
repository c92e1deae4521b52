"""What was understood of a question, as a response lists it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from retrieval.expansion import Expansion
from retrieval.results import UnderstoodFilter
from retrieval.understanding import GuessedFilter

NOT_APPLIED = "The filters understood from the question left nothing, so they were not applied."
"""Stands before the message of a search that was done without them."""


def understood_filters(guessed: Sequence[GuessedFilter], topic: str, *, applied: bool) -> tuple[UnderstoodFilter, ...]:
    """Return the guessed filters with the way to do without each.

    Args:
        guessed: What was understood.
        topic: The question without their words.
        applied: Whether the search was limited by it.
    """
    return tuple(
        UnderstoodFilter(
            field=one.field,
            value=one.value,
            words=one.words,
            start=one.start,
            end=one.end,
            name_given=one.name_given,
            applied=applied,
            without=_without(one, guessed, topic),
        )
        for one in guessed
    )


def topical(expanded: Sequence[Expansion], guessed: Sequence[GuessedFilter]) -> tuple[Expansion, ...]:
    """Return the expansions of words that are still looked for: a filter was not taken for them."""
    return tuple(
        one for one in expanded if not any(other.start < one.end and one.start < other.end for other in guessed)
    )


def _without(left_out: GuessedFilter, guessed: Sequence[GuessedFilter], topic: str) -> str:
    # The same words can stand for two filters: the first and the last day of one time go together.
    kept = [(one.field, one.value) for one in guessed if one is not left_out and not _is_of_one_time(one, left_out)]
    # By the topic alone, as before: the words of the filters that are kept would be ranked by otherwise.
    return urlencode([("q", topic), ("understand", "false"), *kept])


def _is_of_one_time(one: GuessedFilter, other: GuessedFilter) -> bool:
    ends = ("_from", "_to")
    return one.start == other.start and one.field.endswith(ends) and other.field.endswith(ends)
