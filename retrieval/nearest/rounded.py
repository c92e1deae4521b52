"""A copy of vectors that is quick to go through, with a bound on how far its scores are off."""

from __future__ import annotations

import threading
from collections.abc import Callable

import faiss
import numpy as np
from numpy.typing import NDArray

_CHUNK = 20_000
"""Vectors rounded at a time."""

_AT_LEAST = 700
"""Vectors looked for at least, so that what is asked next about the same question is among them."""

_SLACK = 1e-5  # More than FAISS's sums in float32 are off.


class Rounded:
    """A copy of vectors in a byte a number: a quarter of the bytes to go through, and scores that are a little off.

    Args:
        index: The vectors.
    """

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        """Round the vectors, and find out by what length at most."""
        vectors: NDArray[np.float32] = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
        vectors = vectors.reshape(index.ntotal, index.d)
        self._scale = 127 / max(float(vectors.max()), -float(vectors.min()), 1e-9)
        kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
        self._index = faiss.IndexScalarQuantizer(index.d, kind, faiss.METRIC_INNER_PRODUCT)
        self._off = 0.0
        # One search for an answer asks several times about the same question, in one thread.
        self._last = threading.local()
        for start in range(0, len(vectors), _CHUNK):
            part = vectors[start : start + _CHUNK]
            rounded = np.rint(part * self._scale)
            self._index.add(rounded)
            self._off = max(self._off, float(np.linalg.norm(rounded / self._scale - part, axis=1).max()))

    def holding(
        self,
        query: NDArray[np.float32],
        k: int,
        rows: NDArray[np.int64] | None,
        exact: Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.float32]]],
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        """Return the nearest `k` of the rows allowed, as `ExactVectors.search` does; None where too many come near.

        Args:
            query: Shape (d,), float32, unit length.
            k: How many.
            rows: The rows allowed, rising; None allows all.
            exact: From rows, rising, to the same rows by falling exact score, with the scores.
        """
        total = self._index.ntotal
        scale = 127 / max(float(np.abs(query).max()), 1e-9)
        rounded = np.rint(query * scale)
        off = float(np.linalg.norm(rounded / scale - query))
        # By the inequality of Cauchy and Schwarz, for a query and rows of unit length, each of them rounded.
        off += (1 + off) * self._off + _SLACK
        allowed = np.ones(total, dtype=bool)
        if rows is not None:
            allowed[:] = False
            allowed[rows] = True
        wanted = max(_AT_LEAST, 2 * k * total // (total if rows is None else len(rows)))
        while 4 * wanted < total:
            scores, found = self._nearest(rounded, wanted)
            some = np.sort(found[allowed[found]])
            if len(some) >= k:
                near, near_scores = exact(some)
                # Nothing that was not looked at can have as high a score as the last one.
                if float(scores[-1]) / (self._scale * scale) + off < float(near_scores[k - 1]):
                    return near[:k], near_scores[:k]
            wanted *= 4
        return None

    def _nearest(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the scores of at least the nearest `k` vectors of the copy, falling, and which they are."""
        last = getattr(self._last, "found", None)
        if last is not None and len(last[1]) >= k and np.array_equal(last[0], query):
            return last[1], last[2]
        scores, found = self._index.search(query[np.newaxis, :], k)
        self._last.found = query, scores[0], found[0]
        return scores[0], found[0]
