"""A collection as CommonMark and as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from retrieval.citations import CitationStyle
from retrieval.collected import Collection
from retrieval.collection_words import NO_CITATION, NO_WORDS, TITLE, Entry, entries, introduction, licence_sentences

# CommonMark 0.31 s 2.4: a backslash before any ASCII punctuation leaves only that sign.
_MARKS: Final = re.compile(r"[\\`*_{}\[\]<>#|~&$^=]")
_AT_START: Final = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))")


def as_markdown(collection: Collection, style: CitationStyle, made: date) -> str:
    """Return a collection as CommonMark; whatever is in the texts shows as it is.

    Args:
        collection: The passages.
        style: Of the citations: one of `house`, `member` and `oscola`.
        made: The day on which it is made.
    """
    blocks = [f"# {TITLE}", _marked(introduction(collection, made))]
    for entry in entries(collection, style):
        blocks += _blocks(entry)
    blocks += ["## Licence", *(_address_marked(said) for said in licence_sentences(collection))]
    return "\n\n".join(blocks) + "\n"


def _blocks(entry: Entry) -> Iterator[str]:
    yield f"## {entry.number}. {_marked(entry.heading)}"
    yield from (f"**{_marked(remark)}**" for remark in entry.remarks)
    if entry.question:
        yield f"*Question:* {_marked(entry.question)}"
    if entry.context:
        yield f"*Under:* {_marked(entry.context)}"
    yield _quotation(entry.words) if entry.words else NO_WORDS
    if entry.words_before:
        yield "*When it was collected it said:*"
        yield _quotation(entry.words_before)
    page = f" [Official page](<{entry.url}>)" if entry.url else ""
    yield f"{_marked(entry.citation) or NO_CITATION}{page}"
    if entry.about:
        yield f"*About this citation:* {_marked('; '.join(entry.about))}."
    if entry.note:
        # A backslash at the end of a line keeps its break; two of them would begin a new paragraph.
        lines = [_marked(line) for line in entry.note.split("\n")]
        yield "**Note:** " + re.sub(r"(\\\n){2,}", "\n\n", "\\\n".join(lines))


def _quotation(lines: Iterable[tuple[str, ...]]) -> str:
    return "\n>\n".join(f"> {_marked(' | '.join(cells))}" for cells in lines)


def _marked(text: str) -> str:
    folded = " ".join(text.split())
    return _AT_START.sub(_escaped_start, _MARKS.sub(r"\\\g<0>", folded))


def _escaped_start(found: re.Match[str]) -> str:
    sign = found[2]
    # A number that begins a line makes a list by the sign after it: that is what is escaped.
    return f"{found[1]}{sign}\\" if sign.isdigit() else f"{found[1]}\\{sign}"


def _address_marked(sentence: str) -> str:
    before, found, address = sentence.partition("https://")
    return f"{_marked(before)} <{found}{address}>" if found and " " not in address else _marked(sentence)


def as_text(collection: Collection, style: CitationStyle, made: date) -> str:
    """Return a collection as plain text, without marks.

    Args:
        collection: The passages.
        style: Of the citations: one of `house`, `member` and `oscola`.
        made: The day on which it is made.
    """
    parts = [TITLE, introduction(collection, made)]
    for entry in entries(collection, style):
        parts += _paragraphs(entry)
    return "\n\n".join([*parts, "\n".join(licence_sentences(collection))]) + "\n"


def _paragraphs(entry: Entry) -> Iterator[str]:
    yield f"{entry.number}. {entry.heading}"
    yield from entry.remarks
    if entry.question:
        yield f"Question: {entry.question}"
    if entry.context:
        yield f"Under: {entry.context}"
    yield _in_lines(entry.words) or NO_WORDS
    if entry.words_before:
        yield f"When it was collected it said:\n{_in_lines(entry.words_before)}"
    yield f"{entry.citation or NO_CITATION}{f' <{entry.url}>' if entry.url else ''}"
    if entry.about:
        yield f"About this citation: {'; '.join(entry.about)}."
    if entry.note:
        yield f"Note: {entry.note}"


def _in_lines(lines: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("\t".join(cells) for cells in lines)
