"""What is built to a Milvus Lite server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from retrieval.build import build
from retrieval.milvus.place import Target
from retrieval.milvus.server import MilvusServer, connected
from tests.conftest import Lite, ToyEncoder

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_NUMBERS = count(1)


@pytest.fixture
def start_lite(tmp_path: Path) -> Iterator[Callable[..., Lite]]:
    """Start a server of a test's own; or start it again, on the port that it had."""
    started: list[Lite] = []

    def start(port: int = 0) -> Lite:
        started.append(Lite(tmp_path / "lite", port))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def shared(lite: str) -> MilvusServer:
    """Give a connection to it."""
    return connected(Target(lite))


@pytest.fixture
def target(lite: str) -> Target:
    """Give a place on the server for a data directory of a test's own."""
    return Target(lite, alias=f"test{next(_NUMBERS)}")


@pytest.fixture(scope="session")
def small_milvus(tmp_path_factory: pytest.TempPathFactory, small_source: str, lite: str) -> Path:
    """Build the twelve records once to the server; tests do not change them."""
    data = tmp_path_factory.mktemp("milvus") / "data"
    build([small_source], data, ToyEncoder(), now=_NOW, target=Target(lite, alias="small"))
    return data
