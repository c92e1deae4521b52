"""Despatch Box's own server in a process of its own, for the programs that measure and attack it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

DESPATCH: Final = (sys.executable, "-c", "from service.cli import main; main()")
"""The command `despatch`, whether or not it is installed."""

_LISTENS: Final = re.compile(r"listens on (http://[\w.:\[\]-]+:\d+)")
_START_SECONDS: Final = 300
_LOOK_SECONDS: Final = 0.02


class NotStarted(Exception):
    """A server ended, or did not listen in time; its message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers. Primary key: `pid`.

    Attributes:
        address: Such as `http://127.0.0.1:8000`.
        pid: Of its process.
        seconds: From its start until it said that it is ready to search.
    """

    address: str
    pid: int
    seconds: float


def start(
    arguments: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> tuple[subprocess.Popen[bytes], str]:
    """Start `despatch serve` on a free port; return its process and address as soon as it listens.

    Args:
        arguments: Of `serve`, but for the port.
        log: A file for what it says: a pipe that nobody reads would stop it once it is full.
        environment: Of the process; without it, that of this one.

    Raises:
        NotStarted: If it ends, or does not listen within five minutes.
    """
    command = [*DESPATCH, "serve", "--port", "0", *(str(one) for one in arguments)]
    with log.open("w", encoding="utf-8") as lines:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=lines, env=environment)
    until = time.monotonic() + _START_SECONDS
    try:
        while not (found := _LISTENS.search(said := log.read_text(encoding="utf-8"))):
            if process.poll() is not None or time.monotonic() > until:
                raise NotStarted(f"the service did not start: {said[-500:]}")
            time.sleep(_LOOK_SECONDS)
    except BaseException:
        _end(process)
        raise
    return process, found[1]


@contextmanager
def served(
    arguments: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Run `despatch serve` until the block ends, from when it is ready to search.

    Args:
        arguments: Of `serve`, but for the port.
        log: A file for what it says.
        environment: Of the process; without it, that of this one.

    Raises:
        NotStarted: If it ends, or is not ready within five minutes.
    """
    began = time.perf_counter()
    process, address = start(arguments, log, environment)
    try:
        while not _is_ready(address):
            if process.poll() is not None or time.perf_counter() > began + _START_SECONDS:
                raise NotStarted(f"the service is not ready: {log.read_text(encoding='utf-8')[-500:]}")
            time.sleep(_LOOK_SECONDS)
        yield Served(address, process.pid, time.perf_counter() - began)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _is_ready(address: str) -> bool:
    # What is not ready answers 503, which is an error to this library, as is whatever becomes of the connection.
    with suppress(OSError), urlopen(f"{address}/readyz", timeout=30) as answer:  # noqa: S310 - our own server
        return bool(answer.status == 200)
    return False
