"""Rows allowed to what FAISS asks of each row."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray


def selector_of(rows: NDArray[np.int64], total: int) -> faiss.IDSelector:
    """Return what tells FAISS which rows are allowed: a span where they are one, else a bit for each row.

    Args:
        rows: Rising, without repeats, at least one.
        total: The rows there are.
    """
    if is_span(rows):
        return faiss.IDSelectorRange(int(rows[0]), int(rows[-1]) + 1)
    allowed = np.zeros(total, dtype=bool)
    allowed[rows] = True
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))


def is_span(rows: NDArray[np.int64]) -> bool:
    """Return whether rows, rising and without repeats, follow one another without a gap; at least one."""
    return int(rows[-1]) - int(rows[0]) + 1 == len(rows)


def in_order(rows: NDArray[np.int64], scores: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return rows and scores by falling score, a tie by the lower row."""
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]
