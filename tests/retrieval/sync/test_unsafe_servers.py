"""A server that means harm: it can't lead a call elsewhere, fill the memory, or hold it for ever."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.attachments.fetching import PARLIAMENT, _is_at
from retrieval.errors import QueryError, ServiceUnreachable, UnexpectedResponse
from retrieval.sync.client import ParliamentService, Patience
from retrieval.sync.collection import QUESTIONS

Start = Callable[..., Any]

QUICK = Patience(attempts=1, timeout_seconds=5.0, first_wait_seconds=0.0, longest_wait_seconds=0.1, jitter_seconds=0)
BOMB = b"\0" * (48 << 20)


def _service(url: str, **settings: Any) -> ParliamentService:
    quick: dict[str, Any] = {"requests_per_second": 1000.0, "patience": QUICK}
    return ParliamentService(url, **(quick | settings))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("way", ["page", "record", "get", "file"])
def test_no_redirect_is_followed_to_this_machine_or_elsewhere(canned: Start, response: Any, status: int, way: str):
    asked: list[str] = []

    def secret(path: str) -> Any:
        asked.append(path)
        return response(b'{"secret": true}')

    inside = canned(by_path=secret)
    url = canned(response(b"", status, (("Location", inside),)))
    with _service(url) as service:
        calls: dict[str, Callable[[], object]] = {
            "page": lambda: service.page(QUESTIONS, (), 0, 1),
            "record": lambda: service.record(QUESTIONS, 1),
            "get": lambda: service.get(f"{url}/Members/1"),
            "file": lambda: service.file(f"{url}/a.pdf"),
        }
        with pytest.raises(UnexpectedResponse, match=f"the status {status}"):
            calls[way]()
    assert asked == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/", "unix:/run/x"])
def test_only_the_web_is_asked_whatever_the_address_says(url: str):
    with pytest.raises(QueryError, match="no address on the web"):
        ParliamentService(url)
    with _service("http://127.0.0.1:9/api") as service, pytest.raises((ServiceUnreachable, UnexpectedResponse)):
        service.file(url)


@pytest.mark.parametrize("url", ["https://www.parliament.uk\t/a", "https://[::1", "https://x:y/"])
def test_an_address_that_is_none_ends_one_call_and_is_told(url: str):
    with _service("http://127.0.0.1:9/api") as service, pytest.raises(UnexpectedResponse, match="is no address"):
        service.file(url)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BOMB, 9)),
        ("deflate", zlib.compress(BOMB, 9)),
        ("gzip, gzip", gzip.compress(gzip.compress(BOMB, 9), 9)),
        ("identity", BOMB[: 4 << 20]),
    ],
    ids=["gzip", "deflate", "gzip twice", "plain"],
)
def test_what_swells_is_given_up_at_the_limit_and_never_held_whole(
    canned: Start, response: Any, encoding: str, body: bytes
):
    url = canned(response(body, 200, (("Content-Encoding", encoding),)))
    with _service(url, max_bytes=100_000) as service:
        tracemalloc.start()
        try:
            with pytest.raises(UnexpectedResponse, match="more than 100,000 bytes"):
                service.file(f"{url}/a.pdf")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    # The server's own copies are in this process too: what counts is that the 48 MB never are.
    assert peak < 24 << 20


@pytest.fixture
def dripping() -> Iterator[str]:
    """Start a server that sends a byte at a time, without end."""
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            while not stopped.wait(0.01):
                try:
                    self.wfile.write(b"1")
                except OSError:
                    return

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        stopped.set()
        server.shutdown()
        thread.join()


def test_an_answer_that_drips_without_end_is_given_up(dripping: str):
    patience = Patience(attempts=1, timeout_seconds=5.0, whole_seconds=0.1)
    with (
        _service(dripping, patience=patience) as service,
        pytest.raises(ServiceUnreachable, match=r"took more than 0\.1 seconds for one answer, tried once"),
    ):
        service.file(f"{dripping}/a.pdf")


HOSTS = st.sampled_from(["parliament.uk", "www.parliament.uk", "127.0.0.1", "[::1]", "evil.example", "localhost"])
PIECES = st.sampled_from(
    ["@", "\\", "#", "?", "/", ":80", ":443", ".", "%2e", "%40", "\t", " ", "。", "\uff0f", "user", "A"]
)


@given(
    st.lists(HOSTS | PIECES, min_size=1, max_size=6), st.sampled_from(["https://", "http://", "HTTPS:", "https:\\\\"])
)
def test_what_is_taken_for_parliaments_server_is_what_would_be_asked(pieces: list[str], scheme: str):
    url = scheme + "".join(pieces)
    if not any(_is_at(url, host) for host in PARLIAMENT):
        return
    try:
        asked = httpx2.URL(url).host.rstrip(".")
    except httpx2.InvalidURL:
        return  # It is told, and nothing is asked.
    assert asked == "parliament.uk" or asked.endswith(".parliament.uk")
