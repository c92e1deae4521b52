"""Keeps the memory that libraries take beneath Python from growing for as long as a process serves."""

from __future__ import annotations

import ctypes
import os
from typing import Final

_BLOCK_BYTES: Final = 16 << 20
"""More than twelve passages take in the widest layer of the default reranker, 12 x 208 tokens x 1,536 numbers, which is
15 MB in float32: that is had fastest from memory that is held already."""

_KEPT_BYTES: Final = 4 << 20
"""How much free memory at the end of each heap is kept: with glibc's 128 KiB a search had 100 to 200 pages given to it
anew, with this some 5 to 40, and with 32 MiB there are 100 MB more that are of no use."""

_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1  # mallopt(3), as glibc's malloc.h has them.


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

    By itself glibc takes blocks of up to 32 MiB from a heap once one as large was freed (mallopt(3), M_MMAP_THRESHOLD),
    where what is still in use keeps the space of an index that was taken out of service. Now blocks of 16 MiB are the
    largest that it takes from there. Elsewhere than in glibc nothing changes.
    """
    try:
        change = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(change(_M_MMAP_THRESHOLD, _BLOCK_BYTES)) and bool(change(_M_TRIM_THRESHOLD, _KEPT_BYTES))
