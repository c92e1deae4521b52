"""Reads one file in a process of its own: `python -m retrieval.attachments.extract < FILE`, JSON out.

A file from the web can be made to take all memory, all time, or the reader's own faults: here that costs one
process with bounds, which the system ends.
"""

from __future__ import annotations

import resource
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import msgspec

from retrieval.attachments.delimited import read_delimited
from retrieval.attachments.extracted import OTHER_KIND, TOO_COMPLEX, TOO_LARGE, Extracted
from retrieval.attachments.limits import Limits
from retrieval.attachments.pdf import read_pdf
from retrieval.attachments.sheets import read_workbook

_CSV = "csv"
# What .xls, .doc and workbooks under a password begin with.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK = "xl/workbook.xml"
# A PDF may begin with other bytes; its own mark is among the first of them.
_PDF_WITHIN = 1024


def extracted(data: bytes, limits: Limits, hint: str = "") -> Extracted:
    """Return the words of one file, whatever it calls itself: its kind is told by its first bytes.

    A broken file may raise anything: that ends this process, and the one that started it takes note.

    Args:
        data: The file.
        limits: How much to read of it.
        hint: `csv` where its name or its source says that it is CSV, which has no mark of its own.
    """
    if len(data) > limits.file_bytes:
        return Extracted(reason=f"{TOO_LARGE}: at most {limits.file_bytes:,} bytes are read")
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return read_pdf(data, limits)
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, limits)
    if data.startswith(_OLD_OFFICE):
        return Extracted(reason=f"{OTHER_KIND}: an old Office file, or one under a password")
    if hint == _CSV:
        return read_delimited(data, limits)
    return Extracted(reason=OTHER_KIND)


def _zipped(data: bytes, limits: Limits) -> Extracted:
    with ZipFile(BytesIO(data)) as archive:
        members = archive.infolist()
    if _WORKBOOK not in {member.filename for member in members}:
        return Extracted(reason=OTHER_KIND)
    if sum(member.file_size for member in members) > limits.unpacked_bytes:
        return Extracted(reason=f"{TOO_LARGE}: at most {limits.unpacked_bytes:,} bytes are unpacked")
    return read_workbook(data, limits)


def _bind(limits: Limits) -> None:
    """Put this process under its limits: what it has at the start, it keeps."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    memory = pages * resource.getpagesize() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read the file on standard input under the limits in the first argument; the second is the hint."""
    limits = msgspec.json.decode(sys.argv[1], type=Limits)
    _bind(limits)
    try:
        found = extracted(sys.stdin.buffer.read(limits.file_bytes + 1), limits, sys.argv[2])
    except (MemoryError, RecursionError):
        found = Extracted(reason=TOO_COMPLEX)
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
