"""What stands before the application: headers that keep browsers safe, pages of other sites, proxies, and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypedDict

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.admission import Admission, keys_for
from service.client_networks import Proxies
from service.forwarded import UnnamedProxies
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


class _LetIn(TypedDict):
    allow_origins: tuple[str, ...]
    allow_methods: tuple[str, ...]
    allow_headers: tuple[str, ...]
    expose_headers: tuple[str, ...]


class Preflights(CORSMiddleware):
    """Answers a browser that asks for leave before it asks for a page of another site, and lets all else through."""

    async def simple_response(self, scope: Scope, receive: Receive, send: Send, request_headers: Headers) -> None:
        """Pass on what asks for no leave."""
        await self.app(scope, receive, send)


class ForeignPages(CORSMiddleware):
    """Lets the pages of sites that are named read what is answered, a fault or a refusal too.

    What the server refuses before it is read says nothing of leave: one that is too slow, not HTTP, or on a connection
    too many. Leave is asked for within this, of `Preflights`, so that it is logged as any other request.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say on its answer whether the page may read it."""
        asks_leave = scope["type"] == "http" and "access-control-request-method" in Headers(scope=scope)
        if asks_leave and scope["method"] == "OPTIONS":
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


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
    """Have the application ask for keys, count requests, and give the pages of other sites leave as the settings say.

    Args:
        app: The application, whose log is to be added after this, so that what is refused is logged too.
        settings: Who may ask.

    Raises:
        QueryError: If a key is needed and there is none, or the file with the keys can't be used.
    """
    app.add_middleware(Admission, settings=settings, keys=keys_for(settings))
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    app.add_middleware(UnnamedProxies, proxies=Proxies(settings.trusted_proxies))
    if settings.cors_origins:
        # Outside of keys and limits: a browser asks for leave without a key.
        app.add_middleware(Preflights, **_let_in(settings))


def add_foreign_pages(app: FastAPI, settings: Settings) -> None:
    """Have the pages of the sites that are named read every answer of the application.

    Args:
        app: The application, whose log stands within this: what the log answers must be shown too.
        settings: Name the sites.
    """
    if settings.cors_origins:
        app.add_middleware(ForeignPages, **_let_in(settings))


def _let_in(settings: Settings) -> _LetIn:
    return {
        "allow_origins": settings.cors_origins,
        "allow_methods": ("GET", "HEAD", "POST"),
        "allow_headers": _SENT_BY_PAGES,
        "expose_headers": _SHOWN_TO_PAGES,
    }
