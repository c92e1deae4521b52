"""One measurement of size in a process of its own, so that its memory is its own; prints one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.vectors import VectorIndex

DEEP = 200
"""Rows that a search of the product asks the vectors for."""

_TIMES = 3
_SLOW_QUESTIONS = 5
_NEVER = 1 << 62


def resident() -> dict[str, int]:
    """Return the bytes that this process has in memory: its own, and those of files that it maps."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("Rss"))
    found = {name: 1024 * int(size) for name, size, _ in lines}
    return {"own": found["RssAnon:"], "files": found["RssFile:"]}


def built(vectors: Path, index: Path) -> dict[str, object]:
    """Build an index as the product does, and write it."""
    given: NDArray[np.float32] = np.load(vectors, mmap_mode="r")
    before, stages, started = resident(), dict[str, float](), time.perf_counter()

    def heard(stage: str, done: int, total: int | None) -> None:
        stages[stage] = time.perf_counter() - started

    made = VectorIndex.of(given, heard)
    seconds = time.perf_counter() - started
    made.write(index)
    own = resident()["own"] - before["own"]
    # The kernel counts the pages of the vectors that were read as well; they can be taken back at any time.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "stages": stages, "kind": made.kind, "own": own, "peak": peak}


def searched(index: Path, questions: Path, chosen: Path, out: Path) -> dict[str, object]:
    """Open an index, and search it with every question, with and without selections of rows."""
    asked, selected = np.load(questions), np.load(chosen)
    before, started = resident(), time.perf_counter()
    opened = VectorIndex.read(index)
    seconds = time.perf_counter() - started
    opened.search(asked[0], 10)
    times: dict[str, list[float]] = {}
    found: dict[str, NDArray[np.int64]] = {}

    def ask(name: str, k: int, rows: NDArray[np.int64] | None) -> None:
        answers = np.full((len(asked), k), -1, dtype=np.int64)
        quickest = np.full(len(asked), np.inf)
        for _ in range(_TIMES):
            for place, question in enumerate(asked):
                began = time.perf_counter()
                near = opened.search(question, k, rows)[0]
                quickest[place] = min(quickest[place], 1000 * (time.perf_counter() - began))
                answers[place, : len(near)] = near
        times[name], found[name] = quickest.tolist(), answers

    ask("all", 10, None)
    after = resident()
    ask("deep", DEEP, None)
    for name in selected.files:
        ask(name, 10, selected[name])
    scan = []
    for question in asked[:_SLOW_QUESTIONS]:
        began = time.perf_counter()
        opened._vectors.exact(question, 10, None)
        scan.append(1000 * (time.perf_counter() - began))
    whole = resident()
    np.savez(out, **found)
    return {
        "seconds": seconds,
        "times": times,
        "scan": min(scan),
        "memory": {name: after[name] - before[name] for name in after},
        "whole": {name: whole[name] - before[name] for name in whole},
    }


def scanned(vectors: Path, questions: Path) -> dict[str, object]:
    """Search the vectors as a small index would: all of them, and by a rounded copy."""
    asked = np.load(questions)[:20]
    exact = VectorIndex.of(np.load(vectors, mmap_mode="r"), clustered_from=_NEVER)
    exact.search(asked[0], 10)
    plain, rounded = [], []
    for question in asked:
        for times, search in ((plain, exact._vectors.exact), (rounded, exact._vectors.search)):
            taken = []
            for _ in range(_TIMES):
                began = time.perf_counter()
                search(question, 10, None)
                taken.append(1000 * (time.perf_counter() - began))
            times.append(min(taken))
    return {"plain": float(np.median(plain)), "rounded": float(np.median(rounded))}


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    measured = {"built": built, "searched": searched, "scanned": scanned}[what]
    sys.stdout.write(json.dumps(measured(*map(Path, paths))) + "\n")  # type: ignore[operator]
