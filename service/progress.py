"""How far long work is, told on standard error: bars in a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Hears stages of work; used with `with`, and called as `progress(stage, done, total)`.

    Args:
        console: Where to tell; standard error, so that results can be piped.
        clock: Seconds that only rise.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        """Choose bars or lines by what the console is."""
        self._console = console
        self._clock = clock
        self._stage = ""
        self._told_at = 0.0
        self._tasks: dict[str, TaskID] = {}
        self._bars: Bars | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            )

    def __enter__(self) -> Progress:
        """Show the bars."""
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away, so that what comes next stands alone."""
        if self._bars:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Say that `done` of `total` of a stage is done; `total` is None where it is not known."""
        if self._bars:
            if stage not in self._tasks:
                self._tasks[stage] = self._bars.add_task(stage, total=total)
            self._bars.update(self._tasks[stage], completed=done, total=total)
            return
        now = self._clock()
        if stage != self._stage:
            self._stage, self._told_at = stage, now
        if done == total or now - self._told_at >= SECONDS_BETWEEN_LINES:
            self._told_at = now
            of = f" of {total:,}" if total is not None else ""
            self._console.print(Text(f"{stage}: {done:,}{of}"))
