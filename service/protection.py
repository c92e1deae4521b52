"""What stands before the application: headers that keep browsers safe, pages of other sites, proxies, and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.admission import Admission, keys_for
from service.settings import Settings

SAFE_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # What is no page needs nothing: an answer that is opened as a document can't load, run or frame anything.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Of every response that does not say otherwise; a page has its own policy. HSTS is for whoever ends TLS to send."""

_SENT_BY_PAGES: Final = ("Authorization", "X-API-Key", "If-None-Match", "MCP-Protocol-Version", "X-Request-ID")
_SHOWN_TO_PAGES: Final = (
    *("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "ETag", "X-Request-ID"),
    *("Despatch-Answers", "Despatch-Passages", "Despatch-Left-Out", "Despatch-Complete"),
)


class SafeHeaders:
    """Gives every response the headers that keep a browser from making more of it than it is.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and complete what is sent back."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)


def add_protection(app: FastAPI, settings: Settings) -> None:
    """Have the application ask for keys, count requests, and answer the pages of other sites as the settings say.

    Args:
        app: The application, whose log is to be added after this, so that what is refused is logged too.
        settings: Who may ask.

    Raises:
        QueryError: If a key is needed and there is none, or the file with the keys can't be used.
    """
    app.add_middleware(Admission, settings=settings, keys=keys_for(settings))
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    if settings.cors_origins:
        # Outside of keys and limits: a browser asks for leave without a key, and must be shown what was refused.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=_SENT_BY_PAGES,
            expose_headers=_SHOWN_TO_PAGES,
        )
