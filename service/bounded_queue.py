"""A bounded queue before the work: what comes when it is full is refused at once, and told when to come again."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.handlers import told
from service.metrics import Metrics, Refusal
from service.not_kept import NOT_KEPT
from service.problems import problem
from service.whole_bodies import taken

ALWAYS: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""These are not refused however many wait: who asks whether the service is well would stop it otherwise.

They need a connection as any other request does, and get none while as many are open as may be: see `doors`.
"""

_REMEMBERED: Final = 0.02
"""Of the mean time from one answer to the next, the share that the newest one has: a stall of two seconds, as a new
snapshot makes, leaves room for as many as come in it."""
_LONGEST_WAIT_SECONDS: Final = 60


@contextmanager
def working_threads(count: int) -> Iterator[CapacityLimiter]:
    """Have at most so many requests worked on at once, each in a thread; the others wait in the order they came.

    Args:
        count: How many, at least 1.
    """
    limiter = anyio.to_thread.current_default_thread_limiter()
    before = limiter.total_tokens
    limiter.total_tokens = count
    try:
        yield limiter
    finally:
        limiter.total_tokens = before


class BoundedQueue:
    """Refuses requests with 503 while as many wait for a thread as may, or those that wait will take too long.

    A place is taken as soon as a request has come whole, before it waits for anything, and given back when its answer
    begins: of requests that come at one moment no more get in than there is room for. One whose body is still coming
    has no place, so a slow client keeps none from others.

    How long it takes until what waits has been begun is reckoned from the time between one answer and the next while
    every thread has work: in steady state, requests leave a busy service at the rate at which they are begun.

    Args:
        app: The application.
        most_waiting: How many may wait.
        longest_wait: How many seconds the last of them may have to wait, as far as can be told.
    """

    def __init__(self, app: ASGIApp, most_waiting: int, longest_wait: float) -> None:
        """Keep them; no request has been timed yet."""
        self._app = app
        self._inside = 0
        self._most_waiting = most_waiting
        self._longest_wait = longest_wait
        self._pace_seconds = 0.0
        self._timed = 0
        self._left_at: float | None = None  # When an answer began, if every thread has had work since.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_always = scope["path"] in ALWAYS
        whole = receive if is_always else await taken(scope, receive)
        if whole is None:
            return
        limiter = anyio.to_thread.current_default_thread_limiter()
        waiting = limiter.statistics().tasks_waiting
        metrics: Metrics = scope["app"].state.metrics
        metrics.queue_waiting(waiting)
        if is_always:
            await self._app(scope, whole, send)
            return
        # Those inside may not wait yet, and those whose answer is being sent may wait again, for its next part.
        is_full = waiting >= self._most_waiting and limiter.available_tokens <= 0
        waiting = max(waiting, int(self._inside - limiter.total_tokens))
        is_full = is_full or self._inside >= limiter.total_tokens + self._most_waiting
        if is_full or waiting * self._pace_seconds > self._longest_wait:
            metrics.refused(Refusal.QUEUE_FULL)
            await self._refused(Request(scope), waiting)(scope, whole, send)
            return
        await self._within(limiter, scope, whole, send)

    async def _within(self, limiter: CapacityLimiter, scope: Scope, receive: Receive, send: Send) -> None:
        has_place = True
        self._inside += 1

        def leave() -> None:
            nonlocal has_place
            if has_place:
                has_place = False
                self._inside -= 1
                self._left(limiter)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                leave()
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            leave()

    def _left(self, limiter: CapacityLimiter) -> None:
        """Note when an answer began, and how long after the one before, if no thread was idle between."""
        now = time.monotonic()
        if self._left_at is not None:
            self._timed += 1
            # The plain mean at first: one of a few says little.
            share = max(_REMEMBERED, 1 / self._timed)
            self._pace_seconds += share * (now - self._left_at - self._pace_seconds)
        self._left_at = now if self._inside >= limiter.total_tokens else None

    def _refused(self, request: Request, waiting: int) -> ASGIApp:
        seconds = min(max(1, math.ceil(self._pace_seconds * waiting)), _LONGEST_WAIT_SECONDS)
        found = problem(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too busy",
            f"{waiting} requests wait already, and no more may: ask again in {seconds} "
            f"{'second' if seconds == 1 else 'seconds'}",
        )
        return told(request, found, {"Retry-After": str(seconds), **NOT_KEPT})
