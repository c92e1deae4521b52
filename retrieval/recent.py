"""Keeps what was made last, so that it need not be made again while it is still wanted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


def _nothing(made: object) -> int:
    """Count nothing."""
    return 0


class Recent(Generic[Key, Made]):
    """Things that never change, by key: those asked for last are kept; safe to use from several threads.

    Args:
        most: How many are kept.
        most_bytes: How many bytes they may take together; one that takes more by itself is not kept.
        weigh: Tells about how many bytes a thing takes; without it, how many things there are is all that counts.
    """

    def __init__(self, most: int, most_bytes: int = 0, weigh: Callable[[Made], int] = _nothing) -> None:
        """Begin with nothing."""
        self._most = most
        self._most_bytes = most_bytes
        self._weigh = weigh
        self._kept: OrderedDict[Key, tuple[Made, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Made]) -> Made:
        """Return the thing of a key, made now if it is not kept.

        Args:
            key: Names it.
            make: Makes it; two threads that ask at one moment may both make it.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        made = make()
        weight = self._weigh(made)
        if weight <= self._most_bytes:
            with self._lock:
                # Another thread may have made it meanwhile.
                self._bytes += weight - self._kept.pop(key, (made, 0))[1]
                self._kept[key] = made, weight
                while len(self._kept) > self._most or self._bytes > self._most_bytes:
                    self._bytes -= self._kept.popitem(last=False)[1][1]
        return made
