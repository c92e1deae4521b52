"""What every search asks of a question, whatever it is matched by."""

from __future__ import annotations

from typing import Final

from retrieval.errors import QueryError

MAX_QUERY_CHARACTERS: Final = 4_000
MAX_LIMIT: Final = 200


def checked_query(query: str) -> str:
    """Return a question with its white space folded.

    Raises:
        QueryError: If it is empty or too long.
    """
    asked = " ".join(query.split())
    if not asked:
        raise QueryError("query", "it is empty: ask a question or name a topic in plain words")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise QueryError(
            "query", f"it has {len(query)} characters, at most {MAX_QUERY_CHARACTERS} are read: shorten it"
        )
    return asked


def checked_limit(limit: int) -> int:
    """Return the most hits to return.

    Raises:
        QueryError: If it is out of bounds.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise QueryError("limit", f"{limit} is not between 1 and {MAX_LIMIT}")
    return limit
