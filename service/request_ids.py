"""A name for each request, so that whoever had a problem and whoever reads the log speak of the same one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Request-ID"

# Written to the log as it comes, so it can neither end a line there nor be long.
_TAKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_MADE_BYTES: Final = 8
_IN_SCOPE: Final = "despatch.request_id"

_current: Final[ContextVar[str]] = ContextVar("request id", default="")


def request_id() -> str:
    """Return the id of the request that is being answered here; empty outside of one."""
    return _current.get()


def new_id() -> str:
    """Return an id for a request that brings none."""
    return secrets.token_hex(_MADE_BYTES)


def id_in(scope: MutableMapping[str, Any]) -> str:
    """Return the id of a request, which it keeps once it was asked for.

    Args:
        scope: The request, as ASGI has it.
    """
    if _IN_SCOPE not in scope:
        given = Headers(scope=scope).getlist(HEADER)
        # Of two there is no telling which whoever sent them will quote.
        is_plain = len(given) == 1 and _TAKEN.fullmatch(given[0])
        scope[_IN_SCOPE] = given[0] if is_plain else new_id()
    return str(scope[_IN_SCOPE])


@contextmanager
def under(named: str) -> Iterator[None]:
    """Have what is done here belong to the request of this id."""
    before = _current.set(named)
    try:
        yield
    finally:
        _current.reset(before)


class RequestIds:
    """Gives each request an id, the caller's own if it is a plain one, and sends it back with the response.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = id_in(scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = named
            await send(message)

        with under(named):
            await self._app(scope, receive, sent)
