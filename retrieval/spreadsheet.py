"""Rows of CSV (RFC 4180) that a spreadsheet shows as they are and never runs as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width forms


def cell(value: object) -> str:
    """Return a value as a cell: nothing for None, the parts of a tuple with semicolons between them.

    A text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP recommends against CSV
    injection: one that begins with =, +, -, @, a tab or a line break.
    """
    if value is None:
        return ""
    text = ";".join(value) if isinstance(value, tuple) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_line(cells: Iterable[str]) -> str:
    """Return cells as one row, quoted where they must be, ending in a carriage return and a line feed."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
