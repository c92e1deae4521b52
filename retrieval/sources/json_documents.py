"""Documents of JSON as Parliament's API gives them: single calls, lists, and JSON Lines of either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import BinaryIO, TypeVar

import msgspec

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Provenance
from retrieval.sources.documents import Document
from retrieval.sources.reader import Received

# The longest real record is well under 1 MiB; a list of 1,000 on one line is under 10.
MAX_LINE_BYTES = 1 << 24
# A document that is one JSON value over many lines must be held whole; past this it should be JSON Lines.
MAX_DOCUMENT_BYTES = 1 << 28

_BOM = b"\xef\xbb\xbf"
# Inside a text the quotation mark at a name's end has a backslash before it, so no text can look like a name.
_NAMES = re.compile(rb'"(questionText|dateMade|memberRole|totalResults)"\s*:')
_AT = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?", re.DOTALL)
_BYTE = re.compile(r"\(byte (\d+)\)")
_NOT_READ = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_Value = TypeVar("_Value")


class _Page(msgspec.Struct):
    """A list response; anything else with fields decodes to one without results."""

    results: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Envelope(msgspec.Struct):
    """What a call puts around a record; a bare record decodes to one without a value."""

    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_page = msgspec.json.Decoder(_Page)
_shape = msgspec.json.Decoder(_Page | list[msgspec.Raw])
_envelope = msgspec.json.Decoder(_Envelope)


class Paper(Enum):
    """What a document of the API holds."""

    QUESTIONS = "questions"
    STATEMENTS = "statements"


_TOLD_BY = {
    b"questionText": Paper.QUESTIONS,
    b"dateMade": Paper.STATEMENTS,
    b"memberRole": Paper.STATEMENTS,
    b"totalResults": Paper.QUESTIONS,
}


def paper_of(document: Document) -> Paper | None:
    """Return what a document of JSON holds, by the first of the API's telling names in it; None is neither.

    The first record decides where questions and statements are mixed. A list with nothing in it counts as one
    of questions.
    """
    head = document.head.removeprefix(_BOM).lstrip()
    return _paper(head) if head[:1] in (b"{", b"[") else None


def _paper(head: bytes) -> Paper | None:
    told = None
    for match in _NAMES.finditer(head):
        told = _TOLD_BY[match[1]]
        if match[1] != b"totalResults":
            break
    return told


def decoded(received: Received, decoder: msgspec.json.Decoder[_Value], paper: Paper) -> _Value:
    """Return what `received` holds, with or without an envelope around it.

    Args:
        received: One question or statement.
        decoder: Of what it should be.
        paper: What that is.

    Raises:
        MalformedRecord: If it is no JSON, or not what `decoder` expects; the message names the field.
    """
    try:
        value = _envelope.decode(received.raw).value
        return decoder.decode(received.raw if isinstance(value, msgspec.UnsetType) else value)
    except _NOT_READ as error:
        place, found = received.provenance, _paper(received.raw)
        reason = _told(error)
        if found is not None and found is not paper and isinstance(error, msgspec.ValidationError):
            reason = f"is one of the {found.value} among {paper.value}: give each kind as a document of its own"
        raise MalformedRecord(place.source, reason, place.place) from error


@dataclass(frozen=True, slots=True)
class JsonSplitter:
    """Takes a document of JSON apart into its records. Primary key: `reader`.

    Attributes:
        reader: Name of the reader that the records are for.
        max_line_bytes: A longer line of JSON Lines is a fault, and is never held whole.
        max_document_bytes: A longer document of one JSON value over many lines is refused.
    """

    reader: str
    max_line_bytes: int = MAX_LINE_BYTES
    max_document_bytes: int = MAX_DOCUMENT_BYTES

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the records of `document` in order, with a fault in the place of what is none.

        A record's place is its line in JSON Lines, and its place in the list where the document is one list.

        Raises:
            SourceError: If the document breaks off so that nothing after this point can be read.
        """
        with document.open() as stream:
            if _is_over_lines(document.head.removeprefix(_BOM)):
                yield from self._of_whole(document.path, stream.read(self.max_document_bytes + 1), read_on)
                return
            for number, line in _numbered_lines(document.path, stream, self.max_line_bytes):
                if isinstance(line, SourceError):
                    yield line
                elif line:
                    yield from self._of_line(document.path, number, line, read_on)

    def _of_line(self, path: str, number: int, line: bytes, read_on: date) -> Iterator[Received | SourceError]:
        try:
            line.decode()
            items = _items(line)
        except _NOT_READ as error:
            yield MalformedRecord(path, _told(error), number)
            return
        if items is None:
            yield self._received(path, number, line, read_on)
            return
        for place, item in enumerate(items, start=1):
            # One list on one line is a document of its own; lists on more lines are told apart by the line.
            yield self._received(path, place if number == 1 else number, _compact(item), read_on)

    def _of_whole(self, path: str, data: bytes, read_on: date) -> Iterator[Received | SourceError]:
        if len(data) > self.max_document_bytes:
            limit = f"{self.max_document_bytes:,} bytes"
            raise SourceError(path, f"is one JSON value of more than {limit}: give it as one record a line")
        data = data.removeprefix(_BOM)
        try:
            data.decode()
            items = _items(data)
        except _NOT_READ as error:
            yield MalformedRecord(path, _told(error), _line_of(error, data))
            return
        for place, item in enumerate([data] if items is None else items, start=1):
            yield self._received(path, place, _compact(item), read_on)

    def _received(self, path: str, place: int, raw: bytes, read_on: date) -> Received:
        return Received(self.reader, raw, Provenance(self.reader, path, place, read_on))


def _is_over_lines(head: bytes) -> bool:
    """Say whether the document is one JSON value over many lines, rather than a value a line.

    A first line that is cut short looks much the same, so the two after it have their say.
    """
    lines = [line.strip() for line in head.split(b"\n")[:-1] if line.strip()]
    if not lines or _is_json(lines[0]):
        return False
    first, second, third = (*lines, b"", b"")[:3]
    stands_alone = second.startswith(b"{") and _is_json(second)
    if first.endswith(b"["):
        return not (stands_alone and third.startswith(b"{"))  # items of one list have a comma between them
    goes_on = first.endswith((b"{", b",", b":")) or second.startswith((b",", b"]", b"}", b":"))
    return goes_on and not stands_alone


def _is_json(line: bytes) -> bool:
    try:
        _shape.decode(line)
    except (msgspec.ValidationError, RecursionError):
        return True
    except msgspec.DecodeError:
        return False
    return True


def _items(data: bytes) -> list[msgspec.Raw] | None:
    """Return the items of a list, or None for a value that is no list."""
    shape = _shape.decode(data)
    if isinstance(shape, list):
        # An array may hold whole responses.
        return [inner for item in shape for inner in _inner(item)]
    return None if isinstance(shape.results, msgspec.UnsetType) else shape.results


def _inner(item: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        page = _page.decode(item)
    except msgspec.ValidationError:
        return [item]  # not even an object: parsing says so, in its place
    return [item] if isinstance(page.results, msgspec.UnsetType) else page.results


def _compact(item: msgspec.Raw | bytes) -> bytes:
    return msgspec.json.format(bytes(item), indent=-1)


def _numbered_lines(path: str, stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | SourceError]]:
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(limit)
            reason = f"a line of more than {limit:,} bytes is no record: give one record a line"
            yield number, MalformedRecord(path, reason, number)
            continue
        yield number, line.removeprefix(_BOM if number == 1 else b"").strip()


def _told(error: Exception) -> str:
    """Return what is wrong in the user's words, with the field at fault first."""
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 text (byte {error.object[error.start]:#04x}): save the source as UTF-8"
    if isinstance(error, RecursionError):
        return "is nested too deeply to be a record"
    if not isinstance(error, msgspec.ValidationError):
        cut = "truncated" in str(error)
        return f"is not JSON ({error})" + (": it stops short, so fetch it again" if cut else "")
    match = _AT.fullmatch(str(error))
    what, field = (match[1], match[2]) if match else (str(error), None)
    return f"{field}: {what}" if field else what


def _line_of(error: Exception, data: bytes) -> int | None:
    """Return the line on which `error` was met, if that can be told: the last one of a document cut short."""
    if isinstance(error, UnicodeDecodeError):
        return data.count(b"\n", 0, error.start) + 1
    if isinstance(error, msgspec.ValidationError | RecursionError):
        return None
    byte = _BYTE.search(str(error))
    return data.count(b"\n", 0, int(byte[1]) if byte else len(data.rstrip())) + 1
