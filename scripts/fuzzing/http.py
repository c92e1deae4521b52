"""Schemathesis over the OpenAPI document of a real service with the shipped models and a few invented records."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]
_SOURCES: Final = ("seeds", "tests/data/small.jsonl", "tests/data/quotable.jsonl")
_CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
_LISTENS: Final = re.compile(r"listens on (http://\S+?):? ")
_START_SECONDS: Final = 300


def attacked(examples: int, seed: int) -> int:
    """Run every check of Schemathesis in every phase; return 1 if one of them fails, or if the service logged a fault.

    Args:
        examples: The most cases an operation in the phase that makes cases at random.
        seed: The same one asks the same.
    """
    with tempfile.TemporaryDirectory() as scratch:
        data, log = Path(scratch) / "data", Path(scratch) / "log.txt"
        sources = [str(_ROOT / source) for source in _SOURCES]
        command = [sys.executable, "-c", "from service.cli import main; main()"]
        subprocess.run([*command, "build", *sources, "--data", str(data)], check=True, stdout=subprocess.DEVNULL)
        with _serving([*command, "serve", "--data", str(data), "--port", "0"], log) as address:
            began = time.monotonic()
            done = subprocess.run(_schemathesis(address, examples, seed), env=_environment(), check=False)
            seconds = time.monotonic() - began
        faults = log.read_text(encoding="utf-8").count("Unexpected fault") + log.read_text().count("Traceback")
    print(f"{seconds:,.0f} seconds on the clock; faults in the service's log: {faults}")
    return int(bool(done.returncode or faults))


def _schemathesis(address: str, examples: int, seed: int) -> list[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(_CONFIGURATION), "--no-color", "run"]
    options = ["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--no-shrink"]
    numbers = ["--max-examples", str(examples), "--seed", str(seed), "--wait-for-schema", "60"]
    return [*command, f"{address}/openapi.json", *options, *numbers]


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, "PYTHONPATH": path, "SCHEMATHESIS_HOOKS": "scripts.fuzzing.hooks"}


@contextmanager
def _serving(command: list[str], log: Path) -> Iterator[str]:
    """Run the service, and give its address."""
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=written)
        try:
            until = time.monotonic() + _START_SECONDS
            while not (found := _LISTENS.search(log.read_text(encoding="utf-8"))):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"the service did not start: {log.read_text(encoding='utf-8')[-500:]}")
                time.sleep(0.2)
            yield found[1]
        finally:
            process.terminate()
            process.wait(timeout=60)
