"""Spaces the starts of requests, so that no more begin in a second than is polite."""

from __future__ import annotations

import threading
import time


class Clock:
    """Spaces the starts of requests, over all threads.

    Args:
        interval_seconds: The least time from one start to the next.

    Attributes:
        starts: How many requests were begun.
    """

    def __init__(self, interval_seconds: float) -> None:
        """Begin at once."""
        self._interval = interval_seconds
        self._lock = threading.Lock()
        self._next = 0.0
        self.starts = 0

    def wait(self) -> None:
        """Wait until a request may begin."""
        with self._lock:
            begin = max(time.monotonic(), self._next)
            self._next = begin + self._interval
            self.starts += 1
        time.sleep(max(0.0, begin - time.monotonic()))

    def pause(self, seconds: float) -> None:
        """Let no request begin for some seconds."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
