"""Reads the JSON of Parliament's written questions API: single calls, lists, and JSON Lines of either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

import msgspec

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Provenance, Record
from retrieval.sources.api_record import Question, record_of
from retrieval.sources.documents import Document
from retrieval.sources.reader import NoAnswer, Received

# The longest real record is well under 1 MiB; a list of 1,000 on one line is under 10.
MAX_LINE_BYTES = 1 << 24
# A document that is one JSON value over many lines must be held whole; past this it should be JSON Lines.
MAX_DOCUMENT_BYTES = 1 << 28

_BOM = b"\xef\xbb\xbf"
_KNOWN_BY = re.compile(rb'"(?:questionText|totalResults)"\s*:')
_AT = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?", re.DOTALL)
_BYTE = re.compile(r"\(byte (\d+)\)")


class _Page(msgspec.Struct):
    """A list response; anything else with fields decodes to one without results."""

    results: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Envelope(msgspec.Struct):
    """What a call puts around a record; a bare record decodes to one without a value."""

    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_page = msgspec.json.Decoder(_Page)
_shape = msgspec.json.Decoder(_Page | list[msgspec.Raw])
_envelope = msgspec.json.Decoder(_Envelope)
_question = msgspec.json.Decoder(Question)
_NOT_READ = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class ParliamentApi:
    """The reader of what `questions-statements-api.parliament.uk` answers.

    Args:
        max_line_bytes: A longer line of JSON Lines is a fault, and is never held whole.
        max_document_bytes: A longer document of one JSON value over many lines is refused.
    """

    name = "parliament-api"

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES, max_document_bytes: int = MAX_DOCUMENT_BYTES) -> None:
        self._max_line_bytes = max_line_bytes
        self._max_document_bytes = max_document_bytes

    def recognises(self, document: Document) -> bool:
        """Say whether `document` is JSON with the names of the API's fields in it."""
        head = document.head.removeprefix(_BOM).lstrip()
        return head[:1] in (b"{", b"[") and _KNOWN_BY.search(head) is not None

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the records of `document` in order, with a fault in the place of what is none.

        A record's place is its line in JSON Lines, and its place in the list where the document is one list.

        Raises:
            SourceError: If the document breaks off so that nothing after this point can be read.
        """
        with document.open() as stream:
            if _is_over_lines(document.head.removeprefix(_BOM)):
                yield from self._of_whole(document.path, stream.read(self._max_document_bytes + 1), read_on)
                return
            for number, line in _numbered_lines(document.path, stream, self._max_line_bytes):
                if isinstance(line, SourceError):
                    yield line
                elif line:
                    yield from self._of_line(document.path, number, line, read_on)

    def parse(self, received: Received) -> Record | NoAnswer:
        """Return the record that `received` holds, or why it has no answer to keep.

        Raises:
            MalformedRecord: If it is broken, or lacks what every record has.
            ClippedRecord: If the source cut its question or answer short.
        """
        place = received.provenance
        try:
            value = _envelope.decode(received.raw).value
            question = _question.decode(received.raw if isinstance(value, msgspec.UnsetType) else value)
        except _NOT_READ as error:
            raise MalformedRecord(place.source, _told(error), place.place) from error
        try:
            return record_of(question, place)
        except MalformedRecord as error:  # raised by the readers of single values, which know the field only
            raise MalformedRecord(place.source, f"{error.path}: {error.reason}", place.place) from error

    def api_id(self, received: Received) -> int | None:
        """Return the API's id of what `received` holds."""
        value = _envelope.decode(received.raw).value
        return _question.decode(received.raw if isinstance(value, msgspec.UnsetType) else value).id

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
        if len(data) > self._max_document_bytes:
            limit = f"{self._max_document_bytes:,} bytes"
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
        return Received(self.name, raw, Provenance(self.name, path, place, read_on))


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
