"""Searches done again, now and then and in the background, to see how much of what is nearest they find."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retrieval.nearest.kinds import Found, Vectors

DEPTH = 10
"""The nearest rows that are looked for in what a search found."""


class ShadowQueries:
    """Does one search in so many again, going through every vector, and tells the share that had been found.

    That runs in a thread of its own, one at a time: a search that comes while one runs is not taken. Nothing of a
    search is kept once its share was told.

    Args:
        vectors: What is searched.
        heard: Is told the share, in [0, 1], of the nearest rows allowed (at most `DEPTH`) that the search had found;
            called in another thread.
        one_in: Of how many searches one is taken.
    """

    def __init__(self, vectors: Vectors, heard: Callable[[float], None], one_in: int) -> None:
        """Take the first search of each `one_in`."""
        self._vectors = vectors
        self._heard = heard
        self._one_in = one_in
        self._seen = 0
        self._lock = threading.Lock()
        self._running: threading.Thread | None = None

    def take(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None, found: Found) -> None:
        """See whether the turn has come to a search that was done, and if so start to do it again.

        Args:
            query: Shape (d,), float32, unit length.
            k: How many were wanted.
            rows: The rows allowed, rising; None allows all.
            found: What came back.
        """
        with self._lock:
            turn = self._seen % self._one_in == 0
            if turn and self._running and self._running.is_alive():
                return  # The next search has the turn instead.
            self._seen += 1
            if turn:
                given = (query.copy(), min(k, DEPTH), rows, found[0].copy())
                self._running = threading.Thread(target=self._compare, args=given, name="shadow-query", daemon=True)
                self._running.start()

    def wait(self, timeout_seconds: float | None = None) -> None:
        """Wait for the search that is done again, if there is one."""
        running = self._running
        if running:
            running.join(timeout_seconds)

    def _compare(
        self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None, found: NDArray[np.int64]
    ) -> None:
        nearest, scores = self._vectors.exact(query, k, rows)
        there = np.isin(nearest, found[:k])
        # Which of the rows that tie with the last one comes back is chance.
        there |= scores == scores[-1]
        self._heard(float(there.mean()))
