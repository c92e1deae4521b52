"""How many cores there are to work with, and which libraries may take more than one."""

from __future__ import annotations

import os
from functools import cache

from threadpoolctl import ThreadpoolController


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def keep_numpy_to_one_core() -> None:
    """Have numpy multiply matrices in the thread that asks for it, for as long as the process lasts.

    The products here are small. OpenBLAS parts them among threads all the same, which then wait for more in a loop that
    never sleeps: with two cores, one of them did nothing else while searches came.
    """
    ThreadpoolController().select(internal_api="openblas").limit(limits=1)
