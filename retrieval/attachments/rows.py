"""Rows of cells to blocks: titles, header rows, and data rows with their headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

from retrieval.attachments.extracted import clean
from retrieval.records import Block, BlockKind

# What is a figure or a date and so heads no column; a year, alone or as in 2019-20, may.
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*[-–/]\s*(?:20)?\d\d)?")
_FIGURE = re.compile(
    r"[£$€(<>~+–-]*\d[\d,.\s()%]*(?:%|p|k|m|bn|million|billion)?|n/?a|[-–—*]+|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}.*",
    re.IGNORECASE,
)


def row_blocks(rows: Iterable[list[str]]) -> Iterator[Block]:
    """Yield the blocks of one sheet: its tables are parted by empty rows and by rows of a single cell.

    A single cell where others have several is a title or a note, and a paragraph. The first row of a table heads
    its columns, unless one of its cells is a figure, or no row follows it.

    Args:
        rows: Cells by row, in order; an empty row has no cell with words.
    """
    numbers, table = count(1), list[list[str]]()
    for row in rows:
        cells = [clean(cell) for cell in row]
        words = [cell for cell in cells if cell]
        if len(words) > 1 or (words and table and _is_gappy(table, cells)):
            table.append(cells)
            continue
        yield from _table(table, next(numbers) if table else 0)
        table = []
        if words:
            yield Block(BlockKind.PARAGRAPH, words[0])
    yield from _table(table, next(numbers))


def _is_gappy(table: list[list[str]], cells: list[str]) -> bool:
    """Say whether a row of one cell is data with gaps: its cell stands under a column that is not the first."""
    return not cells[0] and any(cell for row in table for cell in row[1:])


def _table(rows: list[list[str]], number: int) -> Iterator[Block]:
    headers: tuple[str, ...] = ()
    if len(rows) > 1 and not any(_is_figure(cell) for cell in rows[0]):
        headers = tuple(rows[0])
        yield _row(rows[0], number, ())
        rows = rows[1:]
    for row in rows:
        yield _row(row, number, headers)


def _row(cells: list[str], number: int, headers: tuple[str, ...]) -> Block:
    width = max(place for place, cell in enumerate(cells, start=1) if cell)
    aligned = (*headers, *[""] * (width - len(headers)))[:width] if headers else ()
    return Block(BlockKind.TABLE_ROW, "\t".join(cells[:width]), 0, number, aligned)


def _is_figure(cell: str) -> bool:
    return bool(_FIGURE.fullmatch(cell)) and not _YEAR.fullmatch(cell)
