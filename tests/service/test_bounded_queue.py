from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from starlette.types import Receive, Scope, Send

from retrieval.encoders import Encoder, EncoderIdentity, TokenVectors
from service.app import create_app
from service.bounded_queue import BoundedQueue
from service.settings import Settings

READER = {"Accept": "text/html"}


class HeldEncoder:
    """An encoder that holds every question until it is told to go on."""

    def __init__(self, inner: Encoder) -> None:
        self.inner = inner
        self.asked = threading.Semaphore(0)
        self.may_go = threading.Event()

    @property
    def identity(self) -> EncoderIdentity:
        return self.inner.identity

    @property
    def precision(self) -> str:
        return self.inner.precision

    def fits(self, text: str) -> bool:
        return self.inner.fits(text)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float32]:
        return self.inner.encode_documents(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.release()
        assert self.may_go.wait(30)
        return self.inner.encode_queries(texts)

    def encode_tokens(self, texts: Sequence[str], *, in_context: bool = True) -> list[TokenVectors]:
        return self.inner.encode_tokens(texts, in_context=in_context)


@pytest.fixture
def held(toy_encoder: Encoder) -> HeldEncoder:
    return HeldEncoder(toy_encoder)


@pytest.fixture
def narrow(built_once: Path, held: HeldEncoder) -> Iterator[TestClient]:
    """Give a client of a service that works on one request at a time and lets two wait."""
    settings = Settings(data=built_once, threads=1, queue=2)
    with TestClient(create_app(settings, encoder=held)) as opened:
        yield opened


def waiting(client: TestClient) -> int:
    """Return how many requests wait for a thread."""
    assert client.portal

    def counted() -> int:
        return anyio.to_thread.current_default_thread_limiter().statistics().tasks_waiting

    return client.portal.call(counted)


def one_under_way_and_two_waiting(client: TestClient, held: HeldEncoder, pool: ThreadPoolExecutor) -> list[Future[int]]:
    def asked() -> int:
        return client.get("/v1/search", params={"q": "buses"}).status_code

    results = [pool.submit(asked)]
    assert held.asked.acquire(timeout=30)
    results += [pool.submit(asked) for _ in range(2)]
    for _ in range(1000):
        if waiting(client) == 2:
            return results
        threading.Event().wait(0.01)
    raise AssertionError("two requests should wait")


def test_what_comes_when_the_queue_is_full_is_refused_at_once_and_the_rest_is_answered(
    narrow: TestClient, held: HeldEncoder
) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = one_under_way_and_two_waiting(narrow, held, pool)
        try:
            refused = narrow.get("/v1/search", params={"q": "veterans"})
            page = narrow.get("/", params={"q": "veterans"}, headers=READER)
            alive = [narrow.get(path).status_code for path in ("/healthz", "/readyz")]
        finally:
            held.may_go.set()
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:despatch-box:problem:too-busy"
    assert refused.json()["detail"] == "2 requests wait already, and no more may: ask again in 1 second"
    assert "veterans" not in refused.text
    assert (page.status_code, page.headers["retry-after"]) == (503, "1")
    assert page.headers["content-type"].startswith("text/html")
    assert "ask again in 1 second" in page.text
    assert alive == [200, 200]
    assert [one.result() for one in results] == [200, 200, 200]
    assert narrow.get("/v1/search", params={"q": "veterans"}).status_code == 200


def test_of_requests_that_come_at_one_moment_no_more_get_in_than_there_is_room_for(
    built_once: Path, held: HeldEncoder
) -> None:
    app = create_app(Settings(data=built_once, threads=1, queue=2), encoder=held)
    body = b'{"query": "buses"}'

    async def asked(done: list[int]) -> None:
        parts = [body[:5], body[5:]]

        async def receive() -> dict[str, object]:
            # As from a socket, others get their turn before each part has come.
            await anyio.sleep(0)
            part = parts.pop(0) if parts else b""
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                done.append(message["status"])

        await app(
            {
                **{"type": "http", "method": "POST", "path": "/v1/search", "raw_path": b"/v1/search", "scheme": "http"},
                **{"query_string": b"", "root_path": "", "client": ("127.0.0.1", 1), "server": ("x", 80)},
                "headers": [(b"content-type", b"application/json"), (b"content-length", b"18"), (b"host", b"x")],
            },
            receive,
            send,
        )

    async def burst() -> list[int]:
        done: list[int] = []
        async with app.router.lifespan_context(app), anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(asked, done)
            with anyio.move_on_after(30):
                while len(done) < 7:
                    await anyio.sleep(0.01)
            refused = list(done)
            held.may_go.set()
        assert refused == [503] * 7
        return done[7:]

    assert anyio.run(burst) == [200] * 3


def test_who_leaves_while_sending_is_passed_to_nobody_and_not_answered(built_once: Path, toy_encoder: Encoder) -> None:
    statuses: list[object] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        statuses.append(await receive())

    async def left() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        statuses.append(message)

    app = create_app(Settings(data=built_once), encoder=toy_encoder)
    scope = {"type": "http", "path": "/v1/search", "headers": [(b"transfer-encoding", b"chunked")], "app": app}
    anyio.run(BoundedQueue(inner, 0), scope, left, send)
    assert statuses == []


def test_who_is_refused_is_told_to_wait_longer_where_requests_take_longer(
    narrow: TestClient, held: HeldEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("service.bounded_queue.time.monotonic", lambda: now[0])
    with ThreadPoolExecutor(4) as pool:
        results = one_under_way_and_two_waiting(narrow, held, pool)
        now[0] = 100.0
        held.may_go.set()
        assert [one.result() for one in results] == [200, 200, 200]
    held.may_go.clear()
    with ThreadPoolExecutor(4) as pool:
        results = one_under_way_and_two_waiting(narrow, held, pool)
        refused = narrow.get("/v1/search", params={"q": "veterans"})
        held.may_go.set()
    # Three requests of 100 seconds make a mean of 27.1; of three that are inside, the two that wait take two thirds.
    assert refused.headers["retry-after"] == "19"


def test_where_none_may_wait_what_has_a_thread_is_answered(built_once: Path, toy_encoder: Encoder) -> None:
    with TestClient(create_app(Settings(data=built_once, threads=1, queue=0), encoder=toy_encoder)) as opened:
        assert [opened.get("/v1/search", params={"q": "buses"}).status_code for _ in range(3)] == [200, 200, 200]


def test_the_number_of_threads_is_that_of_other_programs_again_when_the_service_ends(
    built_once: Path, toy_encoder: Encoder
) -> None:
    async def threads() -> tuple[float, float, float]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        app = create_app(Settings(data=built_once, threads=3), encoder=toy_encoder)
        before = limiter.total_tokens
        async with app.router.lifespan_context(app):
            during = limiter.total_tokens
        return before, during, limiter.total_tokens

    before, during, after = anyio.run(threads)
    assert (during, after) == (3, before)
