"""Ends connections whose client sends its request too slowly or takes nothing of its answer, or which are too many."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Any, Final, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from service.access_log import ANSWERED_BELOW
from service.doors import Doors, Entry
from service.metrics import Refusal
from service.request_ids import id_in, new_id
from service.turned_away import NOT_HTTP, TOO_MANY, TOO_SLOW, Account, TurnedAway

_SLOWEST_BYTES_A_SECOND: Final = 4096
"""A body that comes at this rate is always taken, however long it is; poor mobile connections are ten times as fast."""

_SECONDS_TO_ASK: Final = 1.0
"""How long a client that is one too many has to send something, so that it can be told why it is turned away."""

_AT_ONCE: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long clients are waited for.

    Attributes:
        receive_seconds: For the head of a request, from its first byte; then for its body, and a second more for each
            4,096 bytes that have come of it.
        send_seconds: For a client that takes nothing of its answer. One that takes a little each time has as long as it
            likes: it holds a connection, and no thread.
    """

    receive_seconds: float
    send_seconds: float


def patient_protocol(patience: Patience, doors: Doors, account: Account) -> type[H11Protocol]:
    """Return the server's protocol, bounded by `patience` and `doors`.

    The server's own one waits for ever, but for a connection that stays idle after an answer.

    Args:
        patience: How long clients are waited for.
        doors: Says which connection is one too many.
        account: Told of what is answered here, and so not by the application.
    """

    class Protocol(_Patient):
        limits = patience

    Protocol.doors, Protocol.account = doors, account
    return Protocol


class _Patient(H11Protocol):
    limits: Patience
    doors: Doors
    account: Account

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._phase: object = None
        self._began = 0.0
        self._received = 0
        self._entry: Entry | None = None
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._took_some = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the class above
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._began = self.loop.time()
        self._entry = self.doors.enter(self.client[0] if self.client else None)
        if self._entry.refusal is None:
            self._wait()
            return
        self.account.refused(self._entry.refusal)
        if self._entry.is_told:
            self._receiving = self.loop.call_later(_SECONDS_TO_ASK, self._turned_away, self._entry.refusal)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        if self._entry:
            self.doors.leave(self._entry)
            self._entry = None
        self._stop()
        if self._sending:
            self._sending.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent, and wait for what is still to come."""
        if self._entry and self._entry.refusal:
            self._turned_away(self._entry.refusal)
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
        self._refuse(NOT_HTTP)

    def _should_upgrade(self) -> bool:
        """Return that nothing but HTTP/1.1 is spoken: who asks for more is answered in that, and no log is told."""
        return False

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
            self._refuse(TOO_SLOW)

    def _turned_away(self, refusal: Refusal) -> None:
        self._refuse(TOO_MANY[refusal])

    def _refuse(self, away: TurnedAway) -> None:
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.SEND_RESPONSE:
            # The application has the head of this request already, and logs how it went.
            scope = cast(dict[str, Any], self.scope)
            scope[ANSWERED_BELOW] = int(away.status)
            self.account.refused(away.reason)
            self._answer(away, id_in(scope))
        elif self.conn.our_state is h11.IDLE:
            if away.reason not in TOO_MANY:  # Those were counted as they came.
                self.account.refused(away.reason)
            named = new_id()
            self._answer(away, named)
            self.account.answered(away, named, self.loop.time() - self._began)
        # None before the first request, whatever the class above says.
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None:
            # What is still worked out for this client has nowhere to go.
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()
        self._watch()

    def _answer(self, away: TurnedAway, named: str) -> None:
        headers, content = away.answer(named)
        response = h11.Response(status_code=away.status, headers=headers, reason=away.status.phrase.encode())
        for event in (response, h11.Data(data=content), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")

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
