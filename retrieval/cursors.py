"""Where a page of results begins, written so that it fits one search of one snapshot and no other."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Final

from retrieval.errors import QueryError

_DIGEST: Final = 12
_FORM: Final = re.compile(rf"1\.(\d{{1,12}})\.([0-9a-f]{{{_DIGEST}}})\.([0-9a-f]{{{_DIGEST}}})", re.ASCII)
_AGAIN: Final = "start again without a cursor"


def cursor_at(offset: int, snapshot: str, search: str) -> str:
    """Return a cursor.

    Args:
        offset: How many results come before the page.
        snapshot: Name of the snapshot.
        search: All that decides which results there are, and their order.
    """
    told = f"1.{offset}.{_digest(snapshot)}.{_digest(search)}"
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def offset_of(cursor: str, snapshot: str, search: str) -> int:
    """Return how many results come before the page that a cursor stands for.

    Args:
        cursor: As the user gives it.
        snapshot: Name of the snapshot that is searched.
        search: As for `cursor_at`.

    Raises:
        QueryError: If it is no cursor, or one of another snapshot or another search.
    """
    try:
        told = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        told = ""
    found = _FORM.fullmatch(told)
    if not found:
        raise QueryError("cursor", f"{cursor[:40]!r} is no cursor of a search: {_AGAIN}, or take next_cursor as it is")
    if found[2] != _digest(snapshot):
        raise QueryError("cursor", f"what is indexed has changed since that page: {_AGAIN}")
    if found[3] != _digest(search):
        raise QueryError("cursor", f"it belongs to a search with other words, filters, match or sort: {_AGAIN}")
    return int(found[1])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
