"""Meaning, by a Milvus server: it finds the rows that come near, and their scores are worked out here.

A server adds up in an order of its own, and may keep rounded vectors to look through. So it is asked for more rows
than are wanted, and those are scored by the code that scores an index on this machine: the same rows come back with
the same scores, to the last bit, and in the same order.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.arms import Allowed, AllowedRows, rows_in
from retrieval.errors import QueryError, StoreUnreachable
from retrieval.milvus.expressions import expression_of
from retrieval.milvus.server import ROW, VECTOR, WINDOW, MilvusServer
from retrieval.vectors import VectorIndex

_MARGIN: Final = 32
_GROWTH: Final = 4
_SLACK: Final = 1e-5  # More than sums in float32 are off.
_FEW_ROWS: Final = 512
_RUNS: Final = 64
_KEPT: Final = 20_000


class MilvusVectors:
    """Cosines between a question and the passages of one collection; safe to use from several threads.

    Args:
        server: Has the collection.
        collection: Its name.
        rows: How many rows it has.
        dimensions: Length of a vector.
    """

    def __init__(self, server: MilvusServer, collection: str, rows: int, dimensions: int) -> None:
        """Keep where to look; nothing is fetched yet."""
        self._server = server
        self._collection = collection
        self._rows = rows
        self.dimensions = dimensions
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, NDArray[np.float32]] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows

    def check(self) -> None:
        """See that the server has the collection still and gives a row of it, as a search needs.

        Raises:
            StoreUnreachable: If it does not, or has not.
            StoreDamaged: If the collection lacks its first row.
        """
        if not self._server.has(self._collection):
            raise StoreUnreachable(
                f"the Milvus server has no collection {self._collection} any more: build again, or see who removed it"
            )
        # Past what is kept here: that would hide what became of the server.
        self._server.vectors(self._collection, np.zeros(min(1, self._rows), dtype=np.int64), self.dimensions)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(numbers), d), float32.

        Raises:
            StoreUnreachable: If the server can't be used.
            StoreDamaged: If it lacks one.
        """
        vectors = np.empty((len(numbers), self.dimensions), dtype=np.float32)
        missing: dict[int, list[int]] = {}
        with self._lock:
            for place, row in enumerate(numbers.tolist()):
                if row in self._kept:
                    self._kept.move_to_end(row)
                    vectors[place] = self._kept[row]
                else:
                    missing.setdefault(row, []).append(place)
        if missing:
            asked = np.fromiter(missing, dtype=np.int64, count=len(missing))
            found = self._server.vectors(self._collection, asked, self.dimensions)
            for places, vector in zip(missing.values(), found, strict=True):
                vectors[places] = vector
            self._keep(asked, found)
        return vectors

    def _keep(self, rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        # A collection never changes, and the same answers come near many questions.
        with self._lock:
            for row, vector in zip(rows.tolist()[:_KEPT], vectors, strict=False):
                self._kept[row] = vector.copy()
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def search(
        self, query: NDArray[np.float32], k: int, rows: AllowedRows = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the nearest rows to one query vector, as `VectorIndex.search` does.

        Args:
            query: Shape (d,), float32, unit length.
            k: The most rows to return, at least 1.
            rows: The rows allowed; None allows all.

        Returns:
            Row numbers and scores, as `VectorIndex.search` gives them, as far as the server's index finds them: up to
            100,000 rows it compares all.

        Raises:
            QueryError: If `k` is below 1 or `query` has another length than the index.
            StoreUnreachable: If the server can't be used.
        """
        if k < 1:
            raise QueryError("limit", f"{k} is below 1")
        if query.shape != (self.dimensions,):
            raise QueryError("query", f"its vector has shape {query.shape}, the index needs ({self.dimensions},)")
        numbers = rows_in(rows)
        allowed = self._rows if numbers is None else len(numbers)
        if not allowed:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        k = min(k, allowed)
        if numbers is not None and allowed <= _FEW_ROWS:
            return self._scored(query, numbers, k)
        near = self._near(query, k, numbers, _expression(rows)) if k < WINDOW else None
        return near or self._wide(query, k, numbers)

    def _near(
        self, query: NDArray[np.float32], k: int, numbers: NDArray[np.int64] | None, expression: str | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        """Return the nearest rows by one list of hits, as long as it has to be; None where none is long enough."""
        limit = k + _MARGIN
        if numbers is not None and expression is None:
            limit = limit * self._rows // len(numbers)
        while True:
            limit = min(limit, WINDOW)
            found, scores = self._server.nearest(self._collection, VECTOR, query, limit, expression)
            is_all, last = len(found) < limit, float(scores[-1]) if len(scores) else -1.0
            found, scores = _allowed(found, scores, numbers)
            if len(found) >= k:
                near = self._scored(query, np.sort(found[scores >= scores[k - 1] - 2 * _SLACK]), k)
                # What was not in the list comes no nearer than the last in it.
                if is_all or float(near[1][-1]) > last + _SLACK:
                    return near
            if is_all or limit == WINDOW:
                return None
            limit *= _GROWTH

    def _wide(
        self, query: NDArray[np.float32], k: int, numbers: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the nearest rows by as many lists as it takes: each is of as many rows as one can hold."""
        best, best_scores = np.empty(0, np.int64), np.empty(0, np.float32)
        for first in range(0, self._rows, WINDOW):
            if numbers is not None and np.searchsorted(numbers, first) == np.searchsorted(numbers, first + WINDOW):
                continue
            these = f"{ROW} >= {first} and {ROW} < {first + WINDOW}"
            found = _allowed(*self._server.nearest(self._collection, VECTOR, query, WINDOW, these), numbers)
            best, best_scores = np.concatenate([best, found[0]]), np.concatenate([best_scores, found[1]])
            if len(best) > k:
                least = np.partition(best_scores, -k)[-k] - 2 * _SLACK
                best, best_scores = best[best_scores >= least], best_scores[best_scores >= least]
        return self._scored(query, np.sort(best), k)

    def _scored(
        self, query: NDArray[np.float32], rows: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        # All of them, so that of those that tie at the end the lower rows stay.
        places, scores = VectorIndex.of(self.rows(rows), clustered_from=len(rows) + 1).search(query, max(1, len(rows)))
        return rows[places[:k]], scores[:k]


def _expression(rows: AllowedRows) -> str | None:
    """Return an expression for rows: by what they have in common, else by the few runs that they make."""
    if isinstance(rows, Allowed) and (told := expression_of(rows)):
        return told
    numbers = rows_in(rows)
    if numbers is None:
        return None
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    if len(breaks) >= _RUNS:
        return None
    firsts, lasts = numbers[np.r_[0, breaks + 1]].tolist(), numbers[np.r_[breaks, len(numbers) - 1]].tolist()
    return " or ".join(f"({ROW} >= {a} and {ROW} <= {b})" for a, b in zip(firsts, lasts, strict=True))


def _allowed(
    found: NDArray[np.int64], scores: NDArray[np.float32], numbers: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Keep of what a server found the rows that are allowed, whatever it made of an expression."""
    if numbers is None:
        return found, scores
    kept = np.isin(found, numbers)
    return found[kept], scores[kept]
