"""Text made fit for a terminal: no control characters, no mark-up, no line too long."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

WIDEST = 100
"""Columns used at most: longer lines are hard to follow with the eye."""

OUTPUT: Final = "<output>"
"""Name of the file in an `OSError` that a `Stream` raised: what else fails bears another, or none."""

# C0 and C1 controls but tab and line break, line and paragraph separators, and marks that turn text around.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Stream(io.TextIOWrapper):
    """Standard output or error, whose errors can be told from all others by the file they name."""

    def write(self, text: str, /) -> int:
        """Write `text`."""
        try:
            return super().write(text)
        except OSError as error:
            error.filename = OUTPUT
            raise

    def flush(self) -> None:
        """Write what is still in the buffer."""
        try:
            super().flush()
        except OSError as error:
            error.filename = OUTPUT
            raise


def standard(stream: TextIO | None) -> TextIO:
    """Return standard output or error as the command writes it.

    Args:
        stream: As Python gives it; None is one that is closed, and what is written then goes nowhere.
    """
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return Stream(
        stream.buffer,
        # What is piped is UTF-8 in any locale; a terminal shows ? for what it has no character for.
        encoding=stream.encoding if stream.isatty() else "utf-8",
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


class Terminal(Console):
    """A console that prints what it is given word for word, and lets a closed pipe be told by its caller."""

    def __init__(self, file: TextIO, *, terminal: bool | None = None, width: int | None = None) -> None:
        """Write to `file`; `terminal` says whether that is one, None to ask it."""
        # Asked here, as Rich would also take a variable such as FORCE_COLOR for a yes.
        is_terminal = file.isatty() if terminal is None else terminal
        super().__init__(file=file, force_terminal=is_terminal, width=width, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        """Raise the error again: the command has one place that deals with it."""
        raise BrokenPipeError(errno.EPIPE, "the reader of the output has gone")


def clean(text: str) -> str:
    """Return `text` without control characters, tab and line break excepted."""
    return _UNSAFE.sub("", text)


def words(text: str, style: str = "") -> Text:
    """Return text from anywhere as words to print: cleaned, and without any meaning as mark-up."""
    return Text(clean(text).replace("\t", " | "), style=style)


def unbroken(text: str, style: str = "") -> Text:
    """Return a URL or a command as a line that is never broken, so that it can be copied."""
    return Text(clean(text), style=style, no_wrap=True, overflow="ignore")


def indented(lines: Iterable[RenderableType], by: int) -> list[RenderableType]:
    """Return `lines`, each `by` columns to the right."""
    return [
        # Padding would cut a long line off at the edge.
        Text.assemble(" " * by, line, no_wrap=True, overflow="ignore")
        if isinstance(line, Text) and line.no_wrap
        else Padding(line, (0, 0, 0, by))
        for line in lines
    ]


def show(console: Console, lines: Iterable[RenderableType]) -> None:
    """Print each of `lines`, no wider than `WIDEST`, but as wide as it is if unbroken or for a file."""
    width = min(console.width, WIDEST)
    for line in lines:
        if isinstance(line, Text) and (line.no_wrap or not console.is_terminal):
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
        else:
            console.print(line, width=width)
