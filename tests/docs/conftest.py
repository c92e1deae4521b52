"""A service over the sample with the real model, for the documentation to be tried on."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from retrieval.build import build
from retrieval.encoders import SentenceEncoder

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Served:
    """A service over the sample, in a folder in which commands are run."""

    folder: Path
    address: str

    def ran(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run one command line as a reader would."""
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HF_HUB_OFFLINE": "1",
        }
        return subprocess.run(
            ["bash", "-c", command.replace("http://127.0.0.1:8000", self.address)],
            check=False,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, seeds: str) -> Iterator[Served]:
    """Build the sample with the real model and serve it."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "seeds").symlink_to(seeds)
    # As a reader would, from the folder that it is in: a record says where it was read.
    with contextlib.chdir(folder):
        build(["seeds"], "data", SentenceEncoder())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(port)],
        cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "DESPATCH_METRICS": "true"},
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/healthz").close()
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.2)
    yield Served(folder, address)
    process.terminate()
    process.wait(timeout=30)
