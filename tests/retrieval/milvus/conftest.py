"""A Milvus Lite server in a process of its own, on a port of this machine, and what is built to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from retrieval.build import build
from retrieval.milvus.place import Target
from retrieval.milvus.server import MilvusServer, connected
from tests.conftest import ToyEncoder

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_NUMBERS = count(1)

# `milvus-lite server` can't take a port that is free by itself, so this calls what that calls.
_PROGRAM = """
import sys
from milvus_lite.adapter.grpc.server import start_server_in_thread
server, db, port = start_server_in_thread(sys.argv[1], host="127.0.0.1")
print(port, flush=True)
sys.stdin.read()
server.stop(grace=1)
db.close()
"""


class Lite:
    """A server, which can be stopped."""

    def __init__(self, folder: Path) -> None:
        """Start it, and wait until it says where it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.uri = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process.poll() is None:
            self._process.communicate(timeout=60)


@pytest.fixture
def start_lite(tmp_path: Path) -> Iterator[Callable[[], Lite]]:
    """Start servers of a test's own."""
    started: list[Lite] = []

    def start() -> Lite:
        started.append(Lite(tmp_path / f"lite{len(started)}"))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server that all tests share."""
    server = Lite(tmp_path_factory.mktemp("lite") / "data")
    yield server.uri
    server.stop()


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
