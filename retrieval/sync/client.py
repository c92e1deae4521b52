"""Calls Parliament's service over HTTP: politely, patiently, and never taking a broken response for a whole one."""

from __future__ import annotations

import logging
import math
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import Self

import httpx2
import msgspec
import stamina

from retrieval.errors import QueryError, ServiceUnreachable, UnexpectedResponse
from retrieval.sync.collection import Collection
from retrieval.sync.pacing import Clock
from retrieval.sync.responses import OK, PassingFaultError, check_body, list_in, seconds_to_wait

OFFICIAL_URL = "https://questions-statements-api.parliament.uk/api"
MOST_REQUESTS_PER_SECOND = 10.0
# A list of 1,000 rows, expanded, is under 10 MB; the longest single answer known is well under 1.
MAX_BYTES = 1 << 26

_NOT_FOUND = 404
_TOO_MANY = 429
_SERVER_ERROR = 500

# A library's retries are for its caller to report: without this, Python prints each of them.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call goes on being tried.

    Attributes:
        attempts: Requests made for one call before it is given up.
        timeout_seconds: Silence after which a request is given up.
        first_wait_seconds: Wait after the first failure; doubled after each more.
        longest_wait_seconds: The longest wait, whether ours or asked for by `Retry-After`.
        jitter_seconds: Up to this is added to each wait, by chance.
        whole_seconds: Time that one response may take, however steadily it drips.
    """

    attempts: int = 6
    timeout_seconds: float = 30.0
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 120.0
    jitter_seconds: float = 1.0
    whole_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Page:
    """One response of a list.

    Attributes:
        total: How many rows the whole list has, as this response says.
        rows: Rows in order, each as bytes of JSON.
        url: What was asked.
    """

    total: int
    rows: tuple[bytes, ...]
    url: str


class ParliamentService:
    """Parliament's questions and statements service; safe to use from several threads.

    Args:
        url: Where the API begins.
        contact: How those who run the service can reach the user; part of the `User-Agent`.
        requests_per_second: At most this many requests begin in a second, whatever the number of threads.
        in_flight: How many single calls are under way at once.
        page_size: Rows asked for by one list call.
        overlap: Rows that a page shares with the one before, so that nothing slips through as the list shifts.
        patience: How long a call goes on being tried.
        max_bytes: A longer response is refused, and is never held whole.
        retrying: Hears, when a call failed and is tried again, which try of how many comes next; from any thread.

    Raises:
        QueryError: If one of these can't be used.
    """

    def __init__(  # noqa: PLR0913 - each is a setting
        self,
        url: str = OFFICIAL_URL,
        *,
        contact: str | None = None,
        requests_per_second: float = MOST_REQUESTS_PER_SECOND,
        in_flight: int = 4,
        page_size: int = 500,
        overlap: int = 10,
        patience: Patience | None = None,
        max_bytes: int = MAX_BYTES,
        retrying: Callable[[int, int], None] = lambda attempt, attempts: None,
    ) -> None:
        """Check the settings; nothing is asked yet."""
        _check_address(url, requests_per_second)
        if in_flight < 1:
            raise QueryError("in_flight", f"is {in_flight}, and must be at least 1")
        if not 0 <= overlap < page_size:
            raise QueryError("overlap", f"is {overlap}, and must be from 0 to less than the page size, {page_size}")
        if contact is not None and not (contact.isascii() and contact.isprintable()):
            raise QueryError(
                "contact", f"is {contact!r}, and must be an address in plain letters, such as a mailto: one"
            )
        self.url = url.rstrip("/")
        self.requests_per_second = requests_per_second
        self.in_flight = in_flight
        self.page_size = page_size
        self.overlap = overlap
        self._patience = patience or Patience()
        self._max_bytes = max_bytes
        self._retrying = retrying
        self._clock = Clock(1 / requests_per_second)
        self._stopped = threading.Event()
        name = f"despatch-box/{version('despatch-box')}"
        self._client = httpx2.Client(
            headers={"User-Agent": f"{name} (+{contact})" if contact else name, "Accept": "application/json"},
            timeout=self._patience.timeout_seconds,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def stop(self) -> None:
        """Let the calls under way end, but try none of them again."""
        self._stopped.set()

    def resume(self) -> None:
        """Try calls again as usual."""
        self._stopped.clear()

    @property
    def requests_made(self) -> int:
        """How many requests were begun, tries included."""
        return self._clock.starts

    def list_url(self, collection: Collection) -> str:
        """Return where the list of a collection is."""
        return f"{self.url}/{collection.path}"

    def record_url(self, collection: Collection, number: int) -> str:
        """Return where one record is, without parameters."""
        return f"{self.url}/{collection.path}/{number}"

    def page(self, collection: Collection, parameters: Sequence[tuple[str, str]], skip: int, take: int) -> Page:
        """Return `take` rows of a list after the first `skip`.

        Raises:
            ServiceUnreachable: If there is no answer, or only errors, however often it is asked.
            UnexpectedResponse: If there is something else than a list.
        """
        sent = (*parameters, ("skip", str(skip)), ("take", str(take)))
        call = _Call(self.list_url(collection), sent)
        found = self._whole(call)
        if found is None:
            raise UnexpectedResponse(
                f"there is no list at {call.host} (status 404): check the address of the service ({call})"
            )
        try:
            body = list_in(found)
        except (msgspec.ValidationError, UnicodeDecodeError) as error:
            raise _unexpected(call, f"no list ({error})") from error
        return Page(body.total_results, tuple(bytes(row) for row in body.results), str(call))

    def record(self, collection: Collection, number: int) -> bytes | None:
        """Return one record whole, as the service gave it; None if there is none with this id.

        Raises:
            ServiceUnreachable: If there is no answer, or only errors, however often it is asked.
            UnexpectedResponse: If there is something else than JSON.
        """
        return self._whole(_Call(self.record_url(collection, number), (("expandMember", "true"),)))

    def get(self, url: str) -> bytes | None:
        """Return what a call of another service by the same keepers gives, such as the Members API; None for 404.

        Args:
            url: The whole address, parameters included.

        Raises:
            ServiceUnreachable: If there is no answer, or only errors, however often it is asked.
            UnexpectedResponse: If there is something else than JSON.
        """
        return self._whole(_Call(url, None))

    def file(self, url: str) -> bytes | None:
        """Return a file whole, whatever it holds; None for 404. No redirect is followed.

        Args:
            url: The whole address.

        Raises:
            ServiceUnreachable: If there is no answer, or only errors, however often it is asked.
            UnexpectedResponse: If it is too large, or the answer is neither a file nor an error.
        """
        return self._whole(_Call(url, None, is_json=False))

    def _whole(self, call: _Call) -> bytes | None:
        patience, tried = self._patience, 0
        try:
            for attempt in stamina.retry_context(
                on=self._backoff,
                attempts=patience.attempts,
                timeout=None,
                wait_initial=patience.first_wait_seconds,
                wait_max=patience.longest_wait_seconds,
                wait_jitter=patience.jitter_seconds,
            ):
                with attempt:
                    tried = attempt.num
                    return self._tried(call, tried)
        except PassingFaultError as error:
            often = "once" if tried == 1 else f"{tried} times"
            raise ServiceUnreachable(
                f"Parliament's service at {call.host} {error}, tried {often}: see whether the network and the service "
                f"are up; what was fetched is kept ({call})"
            ) from error
        return None  # pragma: no cover - the loop returns or raises

    def _tried(self, call: _Call, attempt: int) -> bytes | None:
        try:
            return self._once(call)
        except PassingFaultError:
            # Told before the wait, which can be long.
            if attempt < self._patience.attempts and not self._stopped.is_set():
                self._retrying(attempt + 1, self._patience.attempts)
            raise

    def _backoff(self, error: Exception) -> bool | float:
        if not isinstance(error, PassingFaultError) or self._stopped.is_set():
            return False
        if error.wait_seconds is None:
            return True
        wait = min(error.wait_seconds, self._patience.longest_wait_seconds)
        self._clock.pause(wait)
        return wait

    def _once(self, call: _Call) -> bytes | None:
        """Make one request, and return its whole body; None for 404."""
        self._clock.wait()
        try:
            with self._client.stream("GET", call.url, params=call.parameters) as response:
                body = self._body(call, response)
        except httpx2.InvalidURL as error:
            raise UnexpectedResponse(f"{call.url!r} is no address ({error}), so nothing was asked") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise PassingFaultError(_told(error)) from error
        status = response.status_code
        if status == _NOT_FOUND:
            return None
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            raise PassingFaultError(
                f"answered with the status {status}", seconds_to_wait(response.headers.get("Retry-After"))
            )
        if status != OK:
            raise _unexpected(call, f"the status {status}")
        if call.is_json:
            try:
                check_body(body)
            except PassingFaultError as error:
                raise PassingFaultError(f"sent what can't be used ({error})", error.wait_seconds) from error
        return body

    def _body(self, call: _Call, response: httpx2.Response) -> bytes:
        parts, size, latest = [], 0, time.monotonic() + self._patience.whole_seconds
        for part in response.iter_bytes():
            if time.monotonic() > latest:
                raise PassingFaultError(f"took more than {self._patience.whole_seconds:g} seconds for one answer")
            parts.append(part)
            size += len(part)
            if size > self._max_bytes:
                raise _unexpected(call, f"more than {self._max_bytes:,} bytes")
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Call:
    url: str
    parameters: tuple[tuple[str, str], ...] | None
    is_json: bool = True

    @property
    def host(self) -> str:
        """Return the machine that is asked, as people know it."""
        return httpx2.URL(self.url).host

    def __str__(self) -> str:
        return self.url if self.parameters is None else str(httpx2.URL(self.url, params=self.parameters))


def _unexpected(call: _Call, what: str) -> UnexpectedResponse:
    needed = "JSON of Parliament's API" if call.is_json else "a file"
    return UnexpectedResponse(
        f"{call.host} gave {what}, where {needed} is needed: check the address of the service, and see whether there "
        f"is a newer Despatch Box ({call})"
    )


def _told(error: httpx2.TransportError | httpx2.DecodingError) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "did not answer (no word for too long)"
    if isinstance(error, httpx2.ConnectError):
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ConnectionRefusedError):
                return "did not answer (connection refused)"
            if isinstance(cause, socket.gaierror):
                return "did not answer (its address could not be looked up)"
            cause = cause.__cause__ or cause.__context__
        return f"did not answer ({error})"
    return f"broke off its answer ({error})" if str(error) else f"broke off its answer ({type(error).__name__})"


def _check_address(url: str, rate: float) -> None:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise QueryError("api_url", f"{url!r} is no address ({error}): give one such as {OFFICIAL_URL}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise QueryError("api_url", f"{url!r} is no address on the web: give one such as {OFFICIAL_URL}")
    # The limit is a courtesy to Parliament; a mirror or a replay on one's own machine has none.
    most = MOST_REQUESTS_PER_SECOND if f".{parsed.host}".endswith(".parliament.uk") else math.inf
    if not 0 < rate <= most:
        raise QueryError("requests_per_second", f"is {rate}, and must be above 0 and at most {most} for {parsed.host}")
