"""Ctrl-C at any moment of the fetching."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import cast

import pytest

from retrieval.sync.collection import COLLECTIONS
from retrieval.sync.fetching import Fetcher
from retrieval.sync.signals import signals_held_back

GENRE = next(iter(COLLECTIONS))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_the_block(number: signal.Signals):
    def stop(number: int, frame: FrameType | None) -> None:
        raise InterruptedError(number)

    before = signal.signal(number, stop)
    reached = []
    try:
        with pytest.raises(InterruptedError), signals_held_back():  # noqa: PT012 - the block is what is tested
            signal.raise_signal(number)
            reached.append("the end of the block")
        assert signal.getsignal(number) is stop
    finally:
        signal.signal(number, before)
    assert reached == ["the end of the block"]


def test_another_thread_goes_through_as_if_nothing_were_there():
    handlers = []

    def go() -> None:
        with signals_held_back():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]


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


def test_a_signal_that_comes_while_handlers_are_put_back_leaves_both_as_they_were(monkeypatch: pytest.MonkeyPatch):
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    put = signal.signal

    def putting(number: int, handler: signal.Handlers) -> object:
        given = put(number, handler)
        if handler is before[signal.Signals(number)]:
            raise KeyboardInterrupt
        return given

    monkeypatch.setattr("retrieval.sync.signals.signal.signal", putting)
    with pytest.raises(KeyboardInterrupt), signals_held_back():
        pass
    monkeypatch.undo()
    assert {number: signal.getsignal(number) for number in before} == before


@pytest.fixture
def interruptible() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


# Python itself swallows an exception in the callback of a weak reference, and says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_at_any_moment_of_the_fetching_ends_it_and_leaves_no_thread_waiting():
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
            assert not thread.is_alive()
    assert stopped > 100
