"""A service goes on looking at the server that has its vectors, whatever happens, and believes nothing that is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retrieval.build import build, upgrade
from retrieval.encoders import Encoder
from retrieval.errors import StoreUnreachable
from retrieval.milvus.place import THIS_MACHINE, Target
from retrieval.milvus.server import MilvusServer, connected
from retrieval.snapshot import current_name, open_snapshot
from service import app as application
from service.app import create_app
from service.settings import Settings
from service.watching import Watching

QUESTION = "how many patients are waiting for an NHS dentist"
_NUMBERS = count(1)


def comes_true(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def watched(tmp_path: Path, small_source: str, lite: str, toy_encoder: Encoder) -> Settings:
    """Give a service over a server, which it looks at often."""
    build([small_source], tmp_path / "data", toy_encoder, target=Target(lite, alias=f"watched{next(_NUMBERS)}"))
    return Settings(data=tmp_path / "data", reload_seconds=0.05)


def test_a_request_that_fails_of_a_server_that_is_no_longer_searched_leaves_the_service_ready(
    watched: Settings, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, is_over, statuses = threading.Event(), threading.Event(), list[int]()

    def hang(*_: object, **__: object) -> None:
        hangs.set()
        assert is_over.wait(30)
        raise StoreUnreachable("it did not answer in 20 seconds")

    with TestClient(create_app(watched, encoder=toy_encoder)) as client:

        def ready() -> tuple[int, str | None]:
            answer = client.get("/readyz")
            return answer.status_code, answer.json().get("snapshot")

        monkeypatch.setattr(MilvusServer, "nearest", hang)
        asking = threading.Thread(
            target=lambda: statuses.append(client.get("/v1/search", params={"q": QUESTION}).status_code)
        )
        asking.start()
        assert hangs.wait(30)
        upgrade(watched.data, toy_encoder, target=THIS_MACHINE)
        local = current_name(watched.data)
        assert comes_true(lambda: ready() == (200, local))
        is_over.set()
        asking.join()
        assert statuses == [503]
        assert ready() == (200, local)


def test_a_look_that_goes_wrong_in_an_unknown_way_is_logged_once_and_not_the_last(
    watched: Settings, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broke: list[str] = []

    def broken(*_: object) -> None:
        broke.append("first" if len(broke) < 3 else "other")
        raise (ZeroDivisionError if broke[-1] == "first" else OverflowError)(f"at {len(broke)} o'clock")

    def logged() -> int:
        return caplog.messages.count("Whether the store can be searched could not be told")

    with TestClient(create_app(watched, encoder=toy_encoder)) as client:
        monkeypatch.setattr(MilvusServer, "has", broken)
        assert comes_true(lambda: len(broke) > 5)
        assert logged() == 2
        assert client.get("/readyz").status_code == 200
        monkeypatch.setattr(MilvusServer, "has", lambda *_: False)
        assert comes_true(lambda: client.get("/readyz").status_code == 503)


def test_a_collection_that_is_there_and_gives_nothing_is_not_ready_until_it_does(
    watched: Settings, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(*_: object, **__: object) -> None:
        raise StoreUnreachable("the collection is not loaded")

    with TestClient(create_app(watched, encoder=toy_encoder)) as client:

        def ready() -> int:
            return client.get("/readyz").status_code

        monkeypatch.setattr(MilvusServer, "vectors", unread)
        assert comes_true(lambda: ready() == 503)
        monkeypatch.setattr(MilvusServer, "nearest", unread)
        assert client.get("/v1/search", params={"q": QUESTION}).status_code == 503
        looks = list[int]()
        for _ in range(10):
            time.sleep(0.05)
            looks.append(ready())
        assert looks == [503] * 10
        monkeypatch.undo()
        assert comes_true(lambda: ready() == 200)


def test_a_collection_that_lost_its_rows_is_told_by_readiness(
    watched: Settings, toy_encoder: Encoder, lite: str
) -> None:
    generation = open_snapshot(watched.data).manifest.milvus
    assert generation is not None
    with TestClient(create_app(watched, encoder=toy_encoder)) as client:
        assert client.get("/readyz").status_code == 200
        connected(Target(lite)).remove(generation.collection, [0])
        assert comes_true(lambda: client.get("/readyz").json().get("title") == "Store damaged")


def test_a_task_that_failed_keeps_nothing_from_being_closed(
    built_once: Path, toy_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Watching] = []
    has_failed = threading.Event()
    close = Watching.close

    async def fail(*_: object) -> None:
        has_failed.set()
        raise ZeroDivisionError

    async def noted(watching: Watching) -> None:
        closed.append(watching)
        await close(watching)

    monkeypatch.setattr(application, "keep_asking", fail)
    monkeypatch.setattr(Watching, "close", noted)
    with TestClient(create_app(Settings(data=built_once), encoder=toy_encoder)):
        assert has_failed.wait(30)
    assert len(closed) == 1
