"""A data directory that is filled from the replay server; every record in these tests is invented."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from retrieval.encoders import Encoder
from retrieval.snapshot import open_snapshot
from retrieval.sync.client import ParliamentService, Patience
from retrieval.sync.engine import sync
from retrieval.sync.request import Plan, SyncReport, SyncRequest
from tests.replay.server import ReplayServer

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)
SHORT = Patience(attempts=3, timeout_seconds=2.0, first_wait_seconds=0.01, longest_wait_seconds=0.05, jitter_seconds=0)


@dataclass
class Filling:
    """One data directory, the server that it is filled from, and what was asked of that.

    Attributes:
        now: The time that syncs are told.
        plans: What each sync said it would take.
        fetched_when_planned: How many records were fetched by then.
        encoders: How often an encoder was loaded.
    """

    data: Path
    server: ReplayServer
    encoder: Encoder
    stack: ExitStack
    now: datetime = datetime(2026, 11, 22, 9, tzinfo=UTC)
    plans: list[Plan] = field(default_factory=list)
    fetched_when_planned: list[int] = field(default_factory=list)
    progress: list[tuple[str, int, int | None]] = field(default_factory=list)
    encoders: int = 0

    def service(self, **settings: Any) -> ParliamentService:
        """Return a quick client of the server."""
        quick: dict[str, Any] = {
            "url": self.server.url,
            "requests_per_second": 5000.0,
            "page_size": 10,
            "overlap": 3,
            "patience": SHORT,
        }
        return self.stack.enter_context(ParliamentService(**(quick | settings)))

    def sync(self, service: ParliamentService | None = None, **request: Any) -> SyncReport:
        """Sync what is asked for; June 2026 where the request says nothing."""
        asked = SyncRequest(**(request or {"first": FIRST, "last": LAST}))
        return self.go(asked, service)

    def go(self, request: SyncRequest, service: ParliamentService | None = None) -> SyncReport:
        """Sync just this request."""
        return sync(
            self.data,
            self._encoder,
            request,
            service or self.service(),
            now=lambda: self.now,
            progress=lambda *told: self.progress.append(told),
            planned=self._planned,
        )

    def _planned(self, plan: Plan) -> None:
        self.plans.append(plan)
        self.fetched_when_planned.append(len(self.singles()))

    def _encoder(self) -> Encoder:
        self.encoders += 1
        return self.encoder

    def singles(self, since: int = 0) -> list[int]:
        """Return the ids asked for by the single call, rising, after the first `since` requests."""
        return sorted(
            int(last) for asked in self.server.requests[since:] if (last := asked.path.rsplit("/", 1)[1]).isdigit()
        )

    def lists(self, since: int = 0) -> list[dict[str, str]]:
        """Return the parameters of the list calls that took more than one row."""
        return [
            {"path": asked.path.rsplit("/", 1)[1]} | {name: ",".join(values) for name, values in asked.query.items()}
            for asked in self.server.requests[since:]
            if asked.query.get("take", ["1"]) != ["1"]
        ]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the store of the current snapshot."""
        with closing(sqlite3.connect(open_snapshot(self.data).records_file)) as connection:
            return connection.execute(sql).fetchall()

    def journal(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the journal."""
        with closing(sqlite3.connect(self.data / "sync.sqlite")) as connection:
            return connection.execute(sql).fetchall()

    def ids(self) -> list[int]:
        """Return the ids of the answered questions held, rising."""
        return [row[0] for row in self.rows("SELECT api_id FROM records WHERE api_id IS NOT NULL ORDER BY api_id")]

    def text_of(self, number: int) -> str:
        """Return the passages of an answered question, one a line."""
        sql = f"SELECT text FROM passages JOIN records ON record = number WHERE api_id = {number} ORDER BY ordinal"
        return "\n".join(row[0] for row in self.rows(sql))


@dataclass(frozen=True)
class Canned:
    """A response as it is, for what the replay server never says."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@pytest.fixture
def canned() -> Iterator[Callable[..., str]]:
    """Give what starts a server that answers any request with the next of some responses, the last one for ever."""
    with ExitStack() as stack:

        def start(*responses: Canned, by_path: Callable[[str], Canned] | None = None) -> str:
            left = list(responses)

            def next_one(path: str) -> Canned:
                return left.pop(0) if len(left) > 1 else left[0]

            answer = by_path or next_one

            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    response = answer(self.path)
                    self.send_response(response.status)
                    for name, value in (*response.headers, ("Content-Length", str(len(response.body)))):
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(response.body)

                def log_message(self, format: str, *args: object) -> None:
                    """Say nothing."""

            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}/api"

        yield start


@pytest.fixture
def response() -> type[Canned]:
    """Give what makes a response."""
    return Canned


@pytest.fixture
def filling(tmp_path: Path, toy_encoder: Encoder) -> Iterator[Callable[..., Filling]]:
    """Give what starts a replay server with some records, and an empty data directory."""
    with ExitStack() as stack:

        def start(*questions: dict[str, Any], **settings: Any) -> Filling:
            server = stack.enter_context(ReplayServer(questions, **settings))
            return Filling(tmp_path / "data", server, toy_encoder, stack)

        yield start
