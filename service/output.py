"""Results as the user wants them: laid out for reading in a terminal, one JSON object on a line elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

from rich.console import RenderableType

from service.schemas import to_json
from service.terminal import Terminal, clean, show

# JSON leaves these as they are, but a terminal may act on them; the escaped form means the same.
_CONTROLS = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Output:
    """Where results go.

    Args:
        screen: Standard output.
    """

    def __init__(self, screen: Terminal) -> None:
        """Keep the screen."""
        self._screen = screen

    @property
    def can_underline(self) -> bool:
        """Whether styles other than words show."""
        return self._screen.color_system is not None

    def give(self, value: object, asked: bool, page: Callable[[], Iterable[RenderableType]]) -> None:
        """Print a result: `value` as JSON if that was asked for or nobody is looking, else `page`."""
        if asked or not self._screen.is_terminal:
            self.give_json(value)
        else:
            show(self._screen, page())

    def give_json(self, value: object) -> None:
        """Print one object on one line: a dictionary of plain data, or one of the library's dataclasses."""
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else to_json(value).decode()
        self._write(_CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text))

    def give_text(self, text: str) -> None:
        """Print a text as it is, control characters apart, to be pasted or kept in a file."""
        self._write(clean(text))

    def give_lines(self, lines: Iterable[str]) -> None:
        """Print the lines of a file as they come: as they are, or without control characters on a terminal."""
        file, is_terminal = self._screen.file, self._screen.is_terminal
        for line in lines:
            file.write(clean(line) if is_terminal else line)
        file.flush()

    def _write(self, text: str) -> None:
        self._screen.file.write(f"{text.removesuffix(chr(10))}\n")
        self._screen.file.flush()
