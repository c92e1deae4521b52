"""How much of a file is read, and how long that may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the reading of one file; past most of them the rest is left out, and that is said.

    The defaults are chosen, not measured: they let through a report of some hundred pages and a table of some
    thousand rows, and keep what nobody would read a passage of from filling an index.

    Attributes:
        file_bytes: A larger file is not read at all.
        unpacked_bytes: What a workbook says that it has once unpacked; with more it is not read.
        characters: Text kept of one file.
        pages: Pages read of one PDF.
        rows: Rows looked at in one sheet, empty ones included.
        columns: Columns looked at in one sheet.
        sheets: Sheets read of one workbook.
        cpu_seconds: Time on the processor, after which the reading is ended.
        wall_seconds: Time on the clock likewise.
        memory_bytes: Address space that the reading may take, beyond what it starts with.
    """

    file_bytes: int = 20_000_000
    unpacked_bytes: int = 300_000_000
    characters: int = 400_000
    pages: int = 500
    rows: int = 5_000
    columns: int = 100
    sheets: int = 50
    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    memory_bytes: int = 1 << 30
