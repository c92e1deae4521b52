"""What many tests share: a toy encoder, and a data directory of twelve small records.

The records in `data/small.jsonl` have the shape of Parliament's API, but the questions, answers and people in
them are invented.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.build import build
from retrieval.encoders import EncoderIdentity, TokenVectors, unit_rows

# No test is about time: what is slow on a busy machine is not wrong.
hypothesis.settings.register_profile("despatch", deadline=None)
hypothesis.settings.load_profile("despatch")

HERE = Path(__file__).parent
WINDOW = 120
_WORD = re.compile(r"[^\s.,]+")

# What Rich and Typer go by, beside the terminal itself.
_OF_TERMINALS = frozenset(
    ("COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PY_COLORS", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
)


# `milvus-lite server` can't take a port that is free by itself, so this calls what that calls.
_LITE = """
import sys
from milvus_lite.adapter.grpc.server import start_server_in_thread
server, db, port = start_server_in_thread(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]))
print(port, flush=True)
sys.stdin.read()
server.stop(grace=1)
db.close()
"""


class Lite:
    """A Milvus Lite server in a process of its own, on a port of this machine, which can be stopped."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Start it, and wait until it says where it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LITE, str(folder), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.uri = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process.poll() is None:
            self._process.communicate(timeout=60)


class ToyEncoder:
    """Hashes words into a vector: texts that share words are close, exactly and the same everywhere."""

    def __init__(self, name: str = "toy") -> None:
        """Take a name, so that a test can have two different ones."""
        self._identity = EncoderIdentity(
            name=name, weights_sha256=hashlib.sha256(name.encode()).hexdigest(), dimensions=256, window=WINDOW
        )
        self.encoded: list[str] = []

    @property
    def identity(self) -> EncoderIdentity:
        """Return what a manifest records."""
        return self._identity

    @property
    def precision(self) -> str:
        """Return the arithmetic."""
        return "exact"

    def fits(self, text: str) -> bool:
        """Count words, as many as the window has."""
        return len(text.split()) <= WINDOW

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float32]:
        """Encode and remember what was encoded."""
        self.encoded.extend(texts)
        progress(len(texts))
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode each word as one place of the vector."""
        vectors = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in set(text.lower().replace(".", " ").replace(",", " ").split()):
                vectors[row, hashlib.sha256(word.encode()).digest()[0]] += 1
        return unit_rows(vectors)

    def encode_tokens(self, texts: Sequence[str], *, in_context: bool = True) -> list[TokenVectors]:
        """Take words for tokens, each as it is whatever stands beside it."""
        found = [list(_WORD.finditer(text))[:WINDOW] for text in texts]
        return [
            TokenVectors(
                np.array([word.span() for word in words], dtype=np.int64).reshape(-1, 2),
                self.encode_queries([word.group() for word in words]),
            )
            for words in found
        ]


def pytest_report_header() -> str | None:
    """Say at the start what is left out where there is no browser."""
    if shutil.which("chromium"):
        return None
    return "Browser tests are left out: there is no Chromium here. To run them: sudo apt install chromium"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the browser tests out where there is no browser."""
    if shutil.which("chromium"):
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("browser")]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the terminal and the settings the same for every test, whatever its caller's are."""
    for name in tuple(os.environ):
        if name.startswith("DESPATCH_") or name in _OF_TERMINALS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def toy_encoder() -> ToyEncoder:
    """Give a fresh toy encoder."""
    return ToyEncoder()


@pytest.fixture
def other_encoder() -> ToyEncoder:
    """Give an encoder that says it is another model."""
    return ToyEncoder("another")


@pytest.fixture(scope="session")
def small_source() -> str:
    """Give the path of the twelve invented records."""
    return str(HERE / "data" / "small.jsonl")


@pytest.fixture(scope="session")
def seeds() -> str:
    """Give the path of the seed documents."""
    return str(HERE.parent / "seeds")


@pytest.fixture(scope="session")
def sources() -> str:
    """Give the path of a folder with a file of each kind of source."""
    return str(HERE / "data" / "sources")


@pytest.fixture
def three_topics() -> str:
    """Give a question that three answers are close to."""
    return (
        "giving local councils powers to run village bus services in rural areas, a scheme of the Ministry of Defence "
        "that has housed homeless veterans since 2023, how many patients are waiting for an NHS dentist"
    )


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory, small_source: str) -> Path:
    """Build the twelve records once; tests that change the directory take `small_data` instead."""
    data = tmp_path_factory.mktemp("built") / "data"
    build([small_source], data, ToyEncoder(), now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    return data


@pytest.fixture
def small_data(tmp_path: Path, small_source: str) -> Path:
    """Build the twelve records into a directory of the test's own."""
    data = tmp_path / "data"
    build([small_source], data, ToyEncoder(), now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    return data


@pytest.fixture(scope="session")
def quotable_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build six invented answers once, of which three had another text before; tests do not change the directory."""
    data = tmp_path_factory.mktemp("quotable") / "data"
    build([str(HERE / "data" / "quotable_before.jsonl")], data, ToyEncoder(), now=datetime(2025, 3, 7, 12, tzinfo=UTC))
    later = datetime(2026, 11, 21, 12, tzinfo=UTC)
    build([str(HERE / "data" / "quotable.jsonl")], data, ToyEncoder(), add=True, now=later)
    return data


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a Milvus Lite server that all tests share."""
    server = Lite(tmp_path_factory.mktemp("lite") / "data")
    yield server.uri
    server.stop()
