"""Schemathesis over the OpenAPI document of a real service with the shipped models and a few invented records."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from scripts.served import DESPATCH, served

_ROOT: Final = Path(__file__).parents[2]
_SOURCES: Final = ("seeds", "tests/data/small.jsonl", "tests/data/quotable.jsonl")
_CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")


def attacked(examples: int, seed: int) -> int:
    """Run every check of Schemathesis in every phase; return 1 if one of them fails, or if the service logged a fault.

    Args:
        examples: The most cases an operation in the phase that makes cases at random.
        seed: The same one asks the same.
    """
    with tempfile.TemporaryDirectory() as scratch:
        data, log = Path(scratch) / "data", Path(scratch) / "log.txt"
        sources = [str(_ROOT / source) for source in _SOURCES]
        subprocess.run([*DESPATCH, "build", *sources, "--data", str(data)], check=True, stdout=subprocess.DEVNULL)
        with served(["--data", data], log) as service:
            began = time.monotonic()
            done = subprocess.run(_schemathesis(service.address, examples, seed), env=_environment(), check=False)
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
