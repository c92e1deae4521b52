"""Keeps what was made last, so that it need not be made again while it is still wanted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Recent(Generic[Key, Made]):
    """Things that never change, by key: those asked for last are kept; safe to use from several threads.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int) -> None:
        """Begin with nothing."""
        self._most = most
        self._kept: OrderedDict[Key, Made] = OrderedDict()
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
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
