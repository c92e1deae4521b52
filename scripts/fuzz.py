"""Attack the service and the readers with input made by machine, and print what was tried and what broke.

    python scripts/fuzz.py http
    python scripts/fuzz.py readers --seconds 1200 --records questions.jsonl.gz

Needs `pip install 'despatch-box[fuzz]'`; `make fuzz` installs that and runs both.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from scripts.fuzzing.http import attacked
from scripts.fuzzing.readers import TARGETS
from scripts.fuzzing.rounds import Round, fuzzed
from scripts.served import NotStarted


def main(arguments: list[str] | None = None) -> int:
    """Fuzz what the command line names; return 1 if anything broke."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    kinds = parser.add_subparsers(dest="what", required=True)
    http = kinds.add_parser("http", help="Schemathesis over the OpenAPI document of a running service")
    http.add_argument("--examples", type=int, default=60, help="the most cases an operation and a phase")
    http.add_argument("--seed", type=int, default=1)
    readers = kinds.add_parser("readers", help="a coverage-guided fuzzer on the readers of sources")
    readers.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all unless named")
    readers.add_argument("--seconds", type=int, default=1200, help="for each target")
    readers.add_argument("--records", type=Path, help="JSON Lines of Parliament's API to start from")
    readers.add_argument("--keep", type=Path, help="a folder for what is found, and to go on from another time")
    given = parser.parse_args(arguments)
    if given.what == "http":
        try:
            return attacked(given.examples, given.seed)
        except NotStarted as error:
            raise SystemExit(str(error)) from None
    unknown = sorted(set(given.targets) - set(TARGETS))
    if unknown:
        parser.error(f"there is no target {unknown[0]!r}: there are {', '.join(TARGETS)}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        rounds = [fuzzed(name, folder / name, given.seconds, given.records) for name in given.targets or TARGETS]
        for line in table(rounds):
            print(line)
    return int(any(one.found for one in rounds))


def table(rounds: list[Round]) -> list[str]:
    """Return the rounds as the lines of a table in Markdown."""
    lines = ["| target | inputs tried | seconds | of them on the processor | broke |", "|---|---|---|---|---|"]
    for one in rounds:
        broke = "; ".join(one.found) or "nothing"
        lines.append(f"| {one.target} | {one.tried:,} | {one.seconds:,.0f} | {one.cpu_seconds:,.0f} | {broke} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
