"""One request over HTTP: read, remembered, answered or made to fail."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from tests.replay.answering import Service
from tests.replay.trouble import How, Reply, Troubles, reply_to


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in. Primary key: its place in the list of requests.

    Attributes:
        path: The path, without the query.
        query: Parameters by name, each with its values in order.
        headers: Headers by name in lower case.
        at: When it came in, in seconds on a monotonic clock.
    """

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    at: float


class Listener(ThreadingHTTPServer):
    """Listens on a socket, with one thread for each connection; none outlives `server_close`."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service, troubles: Troubles, requests: list[Asked]) -> None:
        self.service = service
        self.troubles = troubles
        self.requests = requests
        self.faults: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take note of a new connection and start its thread."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Shut every open connection, so that the threads that wait on them end; to be called after `shutdown`."""
        for connection in tuple(self._connections):
            _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that went away; keep any other fault for `ReplayServer` to raise."""
        fault = sys.exception()
        if fault is not None and not isinstance(fault, ConnectionError):
            self.faults.append(fault)


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Listener

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Asked(parts.path, query, headers, time.monotonic()))
        trouble = self.server.troubles.take(self.path, unquote_plus(self.path))
        if trouble is None:
            self._send(self.server.service.reply(parts.path, query))
        else:
            self._fail(*trouble, self.server.service.reply(parts.path, query))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the requests are kept, for whoever wants to see them."""

    def _send(self, reply: Reply, body: bytes | None = None) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.retry_after is not None:
            self.send_header("Retry-After", str(reply.retry_after))
        self.end_headers()
        self.wfile.write(reply.body if body is None else body)
        self.wfile.flush()

    def _fail(self, how: How, retry_after: int | None, right: Reply) -> None:
        half = right.body[: len(right.body) // 2]
        whole = Reply(right.status, half) if how == "cut-json" else reply_to(how, retry_after)
        if whole is not None:
            self._send(whole)
            return
        self.close_connection = True
        if how == "timeout":
            self._keep_waiting()
        elif how == "truncated":
            self._send(right, half)
        _shut(self.connection)

    def _keep_waiting(self) -> None:
        """Return when the client has gone away, or the server hangs up."""
        while self.connection.recv(1024):
            pass


def _shut(connection: socket.socket) -> None:
    # The other side may have been faster.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
