"""Says that a call is tried again, so that nobody takes a long wait for a fault of the command."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from service.terminal import Terminal, show, words

SECONDS_OF_SILENCE = 30.0


class Retries:
    """Hears which try of how many comes next, from any thread, and says so once for all calls under way.

    Args:
        err: Where to say it.
        only_seen: Say it in a terminal only, and not in a log.
        clock: Seconds that only rise.
    """

    def __init__(self, err: Terminal, *, only_seen: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        """Say nothing yet."""
        self._err = err
        self._is_silent = only_seen and not err.is_terminal
        self._clock = clock
        self._lock = threading.Lock()
        self._told = 0
        self._silent_until = 0.0

    def __call__(self, attempt: int, attempts: int) -> None:
        """Say that try `attempt` of `attempts` comes next, unless another call's was just said."""
        with self._lock:
            now = self._clock()
            if self._is_silent or (attempt <= self._told and now < self._silent_until):
                return
            self._told, self._silent_until = attempt, now + SECONDS_OF_SILENCE
            told = f"Parliament's service does not answer as it should; trying again ({attempt} of {attempts})"
            show(self._err, [words(told)])
