"""Workbooks of the .xlsx form to titles and table rows; the one user of openpyxl."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from importlib.metadata import version
from io import BytesIO

from retrieval.attachments.extracted import Collector, Extracted
from retrieval.attachments.limits import Limits
from retrieval.attachments.rows import row_blocks


def sheet_extractor() -> str:
    """Return the name and version of what reads workbooks.

    Raises:
        ImportError: If it is not installed.
    """
    import openpyxl  # noqa: PLC0415 - an optional extra

    return f"openpyxl {openpyxl.__version__}"


def read_workbook(data: bytes, limits: Limits) -> Extracted:
    """Return the rows of the sheets of a workbook that its author shows.

    Cells have the values stored, not as they are laid out: `0.12` where Excel shows `12%`. A formula has the value
    that was last worked out. A hidden sheet is not read, as its author did not mean to publish it; hidden rows and
    columns can't be told from others.
    """
    import openpyxl  # noqa: PLC0415 - an optional extra

    found = Collector(limits.characters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of every extension that it does not know
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in shown[: limits.sheets]:
            if found.is_full:
                break
            sheet.reset_dimensions()  # what a file says of its own size is not to be relied on
            rows = sheet.iter_rows(max_row=limits.rows + 1, values_only=True)
            found.add(f"sheet {sheet.title}", list(row_blocks(_written(rows, limits, sheet.title, found))))
    if len(shown) > limits.sheets:
        found.left_out.append(f"sheets after the first {limits.sheets}")
        book.close()
    hidden = len(book.worksheets) - len(shown)
    if hidden:
        found.left_out.append(f"hidden sheets: {hidden}")
    return found.extracted(f"openpyxl {version('openpyxl')}")


def _written(rows: Iterator[tuple[object, ...]], limits: Limits, title: str, found: Collector) -> Iterator[list[str]]:
    is_clipped = False
    for number, row in enumerate(rows, start=1):
        if number > limits.rows:
            found.left_out.append(f"rows after the first {limits.rows:,} of the sheet {title}")
            break
        is_clipped = is_clipped or any(cell is not None for cell in row[limits.columns :])
        yield [_text(cell) for cell in row[: limits.columns]]
    if is_clipped:
        found.left_out.append(f"columns after the first {limits.columns:,} of the sheet {title}")


def _text(value: object) -> str:
    """Return what a cell holds, in words: numbers to 15 digits, which is what Excel keeps; days as 2026-11-22."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return f"{value:.15g}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)
