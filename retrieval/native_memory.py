"""Keeps the memory that libraries take beneath Python from growing for as long as a process serves."""

from __future__ import annotations

import ctypes
import os
from typing import Final

_BLOCK_BYTES: Final = 16 << 20
"""Above what a batch of questions or of passages to rerank takes in the encoder's layers: those are had fastest from
memory that is held already."""

_M_MMAP_THRESHOLD: Final = -3  # mallopt(3), as glibc's malloc.h has it.


def keep_few_primitives() -> None:
    """Have torch keep one of oneDNN's primitives in each thread, instead of 1,024.

    To be called before the first product in oneDNN. A primitive is a product for one number of rows, and those that
    torch keeps are kept by each thread that ever asked: with 8 of them, hundreds of megabytes within an hour. oneDNN
    itself keeps them too, once for all threads, and what comes from there is had as fast. A capacity that the
    environment names stays as it is.
    """
    os.environ.setdefault("LRU_CACHE_CAPACITY", "1")


def give_back_large_blocks() -> bool:
    """Have large blocks of memory given back to the system as soon as they are free; return whether that is so.

    By itself glibc takes them from a heap once one as large was freed (mallopt(3), M_MMAP_THRESHOLD), where what is
    still in use keeps the space of an index that was taken out of service. Elsewhere than in glibc nothing changes.
    """
    try:
        change = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(change(_M_MMAP_THRESHOLD, _BLOCK_BYTES))
