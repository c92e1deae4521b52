"""One measurement of size in a process of its own, so that its memory is its own; prints one line of JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.vectors import VectorIndex

DEEP = 200
"""Rows that a search of the product asks the vectors for."""

_TIMES = 3
_SLOW_QUESTIONS = 5
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that a process has in memory: its own, and those of files that it maps."""

    own: int
    files: int

    @classmethod
    def now(cls) -> Memory:
        """Return those of this process."""
        lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("Rss"))
        found = {name: 1024 * int(size) for name, size, _ in lines}
        return cls(found["RssAnon:"], found["RssFile:"])

    def since(self, before: Memory) -> Memory:
        """Return what came on top of `before`."""
        return Memory(self.own - before.own, self.files - before.files)


@dataclass(frozen=True, slots=True)
class Built:
    """What building took.

    Attributes:
        kind: Of index.
        seconds: In all, without writing it.
        work: Seconds that processors worked for it, which other programs on the machine hardly change.
        stages: By the name of each stage, the seconds from the beginning to its end.
        own: Bytes of memory that the index had then.
    """

    kind: str
    seconds: float
    work: float
    stages: dict[str, float]
    own: int


@dataclass(frozen=True, slots=True)
class Searched:
    """What searching took.

    Attributes:
        seconds: Until the index was open.
        times: By selection, the milliseconds of each question.
        work: Likewise those that the processor worked for it.
        scan: Milliseconds that the processor worked to go through all that is in the index.
        memory: After the questions that have no selection.
        whole: After everything that is in the index was looked at.
    """

    seconds: float
    times: dict[str, list[float]]
    work: dict[str, list[float]]
    scan: float
    memory: Memory
    whole: Memory


@dataclass(frozen=True, slots=True)
class Scanned:
    """Median milliseconds that the processor works to go through all vectors: in float32, and as a small index does."""

    plain: float
    rounded: float


def save_arrays(path: Path, arrays: Mapping[str, NDArray[np.int64]]) -> None:
    """Write arrays by name."""
    np.savez(path, allow_pickle=False, **arrays)


def built(vectors: Path, index: Path) -> Built:
    """Build an index as the product does, and write it."""
    given: NDArray[np.float32] = np.load(vectors, mmap_mode="r")
    before, stages = Memory.now(), dict[str, float]()
    started, worked = time.perf_counter(), time.process_time()

    def heard(stage: str, done: int, total: int | None) -> None:
        stages[stage] = time.perf_counter() - started

    made = VectorIndex.of(given, heard)
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    made.write(index)
    return Built(made.kind, seconds, work, stages, Memory.now().since(before).own)


def searched(index: Path, questions: Path, chosen: Path, out: Path) -> Searched:
    """Open an index, and search it with every question, with and without selections of rows."""
    asked, selected = np.load(questions), np.load(chosen)
    before, started = Memory.now(), time.perf_counter()
    opened = VectorIndex.read(index)
    seconds = time.perf_counter() - started
    opened.search(asked[-1], 10)
    times: dict[str, list[float]] = {}
    work: dict[str, list[float]] = {}
    found: dict[str, NDArray[np.int64]] = {}

    def ask(name: str, k: int, rows: NDArray[np.int64] | None) -> None:
        answers = np.full((len(asked), k), -1, dtype=np.int64)
        quickest = np.full((2, len(asked)), np.inf)
        for _ in range(_TIMES):
            for place, question in enumerate(asked):
                # A search runs in the thread that asks for it, and in no other.
                began, worked = time.perf_counter(), time.thread_time()
                near = opened.search(question, k, rows)[0]
                taken = 1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - worked)
                quickest[:, place] = np.minimum(quickest[:, place], taken)
                answers[place, : len(near)] = near
        times[name], work[name] = quickest.tolist()
        found[name] = answers

    ask("all", 10, None)
    memory = Memory.now().since(before)
    ask("deep", DEEP, None)
    for name in selected.files:
        ask(name, 10, selected[name])
    scan = []
    for question in asked[:_SLOW_QUESTIONS]:
        began = time.thread_time()
        opened._vectors.exact(question, 10, None)
        scan.append(1000 * (time.thread_time() - began))
    whole = Memory.now().since(before)
    save_arrays(out, found)
    return Searched(seconds, times, work, min(scan), memory, whole)


def scanned(vectors: Path, questions: Path) -> Scanned:
    """Search the vectors as a small index would: all of them, and by a rounded copy."""
    asked = np.load(questions)[:20]
    exact = VectorIndex.of(np.load(vectors, mmap_mode="r"), clustered_from=_NEVER)
    exact.search(asked[-1], 10)
    searches = (exact._vectors.exact, exact._vectors.search)
    quickest = np.full((len(searches), len(asked)), np.inf)
    for _ in range(_TIMES):
        # All the questions in turn: of the one asked last it is remembered what came near.
        for place, question in enumerate(asked):
            for which, search in enumerate(searches):
                began = time.thread_time()
                search(question, 10, None)
                quickest[which, place] = min(quickest[which, place], 1000 * (time.thread_time() - began))
    return Scanned(*np.median(quickest, axis=1).tolist())


MEASURES: Mapping[str, Callable[..., Built | Searched | Scanned]] = {
    Built.__name__: built,
    Searched.__name__: searched,
    Scanned.__name__: scanned,
}


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    sys.stdout.buffer.write(msgspec.json.encode(MEASURES[what](*map(Path, paths))))
