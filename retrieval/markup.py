"""The one place that reads the markup of answers: HTML into paragraphs, list items and table rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.entities import html5
from itertools import groupby
from urllib.parse import parse_qs, quote, urlsplit

from lxml import etree
from lxml.html import defs

from retrieval.errors import MalformedRecord
from retrieval.records import Block, BlockKind, Link, folded

# Far above any real answer; stated here because libxml2's own bound differs from release to release.
MAX_DEPTH = 200
# Cells of one table once its spans are written out: row and column spans multiply.
MAX_CELLS = 100_000
# A line across the whole table, or a cell of its first row, that is longer is a note, not a title.
MAX_TITLE = 300

# What gives an answer its shape. Any other element that HTML knows is taken out; its words stay in the line.
_STRUCTURE = frozenset("a br caption div li ol p table td th tr ul".split())
_PARTS_LINES = (
    "address article aside blockquote center dd details dialog dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr legend main nav optgroup option pre search section summary"
).split()
_READ_AS = {
    **dict.fromkeys(_PARTS_LINES, "div"),
    "menu": "ul",
    "dir": "ul",
    **{name: name for name in _STRUCTURE},
}
# Elements that lxml's list of HTML lacks.
_NEWER = "bdi data dialog frame mark menuitem noframes picture search slot template time wbr".split()
_KNOWN = frozenset(defs.tags) | frozenset(_READ_AS) | frozenset(_NEWER)

_TAG = re.compile(
    r"<(?P<slash>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+(?::[A-Za-z][A-Za-z0-9]*+)?)(?=[\s/>])"
    r"(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+(?=>)|[^<>]*+)>"
    r"|<[!?][^<>]*+>|<"
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(href|colspan|rowspan)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));|&")
_HIDDEN = re.compile(r"<(?:!--|(?P<name>script|style|title|template)(?=[\s/>]))", re.IGNORECASE)

# Zero-width marks, soft hyphens, lone surrogates and controls: no reader sees them; searches stumble on them.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
# Controls from 80 to 9F are Windows characters that lost their name; HTML reads references to them likewise.
_WINDOWS = re.compile("[\x80-\x9f]")

_BREAKS = re.compile(r"\n\s*")
# A line that starts so after a single break goes on with the last sentence; "a) ..." and "ii. ..." don't.
_GOES_ON = re.compile(r"(?!\(?(?:[a-z]|[ivx]{1,4})[.)]\s)\(?[^\W\d_A-Z]")
_SAFELINK = re.compile(
    r"https?://[a-z0-9.-]+\.safelinks\.protection\.outlook\.com/\S*[^\s.,;:)\]>]", re.IGNORECASE
)

# A cell that is a value, so that its row is no header; a year, or two, is none.
_VALUE = re.compile(
    r"(?!(?:19|20)\d\d(?:\s*[-–/ ]\s*(?:20)?\d\d)?\*?$)"
    r"(?:[£$€(<>~+–-]*\d[\d,.\s()%]*(?:%|p|k|m|bn|million|billion)?[*†]?|n/?a|[-–—*]+)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[\d,.\s]+")
# What a table says about itself below its rows; it is no title of what follows.
_NOTE = re.compile(r"\d{1,2}[.)]\s|notes?\b.|sources?\b|[*\[]", re.IGNORECASE)

# A run of characters, and the address it links to or None.
_Run = tuple[str, str | None]


def parse_answer(html_text: str) -> tuple[Block, ...]:
    """Return the blocks of an answer in reading order; each visible word is in exactly one of them.

    Args:
        html_text: The answer as the source has it: HTML, or plain text whose line breaks part paragraphs.

    Returns:
        Blocks; none for an answer without words.

    Raises:
        MalformedRecord: If elements nest deeper than `MAX_DEPTH`, a comment or a script is never closed, or
            a table has more than `MAX_CELLS` cells.
    """
    text = _cleaned(html_text)
    tags = (tag["name"] for tag in _TAG.finditer(text) if tag["name"])
    if not _HIDDEN.search(text) and not any(name.lower() in _KNOWN for name in tags):
        lines = _cleaned(html.unescape(_decoded(text))).splitlines()
        shown = (_shown([(line, None)]) for line in lines)
        return tuple(Block(BlockKind.PARAGRAPH, words) for words in shown if words)
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, huge_tree=True)
    parser.feed("<div>" + _cleaned(_decoded(_TAG.sub(_tidied, _without_hidden(text)))))
    parser.close()
    return tuple(reader.blocks)


def unwrapped_url(url: str) -> str:
    """Return the address that an Outlook safe link stands for, or `url` itself if it is not one."""
    for _ in range(5):  # a letter sent on is wrapped again at each step
        if not _SAFELINK.match(url):
            break
        target = parse_qs(urlsplit(url).query).get("url", [""])[0].strip()
        if not target.lower().startswith(("http://", "https://", "mailto:")):
            break
        url = "".join(
            char if char.isprintable() and char != " " else quote(char, errors="replace") for char in target
        )
    return url


def _cleaned(text: str) -> str:
    """Return `text` without characters that no reader sees."""
    return _UNSEEN.sub("", _WINDOWS.sub(lambda match: html.unescape(f"&#{ord(match[0])};"), text))


def _decoded(text: str) -> str:
    """Return `text` with every entity read, apart from those of the mark-up characters, which stay escaped.

    A bare `&`, as in addresses, is itself: HTML would read `&copy=1` as a sign.
    """

    def read(match: re.Match[str]) -> str:
        known = match["name"] is None or match["name"] + ";" in html5
        return html.escape(html.unescape(match[0]) if known and match[0] != "&" else match[0])

    return _ENTITY.sub(read, text)


def _without_hidden(text: str) -> str:
    """Return `text` without comments, scripts and styles."""
    kept, place = [], 0
    while opening := _HIDDEN.search(text, place):
        end = f"</{opening['name']}\\s*>" if opening["name"] else "-->"
        closing = re.compile(end, re.IGNORECASE).search(text, opening.end())
        if closing is None:
            raise MalformedRecord("answer", f"{opening[0]} is never closed; read the answer at its source")
        kept.append(text[place : opening.start()])
        place = closing.end()
    return "".join(kept) + text[place:]


def _tidied(tag: re.Match[str]) -> str:
    """Return a tag with nothing but what shapes an answer; a `<` that opens no tag is escaped."""
    if tag["name"] is None:
        return "&lt;" if tag[0] == "<" else ""
    name = tag["name"].lower()
    if name not in _KNOWN and ":" not in name:
        return "&lt;" + tag[0][1:]
    if name not in _READ_AS:
        return ""
    found = _ATTRIBUTE.findall("" if tag["slash"] else tag["rest"])
    values = {key.lower(): double or single or bare for key, double, single, bare in found}
    attributes = "".join(f' {key}="{value.replace(chr(34), "&quot;")}"' for key, value in values.items())
    return f"<{tag['slash']}{_READ_AS[name]}{attributes}>"


def _lines(runs: list[_Run]) -> list[list[_Run]]:
    """Return the lines of a run of text: two breaks part them, one only where the sentence does not go on."""
    text = "".join(words for words, _ in runs)

    def mark(breaks: re.Match[str]) -> str:
        parts = breaks[0].count("\n") > 1 or not _GOES_ON.match(text, breaks.end())
        return ("\0" if parts else " ").ljust(len(breaks[0]))

    marked = _BREAKS.sub(mark, text)
    lines: list[list[_Run]] = [[]]
    place = 0
    for words, url in runs:
        first, *rest = marked[place : place + len(words)].split("\0")
        lines[-1].append((first, url))
        lines.extend([(part, url)] for part in rest)
        place += len(words)
    return lines


def _shown(runs: Sequence[_Run]) -> str:
    """Return the words of `runs` as shown: white space folded, safe links as the addresses they stand for."""
    text = folded("".join(words for words, _ in runs))
    return folded(_SAFELINK.sub(lambda match: unwrapped_url(match[0]), text))


def _linked(runs: Sequence[_Run]) -> Iterator[Link]:
    """Yield the links of `runs`; neighbours to one address are one link."""
    for url, group in groupby(runs, key=lambda run: run[1]):
        words = _shown(list(group))
        if url is not None and words:
            yield Link(words, url)


def _address(href: str) -> str | None:
    """Return where `href` leads, or None where that is not on the web or a mailbox."""
    url = unwrapped_url(href.strip())
    return url if url.lower().startswith(("http://", "https://", "mailto:")) else None


@dataclass(slots=True)
class _Cell:
    """One cell: how many columns and rows it spans, and its runs."""

    columns: int = 1
    rows: int = 1
    runs: list[_Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words of the cell, on one line."""
        return _shown(self.runs)


