"""Pages that are never too long for a model: fewer items and a cursor, never half a passage."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from retrieval.cursors import cursor_at, offset_of
from retrieval.errors import QueryError
from service.assistants.results import Result
from service.assistants.texts import text_of

MAX_CHARACTERS: Final = 25_000
"""The most characters of a result, its text and its structured content together, as they go over the wire."""

_MOST_ITEMS: Final = 200

Item = TypeVar("Item")
Page = TypeVar("Page", bound=Result)


def length_of(result: Result) -> int:
    """Return how many characters a result takes, its text and its structured content together."""
    return len(_json(text_of(result))) + len(_json(result.data()))


def fitting(most: int, length: Callable[[int], int]) -> int:
    """Return how many items fit in one result: at most `most`, and at least one if there is any.

    Args:
        most: How many there are.
        length: Gives the length of a result with so many of them; it grows with the number.
    """
    low, high = min(1, most), most
    while low < high:
        middle = (low + high + 1) // 2
        if length(middle) <= MAX_CHARACTERS:
            low = middle
        else:
            high = middle - 1
    return low


def page(
    items: Sequence[Item],
    cursor: str | None,
    asked: tuple[str, str],
    made: Callable[[Sequence[Item], int, str | None], Page],
) -> Page:
    """Return the page of a result that a cursor stands for, with as many items as fit.

    Args:
        items: All of them.
        cursor: As the user gives it; None is the first page.
        asked: The name of the snapshot, and all that decides which items there are.
        made: Makes the result of some items, given how many come before them and the cursor of the next page.

    Raises:
        QueryError: If the cursor belongs to another snapshot or another call.
    """
    start = _start(cursor, asked, len(items))

    def of(count: int) -> Page:
        end = start + count
        return made(items[start:end], start, cursor_at(end, *asked) if end < len(items) else None)

    return of(fitting(min(len(items) - start, _MOST_ITEMS), lambda count: length_of(of(count))))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _start(cursor: str | None, asked: tuple[str, str], most: int) -> int:
    if cursor is None:
        return 0
    try:
        offset = offset_of(cursor, *asked)
    except QueryError:
        offset = most
    if offset >= most:
        told = "it is no next_cursor of this call with these arguments, or what is indexed has changed since"
        raise QueryError("cursor", f"{told}: start again without a cursor")
    return offset
