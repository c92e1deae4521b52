"""Ends connections whose client sends its request or reads its answer too slowly, or which are too many."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from service.problems import MEDIA_TYPE, Problem

_SLOWEST_BYTES_A_SECOND: Final = 4096
"""A body that comes at this rate is always taken, however long it is; poor mobile connections are ten times as fast."""

_SECONDS_TO_ASK: Final = 1.0
"""How long a client that is one too many has to send something, so that it can be told why it is turned away."""

_AT_ONCE: Final = struct.pack("ii", 1, 0)


def _problem(status: HTTPStatus, kind: str, detail: str) -> Problem:
    title = kind.replace("-", " ").capitalize()
    return Problem(type=f"urn:despatch-box:problem:{kind}", title=title, status=status, detail=detail, instance="")


_NOT_HTTP: Final = _problem(
    HTTPStatus.BAD_REQUEST, "bad-request", "the request is not HTTP/1.1, or its head is longer than 256 KiB"
)
_TOO_SLOW: Final = _problem(
    HTTPStatus.REQUEST_TIMEOUT, "request-timeout", "the request took too long to arrive: send it again"
)
_TOO_MANY: Final = _problem(
    HTTPStatus.SERVICE_UNAVAILABLE, "too-many-connections", "too many connections are open: try again in a moment"
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long clients are waited for.

    Attributes:
        receive_seconds: For the head of a request, from its first byte; then for its body, and a second more for each
            4,096 bytes that have come of it.
        send_seconds: For a client that takes nothing of its answer.
        connections: The most that are open at once; more are told to come again.
    """

    receive_seconds: float
    send_seconds: float
    connections: int


def patient_protocol(patience: Patience) -> type[H11Protocol]:
    """Return the server's protocol, bounded by `patience`.

    The server's own one waits for ever, but for a connection that stays idle after an answer.
    """

    class Protocol(_Patient):
        limits = patience

    return Protocol


class _Patient(H11Protocol):
    limits: Patience

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._phase: object = None
        self._began = 0.0
        self._received = 0
        self._is_refused = False
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._took_some = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the class above
        """Begin to wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._is_refused = True
            self._receiving = self.loop.call_later(_SECONDS_TO_ASK, self._turned_away)
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop()
        if self._sending:
            self._sending.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent, and wait for what is still to come."""
        if self._is_refused:
            self._turned_away()
            return
        super().data_received(data)
        self._received += len(data)
        self._wait(len(data))

    def on_response_complete(self) -> None:
        """Go on with the next request, and see to it that the client takes this answer."""
        super().on_response_complete()
        self._wait()
        self._watch()

    def pause_writing(self) -> None:
        """Wait for the client to take what it was sent."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Note that the client took some of what it was sent."""
        self._took_some = True
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Say as a problem that the request is not HTTP; where an answer has begun, only break it off."""
        self._refuse(_NOT_HTTP)

    def _wait(self, received: int = 0) -> None:
        """Set the clock for the part of a request that is awaited, if it is another than before."""
        theirs = self.conn.their_state
        # An idle connection is ended by the server's own clock.
        awaits = theirs is h11.SEND_BODY or (theirs is h11.IDLE and self.timeout_keep_alive_task is None)
        phase = theirs if awaits and not self.transport.is_closing() else None
        if phase is self._phase:
            return
        self._stop()
        self._phase, self._began, self._received = phase, self.loop.time(), received
        if phase is not None:
            self._receiving = self.loop.call_later(self.limits.receive_seconds, self._check_received)

    def _stop(self) -> None:
        if self._receiving:
            self._receiving.cancel()
            self._receiving = None

    def _check_received(self) -> None:
        allowed = self.limits.receive_seconds
        if self._phase is h11.SEND_BODY:
            allowed += self._received / _SLOWEST_BYTES_A_SECOND
        left = self._began + allowed - self.loop.time()
        if left > 0:
            self._receiving = self.loop.call_later(left, self._check_received)
        elif self._phase is h11.IDLE and not self.conn.trailing_data[0]:
            self.transport.close()
        else:
            self._refuse(_TOO_SLOW)

    def _turned_away(self) -> None:
        self._refuse(_TOO_MANY)

    def _refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            content = bytes(problem.response().body)
            headers = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(content))), ("Connection", "close")]
            if problem is _TOO_MANY:
                headers.append(("Retry-After", "1"))
            reason = HTTPStatus(problem.status).phrase.encode()
            response = h11.Response(status_code=problem.status, headers=headers, reason=reason)
            for event in (response, h11.Data(data=content), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        # None before the first request, whatever the class above says.
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None:
            # What is still worked out for this client has nowhere to go.
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()
        self._watch()

    def _watch(self) -> None:
        """Set the clock for a client that has not taken all that it was sent."""
        if self._sending is None and self.transport.get_write_buffer_size():
            self._unsent, self._took_some = self.transport.get_write_buffer_size(), False
            self._sending = self.loop.call_later(self.limits.send_seconds, self._check_sent)

    def _check_sent(self) -> None:
        self._sending = None
        if self.transport.get_write_buffer_size() >= self._unsent and not self._took_some:
            # Without this the system would keep what is unsent, and offer it for minutes more.
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.transport.abort()
        else:
            self._watch()
