"""JSON to checked shapes, with what is wrong told by file, line and place."""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

import msgspec

from retrieval.errors import MalformedRecord

Shape = TypeVar("Shape")

NOT_READ = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
# What .NET writes for a date that was never set.
NEVER_SET = "0001-01-01"
# Popolo files write 9999-12-31 or the day before it for "not ended".
_NO_END_YEAR = 9999
_AT = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?", re.DOTALL)
_BYTE = re.compile(r"\(byte (\d+)\)")
_BAD_BYTE = re.compile("[\\udc80-\\udcff]")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)


def decoded(data: bytes | msgspec.Raw, shape: type[Shape], path: str, line: int | None = None) -> Shape:
    """Return what `data` holds, as `shape`.

    Args:
        data: JSON, UTF-8.
        shape: What it must be.
        path: The document, as errors name it.
        line: The line of it, where `data` is one line.

    Raises:
        MalformedRecord: If it is not JSON, or not of that shape.
    """
    try:
        return msgspec.json.decode(data, type=shape)
    except NOT_READ as error:
        raise fault(error, bytes(data), path, line) from error


def fault(error: Exception, data: bytes, path: str, line: int | None = None) -> MalformedRecord:
    """Return what to raise for an error of `NOT_READ` that was met in `data`."""
    if isinstance(error, msgspec.ValidationError):
        match = _AT.fullmatch(str(error))
        what, place = (match[1], match[2]) if match else (str(error), None)
        return MalformedRecord(path, f"{place}: {what}" if place else what, line)
    if isinstance(error, RecursionError):
        return MalformedRecord(path, "is nested too deeply to be about Members", line)
    told = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"is not JSON ({error})"
    return MalformedRecord(path, f"{told}: fetch or save it again", line or _line(error, data))


def api_day(text: str | None, field: str, path: str, line: int | None = None) -> date | None:
    """Return the day that the Members API means; None for a day that it does not know.

    Times stand for midnight at the start of a day, with or without a zone, so they are cut off, not converted.

    Raises:
        MalformedRecord: If `text` is no day.
    """
    if text is None or text.startswith(NEVER_SET):
        return None
    match = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(match[1] if match else text)
    except ValueError:
        reason = f"{field}: is {text!r}, and must be a real day such as '2024-07-05T00:00:00'"
        raise MalformedRecord(path, reason, line) from None


def last_day(day: date | None) -> date | None:
    """Return `day`, or None where it stands for "has not ended"."""
    return None if day is None or day.year == _NO_END_YEAR else day


def _line(error: Exception, data: bytes) -> int:
    """Return the line on which `error` was met: the last one of a document cut short."""
    if isinstance(error, UnicodeDecodeError):
        # The error counts from the start of the one text that it was met in, so the first bad byte is sought.
        return _BAD_BYTE.split(data.decode(errors="surrogateescape"), maxsplit=1)[0].count("\n") + 1
    byte = _BYTE.search(str(error))
    return data.count(b"\n", 0, int(byte[1]) if byte else len(data.rstrip())) + 1
