"""How the index of vectors behaves as it grows: recall, time, memory and building, as tables."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from scripts.scale_process import DEEP, Built, Scanned, Searched, save_arrays
from scripts.scale_vectors import Ground, Truth, grown, selections, truth

Told = TypeVar("Told")

NEAR = 0.001
"""A vector whose score is no further than this below the true last one counts as right, beside the strict count."""

_SCANNED_TO = 1_000_000
"""Vectors up to which the float32 copies that a scan needs are made."""


@dataclass(frozen=True, slots=True)
class Recall:
    """The mean share of the k rows that were to be found.

    Attributes:
        strict: Of the very rows that exact search finds.
        near: Of any whose true score is within `NEAR` of the last of those.
        full: Of the questions that had a full page.
    """

    strict: float
    near: float
    full: float


def recall(
    found: NDArray[np.int64], right: Truth, vectors: NDArray[np.float32], questions: NDArray[np.float32]
) -> Recall:
    """Compare what was found, -1 where there was nothing, with what exact search finds."""
    scores, rows = right
    k = rows.shape[1]
    strict, near = [], []
    for place, one in enumerate(found):
        some = one[one >= 0]
        strict.append(len(np.intersect1d(some, rows[place])) / k)
        near.append(min(k, int((vectors[some] @ questions[place] >= scores[place, -1] - NEAR).sum())) / k)
    full = float((found >= 0).all(axis=1).mean())
    return Recall(float(np.mean(strict)), float(np.mean(near)), full)


def measure(ground: Ground, count: int, folder: Path) -> Iterator[str]:
    """Grow the vectors to `count`, and yield the lines of the tables for them."""
    vectors = grown(ground, count, folder / "vectors.npy")
    chosen = dict(selections(ground, count))
    np.save(folder / "questions.npy", ground.questions)
    save_arrays(folder / "chosen.npz", chosen)
    paths = {name: str(folder / name) for name in ("vectors.npy", "questions.npy", "index", "chosen.npz", "found.npz")}
    made = _process(Built, paths["vectors.npy"], paths["index"])
    yield f"\n## {count:,} vectors\n"
    stages = "; ".join(f"{name} until {seconds:.0f} s" for name, seconds in made.stages.items())
    size = (folder / "index").stat().st_size
    yield f"{made.kind}; built in {made.seconds:.0f} s, {made.work:.0f} s of a processor ({stages or 'no stages'}), "
    yield f"{made.own / count:,.0f} bytes a vector in memory then; {size / count:,.0f} bytes a vector on disk"
    if count <= _SCANNED_TO:
        scan = _process(Scanned, paths["vectors.npy"], paths["questions.npy"])
        yield f"going through all, of a processor: {scan.plain:.1f} ms in float32, {scan.rounded:.1f} ms rounded"
    told = _process(Searched, *(paths[name] for name in ("index", "questions.npy", "chosen.npz", "found.npz")))
    yield f"going through all that this index has: {told.scan:.1f} ms of a processor; opened in {told.seconds:.2f} s"
    for memory, what in ((told.memory, "after the questions"), (told.whole, "after going through all")):
        own, files = memory.own / count, memory.files / count
        yield f"memory {what}: {own + files:,.0f} bytes a vector ({own:,.0f} of its own, {files:,.0f} of the file)"
    yield "\n| rows allowed | wanted | recall | within .001 | full | p50 ms | p95 ms | processor p50 ms | p95 ms |"
    yield "|---|---|---|---|---|---|---|---|---|"
    found = np.load(paths["found.npz"])
    for name in found.files:
        k = DEEP if name == "deep" else 10
        right = truth(vectors, ground.questions, k, chosen.get(name))
        how = recall(found[name], right, vectors, ground.questions)
        times = (np.percentile(one[name], at) for one in (told.times, told.work) for at in (50, 95))
        cells = " | ".join(f"{one:.1f}" for one in times)
        label = "all" if name == "deep" else name
        yield f"| {label} | {k} | {how.strict:.4f} | {how.near:.4f} | {how.full:.1%} | {cells} |"


def scale(ground: Ground, sizes: Sequence[int], folder: str | None) -> Iterator[str]:
    """Yield the lines of the tables, size by size."""
    for count in sizes:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            yield from measure(ground, count, Path(place))


def _process(kind: type[Told], *paths: str) -> Told:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "scripts.scale_process", kind.__name__, *paths]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(done.stdout, type=kind)
