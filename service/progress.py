"""How far long work is, told on standard error: bars in a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

SECONDS_BETWEEN_LINES = 5.0
_BYTES = " bytes"
_MEGABYTE = 1_000_000


class _Pace(ProgressColumn):
    """How fast the work goes, and how long it will take; nothing where that is not known."""

    def render(self, task: Task) -> Text:
        seconds = task.elapsed or 0.0
        # What a stage begins with may have been done by another process, and says nothing of its pace.
        begun = task.fields.get("begun", 0)
        left = None if task.total is None else task.total - begun
        return Text(pace(task.completed - begun, left, seconds) if not task.finished else "")


def pace(done: float, total: float | None, seconds: float) -> str:
    """Return in words how fast work goes and how much time is left: `9.8 a second, 8 minutes left`.

    Args:
        done: What was done.
        total: What there is in all; None is not known.
        seconds: How long that took; below 1 nothing is said, as it would be a guess.
    """
    if done <= 0 or seconds < 1:
        return ""
    rate = done / seconds
    told = f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.1f} a second"
    return f"{told}, {_lasting((total - done) / rate)} left" if total is not None else told


def _megabytes(size: int) -> int:
    # Rounded up, so that what was begun is not shown as nothing.
    return -(-size // _MEGABYTE)


def _lasting(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{round(seconds / 3600)} h"


class Progress:
    """Hears stages of work; used with `with`, and called as `progress(stage, done, total)`.

    Args:
        console: Where to tell; standard error, so that results can be piped.
        clock: Seconds that only rise.
        lines: Whether to tell lines where there can be no bars; otherwise nothing is told there.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic, *, lines: bool = True) -> None:
        """Choose bars or lines by what the console is."""
        self._console = console
        self._lines = lines
        self._clock = clock
        self._stage = ""
        self._began = 0.0
        self._done_before = 0
        self._told_at = 0.0
        self._seen = 0
        self._tasks: dict[str, TaskID] = {}
        self._bars: Bars | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                _Pace(),
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
        if stage.endswith(_BYTES):
            stage, done = stage.removesuffix(_BYTES) + " (MB)", _megabytes(done)
            total = None if total is None else _megabytes(total)
        if self._bars:
            self._show(self._bars, stage, done, total)
        elif self._lines:
            self._tell(stage, done, total)

    def _show(self, bars: Bars, stage: str, done: int, total: int | None) -> None:
        begins = stage != self._stage or done < self._seen
        if stage != self._stage and self._stage:
            # It is over, whatever was last heard of it.
            seen = max(self._seen, 1)
            bars.update(self._tasks[self._stage], completed=seen, total=seen)
        if stage not in self._tasks:
            self._tasks[stage] = bars.add_task(stage, completed=done, total=total, begun=done)
        elif begins:
            bars.reset(self._tasks[stage], completed=done, total=total, begun=done)
        else:
            bars.update(self._tasks[stage], completed=done, total=total)
        self._stage, self._seen = stage, done

    def _tell(self, stage: str, done: int, total: int | None) -> None:
        now = self._clock()
        if stage != self._stage or done < self._done_before:
            # What a stage begins with may have been done by another process, and says nothing of its pace.
            self._stage, self._began, self._done_before, self._told_at = stage, now, done, now
        if done == total or now - self._told_at >= SECONDS_BETWEEN_LINES:
            self._told_at = now
            of = f" of {total:,}" if total is not None else ""
            left = None if total is None else total - self._done_before
            paced = pace(done - self._done_before, left, now - self._began) if done != total else ""
            self._console.print(Text(f"{stage}: {done:,}{of}{f' ({paced})' if paced else ''}"))
