"""The one place that reads the markup of answers: HTML into paragraphs, list items and table rows."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from html.entities import html5

from lxml import etree
from lxml.html import defs

from retrieval.errors import MalformedRecord
from retrieval.links import Run, address, linked, shown, unwrapped_url
from retrieval.records import Block, BlockKind
from retrieval.tables import MAX_CELLS, MAX_TITLE, Table

__all__ = ["MAX_CELLS", "MAX_DEPTH", "MAX_TITLE", "parse_answer", "unwrapped_url"]

# Far above any real answer; stated here because libxml2's own bound differs from release to release.
MAX_DEPTH = 200

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

# Where the raised number of a footnote follows a figure: joined, they would read as another figure.
_FOOTNOTE_MARK = re.compile(
    r"(?<=\d)(?=(?:</?(?:a|b|em|i|span|strong|u)\b[^<>]{0,300}>){0,5}<su[bp]\b[^<>]{0,300}>(?:<[^<>]{0,300}>){0,5}\s{0,9}\d)",
    re.IGNORECASE,
)


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
        texts = (shown([(line, None)]) for line in lines)
        return tuple(Block(BlockKind.PARAGRAPH, words) for words in texts if words)
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, huge_tree=True)
    apart = _FOOTNOTE_MARK.sub(" ", _without_hidden(text))
    parser.feed("<div>" + _cleaned(_decoded(_TAG.sub(_tidied, apart))))
    parser.close()
    return tuple(reader.blocks)


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


def _lines(runs: list[Run]) -> list[list[Run]]:
    """Return the lines of a run of text: two breaks part them, one only where the sentence does not go on."""
    text = "".join(words for words, _ in runs)

    def mark(breaks: re.Match[str]) -> str:
        parts = breaks[0].count("\n") > 1 or not _GOES_ON.match(text, breaks.end())
        return ("\0" if parts else " ").ljust(len(breaks[0]))

    marked = _BREAKS.sub(mark, text)
    lines: list[list[Run]] = [[]]
    place = 0
    for words, url in runs:
        first, *rest = marked[place : place + len(words)].split("\0")
        lines[-1].append((first, url))
        lines.extend([(part, url)] for part in rest)
        place += len(words)
    return lines


class _Reader:
    """Takes the parser's events and keeps the blocks; the rows of a table wait for its end."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._runs: list[Run] = []
        self._open: list[str] = []
        self._links: list[str | None] = []
        self._table = Table(1)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        if name == "br":
            self._runs.append(("\n", None))
        elif name == "a":
            self._links.append(address(attributes.get("href", "")))
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
            self._table = Table(self._table.number + bool(self._table.rows))

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
            if text := shown(line):
                self.blocks.append(Block(kind, text, depth=depth, links=tuple(linked(line))))
