"""Answers given below the application, before it has the whole of a request: as problems, in the log and in metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from service.access_log import NO_ROUTE, OTHER_METHOD, Served, log
from service.metrics import Metrics, Refusal
from service.problems import MEDIA_TYPE, Problem
from service.request_ids import HEADER, under

_AGAIN_SECONDS: Final = 1


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """One such answer.

    Attributes:
        status: The HTTP status.
        title: The kind of problem.
        detail: What is the matter and what to do.
        reason: What it is counted as.
    """

    status: HTTPStatus
    title: str
    detail: str
    reason: Refusal

    def answer(self, named: str) -> tuple[list[tuple[str, str]], bytes]:
        """Return the headers and the body.

        Args:
            named: The id of the request.
        """
        kind = self.title.lower().replace(" ", "-")
        found = Problem(
            type=f"urn:despatch-box:problem:{kind}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            instance="",
            request_id=named,
        )
        content = bytes(found.response().body)
        headers = [
            *(("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(content)))),
            *(("Cache-Control", "no-store"), ("Connection", "close"), (HEADER, named)),
        ]
        if self.status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", str(_AGAIN_SECONDS)))
        return headers, content


NOT_HTTP: Final = TurnedAway(
    HTTPStatus.BAD_REQUEST,
    "Bad request",
    "the request is not HTTP/1.1, or its head is longer than 256 KiB",
    Refusal.NOT_HTTP,
)
TOO_SLOW: Final = TurnedAway(
    HTTPStatus.REQUEST_TIMEOUT,
    "Request timeout",
    "the request took too long to arrive: send it again",
    Refusal.TOO_SLOW,
)
TOO_MANY: Final[Mapping[Refusal, TurnedAway]] = {
    reason: TurnedAway(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections", detail, reason)
    for reason, detail in (
        (Refusal.TOO_MANY_CONNECTIONS, "too many connections are open: try again in a moment"),
        (
            Refusal.TOO_MANY_FROM_ADDRESS,
            "too many connections are open from this address: use those again, or close some",
        ),
    )
}
"""By why a connection is one too many, what it is told."""


class Account:
    """Has those that were turned away counted, and logged as any other request is.

    Args:
        metrics: Counts them.
        about: Gives what is written beside each request where lines have fields.
    """

    def __init__(self, metrics: Metrics, about: Callable[[], Mapping[str, object]] = dict) -> None:
        """Keep who is told."""
        self._metrics = metrics
        self._about = about

    def refused(self, reason: Refusal) -> None:
        """Count a refusal; what was answered to a request, if anything, is logged elsewhere."""
        self._metrics.refused(reason)

    def answered(self, away: TurnedAway, named: str, seconds: float) -> None:
        """Count and log a request that the application was never told of; its refusal is counted by `refused`.

        Args:
            away: What was answered.
            named: The id that it was given.
            seconds: Since it began.
        """
        served = Served(OTHER_METHOD, NO_ROUTE, away.status, seconds)
        self._metrics.began()
        self._metrics.ended(served)
        with under(named):
            log(served, self._about())
