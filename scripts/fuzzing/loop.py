"""Runs one target under the coverage-guided fuzzer until its time is over: started by `scripts/fuzz.py`.

    python -m scripts.fuzzing.loop TARGET FOLDER [options of libFuzzer]

What goes wrong is written to `FOLDER/found`, one file for each place in the code, and the fuzzer goes on.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["retrieval"]):
    from scripts.fuzzing.findings import Findings
    from scripts.fuzzing.readers import TARGETS

CPU_SECONDS = 3.0
"""No input is large enough to need a tenth of this."""


def main() -> None:
    """Fuzz the target that the command line names."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    target, findings = TARGETS[name], Findings(folder / "found")

    def tried(data: bytes) -> None:
        started = time.process_time()
        try:
            target(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            findings.failed(data, error)
        if time.process_time() - started > CPU_SECONDS:
            findings.slow(data)

    atheris.Setup([sys.argv[0], *sys.argv[3:]], tried)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
