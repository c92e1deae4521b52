"""Ends a service without breaking off what it was asked: not ready, then closed to new requests, then finished."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER: Final = logging.getLogger(__name__)

LONGER_SECONDS: Final = 2
"""How long the rest of the end may take: traces to be sent, what is open to be closed."""


class Drain:
    """Whether a service was told to stop.

    Args:
        told: Called once, when it is.
    """

    def __init__(self, told: Callable[[], None] = lambda: None) -> None:
        """Begin with a service that was not."""
        self._told = told
        self.has_begun = False

    def begin(self) -> None:
        """Say that it was."""
        if not self.has_begun:
            self.has_begun = True
            self._told()


class ClosesWhenDraining:
    """Has clients that keep their connection open make a new one, which goes elsewhere, once a service drains.

    Args:
        app: The application.
        drain: Says whether it does.
    """

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        """Keep both."""
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and self._drain.has_begun:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)


def break_off(has_ended: bool, threads: Iterable[threading.Thread], end: Callable[[int], object] = os._exit) -> None:
    """End the process if something holds that up.

    A thread can't be ended from outside, and waiting for one has no bound. Nothing is lost by not waiting but the
    answers under way: a service writes no file.

    Args:
        has_ended: Whether the server has; the interpreter may still wait for a thread that answers.
        threads: Those that there are.
        end: Ends the process, given the exit code.
    """
    if has_ended and not any(_is_waited_for(thread) for thread in threads):
        return
    LOGGER.warning("Breaking off what did not finish in time", extra={"event": "broken off"})
    end(0)


def _is_waited_for(thread: threading.Thread) -> bool:
    return not thread.daemon and thread is not threading.main_thread()


class DrainingServer(uvicorn.Server):
    """A server that drains when a service manager ends it, and ends at once, but in good order, on Ctrl-C.

    After SIGTERM it takes requests for a while yet, but says that it is not ready: a load balancer needs some time to
    notice. Then, as after Ctrl-C or a second signal, it takes no more, and finishes those it has. What is not finished
    in time is broken off.

    Args:
        config: What is served.
        drain: Told when draining begins.
        accept_seconds: How long requests are taken after SIGTERM.
        finish_seconds: How long those under way have then; a process that has not ended `LONGER_SECONDS` after that is
            broken off.
        listening: Called once the server listens.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        drain: Drain,
        *,
        accept_seconds: float,
        finish_seconds: int,
        listening: Callable[[], None],
    ) -> None:
        """Keep them."""
        config.timeout_graceful_shutdown = finish_seconds
        super().__init__(config)
        self._overdue = threading.Timer(
            finish_seconds + LONGER_SECONDS, lambda: break_off(self._has_ended, threading.enumerate())
        )
        self._overdue.daemon = True
        self._has_ended = False
        self._drain = drain
        self._accept_seconds = accept_seconds
        self._listening = listening
        self._closes_at: float | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop."""
        super().run(sockets)
        self._has_ended = True
        # The interpreter would look through millions of objects for cycles before it ends, which takes it seconds and
        # frees nothing that does not end with the process.
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, and finish those under way."""
        self._overdue.start()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if not self.should_exit:
            self._listening()

    async def on_tick(self, counter: int) -> bool:
        """Return whether it is time to take no more requests."""
        if self._closes_at is not None and not self._drain.has_begun:
            self._drain.begin()
            told = "Told to stop: no longer ready, but taking requests for %g s more"
            fields = {"event": "draining", "fields": {"accept_seconds": self._accept_seconds}}
            LOGGER.info(told, self._accept_seconds, extra=fields)
        is_over = self._closes_at is not None and time.monotonic() >= self._closes_at
        return await super().on_tick(counter) or is_over

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain at the first SIGTERM; at any other signal take no more requests."""
        # The inherited one breaks off at the second Ctrl-C, with a traceback; the end is seconds away anyhow.
        if sig == signal.SIGTERM and self.started and self._closes_at is None:
            self._closes_at = time.monotonic() + self._accept_seconds
        else:
            self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle both signals for as long as the server runs."""
        # The inherited one sends itself the signal again at the end, which can end in a traceback.
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