class _Reader:
    """Takes the parser's events and keeps the blocks; the rows of a table wait for its end."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._runs: list[_Run] = []
        self._open: list[str] = []
        self._links: list[str | None] = []
        self._table = _Table(1)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        if name == "br":
            self._runs.append(("\n", None))
        elif name == "a":
            self._links.append(_address(attributes.get("href", "")))
        else:
            self._end_block()
            if self._open.count("table") == 1:
                self._table.start(name, attributes)
        self._open.append(name)
        if len(self._open) > MAX_DEPTH:
            reason = f"elements nest deeper than {MAX_DEPTH}; read the answer at its source"
            raise MalformedRecord("answer", reason)

    def end(self, name: str) -> None:
        """Close an element."""
        if name == "a":
            self._links.pop()
        elif name != "br":
            self._end_block()
        self._open.pop()
        if self._open.count("table") == 1:
            self._table.end(name)
        elif name == "table" and "table" not in self._open:
            self.blocks.extend(self._table.blocks())
            self._table = _Table(self._table.number + bool(self._table.rows))

    def data(self, words: str) -> None:
        """Take words of the element that is open."""
        self._runs.append((re.sub(r"\s", " ", words), self._links[-1] if self._links else None))

    def close(self) -> None:
        """Take the words after the last element."""
        self._end_block()

    def _end_block(self) -> None:
        """Make a block of the words since the last border, or put them into their cell."""
        runs, self._runs = self._runs, []
        if not any(words.strip() for words, _ in runs):
            return
        if "table" in self._open:
            self._table.add(runs)
            return
        depth = sum(name in ("ul", "ol") for name in self._open)
        kind = BlockKind.LIST_ITEM if depth else BlockKind.PARAGRAPH
        for line in _lines(runs):
            if text := _shown(line):
                self.blocks.append(Block(kind, text, depth=depth, links=tuple(_linked(line))))


class _Table:
    """The rows of one table; a table inside a cell is only words of that cell."""

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

    def add(self, runs: list[_Run]) -> None:
        """Add words to the open cell; words between cells, such as a caption, are a row of their own."""
        if self._cell is None:
            self.rows.append([_Cell(runs=runs)])
        else:
            self._cell.runs += [*runs, (" ", None)]

    def blocks(self) -> Iterator[Block]:
        """Yield a block for each row with words."""
        grid = [row for row in _grid(self.rows) if _words(row)]
        for row, headers in zip(grid, _headers(grid), strict=True):
            text = "\t".join(cell.text if starts else "" for cell, starts in row).rstrip("\t")
            runs = [run for cell, starts in row if starts for run in [*cell.runs, (" ", None)]]
            yield Block(BlockKind.TABLE_ROW, text, 0, self.number, headers, tuple(_linked(runs)))


# A row with its spans written out: each column's cell, and whether it starts there.
_Row = list[tuple[_Cell, bool]]


def _span(value: str | None) -> int:
    """Return the number of columns or rows in an attribute: 1 where there is none to read, 1,000 at most."""
    return min(int(value), 1000) if value and re.fullmatch(r"0*[1-9][0-9]{0,5}", value) else 1


def _grid(rows: list[list[_Cell]]) -> list[_Row]:
    """Return the rows with column and row spans written out."""
    grid: list[_Row] = []
    above: dict[int, tuple[_Cell, int]] = {}
    total = 0
    for cells in rows:
        row: _Row = []
        waiting = [(cell, starts) for cell in cells for starts in (True, *[False] * (cell.columns - 1))][::-1]
        below: dict[int, tuple[_Cell, int]] = {}
        while waiting or any(column >= len(row) for column in above):
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
        total += len(row)
        if total > MAX_CELLS:
            raise MalformedRecord("answer", f"a table has more than {MAX_CELLS} cells; read it at its source")
        grid.append(row)
    return grid


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

    A cell that reaches down from a row above stands with its header: its words are in that row's text only.
    """
    headers = [columns[place] if place < len(columns) else "" for place in range(len(row))]
    own = {id(cell) for cell, starts in row if starts}
    for place, (cell, _) in enumerate(row):
        if id(cell) not in own and cell.text not in headers[place]:
            headers[place] = ": ".join(filter(None, (headers[place], cell.text)))
    headers[0] = ": ".join(filter(None, (*titles, headers[0])))
    return tuple(headers)
