"""Ends long work at once and in good order, whether Ctrl-C or a service manager asks for it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

from service.exits import ExitCode
from service.terminal import Terminal, show, words


class Terminated(KeyboardInterrupt):
    """A service manager asked for the end: what Ctrl-C stops, this stops, but it is no fault."""


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM, which systemd sends, raise `Terminated` in here; call it in the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def kept_when_stopped(err: Terminal, data: Path) -> Iterator[None]:
    """Say when stopped that nothing is lost, and exit: with 0 if a service manager asked, else as after Ctrl-C.

    Args:
        err: Where to say it.
        data: The data directory.
    """
    try:
        yield
    except KeyboardInterrupt as stopped:
        show(err, [words(f"Stopped; what was fetched is kept in {data}. Run the same command to go on.")])
        code = ExitCode.OK if isinstance(stopped, Terminated) else ExitCode.INTERRUPTED
        raise typer.Exit(code) from None
