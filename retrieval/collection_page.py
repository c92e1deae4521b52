"""A collection as plain, semantic HTML: headings, quotations, citations and notes that Word takes over as such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from typing import Final

from retrieval.citations import CitationStyle
from retrieval.collected import Collection
from retrieval.collection_words import NO_CITATION, NO_WORDS, TITLE, Entry, entries, introduction, licence_sentences

# As citations have them: between angle brackets, or at the end.
_ADDRESS: Final = re.compile(r"(https?://[^\s<>]+)")
_HEAD: Final = (
    "<!doctype html>",
    '<html lang="en-GB">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    f"<title>{TITLE}</title>",
    "</head>",
    "<body>",
)


def as_html(collection: Collection, style: CitationStyle, made: date) -> str:
    """Return a collection as a whole HTML document without style sheets, scripts or anything loaded.

    Args:
        collection: The passages.
        style: Of the citations: one of `house`, `member` and `oscola`.
        made: The day on which it is made.
    """
    lines = [*_HEAD, f"<h1>{TITLE}</h1>", f"<p>{escape(introduction(collection, made))}</p>"]
    for entry in entries(collection, style):
        lines += _section(entry)
    lines += ["<h2>Licence</h2>", *(f"<p>{_linked(said)}</p>" for said in licence_sentences(collection))]
    return "\n".join([*lines, "</body>", "</html>", ""])


def _section(entry: Entry) -> Iterator[str]:
    yield f"<h2>{entry.number}. {escape(entry.heading)}</h2>"
    yield from (f"<p><strong>{escape(remark)}</strong></p>" for remark in entry.remarks)
    if entry.question:
        yield f"<p><em>Question:</em> {escape(entry.question)}</p>"
    if entry.context:
        yield f"<p><em>Under:</em> {escape(entry.context)}</p>"
    yield from _quotation(entry.words) if entry.words else (f"<p>{NO_WORDS}</p>",)
    if entry.words_before:
        yield "<p><em>When it was collected it said:</em></p>"
        yield from _quotation(entry.words_before)
    page = f' <a href="{escape(entry.url)}">Official page</a>' if entry.url else ""
    yield f"<p>{_linked(entry.citation) or NO_CITATION}{page}</p>"
    if entry.about:
        yield f"<p><em>About this citation:</em> {escape('; '.join(entry.about))}.</p>"
    if entry.note:
        yield f"<p><strong>Note:</strong> {'<br>'.join(escape(line) for line in entry.note.split(chr(10)))}</p>"


def _quotation(lines: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "<blockquote>"
    # A table of one row pastes as a row of cells, where a tab would come out as a space.
    for cells in lines:
        if len(cells) > 1:
            yield f"<table><tr>{''.join(f'<td>{escape(one)}</td>' for one in cells)}</tr></table>"
        else:
            yield f"<p>{escape(cells[0])}</p>"
    yield "</blockquote>"


def _linked(text: str) -> str:
    """Return a text, escaped, with its addresses as links."""
    parts = _ADDRESS.split(text)
    return "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
