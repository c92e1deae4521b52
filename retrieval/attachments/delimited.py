"""CSV files to titles and table rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from retrieval.attachments.extracted import BROKEN, Collector, Extracted
from retrieval.attachments.limits import Limits
from retrieval.attachments.rows import row_blocks

_EXTRACTOR = "csv 1"
_DELIMITERS = (",", ";", "\t")


def read_delimited(data: bytes, limits: Limits) -> Extracted:
    """Return the rows of a CSV file, in UTF-8 or else in Windows' Western European characters."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        return Extracted(reason=BROKEN)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    found = Collector(limits.characters)
    # One cell may be as long as the file; the module's own bound is for the whole process.
    bound = csv.field_size_limit(len(text))
    try:
        found.add("table", list(row_blocks(_rows(text, delimiter, limits, found))))
    finally:
        csv.field_size_limit(bound)
    return found.extracted(_EXTRACTOR)


def _rows(text: str, delimiter: str, limits: Limits, found: Collector) -> Iterator[list[str]]:
    is_clipped = False
    for number, row in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter), start=1):
        if number > limits.rows:
            found.left_out.append(f"rows after the first {limits.rows:,}")
            break
        is_clipped = is_clipped or any(cell.strip() for cell in row[limits.columns :])
        yield row[: limits.columns]
    if is_clipped:
        found.left_out.append(f"columns after the first {limits.columns:,}")
