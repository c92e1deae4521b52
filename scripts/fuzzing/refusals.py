"""Tells a refusal that hangs on what is indexed from one of a request's form."""

from __future__ import annotations

import json
from typing import Final

_UNKNOWN_NAME: Final = "urn:despatch-box:problem:unknown-name"
_QUERY_ERROR: Final = "urn:despatch-box:problem:query-error"
# Each can be of the right form and yet not fit: the page's own question, the quotations there are, another parameter.
_HANGS_ON_OTHERS: Final = frozenset(
    ("cursor", "first", "paragraph", "answered_to", "answered_from", "tabled_to", "tabled_from")
)
# What is asked is refused for its words in these ways alone: in any other, every question might be.
_WORDED: Final = frozenset(("q", "query", "text"))
_OF_ITS_WORDS: Final = (
    "at character ",
    "with match=exact all of it is one phrase",
    "answers that have none of its words would match",
    "it has no word to look for",
    "parts of it, at most ",
    "quotations: check it in parts",
)


def is_about_what_is_indexed(content: bytes) -> bool:
    """Say whether a problem is with a name, a place or a page that is not there, or with the words of what is asked.

    The interface's description can't tell those, as it tells the form of a request.

    Args:
        content: The body of the response.
    """
    try:
        problem = json.loads(content)
    except ValueError:
        return False
    if not isinstance(problem, dict):
        return False
    kind, field = problem.get("type"), problem.get("field")
    if kind != _QUERY_ERROR:
        return bool(kind == _UNKNOWN_NAME)
    if field in _WORDED:
        return any(reason in str(problem.get("detail")) for reason in _OF_ITS_WORDS)
    return field in _HANGS_ON_OTHERS
