"""A running service takes up what is published: tested with real servers on loopback, one with a client of its own."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import State

from retrieval.build import build
from retrieval.checks import CHECKS_FILE, Checks, MonthCheck, write_checks
from retrieval.encoders import Encoder, EncoderIdentity
from retrieval.errors import StoreUnreachable
from retrieval.records import Genre, House
from retrieval.search import Searcher
from retrieval.snapshot import current_name
from retrieval.vectors import VectorIndex
from service.app import create_app
from service.dependencies import Readiness
from service.reloading import Opener, keep_current
from service.settings import Settings

if TYPE_CHECKING:
    from tests.service.conftest import Running

SECONDS = 30.0
SOON = {"DESPATCH_RELOAD_SECONDS": "0.1"}
TARGETS = ("/v1/search?q=bus+services+in+rural+areas", "/v1/answers/1", "/v1/coverage", "/v1/answers/1/history")

Start = Callable[..., "Running"]
Publish = Callable[..., str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def publish(data: Path, tmp_path: Path, small_source: str, toy_encoder: Encoder) -> Publish:
    """Publish the first few of the invented records, and return the snapshot's name."""
    lines = Path(small_source).read_text(encoding="utf-8").splitlines()

    def published(count: int, *, into: Path = data, encoder: Encoder = toy_encoder) -> str:
        source = tmp_path / f"{count}.jsonl"
        source.write_text("\n".join(lines[:count]), encoding="utf-8")
        return build([str(source)], into, encoder).snapshot

    return published


def ready(server: Running) -> str:
    """Return the snapshot that a server says it is ready with, or the title of the problem."""
    told = json.loads(server.ask("GET", "/readyz")[2])
    return str(told.get("snapshot") or told["title"])


