"""Logs of requests and of faults, in which nothing that a user asked appears."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.handlers import told
from service.not_kept import NOT_KEPT
from service.problems import Problem, problem
from service.request_ids import request_id

LOGGER: Final = logging.getLogger(__name__)

NO_ROUTE: Final = "(no route)"
"""Stands for the route of what has none."""

OTHER_METHOD: Final = "OTHER"
"""Stands for a method that HTTP does not have, or that was not read."""

ANSWERED_BELOW: Final = "despatch.answered_below"
"""In the scope of a request, the status that it was answered with by the server, over the application's head."""

# A method is whatever the client sends, so only those known are written down.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


@dataclass(frozen=True, slots=True)
class Served:
    """How a request went.

    Attributes:
        method: As HTTP has it, or OTHER.
        route: The template of its path, such as `/v1/answers/{key}`, or `(no route)`.
        status: The HTTP status; 0 if there was none, because the client left before it had sent all of the request. One
            that leaves later is not waited for less: its status is that of the answer which nobody took.
        seconds: From when it came in to the last byte of the response.
    """

    method: str
    route: str
    status: int
    seconds: float


class Watcher(Protocol):
    """Is told of every request."""

    def began(self) -> None:
        """Take note that a request came in."""
        ...

    def ended(self, served: Served) -> None:
        """Take note of how it went."""
        ...


class AccessLog:
    """Logs each request: method, route, status and milliseconds; never a path, a parameter or a body.

    It also answers HEAD as GET without the body, and an unexpected fault with a problem that tells nothing of
    the inside. The fault goes to the log as its type and the lines of code it came through: an exception's
    text may hold the question.

    Args:
        app: The application.
        watchers: Told of each request too.
        about: Gives what is written beside each request where lines have fields: what is served, and by which version.
    """

    def __init__(
        self, app: ASGIApp, watchers: Sequence[Watcher] = (), about: Callable[[], Mapping[str, object]] = dict
    ) -> None:
        """Keep the application, and who is told."""
        self._app = app
        self._watchers = watchers
        self._about = about

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        for watcher in self._watchers:
            watcher.began()
        is_head = scope["method"] == "HEAD"
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        # A copy, because the server looks at its own to know that a HEAD has no body.
        inner = {**scope, "method": "GET"} if is_head else scope
        try:
            await self._app(inner, receive, sent)
        except Exception as error:  # noqa: BLE001 - the last place where a fault can be kept from the outside
            told = "".join((*without_texts(error), _quoted()))
            LOGGER.error("Unexpected fault in %s\n%s", _route(inner), told, extra=_fault(_route(inner)))
            if not status:
                await _told(Request(scope))(scope, receive, sent)
        except asyncio.CancelledError:
            # Nothing else cancels a request than a service that ends before it was answered.
            if not status:
                await _broken_off(Request(scope)).response(NOT_KEPT)(scope, receive, sent)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else OTHER_METHOD
            status = scope.get(ANSWERED_BELOW, status)
            self._tell(Served(method, _route(inner), status, time.perf_counter() - started))

    def _tell(self, served: Served) -> None:
        for watcher in self._watchers:
            watcher.ended(served)
        log(served, self._about())


def log(served: Served, about: Mapping[str, object]) -> None:
    """Log how a request went.

    Args:
        served: How it went.
        about: What is written beside it where lines have fields.
    """
    milliseconds = round(served.seconds * 1000, 1)
    fields = {"method": served.method, "route": served.route, "status": int(served.status), "ms": milliseconds}
    extra = {"event": "request", "fields": {**fields, **about}}
    LOGGER.info("%s %s %d %.1f ms", served.method, served.route, served.status, milliseconds, extra=extra)


def _quoted() -> str:
    """Return the line by which a fault is found again from what a user quotes."""
    return f"Request {request_id()}\n" if request_id() else ""


def _fault(route: str) -> Mapping[str, object]:
    return {"event": "fault", "fields": {"route": route}}


def _broken_off(request: Request) -> Problem:
    told = "the service was told to stop, and this took too long to finish: ask again soon"
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "Broken off", told)


def _told(request: Request) -> Response:
    found = problem(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Unexpected fault",
        "this is a fault in Despatch Box, not in the request; the service's log says where it arose",
    )
    try:
        return told(request, found, NOT_KEPT)
    except Exception as error:  # noqa: BLE001 - the page may fail of what the request failed of
        told_of_it = "".join((*without_texts(error), _quoted()))
        LOGGER.error("Unexpected fault in the page that tells of it\n%s", told_of_it, extra={"event": "fault"})
        return found.response(NOT_KEPT)


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", NO_ROUTE))


def without_texts(error: BaseException | None) -> Iterator[str]:
    """Yield an exception's type and the lines of code it came through, then the same of what caused it."""
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}\n"
        yield from traceback.format_tb(error.__traceback__)
        error = error.__cause__ or error.__context__
