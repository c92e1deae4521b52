"""Vectors that are all compared with every question: nothing is missed."""

from __future__ import annotations

import threading
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.nearest.kinds import Found, VectorKind
from retrieval.nearest.rounded import Rounded
from retrieval.nearest.selecting import in_order, selector_of

_ROUNDED_FROM = 20_000
"""Rows from which a rounded copy of the vectors is worth its memory: a quarter of theirs."""

_PICKED_BELOW = 8
"""One row in so many, or fewer, are scored one by one: with more, going through all of them is as quick."""


class ExactVectors:
    """Exact inner-product search.

    A large index is gone through in a rounded copy first, for the rows whose exact scores are wanted; as it is known
    how far rounding can take a score, the same rows come back as without it.

    Args:
        index: A flat inner-product index of FAISS.
    """

    kind = VectorKind.EXACT

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        """Wrap an index that is in memory."""
        self._index = index
        self._lock = threading.Lock()
        self._copy: Rounded | None = None

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> ExactVectors:
        """Index `vectors`, shape (n, d), float32, each of unit length."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(numbers), d), float32."""
        return np.asarray(self._index.reconstruct_batch(numbers), dtype=np.float32).reshape(-1, self.dimensions)

    def search(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None) -> Found:
        """Return the nearest min(k, allowed) rows."""
        # Each thread that calls FAISS gets an OpenMP pool of its own; one core a query keeps them from fighting.
        faiss.omp_set_num_threads(1)
        allowed = len(self) if rows is None else len(rows)
        if len(self) >= _ROUNDED_FROM and 2 * allowed >= len(self):
            near = self._rounded().holding(query, k, rows, lambda some: self.exact(query, len(some), some))
            if near is not None:
                return near
        return self.exact(query, min(k, allowed), rows)

    def exact(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None) -> Found:
        """Return the same, in one pass over the vectors themselves; `k` is at most the rows allowed."""
        if rows is not None and _PICKED_BELOW * len(rows) <= len(self):
            found, scores = in_order(rows, self._picked(query, rows))
            return found[:k], scores[:k]
        selector = None if rows is None else selector_of(rows, len(self))
        parameters = None if selector is None else faiss.SearchParameters(sel=selector)
        # One more than wanted, to see whether others tie with the last one: FAISS keeps any of those.
        allowed = len(self) if rows is None else len(rows)
        scores, found = self._index.search(query[np.newaxis, :], min(k + 1, allowed), params=parameters)
        near, falling = in_order(found[0], scores[0])
        if len(near) > k and falling[k] == falling[k - 1]:
            below = float(np.nextafter(falling[k], np.float32(-np.inf)))
            _, tied, them = self._index.range_search(query[np.newaxis, :], below, params=parameters)
            near, falling = in_order(them, tied)
        return near[:k], falling[:k]

    def _picked(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the score of each row, shape (len(rows),), added up as FAISS does it in a search."""
        query, rows = np.ascontiguousarray(query), np.ascontiguousarray(rows)
        scores = np.empty(len(rows), dtype=np.float32)
        pointers = (faiss.swig_ptr(query), len(rows), faiss.swig_ptr(scores), faiss.swig_ptr(rows))
        self._index.compute_distance_subset(1, *pointers)
        return scores

    def write(self, path: Path) -> None:
        """Write the index to `path`."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(f"FAISS could not write {path}: {error}") from error

    def _rounded(self) -> Rounded:
        """Return the rounded copy, made for the first search: an index that is only written has no use for it."""
        with self._lock:
            if self._copy is None:
                self._copy = Rounded(self._index)
            return self._copy
