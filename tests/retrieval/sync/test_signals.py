"""Ctrl-C at any moment of the fetching."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

import pytest

from retrieval.sync.signals import signals_held_back

ROOT = Path(__file__).parents[3]


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


def test_ctrl_c_at_any_moment_of_the_fetching_ends_it_and_leaves_no_thread_waiting():
    # Not measured: a signal can leave the lock of what measures coverage taken, too.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("interrupted.py"))],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100
