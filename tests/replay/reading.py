"""Records of the API from a file with one a line, packed with gzip or not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retrieval.errors import MalformedRecord, SourceNotFound


def read_values(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file in order, each `{value, links}` or a bare value.

    Raises:
        SourceNotFound: If there is no such file.
        MalformedRecord: If a line is no record, or lacks what a list is ordered and found by.
    """
    if not path.is_file():
        raise SourceNotFound(path, "no such file; name a file of JSON with one record a line")
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if packed.startswith(b"\x1f\x8b") else packed).decode()
    for line, written in enumerate(text.splitlines(), start=1):
        if written.strip():
            yield _value(written, path, line)


def _value(written: str, path: Path, line: int) -> dict[str, Any]:
    try:
        record = json.loads(written)
    except json.JSONDecodeError as error:
        raise MalformedRecord(path, f"not JSON ({error}); each line must be one record", line) from None
    value = record.get("value", record) if isinstance(record, dict) else None
    if not isinstance(value, dict) or not value.get("id") or not value.get("uin"):
        raise MalformedRecord(path, "no id or no UIN; give records as the API gives them", line)
    if not (value.get("dateTabled") or value.get("dateMade")):
        raise MalformedRecord(path, "no day tabled or made, by which lists are ordered; leave it out", line)
    return value
