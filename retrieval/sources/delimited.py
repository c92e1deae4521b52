"""Rows of a table in a text file: cells between commas, semicolons or tabs, or JSON objects line by line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, NamedTuple

from retrieval.errors import MalformedRecord, SourceError

# The longest real answer is well under 1 MiB; an open quotation mark would swallow the rest of the file.
MAX_ROW_BYTES = 1 << 24

_BOM = b"\xef\xbb\xbf"
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAME = re.compile(rb'"((?:[^"\\]|\\.){1,200})"\s*:')


class Row(NamedTuple):
    """The cells of a row by their column, and the line on which it starts, from 1."""

    line: int
    cells: dict[str, str]


def is_json_lines(head: bytes) -> bool:
    """Say whether the first line with anything in it starts a JSON object."""
    return head.removeprefix(_BOM).lstrip()[:1] == b"{"


def columns_in(head: bytes, delimiter: str) -> list[str]:
    """Return the names in the first row of a delimited table, without white space around them.

    Args:
        head: The start of the document.
        delimiter: What stands between two names.
    """
    text = io.StringIO(head.removeprefix(_BOM).decode("utf-8", "replace"), newline="")
    rows = csv.reader(text, delimiter=delimiter)
    header = next((cells for cells in rows if any(cell.strip() for cell in cells)), [])
    return [name.strip() for name in header]


def names_in(head: bytes) -> list[str]:
    """Return the names of the first JSON object's fields; some may come from objects inside it."""
    first = head.removeprefix(_BOM).lstrip().split(b"\n", 1)[0]
    return [name.decode("utf-8", "replace") for name in _NAME.findall(first)]


def delimiter_of(head: bytes, wanted: Collection[str], candidates: Collection[str]) -> str:
    """Return the delimiter with which the most of `wanted` are names of columns; of several, the first.

    Args:
        head: The start of the document.
        wanted: Names of columns that are looked for.
        candidates: Delimiters to choose from; one at least.
    """
    return max(candidates, key=lambda one: len(set(columns_in(head, one)) & set(wanted)))


def delimited_rows(
    path: str, stream: BinaryIO, delimiter: str, max_row_bytes: int = MAX_ROW_BYTES
) -> Iterator[Row | SourceError]:
    """Yield the rows under the header, with a fault in the place of each whose cells don't match it.

    Rows without anything in them are passed over.

    Raises:
        SourceError: If quotation marks are broken, so that nothing after this point can be told apart.
    """
    if csv.field_size_limit() < max_row_bytes:
        csv.field_size_limit(max_row_bytes)
    reader = csv.reader(_lines(path, stream, max_row_bytes), delimiter=delimiter, strict=True)
    header: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            reason = f"cells can't be told apart from here on ({error})"
            how = 'write each " inside a cell as "", and end each row with a line feed'
            raise SourceError(path, f"{reason}: {how}", line) from error
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = [cell.strip() for cell in cells]
        elif len(cells) != len(header):
            reason = f"has {len(cells)} cells, and the header has {len(header)}"
            yield MalformedRecord(path, f"{reason}: check the quotation marks and what stands between the cells", line)
        else:
            yield _checked(path, line, dict(zip(header, cells, strict=True)))


def json_rows(path: str, stream: BinaryIO, max_row_bytes: int = MAX_ROW_BYTES) -> Iterator[Row | SourceError]:
    """Yield an object a line, numbers and true or false as text, null as an empty cell. Empty lines are passed over.

    Raises:
        SourceError: If a line is too long to be a record.
    """
    for number, line in enumerate(_lines(path, stream, max_row_bytes), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield MalformedRecord(path, f"is not JSON ({error}): give one object a line", number)
            continue
        if not isinstance(said, dict):
            yield MalformedRecord(path, "is not an object: give one object in braces a line", number)
            continue
        wrong = next((name for name, value in said.items() if isinstance(value, list | dict)), None)
        if wrong is not None:
            yield MalformedRecord(path, f"{wrong} is a list or an object: give text, a number, true or false", number)
            continue
        yield _checked(path, number, {name: _cell(value) for name, value in said.items()})


def _cell(value: str | float | bool | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _lines(path: str, stream: BinaryIO, limit: int) -> Iterator[str]:
    """Yield the lines with their ends; bytes that are not UTF-8 are kept as lone surrogates."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise SourceError(path, f"a line of more than {limit:,} bytes is no row: check its line ends", number)
        yield line.removeprefix(_BOM if number == 1 else b"").decode("utf-8", "surrogateescape")


def _checked(path: str, line: int, cells: dict[str, str]) -> Row | SourceError:
    for name, cell in cells.items():
        wrong = _SURROGATE.search(name + cell)
        if wrong is not None:
            code = ord(wrong[0])
            # Python keeps bytes that are not UTF-8 here; the others are JSON's \ud800 without its other half.
            what = f"byte {code - 0xDC00:#04x}" if 0xDC80 <= code <= 0xDCFF else f"half a character, \\u{code:x}"
            shown = name.encode("utf-8", "backslashreplace").decode()
            return MalformedRecord(path, f"{shown} is not UTF-8 text ({what}): save the table as UTF-8", line)
    return Row(line, cells)
