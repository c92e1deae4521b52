"""Trouble on demand: what the next requests meet with instead of an answer."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Literal, get_args

How = Literal["429", "500", "503", "body-500", "timeout", "truncated", "cut-json", "drop", "not-json"]
HOWS: tuple[str, ...] = get_args(How)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer over HTTP.

    Attributes:
        status: The status code.
        body: The body's bytes.
        media_type: What kind of bytes they are.
        retry_after: Seconds to send as `Retry-After`; None sends none.
    """

    status: int
    body: bytes
    media_type: str = "application/json; charset=utf-8"
    retry_after: int | None = None


@dataclass(slots=True)
class _Ordered:
    """One order for trouble, and how many requests it still waits for."""

    how: How
    left: int
    where: str | None
    retry_after: int | None


class Troubles:
    """The orders that are not used up, in order; several threads may use it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[_Ordered] = []

    def order(self, how: How, times: int, where: str | None, retry_after: int | None) -> None:
        """Let the next `times` requests whose path and query contain `where` meet with `how`."""
        with self._lock:
            self._orders.append(_Ordered(how, times, where, retry_after))

    def take(self, *targets: str) -> tuple[How, int | None] | None:
        """Return the trouble that this request meets with, and its `Retry-After`; None is no trouble.

        Args:
            targets: Forms of the request's path and query, as sent and decoded.
        """
        with self._lock:
            for order in self._orders:
                if order.left > 0 and (order.where is None or any(order.where in target for target in targets)):
                    order.left -= 1
                    return order.how, order.retry_after
            return None


def reply_to(how: How, retry_after: int | None) -> Reply | None:
    """Return the whole reply that `how` stands for; None where it is none: a timeout, a cut or a drop."""
    if how == "not-json":
        return Reply(200, b"<!DOCTYPE html><title>Maintenance</title><p>Back soon.", "text/html; charset=utf-8")
    if how == "body-500":
        return Reply(200, problem(500, "An error occurred while processing your request."))
    titles = {"429": "Too Many Requests", "500": "Internal Server Error", "503": "Service Unavailable"}
    if how in titles:
        return Reply(int(how), problem(int(how), titles[how]), retry_after=retry_after)
    return None


def problem(status: int, title: str, detail: str | None = None) -> bytes:
    """Return the JSON of a fault, in the fields of RFC 9457 that the service names in its description."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": None}
    return json.dumps(body).encode()
