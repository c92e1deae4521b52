"""How the service answers from a whole index: how soon it is ready, and what becomes of one, 16 and 200 clients.

Sixteen are also shared out among two processes of it, with the memory of both: what they share counts once.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from retrieval.corpus import Corpus
from retrieval.models import model_folder
from scripts.load import HEADS, OURS, line, load, targets
from scripts.peers.speaking import memory, proportional
from scripts.served import Served, served

CLIENTS = (1, 16, 200, 1)
"""How many ask at once, in turn; the last one shows whether the service has recovered."""

_SHARED = 16
"""How many ask two processes."""

_MODES = ("fast", "full")
_WARMING_SECONDS = 3.0
# What any service over this encoder must do before it can answer.
_LEAST = """
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1]).encode(["How many dentists are there?"])
"""


def serving(data: Path, questions: Sequence[str], *, seconds: float, rounds: int) -> Iterator[str]:
    """Measure, and yield the lines of the tables.

    Args:
        data: A data directory.
        questions: Asked one after another, and then again.
        seconds: How long each load lasts.
        rounds: How often the service is started to time that.
    """
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment["HF_HUB_OFFLINE"] = "1"
    corpus = Corpus.open(data)
    records, passages, model = len(corpus.store), len(corpus.index), corpus.manifest.model.name
    del corpus
    with tempfile.TemporaryDirectory() as scratch:
        log, arguments = Path(scratch) / "log.txt", ("--data", data, "--model", model)
        least, starts = [], []
        for _ in range(rounds):
            least.append(_least(model_folder(model), environment))
            with served(arguments, log, environment) as service:
                starts.append(service.seconds)
        yield f"{records:,} records, {passages:,} passages, {model}, {len(questions):,} distinct questions:"
        yield (
            f"from start to ready: {statistics.median(starts):.1f} s; importing sentence-transformers and encoding one "
            f"text: {statistics.median(least):.1f} s (medians of {rounds}, in turn); {seconds:g} s a load"
        )
        yield ""
        yield line(*HEADS, "MB resident")
        yield line(*["---"] * (len(HEADS) + 1))
        for mode in _MODES:
            with served(arguments, log, environment) as service:
                yield line(mode, "none yet", *["–"] * (len(HEADS) - 2), _resident(service))
                yield from _loaded(service, mode, questions, seconds)
        with (
            served(arguments, log, environment) as one,
            served(arguments, Path(scratch) / "other.txt", environment) as other,
        ):
            yield _shared((one, other), _MODES[0], questions, seconds)


def _least(model: Path, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _LEAST, str(model)], check=True, env=environment, capture_output=True)
    return time.perf_counter() - began


def _loaded(service: Served, mode: str, questions: Sequence[str], seconds: float) -> Iterator[str]:
    asked = targets(OURS, questions, mode)
    asyncio.run(load(service.address, asked, clients=1, seconds=_WARMING_SECONDS))
    for clients in CLIENTS:
        tally = asyncio.run(load(service.address, asked, clients=clients, seconds=seconds))
        yield line(mode, clients, *tally.cells(), _resident(service))


def _shared(services: Sequence[Served], mode: str, questions: Sequence[str], seconds: float) -> str:
    asked, addresses = targets(OURS, questions, mode), [one.address for one in services]
    asyncio.run(load(addresses, asked, clients=len(services), seconds=_WARMING_SECONDS))
    tally = asyncio.run(load(addresses, asked, clients=_SHARED, seconds=seconds))
    together = sum(proportional(one.pid) for one in services)
    return line(f"{mode}, two processes", _SHARED, *tally.cells(), f"{together:.0f}")


def _resident(service: Served) -> str:
    return f"{memory(service.pid)['now_mb']:.0f}"
