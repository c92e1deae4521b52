"""Refuses bodies larger than any question can be."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES: Final = 64 * 1024
"""Room for the longest question in any script, escaped, and for filters."""

MAX_COLLECTION_BYTES: Final = 4 * 1024 * 1024
"""Room for the 200 passages of a collection, each with the longest note in a script of three bytes a letter."""

MAX_BRIEFING_BYTES: Final = 1024 * 1024
"""Room for the longest briefing in English, its quotation marks escaped as JSON or as a form."""

MAX_BRIEFING_FORM_BYTES: Final = 4 * 1024 * 1024
"""Room for the longest briefing in any script: a form has three characters for each of up to four bytes of a letter."""

MAX_DRAFT_FORM_BYTES: Final = 1024 * 1024
"""Room for a draft twenty times too long in any script, so that its page comes back with it and says what is wrong."""

_LIMITS: Final[Mapping[str, int]] = {
    "/v1/collection": MAX_COLLECTION_BYTES,
    "/v1/collection/export": MAX_COLLECTION_BYTES,
    "/basket/export": MAX_COLLECTION_BYTES,
    "/v1/verify-briefing": MAX_BRIEFING_BYTES,
    "/quotes": MAX_BRIEFING_FORM_BYTES,
    "/asked": MAX_DRAFT_FORM_BYTES,
}


def limit_of(path: str) -> int:
    """Return how many bytes the body of a request to a path may have."""
    return _LIMITS.get(path, MAX_BODY_BYTES)


class BodyLimit:
    """Counts a body while it is read and stops at the limit, whatever length its header claims.

    FastAPI has a limit of its own, but answers some of its refusals in plain text instead of as a problem.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; reading too much of its body raises the error that becomes status 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        claimed = Headers(scope=scope).get("content-length", "")
        read, most = 0, limit_of(scope["path"])

        async def counted() -> Message:
            nonlocal read
            if claimed.isascii() and claimed.isdigit() and int(claimed[:20]) > most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, counted, send)
