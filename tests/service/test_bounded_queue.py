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
from service.bounded_queue import BoundedQueue, working_threads
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
    anyio.run(BoundedQueue(inner, 0, 10.0), scope, left, send)
    assert statuses == []


class Counter:
    """A service of two threads that is asked many times at once; answers leave it one by one, when they are told to."""

    def __init__(self, most_waiting: int, longest_wait: float, monkeypatch: pytest.MonkeyPatch, app: object) -> None:
        self.queue = BoundedQueue(self._inner, most_waiting, longest_wait)
        self.now = 0.0
        self.replies: list[MutableMapping[str, Any]] = []
        self._app = app
        self._doors: list[anyio.Event] = []
        monkeypatch.setattr("service.bounded_queue.time.monotonic", lambda: self.now)

    async def _inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = anyio.Event()
        self._doors.append(door)
        await door.wait()
        await send({"type": "http.response.start", "status": 200})

    async def asked(self) -> None:
        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.replies.append(message)

        scope = {"type": "http", "method": "GET", "path": "/v1/search", "headers": [], "app": self._app}
        await self.queue(scope, receive, send)

    async def leave(self, after: float) -> None:
        self.now += after
        self._doors.pop(0).set()
        await anyio.wait_all_tasks_blocked()

    async def come(self, group: anyio.abc.TaskGroup, count: int) -> list[str]:
        """Ask so many times; return the `Retry-After` of each that is refused."""
        before = len(self.replies)
        for _ in range(count):
            group.start_soon(self.asked)
        await anyio.wait_all_tasks_blocked()
        assert {reply["status"] for reply in self.replies[before:]} <= {503}
        return [dict(reply["headers"])[b"retry-after"].decode() for reply in self.replies[before:]]


@pytest.fixture
def counted(built_once: Path, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Give a queue of fifty places and of ten seconds."""
    return Counter(50, 10.0, monkeypatch, create_app(Settings(data=built_once), encoder=toy_encoder))


def test_fewer_may_wait_where_requests_take_longer(counted: Counter) -> None:
    async def scenario() -> None:
        with working_threads(2):
            async with anyio.create_task_group() as group:
                # Of how long they take nothing is known yet: the number alone counts.
                assert await counted.come(group, 12) == []
                await counted.leave(7)
                # From here on one leaves every two seconds: five may wait, and eight do.
                await counted.leave(2)
                assert await counted.come(group, 1) == ["16"]
                for _ in range(3):
                    await counted.leave(2)
                assert await counted.come(group, 2) == ["12"]
                for _ in range(8):
                    await counted.leave(2)

    anyio.run(scenario)


def test_where_requests_are_quick_as_many_may_wait_as_there_are_places(counted: Counter) -> None:
    async def scenario() -> None:
        with working_threads(2):
            async with anyio.create_task_group() as group:
                assert await counted.come(group, 30) == []
                for _ in range(20):
                    await counted.leave(0.125)
                assert await counted.come(group, 50) == ["7"] * 8
                for _ in range(52):
                    await counted.leave(0.125)

    anyio.run(scenario)


def test_one_stall_among_quick_requests_leaves_as_many_places(counted: Counter) -> None:
    async def scenario() -> None:
        with working_threads(2):
            async with anyio.create_task_group() as group:
                assert await counted.come(group, 50) == []
                for _ in range(3):
                    for _ in range(40):
                        await counted.leave(0.125)
                    assert await counted.come(group, 40) == []
                await counted.leave(2)
                assert await counted.come(group, 3) == []
                for _ in range(52):
                    await counted.leave(0.125)

    anyio.run(scenario)


def test_a_pause_in_which_a_thread_was_idle_is_not_taken_for_work(counted: Counter) -> None:
    async def scenario() -> None:
        with working_threads(2):
            async with anyio.create_task_group() as group:
                assert await counted.come(group, 3) == []
                for after in (1, 1, 1):
                    await counted.leave(after)
                counted.now += 1000
                assert await counted.come(group, 9) == []
                # The first answer after a pause comes long after the one before it, which says nothing of the pace.
                await counted.leave(1)
                assert await counted.come(group, 3) == []
                for _ in range(11):
                    await counted.leave(0)

    anyio.run(scenario)


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
