"""Write requirements.lock from pyproject.toml: exact versions, and nothing of the machine that chose them.

Run by `make lock`. pip-compile chooses the versions. What it then writes can carry the settings of the
machine it ran on: a build label (`+cpu`), options naming an index or a folder of wheels, and packages that
torch asks for only in its CUDA build. None of these belongs in a lock that everyone shares.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HEADER = "# Made by `make lock`. To change it, change pyproject.toml and run `make lock` again.\n"
LOCK_PYTHON = (3, 11)
"""The oldest Python that the project supports: what installs there installs on newer ones."""

_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[0-9][A-Za-z0-9.!]*)(?:\+[A-Za-z0-9.]+)?\s*(?:#\s*via\s+(?P<via>.+))?"
)
_CUDA_NAME = re.compile(r"(?:nvidia|cuda)-|(?:triton|pytorch-triton)$")
_PROJECT = re.compile(r"despatch-box\s*\([^)]*\)")


class LockError(Exception):
    """A line of pip-compile's output is neither a plain pin nor something known to be left out."""


def clean_lock(compiled: str) -> str:
    """Reduce pip-compile's output to plain pins under the lock's own header.

    Args:
        compiled: What `pip-compile --annotation-style=line` wrote.

    Returns:
        The header, then one `name==version  # via who` line for each package, in pip-compile's order.

    Raises:
        LockError: If a line is neither a pin, an option, a comment nor blank.
    """
    lines = []
    for line in map(str.strip, compiled.splitlines()):
        if not line or line.startswith(("#", "-")):
            continue
        pin = _PIN.fullmatch(line)
        if pin is None:
            raise LockError(
                f"pip-compile wrote {line!r}; a lock line is name==version. "
                "Ask for a released version in pyproject.toml, not for a path or a URL."
            )
        if _CUDA_NAME.match(pin["name"]):
            continue
        via = _PROJECT.sub("pyproject.toml", pin["via"] or "pyproject.toml")
        lines.append(f"{pin['name']}=={pin['version']}  # via {via}\n")
    return HEADER + "".join(lines)


def compile_lock(root: Path, *, upgrade: bool) -> str:
    """Have pip-compile choose the versions, keeping those of the present lock unless `upgrade` is true."""
    lock = root / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / lock.name
        if lock.exists():
            output.write_text(lock.read_text(encoding="utf-8"), encoding="utf-8")
        command = [
            sys.executable,
            *("-m", "piptools", "compile", "pyproject.toml"),
            *("--extra=dev", "--strip-extras", "--allow-unsafe", "--annotation-style=line", "--no-header"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--quiet"),
            f"--output-file={output}",
            *(["--upgrade"] if upgrade else []),
        ]
        subprocess.run(command, cwd=root, check=True)
        return output.read_text(encoding="utf-8")


def main() -> int:
    """Write requirements.lock if it would change, and say which."""
    if sys.version_info[:2] != LOCK_PYTHON:
        wanted, seen = (".".join(map(str, v)) for v in (LOCK_PYTHON, sys.version_info[:2]))
        print(
            f"The lock is made with Python {wanted}, the oldest one supported; this is {seen}. "
            f"Next: make clean, then make lock PYTHON=python{wanted}",
            file=sys.stderr,
        )
        return 1
    root = Path(__file__).resolve().parent.parent
    lock = root / "requirements.lock"
    try:
        cleaned = clean_lock(compile_lock(root, upgrade=bool(os.environ.get("UPGRADE"))))
    except (LockError, subprocess.CalledProcessError) as error:
        print(f"requirements.lock is as it was: {error}", file=sys.stderr)
        return 1
    if lock.exists() and lock.read_text(encoding="utf-8") == cleaned:
        print("requirements.lock is up to date.")
    else:
        lock.write_text(cleaned, encoding="utf-8")
        print(f"Wrote requirements.lock: {cleaned.count('==')} packages.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
