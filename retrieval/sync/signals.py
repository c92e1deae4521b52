"""Keeps Ctrl-C out of the moments in which threads share a lock."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_HELD_BACK = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM take effect at the end of the block instead of inside it.

    An exception raised by a signal handler can come after any step of Python code, of the standard library's too
    (docs.python.org, module `signal`, "Note on Signal Handlers and Exceptions"). Where it comes between taking the
    lock of a `threading.Condition`, on which futures and thread pools stand, and entering its block, the lock stays
    taken and every thread that needs it waits for ever. Keep the block short: until it ends, Ctrl-C does nothing.
    Outside the main thread, where Python handles no signal, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    # A handler that was not set from Python reads as None, and can't be put back.
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in _HELD_BACK}
    try:
        for number in _HELD_BACK:
            signal.signal(number, note)
        yield
    finally:
        # What is put back first can raise before the rest is.
        try:
            signal.signal(signal.SIGTERM, before[signal.SIGTERM])
        finally:
            signal.signal(signal.SIGINT, before[signal.SIGINT])
        for one in came:
            signal.raise_signal(one)
