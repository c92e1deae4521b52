"""One round of the coverage-guided fuzzer: started as a process of its own, and told afterwards."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from scripts.fuzzing.starting import starting_inputs

_DICTIONARY: Final = Path(__file__).with_name("readers.dict")
_EXECUTED: Final = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
_LONGEST: Final = 8192
# What is repeated very often may be short.
_LONGEST_REPEATED: Final = 200
_HANG_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Round:
    """How one target stood up to the fuzzer. Primary key: `target`.

    Attributes:
        target: Its name.
        tried: How many inputs it was given.
        seconds: How long that took on the clock.
        cpu_seconds: How long on the processor.
        found: The inputs on which something broke, by the names of their files; "it hung" or "it crashed" where the
            process itself came to an end.
    """

    target: str
    tried: int
    seconds: float
    cpu_seconds: float
    found: tuple[str, ...]


def fuzzed(target: str, folder: Path, seconds: int, records: Path | None) -> Round:
    """Fuzz a target for so many seconds.

    Args:
        target: Of `scripts.fuzzing.readers.TARGETS`.
        folder: Holds the inputs that reached new code, and in `found` those that broke something.
        seconds: On the clock.
        records: See `starting_inputs`.
    """
    start, corpus = folder / "start", folder / "corpus"
    start.mkdir(parents=True, exist_ok=True)
    corpus.mkdir(exist_ok=True)
    for data in starting_inputs(target, records):
        (start / sha256(data).hexdigest()[:16]).write_bytes(data)
    longest = _LONGEST_REPEATED if target.endswith("repeated") else _LONGEST
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={longest}",
        f"-timeout={_HANG_SECONDS}",
        "-print_final_stats=1",
        f"-dict={_DICTIONARY}",
        f"-artifact_prefix={folder}/",
    ]
    began, spent = time.monotonic(), _spent()
    command = [sys.executable, "-m", "scripts.fuzzing.loop", target, str(folder), *options, str(corpus), str(start)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    (folder / "log.txt").write_text(done.stderr, encoding="utf-8")
    tried = _EXECUTED.search(done.stderr)
    found = [path.stem for path in sorted((folder / "found").glob("*.txt"))]
    found += ["it hung" for _ in folder.glob("timeout-*")] + ["it crashed" for _ in folder.glob("crash-*")]
    if done.returncode and not found:
        raise SystemExit(f"the fuzzer did not run: {done.stderr[-500:]}\nNext: pip install 'despatch-box[fuzz]'")
    clock = time.monotonic() - began
    return Round(target, int(tried[1]) if tried else 0, clock, _spent() - spent, tuple(found))


def _spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime
