"""What is tried on the readers of sources, and what must hold of whatever they make of any bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Final

import msgspec

from retrieval.citations import CitationStyle, notes, written
from retrieval.citing import cite
from retrieval.errors import SourceError
from retrieval.markup import parse_answer
from retrieval.mentions import mentions_of
from retrieval.passages import is_faithful, passages_of
from retrieval.records import Block, Record, folded
from retrieval.sources import READERS, Document, Reader, reader_named
from retrieval.status import classify

READ_ON: Final = date(2026, 11, 22)
REPEATED_CHARACTERS: Final = 20_000
"""How long a short input is made by repeating it: what takes the square of its length then takes seconds."""


class Broken(Exception):
    """Something that must hold of whatever is read does not."""


def markup(data: bytes) -> None:
    """Read an answer's HTML, and make passages of it.

    Raises:
        Broken: If the blocks or passages are not what they are promised to be.
    """
    _check_markup(_text(data))


def markup_repeated(data: bytes) -> None:
    """Read the HTML that a beginning and a very often repeated piece make: here what is quadratic shows.

    Args:
        data: Its first byte says how many characters stand before the piece that is repeated.

    Raises:
        Broken: See `markup`.
    """
    _check_markup(repeated(data))


def saved_page(data: bytes) -> None:
    """Read a saved page, whether or not it looks like one, and all that is made of its records.

    Raises:
        Broken: If a record is not what it is promised to be.
    """
    page = reader_named("saved-page")
    for record in _records(data, [page], recognised=False):
        _check_record(record)
        shown = folded(_text(data))
        if any(block.text not in shown for block in record.answer):
            raise Broken("a paragraph is not word for word on the page")


def saved_page_repeated(data: bytes) -> None:
    """Read a page that a beginning and a very often repeated piece make.

    Raises:
        Broken: If a record is not what it is promised to be.
    """
    for record in _records(_bytes(repeated(data)), [reader_named("saved-page")], recognised=False):
        _check_record(record)


def sources(data: bytes) -> None:
    """Read a document with the reader that knows it, as `despatch build` does.

    Raises:
        Broken: If a record is not what it is promised to be.
    """
    for record in _records(data, READERS, recognised=True):
        _check_record(record)


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "markup": markup,
    "markup-repeated": markup_repeated,
    "saved-page": saved_page,
    "saved-page-repeated": saved_page_repeated,
    "sources": sources,
}


def repeated(data: bytes, characters: int = REPEATED_CHARACTERS) -> str:
    """Return a text of so many characters at most: a beginning, then one piece again and again.

    Args:
        data: Its first byte says how many characters the beginning has, counted round the length of the rest.
        characters: How long the text may be.
    """
    text = _text(data[1:])
    if not text:
        return ""
    place = data[0] % len(text)
    return text[:place] + text[place:] * ((characters - place) // (len(text) - place))


def _text(data: bytes) -> str:
    # What is not UTF-8 becomes lone surrogates, which JSON can hold too.
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _records(data: bytes, readers: Sequence[Reader], *, recognised: bool) -> Iterator[Record]:
    with suppress(SourceError), Document.of_stream("fuzzed", io.BytesIO(data)) as document:
        knows = [one.recognises(document) for one in readers]
        found = [one for one, does in zip(readers, knows, strict=True) if does or not recognised]
        for item in found[0].split(document, READ_ON) if found else ():
            if isinstance(item, SourceError):
                continue
            with suppress(SourceError):
                record = found[0].parse(item)
                if isinstance(record, Record):
                    yield record


def _check_markup(html_text: str) -> None:
    with suppress(SourceError):
        _check_answer(parse_answer(html_text))


def _check_answer(answer: Sequence[Block]) -> None:
    _check_written(answer)
    for block in answer:
        if not block.text or any(folded(cell) != cell for cell in block.text.split("\t")):
            raise Broken("a block is empty, or its white space is not folded")
    for passage in passages_of(answer, lambda text: len(text) <= 2000):
        blocks = answer[passage.first_block : passage.last_block + 1]
        if not is_faithful(passage, "\n".join(block.text for block in blocks)):
            raise Broken("a passage is not word for word in its blocks")


def _check_record(record: Record) -> None:
    _check_written(record)
    _check_answer(record.answer)
    status = classify(record)
    _check_written(mentions_of(record))
    if record.is_answered:
        citation = cite(record, kind=status.kind)
        for style in CitationStyle:
            _check_written((written(citation, style), notes(citation, style)))


def _check_written(value: object) -> None:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError as error:
        raise Broken("a text can't be written as UTF-8") from error
