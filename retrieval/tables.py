"""The tables of answers: their rows as blocks, each with the headers and titles that it stands under."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from retrieval.errors import MalformedRecord
from retrieval.links import Run, linked, shown
from retrieval.records import Block, BlockKind

# Cells of one table once its spans are written out: row and column spans multiply.
MAX_CELLS = 100_000
# A line across the whole table, or a cell of its first row, that is longer is a note, not a title.
MAX_TITLE = 300

# A cell that is a value, so that its row is no header; a year, or two, is none.
_VALUE = re.compile(
    r"(?!(?:19|20)\d\d(?:\s*[-–/ ]\s*(?:20)?\d\d)?\*?$)"
    r"(?:[£$€(<>~+–-]*\d[\d,.\s()%]*(?:%|p|k|m|bn|million|billion)?[*†]?|n/?a|[-–—*]+)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[\d,.\s]+")
# What a table says about itself below its rows; it is no title of what follows.
_NOTE = re.compile(r"\d{1,2}[.)]\s|notes?\b.|sources?\b|[*\[]", re.IGNORECASE)


@dataclass(slots=True)
class _Cell:
    """One cell: how many columns and rows it spans, and its runs."""

    columns: int = 1
    rows: int = 1
    runs: list[Run] = field(default_factory=list)
    _shown: tuple[int, str] | None = None

    @property
    def text(self) -> str:
        """The words of the cell, on one line."""
        if self._shown is None or self._shown[0] != len(self.runs):
            self._shown = (len(self.runs), shown(self.runs))
        return self._shown[1]


# A row with its spans written out: each column's cell, and whether it starts there.
_Row = list[tuple[_Cell, bool]]


class Table:
    """The rows of one table, filled as a parser meets them; a table inside a cell is only words of that cell.

    Attributes:
        number: Its place among the tables of the answer, from 1.
        rows: The cells of each row that has been opened.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.rows: list[list[_Cell]] = []
        self._cell: _Cell | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Open a row or a cell."""
        if name == "tr":
            self.rows.append([])
        elif name in ("td", "th"):
            self._cell = _Cell(_span(attributes.get("colspan")), _span(attributes.get("rowspan")))
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(self._cell)

    def end(self, name: str) -> None:
        """Close a cell."""
        if name in ("td", "th"):
            self._cell = None

    def add(self, runs: list[Run]) -> None:
        """Add words to the open cell; words between cells, such as a caption, are a row of their own."""
        if self._cell is None:
            self.rows.append([_Cell(runs=runs)])
        else:
            self._cell.runs += [*runs, (" ", None)]

    def blocks(self) -> Iterator[Block]:
        """Yield a block for each row with words, from the top.

        Raises:
            MalformedRecord: If it has more than `MAX_CELLS` cells.
        """
        grid = [row for row in _grid(self.rows) if _words(row)]
        for row, headers in zip(grid, _headers(grid), strict=True):
            text = "\t".join(cell.text if starts else "" for cell, starts in row).rstrip("\t")
            runs = [run for cell, starts in row if starts for run in [*cell.runs, (" ", None)]]
            yield Block(BlockKind.TABLE_ROW, text, 0, self.number, headers, tuple(linked(runs)))


def _span(value: str | None) -> int:
    """Return the number of columns or rows in an attribute: 1 where there is none to read, 1,000 at most."""
    return min(int(value), 1000) if value and re.fullmatch(r"0*[1-9][0-9]{0,5}", value) else 1


def _grid(rows: list[list[_Cell]]) -> list[_Row]:
    """Return the rows with column and row spans written out."""
    grid: list[_Row] = []
    above: dict[int, tuple[_Cell, int]] = {}
    total = written = 0
    for cells in rows:
        row: _Row = []
        total += sum(cell.columns for cell in cells)
        _check_size(total)
        waiting = [(cell, starts) for cell in cells for starts in (True, *[False] * (cell.columns - 1))][::-1]
        below: dict[int, tuple[_Cell, int]] = {}
        last = max(above, default=-1)
        while waiting or last >= len(row):
            column = len(row)
            if column in above:
                cell, left = above[column]
                row.append((cell, False))
            else:
                cell, starts = waiting.pop() if waiting else (_Cell(), True)
                left = cell.rows
                row.append((cell, starts))
            if left > 1:
                below[column] = (cell, left - 1)
        above = below
        written += len(row)
        _check_size(written)
        grid.append(row)
    return grid


def _check_size(cells: int) -> None:
    if cells > MAX_CELLS:
        raise MalformedRecord("answer", f"a table has more than {MAX_CELLS} cells; read it at its source")


def _words(row: _Row) -> list[str]:
    """Return the texts of the cells that start in `row` and have words."""
    return [cell.text for cell, starts in row if starts and cell.text]


def _headers(grid: list[_Row]) -> list[tuple[str, ...]]:
    """Return for each row the headers it stands under: none for titles, header rows and notes at the end.

    A title between rows takes the place of the one before it, which stays only where it names the table:
    where it stood above a header row that has a title right below it.
    """
    width = max(map(len, grid), default=0)
    end = max((place + 1 for place, row in enumerate(grid) if not _stands_across(row, width)), default=0)
    columns, name, titles = list[str](), list[str](), list[str]()
    found = list[tuple[str, ...]]()
    below_header = nested = False
    while len(found) < end:
        start = place = len(found)
        while _is_title(grid[place], width, start == 0):
            place += 1
        above = [_words(row)[0] for row in grid[start:place]]
        count = _header_rows(grid[place:end], width, columns) if above or start == 0 else 0
        if not (start or above or count):
            break
        found += [()] * (place - start + count)
        if count:
            columns, name, titles, nested = _columns(grid[place : place + count]), above, [], False
        elif above:
            nested = nested or below_header
            name, titles = name if nested else [], above
        below_header = count > 0
        if not count:
            found.append(_aligned(grid[place], columns, [*name, *titles]))
    return found + [()] * (len(grid) - len(found))


def _stands_across(row: _Row, width: int) -> bool:
    """Say whether `row` is one cell that stands across a table `width` columns wide."""
    alone = width > 1 and len(_words(row)) == 1 and bool(row[0][0].text)
    return alone and (len(row) == 1 or (row[0][1] and row[0][0].columns > 1))


def _is_title(row: _Row, width: int, is_first: bool) -> bool:
    """Say whether `row` is a title of the rows below it; what reads like a note is one only at the top."""
    words = _words(row)[0]
    is_note = words.endswith(".") or _NOTE.match(words)
    return _stands_across(row, width) and len(words) <= MAX_TITLE and (is_first or not is_note)


def _header_rows(rows: list[_Row], width: int, known: list[str]) -> int:
    """Return how many of the first `rows` head the columns; at least one row is left for data.

    Where the columns are `known` from above, only a row that repeats one of them, or that stands over
    values without having one, heads them anew.
    """
    if len(rows) < 2 or _alike(*rows[:2]) or not (_is_header(rows[0]) if width > 1 else _heads_column(rows)):
        return 0
    over_values = any(_VALUE.fullmatch(cell) for cell in _words(rows[1]))
    if known and not over_values and not set(_words(rows[0])).intersection(known):
        return 0
    count = max([cell.rows for cell, starts in rows[0] if starts and cell.rows < len(rows)], default=1)
    while count + 1 < len(rows) and _is_header(rows[count]) and _is_parted(rows[count - 1]):
        count += 1
    return count


def _is_parted(row: _Row) -> bool:
    """Say whether a cell of `row` stands over several columns, so that a second header row may part them."""
    return any(cell.columns > 1 for cell, _ in row)


def _is_header(row: _Row) -> bool:
    """Say whether `row` could head columns: short cells without a value, one alone only next to a gap."""
    words = _words(row)
    if any(len(cell) > MAX_TITLE or _VALUE.fullmatch(cell) for cell in words):
        return False
    return len(words) > 1 or not row[0][0].text


def _alike(top: _Row, below: _Row) -> bool:
    """Say whether two rows are both data: figures with one unit in some column, as `37 kg` over `4 kg`."""
    for (upper, _), (lower, _) in zip(top, below, strict=False):
        figures = upper is not lower and upper.text[:1].isdigit() and lower.text[:1].isdigit()
        unit = _DIGITS.sub("", upper.text)
        if figures and unit and unit == _DIGITS.sub("", lower.text):
            return True
    return False


def _heads_column(rows: list[_Row]) -> bool:
    """Say whether the first of `rows` heads a table of one column: a word or two over a list."""
    top = rows[0][0][0].text
    return len(rows) > 2 and len(top) < 60 and ": " not in top and not _VALUE.fullmatch(top)


def _columns(rows: list[_Row]) -> list[str]:
    """Return the header of each column: its words in the header rows, from the top."""
    columns: list[list[str]] = [[] for _ in range(max(map(len, rows), default=0))]
    for row in rows:
        for parts, (cell, _) in zip(columns, row, strict=False):
            if cell.text not in ("", *parts):
                parts.append(cell.text)
    return [" ".join(parts) for parts in columns]


def _aligned(row: _Row, columns: list[str], titles: list[str]) -> tuple[str, ...]:
    """Return the header of each column of `row`, the table's titles before the first of them.

    A cell that reaches down from a row above stands with its header, unless it is longer than a title: its words
    are in that row's text only.
    """
    headers = [columns[place] if place < len(columns) else "" for place in range(len(row))]
    own = {id(cell) for cell, starts in row if starts}
    for place, (cell, _) in enumerate(row):
        if id(cell) not in own and len(cell.text) <= MAX_TITLE and cell.text not in headers[place]:
            headers[place] = ": ".join(filter(None, (headers[place], cell.text)))
    headers[0] = ": ".join(filter(None, (*titles, headers[0])))
    return tuple(headers)