def comes_true(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_no_request_fails_while_snapshots_are_published_and_each_is_soon_searched(
    start: Start, publish: Publish, data: Path
):
    names = [publish(4)]
    server = start(data, **SOON)
    answers: list[tuple[int, str, str]] = []
    over = threading.Event()

    def ask_without_pause() -> None:
        while not over.is_set():
            for target in TARGETS:
                status, _, content = server.ask("GET", target)
                answers.append((status, target, str(json.loads(content).get("snapshot", ""))))

    clients = [threading.Thread(target=ask_without_pause) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        for count in (5, 6, 7, 8, 9, 10):
            names.append(publish(count))
            assert comes_true(lambda: ready(server) == names[-1])
    finally:
        over.set()
        for client in clients:
            client.join()
    assert {status for status, _, _ in answers} == {200}
    searched = list(dict.fromkeys(name for _, target, name in answers if target == TARGETS[0]))
    assert [name for name in searched if name not in names] == []
    assert names.index(searched[0]) < 2
    found = json.loads(server.ask("GET", TARGETS[0])[2])
    assert (found["snapshot"], found["searched"]["records"]) == (names[-1], 10)
    _, _, err = server.stop()
    assert err.count("Now serving snapshot ") >= 1
    assert f"Now serving snapshot {names[-1]}: 10 answered questions\n" in err
    assert "Traceback" not in err
    assert "Unexpected fault" not in err


@pytest.mark.parametrize("fault", [None, StoreUnreachable("The server is away"), RuntimeError("The disk failed")])
def test_a_new_snapshot_is_searched_once_before_it_is_served(
    publish: Publish,
    data: Path,
    toy_encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception | None,
):
    first, search, searched = publish(4), Searcher.search, list[tuple[str, str]]()
    app = create_app(Settings(data=data, reload_seconds=0.05), encoder=toy_encoder)
    watched = list[int]()
    monkeypatch.setattr(VectorIndex, "watch", lambda *given, one_in: watched.append(len(searched)))

    def noted(self: Searcher, *given: Any, **named: Any) -> object:
        searched.append((self.corpus.manifest.name, app.state.readiness.searcher.corpus.manifest.name))
        if fault:
            raise fault
        return search(self, *given, **named)

    monkeypatch.setattr(Searcher, "search", noted)
    caplog.set_level("INFO")
    with TestClient(app) as client:
        second = publish(5)
        assert comes_true(lambda: client.get("/readyz").json().get("snapshot") == second)
    assert searched == [(second, first)]
    assert watched == [0, 1], "what is asked first by nobody must not be what recall is sampled of"
    told = f"The first search of snapshot {second} failed"
    assert (f"{told}: The server is away" in caplog.messages) == isinstance(fault, StoreUnreachable)
    assert (told in caplog.messages) == isinstance(fault, RuntimeError)


def test_a_service_started_with_nothing_serves_what_is_published_later(start: Start, publish: Publish, data: Path):
    server = start(data, **SOON)
    assert server.said[0].endswith(". It is searched as soon as it is there\n")
    assert (ready(server), server.ask("GET", TARGETS[0])[0]) == ("No snapshot", 503)
    name = publish(4)
    assert comes_true(lambda: ready(server) == name)
    assert server.ask("GET", TARGETS[0])[0] == 200


def test_a_snapshot_of_another_model_is_not_taken_up_and_the_next_good_one_is(
    start: Start, publish: Publish, data: Path, other_encoder: Encoder
):
    first = publish(4)
    server = start(data, **SOON)
    publish(5, encoder=other_encoder)
    warning = f"What is new can't be used, so snapshot {first} is served on: "
    line = server.line(holding=warning)
    assert "WARNING" in line
    assert "was built with the model another, not toy" in line
    assert ready(server) == first
    last = publish(6)
    assert comes_true(lambda: ready(server) == last)


def test_a_damaged_snapshot_is_not_taken_up(start: Start, publish: Publish, data: Path, tmp_path: Path):
    first = publish(4)
    server = start(data, **SOON)
    other = tmp_path / "other"
    name = publish(5, into=other)
    vectors = other / "snapshots" / name / "vectors.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")
    shutil.copytree(other / "snapshots" / name, data / "snapshots" / name)
    shutil.copy(other / "current", data / "new")
    (data / "new").rename(data / "current")
    line = server.line(holding=f"so snapshot {first} is served on: ")
    assert "vectors.faiss is not as it was published" in line
    assert ready(server) == first
    assert server.ask("GET", TARGETS[0])[0] == 200


def test_what_is_new_of_parliaments_lists_is_told_without_opening_the_snapshot_again(
    publish: Publish, data: Path, toy_encoder: Encoder
):
    name = publish(4)
    check = MonthCheck(Genre.ANSWER, House.COMMONS, "2024-09", 3, 1, 0, datetime(2026, 11, 22, 8, tzinfo=UTC))
    with TestClient(create_app(Settings(data=data, reload_seconds=0.05), encoder=toy_encoder)) as client:
        corpus = client.app.state.readiness.searcher.corpus  # type: ignore[attr-defined]
        assert client.get("/v1/coverage").json()["months"][0]["listed"] is None
        write_checks(data, Checks((check,)))
        assert comes_true(lambda: client.get("/v1/coverage").json()["months"][0]["listed"] == 3)
        found = client.get("/v1/search?q=buses").json()
        assert found["searched"]["gaps"][0]["what"] != "what is indexed was never compared with Parliament's own lists"
        assert found["snapshot"] == name
        again = client.app.state.readiness.searcher.corpus  # type: ignore[attr-defined]
        assert again is not corpus
        assert again.store is corpus.store
        assert corpus.months[0].listed is None


def test_checks_that_can_not_be_read_leave_what_is_served(
    publish: Publish, data: Path, toy_encoder: Encoder, caplog: pytest.LogCaptureFixture
):
    publish(4)
    with TestClient(create_app(Settings(data=data, reload_seconds=0.05), encoder=toy_encoder)) as client:
        (data / CHECKS_FILE).write_bytes(b"{")
        assert comes_true(lambda: f"{CHECKS_FILE} can't be read" in caplog.text)
        assert client.get("/v1/coverage").status_code == 200


def test_checks_alone_do_not_make_a_service_ready(data: Path, toy_encoder: Encoder):
    data.mkdir()
    with TestClient(create_app(Settings(data=data, reload_seconds=0.05), encoder=toy_encoder)) as client:
        before = client.app.state.readiness  # type: ignore[attr-defined]
        write_checks(data, Checks())
        time.sleep(0.2)
        assert client.app.state.readiness is before  # type: ignore[attr-defined]
        assert client.get("/readyz").status_code == 503


def test_a_first_snapshot_of_another_model_is_named_and_the_next_good_one_is_served(
    publish: Publish, data: Path, toy_encoder: Encoder, other_encoder: Encoder, caplog: pytest.LogCaptureFixture
):
    data.mkdir()
    with TestClient(create_app(Settings(data=data, reload_seconds=0.05), encoder=toy_encoder)) as client:
        publish(4, encoder=other_encoder)
        assert comes_true(lambda: client.get("/readyz").json()["title"] == "Other model")
        assert "Nothing to search: " in caplog.text
        name = publish(5)
        assert comes_true(lambda: client.get("/readyz").json().get("snapshot") == name)


class Faltering:
    """An encoder that can be told to fail, with something that is no error of ours."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.fails = encoder, False
        self.precision = encoder.precision
        self.fits = encoder.fits
        self.encode_documents = encoder.encode_documents
        self.encode_queries = encoder.encode_queries
        self.encode_tokens = encoder.encode_tokens

    @property
    def identity(self) -> EncoderIdentity:
        if self.fails:
            raise MemoryError("no room")
        return replace(self.encoder.identity)


def test_a_fault_that_nobody_thought_of_is_logged_and_the_looking_goes_on(
    publish: Publish, data: Path, toy_encoder: Encoder, caplog: pytest.LogCaptureFixture
):
    first = publish(4)
    encoder = Faltering(toy_encoder)
    with TestClient(create_app(Settings(data=data, reload_seconds=0.05), encoder=encoder)) as client:
        encoder.fails = True
        publish(5)
        assert comes_true(lambda: "could not be opened" in caplog.text)
        assert client.get("/readyz").json()["snapshot"] == first
        encoder.fails = False
        last = publish(6)
        assert comes_true(lambda: client.get("/readyz").json()["snapshot"] == last)
    assert current_name(data) == last


def test_what_was_taken_out_of_service_is_freed_before_the_next_look(
    publish: Publish, data: Path, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
):
    publish(4)
    opener, state = Opener(Settings(data=data), encoder=toy_encoder), State()
    state.readiness = opener.open(Readiness(None))
    before, seen = weakref.ref(state.readiness.searcher.corpus), opener.stamp()
    held: list[bool] = []

    async def slept(seconds: float) -> None:
        held.append(before() is not None)
        if len(held) == 2:
            raise TimeoutError

    monkeypatch.setattr("service.reloading.asyncio.sleep", slept)
    name = publish(5)
    with pytest.raises(TimeoutError):
        asyncio.run(keep_current(state, opener, seen))
    assert state.readiness.searcher.corpus.manifest.name == name
    assert held == [True, False]
