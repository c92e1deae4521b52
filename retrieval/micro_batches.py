"""Answers threads that ask at one moment in one go: whoever comes first does the work of all who wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Made = TypeVar("Made")


@dataclass(slots=True, eq=False)
class _Request(Generic[Asked, Made]):
    """What one thread asked for, and what came of it."""

    asked: Sequence[Asked]
    made: Sequence[Made] = ()
    error: Exception | None = None
    is_done: bool = field(default=False)


class MicroBatches(Generic[Asked, Made]):
    """Joins what threads ask for while an earlier batch is under way into the next one.

    No thread of its own and no waiting for others to come: a request alone is done at once, and how many are joined
    follows from how many come.

    Args:
        work: Makes one result of each thing asked, in their order. It is never called by two threads at once.
        lock: Held while it works; one that is shared keeps other users of the same thing out.
        most: How many things at most are joined; a request with more is done alone.
    """

    def __init__(self, work: Callable[[list[Asked]], Sequence[Made]], lock: threading.Lock, most: int) -> None:
        """Keep what does the work; nothing waits yet."""
        self._work = work
        self._working = lock
        self._most = most
        self._waiting: list[_Request[Asked, Made]] = []
        self._listed = threading.Lock()

    def __call__(self, asked: Sequence[Asked]) -> Sequence[Made]:
        """Return what is made of each thing asked, in their order.

        Raises:
            Exception: What the work on this request raised. Of a batch that fails, each request is tried alone.
        """
        mine: _Request[Asked, Made] = _Request(asked)
        with self._listed:
            self._waiting.append(mine)
        try:
            with self._working:
                # Another thread may have done it while this one waited; with more waiting than fit, it takes several.
                while not mine.is_done:
                    self._do(self._next())
        except BaseException:
            # Broken off, as by Ctrl-C: nobody waits for it any more.
            with self._listed:
                self._waiting = [one for one in self._waiting if one is not mine]
            raise
        if mine.error:
            raise mine.error
        return mine.made

    def _next(self) -> list[_Request[Asked, Made]]:
        """Take the requests that came first, as many as fit; at least one."""
        with self._listed:
            count, size = 1, len(self._waiting[0].asked)
            while count < len(self._waiting) and size + len(self._waiting[count].asked) <= self._most:
                size += len(self._waiting[count].asked)
                count += 1
            taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    def _do(self, requests: list[_Request[Asked, Made]]) -> None:
        try:
            made = self._work([one for request in requests for one in request.asked])
        except Exception as error:  # noqa: BLE001 - it is raised to whoever asked
            if len(requests) > 1:
                for request in requests:
                    self._do([request])
                return
            requests[0].error = error
        except BaseException:
            # This thread is told to end, the others are not: one of them goes on with the work.
            with self._listed:
                self._waiting = [*requests, *self._waiting]
            raise
        else:
            start = 0
            for request in requests:
                request.made = made[start : start + len(request.asked)]
                start += len(request.asked)
        for request in requests:
            request.is_done = True
