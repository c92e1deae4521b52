"""Unit vectors to row numbers and scores: exact while there are few, in clusters when there are many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.arms import AllowedRows, rows_in
from retrieval.errors import QueryError
from retrieval.nearest.clustered import ClusteredVectors
from retrieval.nearest.exact import ExactVectors
from retrieval.nearest.kinds import CLUSTERED_FROM, Found, Progress, VectorKind, Vectors, kind_for
from retrieval.nearest.reading import read_vectors
from retrieval.nearest.shadow import ShadowQueries

__all__ = ["CLUSTERED_FROM", "VectorIndex", "VectorKind", "kind_for"]


def _untold(stage: str, done: int, total: int | None) -> None:
    """Say nothing."""


class VectorIndex:
    """Inner-product search over unit vectors: the score is the cosine.

    Rows are numbered from 0 in the order given, which is the order of dates, so that a span of dates is a
    range of rows.

    Args:
        vectors: The vectors, in the kind of index that suits how many there are.
    """

    def __init__(self, vectors: Vectors) -> None:
        """Search `vectors`."""
        self._vectors = vectors
        self._shadow: ShadowQueries | None = None

    @classmethod
    def of(
        cls, vectors: NDArray[np.float32], progress: Progress = _untold, *, clustered_from: int = CLUSTERED_FROM
    ) -> VectorIndex:
        """Index vectors.

        Args:
            vectors: Shape (n, d), float32, each of unit length.
            progress: Hears how far it is, where that takes long.
            clustered_from: How many there have to be for clusters.
        """
        if kind_for(len(vectors), clustered_from) is VectorKind.CLUSTERED:
            return cls(ClusteredVectors.of(vectors, progress))
        return cls(ExactVectors.of(vectors))

    @classmethod
    def read(cls, path: Path) -> VectorIndex:
        """Read an index that `write` wrote; the caller has checked the file's hash first.

        Raises:
            SnapshotDamaged: If FAISS can't read the file, or it is of another kind.
        """
        return cls(read_vectors(path))

    def write(self, path: Path) -> None:
        """Write the index to `path`.

        Raises:
            OSError: If the disk is full or the folder can't be written.
        """
        self._vectors.write(path)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._vectors)

    @property
    def kind(self) -> VectorKind:
        """How the vectors are kept and searched."""
        return self._vectors.kind

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._vectors.dimensions

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(numbers), d), float32."""
        return self._vectors.rows(numbers)

    def search(self, query: NDArray[np.float32], k: int, rows: AllowedRows = None) -> Found:
        """Find the nearest rows to one query vector.

        Args:
            query: Shape (d,), float32, unit length.
            k: The most rows to return, at least 1.
            rows: The rows allowed, in rising order without repeats; None allows all. They are kept to
                before ranking, so a full `k` comes back where that many are allowed.

        Returns:
            Row numbers, shape (m,), int64, and scores, shape (m,), float32, cosine in [-1, 1], falling; a tie
            is broken by the lower row. m is the lesser of `k` and the rows allowed. In clusters, a few of the rows
            may be others than the very nearest: docs/scale.md says how many.

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
        found = self._vectors.search(query, k, rows)
        # What wants every row allowed is scored whole, and would tell nothing.
        if self._shadow and k < allowed:
            self._shadow.take(query, k, rows, found)
        return found

    def watch(self, heard: Callable[[float], None], *, one_in: int) -> None:
        """Have one search in so many done again, exactly and off the request's path, and hear what share it found.

        Args:
            heard: Is told the share, in [0, 1], of the ten nearest rows that a search had found. An exact index
                misses nothing by proof: it tells 1 at once, in this thread, and does no search again. Otherwise it
                is called in another thread.
            one_in: Of how many searches one is done again, at least 1.

        Raises:
            QueryError: If `one_in` is below 1.
        """
        if one_in < 1:
            raise QueryError("one_in", f"{one_in} is below 1")
        if self.kind is VectorKind.EXACT:
            heard(1.0)
            return
        self._shadow = ShadowQueries(self._vectors, heard, one_in)
