"""Who is let in, and how often: keys where the settings ask for them, and limits by key or by address."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.errors import QueryError
from service.client_networks import LOOPBACK, UNKNOWN, network_of
from service.handlers import told
from service.keys import KEYS_FILE, ApiKey, KeyFile, KeyRing, looks_like_one
from service.metrics import Refusal
from service.not_kept import NOT_KEPT
from service.open_paths import is_open
from service.problems import Problem, problem
from service.rate_limit import WINDOW_SECONDS, Allowance, RateLimiter
from service.settings import Settings

LOGGER: Final = logging.getLogger(__name__)

_CHALLENGE: Final = 'Bearer realm="Despatch Box"'

COSTS: Final[Mapping[str, int]] = {
    "/": 5,
    "/v1/search": 5,
    "/v1/feed.atom": 5,
    "/mcp": 5,
    "/v1/timeline": 5,
    "/timeline": 5,
    "/timeline.svg": 5,
    "/v1/similar-questions": 10,
    "/asked": 10,
    "/v1/verify-briefing": 10,
    "/quotes": 10,
    "/v1/collection": 10,
    "/v1/collection/export": 10,
    "/basket/export": 10,
    "/v1/export": 100,
}
"""Units that a request costs, by path; all others cost one.

A unit is about a tenth of a second of one processor for a call that asks for much: `python scripts/measure_costs.py`.
"""


class KeyWatch:
    """The keys as they are in their file now.

    Args:
        file: Where they are.

    Raises:
        QueryError: If the file can't be used.
    """

    def __init__(self, file: KeyFile) -> None:
        """Read the keys."""
        self._file = file
        self._stamp = self._now()
        self._ring = file.ring()

    def ring(self) -> KeyRing:
        """Return the keys; where the file was spoilt since, those that it had before."""
        stamp = self._now()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._ring = self._file.ring()
            except QueryError as error:
                LOGGER.error("The keys stay as they were: %s", error)
        return self._ring

    def _now(self) -> tuple[int, ...]:
        try:
            found = self._file.path.stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def keys_for(settings: Settings) -> KeyWatch:
    """Return the keys of a service.

    Raises:
        QueryError: If a key is needed and there is none, or the file with the keys can't be used.
    """
    path = settings.keys_file or settings.data / KEYS_FILE
    keys = KeyWatch(KeyFile(path))
    if settings.require_key and not keys.ring().keys:
        reason = f"a key is needed to read, and there is none in {path}: run `despatch keys add NAME` first"
        raise QueryError("require_key", reason)
    return keys


class Admission:
    """Answers a request that has no key where one is needed, or that is one too many, before anything else does.

    A key counts by itself, wherever it is used from. Without one an address counts, and of IPv6 the network of 64
    bits that a customer gets. Requests from this machine itself are not counted. What `is_open` names is open to all.

    Args:
        app: The application.
        settings: Say whether a key is needed, and the limits.
        keys: Those there are.
        limiter: Counts the requests.
    """

    def __init__(self, app: ASGIApp, settings: Settings, keys: KeyWatch, limiter: RateLimiter | None = None) -> None:
        """Keep what decides."""
        self._app = app
        self._settings = settings
        self._keys = keys
        self._limiter = limiter or RateLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say why not."""
        if scope["type"] != "http" or is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        presented, keys = key_in(request.headers), self._keys.ring()
        holder = keys.holder(presented) if presented is not None else None
        # Where there are no keys, what does not look like one is for somebody else, such as a proxy with a login.
        is_ours = presented is not None and (bool(keys.keys) or looks_like_one(presented))
        is_wrong = is_ours and holder is None
        headers, allowance, cost = self._counted(request, holder)
        if allowance is not None and not allowance.is_granted:
            request.app.state.metrics.refused(Refusal.RATE_LIMIT)
            found = self._too_many(request, allowance, cost, holder)
            headers |= {"Retry-After": str(allowance.wait_seconds), **NOT_KEPT}
        elif is_wrong or (self._settings.require_key and holder is None):
            request.app.state.metrics.refused(Refusal.UNKNOWN_KEY)
            found = _no_key(request, is_wrong=is_wrong)
            challenge = f'{_CHALLENGE}, error="invalid_token"' if is_wrong else _CHALLENGE  # RFC 6750, section 3
            headers |= {"WWW-Authenticate": challenge, **NOT_KEPT}
        else:
            await self._app(scope, receive, _with(headers, send))
            return
        await told(request, found, headers)(scope, receive, send)

    def _counted(self, request: Request, holder: ApiKey | None) -> tuple[dict[str, str], Allowance | None, int]:
        """Return what to say of the limit, what is left of it and what the request costs; nothing where it has none."""
        if holder is not None:
            policy, who = "key", holder.sha256
            per_minute = self._settings.key_limit if holder.per_minute is None else holder.per_minute
        else:
            policy, who = "address", self._address(request) or ""
            per_minute = self._settings.address_limit
        cost = COSTS.get(request.scope["path"], 1)
        if not who or not per_minute:
            return {}, None, cost
        found = self._limiter.take(f"{policy} {who}", cost, per_minute)
        return (
            {
                # As draft-ietf-httpapi-ratelimit-headers-11 writes them.
                "RateLimit-Policy": f'"{policy}";q={per_minute};w={WINDOW_SECONDS}',
                "RateLimit": f'"{policy}";r={found.left};t={found.pace_seconds}',
            },
            found,
            cost,
        )

    def _address(self, request: Request) -> str | None:
        """Return the network that a request comes from; None where it is this machine itself.

        All that a proxy names by what is no address are counted together.
        """
        network = network_of(request.client.host if request.client else "")
        if network not in (LOOPBACK, UNKNOWN):
            return network
        # Only through a proxy does a request from elsewhere come as this machine's, or as that of nobody in particular.
        return network if "x-forwarded-for" in request.headers else None

    def _too_many(self, request: Request, allowance: Allowance, cost: int, holder: ApiKey | None) -> Problem:
        whose = "this key" if holder else "this address"
        detail = f"{whose} has asked too often: wait {allowance.wait_seconds} seconds, as Retry-After says"
        if cost > 1:
            detail += f"; this call counts as {cost}"
        if not holder and self._keys.ring().keys:
            detail += ". A key has a limit of its own"
        return problem(request, HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", detail)


def key_in(headers: Headers) -> bytes | None:
    """Return the key that a request presents, in `Authorization: Bearer` or in `X-API-Key`; None where it has none."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip().encode("latin-1")
    key = headers.get("x-api-key", "").strip()
    return key.encode("latin-1") if key else None


def _no_key(request: Request, *, is_wrong: bool) -> Problem:
    if is_wrong:
        title, first = "Unknown key", "the key that was sent is not known here: it is mistyped, or was removed"
    else:
        title, first = "Key needed", "reading here needs a key, which programs send as `Authorization: Bearer KEY`"
    step = "whoever runs the service makes keys with `despatch keys add`, or puts a login for people in front of it"
    return problem(request, HTTPStatus.UNAUTHORIZED, title, f"{first}; {step}")


def _with(headers: Mapping[str, str], send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sent if headers else send
