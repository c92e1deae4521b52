"""Which kind of index so many vectors get, and what every kind can do."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CLUSTERED_FROM = 250_000
"""Vectors from which going through just under half takes more than 10 ms of a core on a slow day: docs/scale.md."""

Found = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Row numbers and scores, both of shape (m,), by falling score, a tie by the lower row."""

Progress = Callable[[str, int, int | None], None]
"""Hears a stage's name, how much of it is done and how much there is in all."""


class VectorKind(StrEnum):
    """How vectors are kept and searched."""

    EXACT = "exact"
    CLUSTERED = "clustered"


def kind_for(count: int, clustered_from: int = CLUSTERED_FROM) -> VectorKind:
    """Return the kind that an index of `count` vectors has."""
    return VectorKind.CLUSTERED if count >= clustered_from else VectorKind.EXACT


class Vectors(Protocol):
    """Vectors that can be searched: what every kind of index offers."""

    @property
    def kind(self) -> VectorKind:
        """Which kind it is."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(numbers), d), float32."""

    def search(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None) -> Found:
        """Return the nearest min(k, allowed) rows.

        Args:
            query: Shape (d,), float32, unit length.
            k: At least 1.
            rows: The rows allowed, rising, at least one; None allows all.
        """

    def exact(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None) -> Found:
        """Return what `search` returns if nothing is missed, however long that takes."""

    def write(self, path: Path) -> None:
        """Write the index to `path`.

        Raises:
            OSError: If the disk is full or the folder can't be written.
        """
