"""Interrupts the fetching at random moments, many times over; run by test_signals.py as a process of its own."""

from __future__ import annotations

import random
import signal
import threading
import time
from types import FrameType
from typing import cast

from retrieval.sync.collection import COLLECTIONS
from retrieval.sync.fetching import Fetcher

GENRE = next(iter(COLLECTIONS))


class _Calls:
    """A queue of ids, and a service that gives each after half a millisecond."""

    in_flight = 4

    def __init__(self) -> None:
        self.ids = list(range(40))

    def left(self, run: int, *, urgent_only: bool) -> int:
        return len(self.ids)

    def next(self, run: int, count: int, *, urgent_only: bool) -> list[_Wanted]:
        return [_Wanted(number) for number in self.ids[:count]]

    def record(self, collection: object, number: int) -> bytes:
        time.sleep(0.0005)
        return b""

    def stop(self) -> None:
        pass


class _Wanted:
    genre = GENRE

    def __init__(self, number: int) -> None:
        self.id = number


class _Landing(Fetcher):
    def _land(self, future: object, run: int) -> None:
        wanted = self._flying.pop(future)  # type: ignore[call-overload] # the futures are the base's own
        cast("_Calls", self.queue).ids.remove(wanted.id)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


def main() -> None:
    signal.signal(signal.SIGALRM, _interrupt)
    chance = random.Random(1)
    stopped = 0
    for _ in range(400):
        calls = _Calls()
        fetcher = _Landing(calls, None, calls, None, None, None)  # type: ignore[arg-type] # stand-ins
        try:
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0005, 0.012))
            fetcher.drain(1, lambda done, left: None, urgent_only=False)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            stopped += 1
        for thread in [one for one in threading.enumerate() if one.name.startswith("fetching")]:
            # Where Ctrl-C came while the pool was being left, a thread may still be on its way out.
            thread.join(timeout=20)
            if thread.is_alive():
                raise SystemExit("a thread waits for ever")
    print(stopped)


if __name__ == "__main__":
    main()
