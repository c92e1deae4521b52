"""The passages of an answer as a page shows them: paragraphs, lists and tables, with the answer's own links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final

from markupsafe import Markup

from retrieval.passages import Passage
from retrieval.records import Block, BlockKind, Link
from service.web.linked_text import links_without_place, placed_links, with_links

_NUMBER: Final = re.compile(r"[£$€(+-]*\d[\d,.\s]*(?:%|m|bn|million|billion)?\)?[*†]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage as a page shows it. Primary key: `ordinal` within its answer.

    Attributes:
        ordinal: Its place in the answer, from 1.
        hash: Names its text, in links.
        text: Its words, as they are copied.
        context: What a table's row stands under, as it is copied above the words.
        html: Its words as paragraphs and lists; of a row nothing, as its cells are shown.
        links: Of the answer there, such whose words are not found in the text.
    """

    is_table: ClassVar[bool] = False
    ordinal: int
    hash: str
    text: str
    context: str
    html: Markup
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        html: Its words.
        is_number: Whether it is aligned as a number.
        is_heading: Whether it names its row.
        is_from_above: Whether a cell above reaches down to it, whose words are repeated.
    """

    html: Markup
    is_number: bool = False
    is_heading: bool = False
    is_from_above: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: cells with the passages they are, or a heading over the rows that follow, of no passage."""

    cells: tuple[Cell, ...]
    passages: tuple[ShownPassage, ...]

    @property
    def is_note(self) -> bool:
        """Whether one cell stands for the whole row."""
        return len(self.cells) == 1


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as a page shows it. Primary key: `number` within its answer.

    Attributes:
        number: Its place among the tables of the answer, from 1.
        titles: The titles that stand over it.
        columns: Headings of the columns; none where it has none.
        rows: From the top.
    """

    is_table: ClassVar[bool] = True
    number: int
    titles: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        """How many columns it has, without the one that cites."""
        return max(len(self.columns), *(len(row.cells) for row in self.rows))

    def is_of_numbers(self, column: int) -> bool:
        """Whether the cells of a column, counted from 0, are numbers that its heading is aligned with."""
        cells = [row.cells[column] for row in self.rows if row.passages and column < len(row.cells) > 1]
        return bool(cells) and all((cell.is_number or not cell.html) and not cell.is_heading for cell in cells)


def shown(blocks: Sequence[Block], passages: Sequence[Passage]) -> tuple[ShownPassage | ShownTable, ...]:
    """Return the passages of an answer, in order, with neighbouring rows of one table as that table.

    Args:
        blocks: Of the answer, or of one attachment.
        passages: Made of these blocks, in order.
    """
    parts: list[ShownPassage | ShownTable] = []
    places = _offsets(blocks, passages)
    pairs = zip(passages, places, strict=True)
    for number, group in groupby(pairs, lambda pair: blocks[pair[0].first_block].table):
        if number:
            parts.append(_table(number, blocks, [passage for passage, _ in group]))
        else:
            parts += [_passage(blocks, passage, offset) for passage, offset in group]
    return tuple(parts)


def _offsets(blocks: Sequence[Block], passages: Sequence[Passage]) -> list[int]:
    """Return where each passage begins in its first block: an over-long block is in several."""
    ends: dict[int, int] = {}
    offsets = []
    for passage in passages:
        if passage.first_block != passage.last_block:
            offsets.append(0)
            continue
        start = max(blocks[passage.first_block].text.find(passage.text, ends.get(passage.first_block, 0)), 0)
        ends[passage.first_block] = start + len(passage.text)
        offsets.append(start)
    return offsets


def _passage(blocks: Sequence[Block], passage: Passage, offset: int) -> ShownPassage:
    mine = blocks[passage.first_block : passage.last_block + 1]
    if len(mine) == 1:
        lines = [(mine[0], with_links(passage.text, placed_links(mine[0]), offset))]
    else:
        lines = [(block, with_links(block.text, placed_links(block))) for block in mine]
    return ShownPassage(
        passage.ordinal,
        passage.hash,
        passage.text,
        "",
        Markup("").join(_paragraphs(lines)),
        tuple(link for block in mine for link in links_without_place(block)),
    )


def _paragraphs(lines: Sequence[tuple[Block, Markup]]) -> Iterator[Markup]:
    for is_list, group in groupby(lines, lambda line: line[0].kind is BlockKind.LIST_ITEM):
        if is_list:
            yield _list([(max(block.depth, 1), html) for block, html in group])
        else:
            yield from (Markup("<p>{}</p>").format(html) for _, html in group)


def _list(items: Sequence[tuple[int, Markup]]) -> Markup:
    """Return items as a list, those of greater depth as a list within the item before them."""
    top = min(depth for depth, _ in items)
    parts, place = [Markup("<ul>")], 0
    while place < len(items):
        end = place + 1
        while end < len(items) and items[end][0] > top:
            end += 1
        own, nested = items[place : place + 1], items[place + 1 : end]
        if own[0][0] > top:  # A deeper item comes first: it has no item to be within.
            own, nested = (), items[place:end]
        words = own[0][1] if own else Markup("")
        parts.append(Markup("<li>{}{}</li>").format(words, _list(nested) if nested else ""))
        place = end
    return Markup("").join([*parts, Markup("</ul>")])


def _table(number: int, blocks: Sequence[Block], passages: Sequence[Passage]) -> ShownTable:
    mine = [place for place, block in enumerate(blocks) if block.table == number]
    of_place: dict[int, list[Passage]] = {place: [] for place in mine}
    for passage in passages:
        of_place[passage.first_block].append(passage)
    first = next((place for place in mine if of_place[place]), mine[0])
    titles = tuple(
        blocks[place].text for place in mine if place < first and not of_place[place] and "\t" not in blocks[place].text
    )
    columns = _columns(blocks[first].headers, titles)
    rows = [
        _row(blocks[place], columns, _columns(blocks[place].headers, titles), of_place[place])
        for place in mine
        if place >= first
    ]
    return ShownTable(number, titles if any(columns) else (), columns, tuple(rows))


def _columns(headers: Sequence[str], titles: Sequence[str]) -> tuple[str, ...]:
    """Return the headings of the columns without the titles of the table, which stand before the first of them."""
    if not any(headers):
        return ()
    own = headers[0]
    for title in titles:
        own = own.removeprefix(title).removeprefix(": ")
    return (own, *headers[1:])


def _row(block: Block, columns: Sequence[str], headers: Sequence[str], passages: Sequence[Passage]) -> Row:
    links, place = placed_links(block), 0
    cells: list[Cell] = []
    for column, text in enumerate(block.text.split("\t")):
        above = "" if text else _from_above(headers, columns, column)
        html = Markup("{}").format(above) if above else with_links(text, links, place)
        is_heading = column == 0 and bool(text or above) and len(columns) > 1
        cells.append(Cell(html, bool(_NUMBER.fullmatch(text)), is_heading, bool(above)))
        place += len(text) + 1
    if len(cells) > 1 or not columns:
        cells += [Cell(Markup(""))] * (len(columns) - len(cells))
    without = links_without_place(block)
    return Row(
        tuple(cells),
        tuple(
            ShownPassage(one.ordinal, one.hash, one.text, one.context, Markup(""), without if not place else ())
            for place, one in enumerate(passages)
        ),
    )


def _from_above(headers: Sequence[str], columns: Sequence[str], column: int) -> str:
    """Return the words of a cell that reaches down into this row: they stand with the row's heading."""
    header = headers[column] if column < len(headers) else ""
    base = columns[column] if column < len(columns) else ""
    return header[len(base) + 2 :] if base and header.startswith(f"{base}: ") else ""
