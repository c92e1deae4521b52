"""Requests for what a client has a copy of already: RFC 9110, section 13."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from fastapi import Request

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def entity_tag(parts: Iterable[str]) -> str:
    """Return a weak entity tag of everything that a response depends on, in that order."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()
    return f'W/"{digest[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Tell whether the client says that it has what the tag names, by the weak comparison (RFC 9110, 8.8.3.2)."""
    said = ", ".join(request.headers.getlist("if-none-match"))
    return said.strip() == "*" or tag.removeprefix("W/") in _TAG.findall(said)
