"""Many vectors made from real ones, selections of their rows, and what exact search finds among them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.encoders import SentenceEncoder

NOISE = 0.3
"""Length of the noise that is added to a vector of length 1."""

SHARES = (0.5, 0.05, 0.001)
"""How much of all rows a selection allows."""

_SEED = 0
_AT_ONCE = 50_000

Truth = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scores, falling, and rows, both of shape (questions, k)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is real in the measurement.

    Attributes:
        vectors: One a passage, in the order of dates, shape (n, d).
        bodies: A number for the body that gave each passage's answer, shape (n,).
        questions: Vectors of real questions, shape (m, d).
    """

    vectors: NDArray[np.float32]
    bodies: NDArray[np.int64]
    questions: NDArray[np.float32]

    @classmethod
    def of(cls, data: str, queries: Sequence[Path], model: str, count: int) -> Ground:
        """Read an index and encode `count` questions, spread evenly over `queries`."""
        corpus = Corpus.open(data)
        names = [str(name) for (name,) in corpus.store.rows("SELECT answering_body FROM records ORDER BY number")]
        _, bodies = np.unique(np.array(names), return_inverse=True)
        texts = [json.loads(line)["query"] for path in queries for line in path.read_text().splitlines()]
        some = [texts[place] for place in np.unique(np.linspace(0, len(texts) - 1, count).astype(int))]
        every = np.arange(len(corpus.index), dtype=np.int64)
        questions = SentenceEncoder(model).encode_queries(some)
        return cls(corpus.index.rows(every), bodies[corpus.store.record_of_row].astype(np.int64), questions)


def source_of(count: int, real: int) -> NDArray[np.int64]:
    """Return for each of `count` rows the real row that it is made from: each as often, in their order."""
    return np.arange(count, dtype=np.int64) * real // count


def grown(ground: Ground, count: int, path: Path) -> NDArray[np.float32]:
    """Write `count` vectors, each a real one with noise, of length 1, and return them mapped from the file."""
    random = np.random.default_rng(_SEED)
    real = ground.vectors
    source = source_of(count, len(real))
    out = np.lib.format.open_memmap(path, "w+", np.float32, (count, real.shape[1]))
    for start in range(0, count, _AT_ONCE):
        some = source[start : start + _AT_ONCE]
        noise = random.standard_normal((len(some), real.shape[1]), dtype=np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        noise += real[some]
        noise /= np.linalg.norm(noise, axis=1, keepdims=True)
        out[start : start + _AT_ONCE] = noise
    out.flush()
    made: NDArray[np.float32] = np.load(path, mmap_mode="r")
    return made


def selections(ground: Ground, count: int) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Yield the rows that a filter by date, by department and by status would allow, for each of `SHARES`.

    Dates are the newest rows. Departments are whole ones, in the order of their numbers, and as much of one more as is
    lacking. Status has nothing to do with what is said: rows drawn at random.
    """
    bodies = ground.bodies[source_of(count, len(ground.vectors))]
    by_body = np.argsort(bodies, kind="stable")
    shuffled = np.random.default_rng(_SEED).permutation(count)
    for share in SHARES:
        wanted = round(share * count)
        yield f"date {share:.1%}", np.arange(count - wanted, count, dtype=np.int64)
        yield f"department {share:.1%}", np.sort(by_body[:wanted])
        yield f"status {share:.1%}", np.sort(shuffled[:wanted])


def truth(
    vectors: NDArray[np.float32], questions: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None = None
) -> Truth:
    """Return what scoring every row allowed finds, a part of the vectors at a time."""
    scores = np.empty((len(questions), 0), dtype=np.float32)
    found = np.empty((len(questions), 0), dtype=np.int64)
    allowed = np.arange(len(vectors), dtype=np.int64) if rows is None else rows
    for start in range(0, len(allowed), _AT_ONCE):
        some = allowed[start : start + _AT_ONCE]
        more = questions @ vectors[some].T
        best = np.argpartition(-more, min(k, len(some)) - 1, axis=1)[:, :k]
        scores = np.hstack([scores, np.take_along_axis(more, best, axis=1)])
        found = np.hstack([found, some[best]])
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        scores, found = np.take_along_axis(scores, order, axis=1), np.take_along_axis(found, order, axis=1)
    return scores, found
