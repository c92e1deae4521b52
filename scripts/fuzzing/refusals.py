"""Tells a refusal that hangs on what is indexed from one of a request's form."""

from __future__ import annotations

import json
from typing import Final

_UNKNOWN_NAME: Final = "urn:despatch-box:problem:unknown-name"
_QUERY_ERROR: Final = "urn:despatch-box:problem:query-error"
# Each can be of the right form and yet not fit: the page's own question, the quotations there are, another parameter.
_HANGS_ON_OTHERS: Final = frozenset(
    ("cursor", "first", "paragraph", "text", "q", "query", "answered_to", "answered_from", "tabled_to", "tabled_from")
)


def is_about_what_is_indexed(content: bytes) -> bool:
    """Say whether a problem is with a name, a place or a page that is not there, and not with the form of the request.

    Args:
        content: The body of the response.
    """
    try:
        problem = json.loads(content)
    except ValueError:
        return False
    kind = problem.get("type")
    return bool(kind == _UNKNOWN_NAME or (kind == _QUERY_ERROR and problem.get("field") in _HANGS_ON_OTHERS))
