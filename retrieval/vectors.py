"""Unit vectors to row numbers and scores, by FAISS."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.arms import AllowedRows, rows_in
from retrieval.errors import QueryError, SnapshotDamaged

_ROUNDED_FROM = 20_000
"""Rows from which a rounded copy of the vectors is worth its memory: a quarter of theirs."""

_SLACK = 1e-5  # More than FAISS's sums in float32 are off.


class VectorIndex:
    """Exact inner-product search over unit vectors: the score is the cosine.

    Rows are numbered from 0 in the order given, which is the order of dates, so that a span of dates is a
    range of rows. A large index is gone through in a rounded copy first, for the rows whose exact scores are wanted;
    as it is known how far rounding can take a score, the same rows come back as without it.

    Args:
        index: A flat inner-product index of FAISS.
    """

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        """Wrap an index that is in memory."""
        self._index = index
        self._lock = threading.Lock()
        self._copy: _Rounded | None = None

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> VectorIndex:
        """Index `vectors`, shape (n, d), float32, each of unit length."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> VectorIndex:
        """Read an index that `write` wrote; the caller has checked the file's hash first.

        Raises:
            SnapshotDamaged: If FAISS can't read the file, or it is of another kind.
        """
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise SnapshotDamaged(f"{path.name} is not an index that FAISS can read: build again") from error
        if not isinstance(index, faiss.IndexFlatIP):
            raise SnapshotDamaged(f"{path.name} holds a {type(index).__name__}, not an IndexFlatIP: build again")
        return cls(index)

    def write(self, path: Path) -> None:
        """Write the index to `path`.

        Raises:
            OSError: If the disk is full or the folder can't be written.
        """
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(f"FAISS could not write {path}: {error}") from error

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

    def search(
        self, query: NDArray[np.float32], k: int, rows: AllowedRows = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the nearest rows to one query vector.

        Args:
            query: Shape (d,), float32, unit length.
            k: The most rows to return, at least 1.
            rows: The rows allowed, in rising order without repeats; None allows all. They are kept to
                before ranking, so a full `k` comes back where that many are allowed.

        Returns:
            Row numbers, shape (m,), int64, and scores, shape (m,), float32, cosine in [-1, 1], falling; a tie
            is broken by the lower row. m is the lesser of `k` and the rows allowed.

        Raises:
            QueryError: If `k` is below 1 or `query` has another length than the index.
        """
        if k < 1:
            raise QueryError("limit", f"{k} is below 1")
        if query.shape != (self.dimensions,):
            raise QueryError("query", f"its vector has shape {query.shape}, the index needs ({self.dimensions},)")
        rows = rows_in(rows)
        allowed = len(self) if rows is None else len(rows)
        if allowed == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        # Each thread that calls FAISS gets an OpenMP pool of its own; one core a query keeps them from fighting.
        faiss.omp_set_num_threads(1)
        if len(self) >= _ROUNDED_FROM and 2 * allowed >= len(self):
            near = self._rounded().holding(query, k, rows, lambda some: self._exact(query, len(some), some))
            if near is not None:
                return near
        return self._exact(query, min(k, allowed), rows)

    def _rounded(self) -> _Rounded:
        """Return the rounded copy, made for the first search: an index that is only written has no use for it."""
        with self._lock:
            if self._copy is None:
                self._copy = _Rounded(self._index)
            return self._copy

    def _exact(
        self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        selector = None if rows is None else _selector(rows, len(self))
        parameters = None if selector is None else faiss.SearchParameters(sel=selector)
        scores, found = self._index.search(query[np.newaxis, :], k, params=parameters)
        order = np.lexsort((found[0], -scores[0]))
        return found[0][order], scores[0][order]


class _Rounded:
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
        for start in range(0, len(vectors), _ROUNDED_FROM):
            part = vectors[start : start + _ROUNDED_FROM]
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
        """Return the nearest `k` of the rows allowed, as `VectorIndex.search` does; None where too many come near.

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
        wanted = 2 * k * total // (total if rows is None else len(rows))
        while 4 * wanted < total:
            scores, found = self._index.search(rounded[np.newaxis, :], wanted)
            some = np.sort(found[0][allowed[found[0]]])
            if len(some) >= k:
                near, near_scores = exact(some)
                # Nothing that was not looked at can have as high a score as the last one.
                if float(scores[0, -1]) / (self._scale * scale) + off < float(near_scores[k - 1]):
                    return near[:k], near_scores[:k]
            wanted *= 4
        return None


def _selector(rows: NDArray[np.int64], total: int) -> faiss.IDSelector:
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return faiss.IDSelectorRange(first, last + 1)
    allowed = np.zeros(total, dtype=bool)
    allowed[rows] = True
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
