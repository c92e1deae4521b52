"""Keeps what a fuzzer finds: one input for each place in the code that fails, and those that take too long."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path

_SLOW_KEPT = 20


class Findings:
    """A folder with one file an input, and beside each the reason, in a `.txt` of the same name.

    Args:
        folder: Is made if need be.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with what the folder has."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._seen = {path.stem for path in folder.glob("*.txt")}

    def failed(self, data: bytes, error: BaseException) -> None:
        """Keep an input on which an error was raised, unless one that failed in the same place is kept."""
        frames = traceback.extract_tb(error.__traceback__)
        place = "\n".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-3:])
        name = hashlib.sha256(f"{type(error).__name__}\n{place}".encode()).hexdigest()[:12]
        self._keep(f"failed-{name}", data, "".join(traceback.format_exception(error)))

    def slow(self, data: bytes) -> None:
        """Keep an input that took too long, up to a few of them."""
        if sum(name.startswith("slow-") for name in self._seen) < _SLOW_KEPT:
            self._keep(f"slow-{hashlib.sha256(data).hexdigest()[:12]}", data, "took too much time on the processor\n")

    def _keep(self, name: str, data: bytes, reason: str) -> None:
        if name not in self._seen:
            self._seen.add(name)
            (self._folder / name).write_bytes(data)
            (self._folder / f"{name}.txt").write_text(reason, encoding="utf-8", errors="backslashreplace")
