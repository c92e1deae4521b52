"""What Schemathesis can't know of the interface: a refusal that hangs on what is indexed is none of the request's form.

Loaded by Schemathesis itself, as `SCHEMATHESIS_HOOKS=scripts.fuzzing.hooks`.
"""

from __future__ import annotations

import json
from typing import Final

import schemathesis

UNKNOWN_NAME: Final = "urn:despatch-box:problem:unknown-name"
QUERY_ERROR: Final = "urn:despatch-box:problem:query-error"
# Each can be of the right form and yet not fit: the page's own question, the quotations there are, another parameter.
_HANGS_ON_OTHERS: Final = frozenset(
    ("cursor", "first", "paragraph", "text", "q", "query", "answered_to", "answered_from", "tabled_to", "tabled_from")
)


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext,
    failure: schemathesis.Failure,
    case: schemathesis.Case,
    response: schemathesis.Response,
) -> bool:
    """Keep every failure, but for a well-formed request that names what is not indexed."""
    return not (failure.code == "ST202" and is_about_what_is_indexed(response.content))


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
    return bool(kind == UNKNOWN_NAME or (kind == QUERY_ERROR and problem.get("field") in _HANGS_ON_OTHERS))
