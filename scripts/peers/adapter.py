"""A system that is measured, in a process of its own and in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

_ROOT = Path(__file__).parents[2]


class AdapterError(Exception):
    """A system said that something went wrong, or ended."""


class Adapter:
    """Starts an adapter and speaks with it, as `scripts.peers.speaking` says.

    Args:
        name: As the tables show it.
        command: What runs it, with its arguments.
        log: Where what it says on standard error goes.

    Raises:
        AdapterError: If it can't be started.
    """

    def __init__(self, name: str, command: Sequence[str | Path], log: Path) -> None:
        self.name = name
        self._log = log
        environment = {**os.environ, "PYTHONPATH": str(_ROOT), "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
        # It may take every core: what the shell sets for other ends holds it back.
        environment.pop("OMP_NUM_THREADS", None)
        with log.open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=_ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            self._heard()
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Adapter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it: at the end of its input, or at once if something went wrong here."""
        if error is not None and not isinstance(error, KeyboardInterrupt):
            self._process.terminate()
        self._end()

    def _end(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def do(self, what: str, **given: object) -> Mapping[str, Any]:
        """Have it do something, and return what it says of it.

        Raises:
            AdapterError: If it could not.
        """
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": what, **given}) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Mapping[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise AdapterError(f"{self.name} ended: {self._log} has what it said")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise AdapterError(f"{self.name}: {said['error']}; {self._log} may have more")
        return said
