"""Reads files from the web without trusting them: each in a process that the system ends past its limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import msgspec

from retrieval.attachments.extracted import BROKEN, TOO_COMPLEX, Extracted
from retrieval.attachments.limits import Limits
from retrieval.attachments.pdf import pdf_extractor
from retrieval.attachments.sheets import sheet_extractor
from retrieval.errors import ExtraMissing

INSTALL = "pip install 'despatch-box[attachments]'"
_OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)


def check_extra() -> None:
    """Say whether the libraries that read attachments are there.

    Raises:
        ExtraMissing: If one is not; the message has the command that installs them.
    """
    for extractor in (pdf_extractor, sheet_extractor):
        try:
            extractor()
        except ImportError as error:
            raise ExtraMissing("attachments", f"{error.name} is not installed, and it reads them: {INSTALL}") from error


def read_file(data: bytes, limits: Limits, *, is_csv: bool = False) -> Extracted:
    """Return the words of one file, or the reason why there are none; no file can do more harm than that.

    Args:
        data: The file.
        limits: How much is read, and how long it may take.
        is_csv: Whether its name or its source says that it is CSV.
    """
    command = (sys.executable, "-P", "-m", "retrieval.attachments.extract")
    arguments = (msgspec.json.encode(limits).decode(), "csv" if is_csv else "")
    # The child finds the library where this process did, wherever that was started.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the file goes in by standard input
            [*command, *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.wall_seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Extracted(reason=TOO_COMPLEX)
    if done.returncode:
        return Extracted(reason=TOO_COMPLEX if done.returncode in _OUT_OF_TIME else BROKEN)
    try:
        return msgspec.json.decode(done.stdout, type=Extracted)
    except msgspec.DecodeError:
        return Extracted(reason=BROKEN)
