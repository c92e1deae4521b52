"""The XML files of parlparse, read as a stream of the parts that stand directly under the root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from retrieval.errors import MalformedRecord, SourceError

# Far above any real part; markup may be longer than its words.
MAX_PART_CHARACTERS = 1 << 22
# As deep as the reader of answers goes.
MAX_DEPTH = 200
ROOT = "publicwhip"

_CHUNK_BYTES = 1 << 16
_REFUSED = "only the names of single characters are read, as parlparse writes them"


@dataclass(frozen=True, slots=True)
class Part:
    """One element that stands directly under the root. Primary key: `line`.

    Attributes:
        tag: Its name.
        line: Line of the file on which it starts, from 1.
        xml: All of it, as XML that needs no declaration and no entity of its own.
        numbers: How many of its paragraphs carry a question number.
    """

    tag: str
    line: int
    xml: str
    numbers: int = 0


def parts_of(path: str, stream: BinaryIO) -> Iterator[Part]:
    """Yield the parts of a file in order, each as soon as it is whole.

    Entities are read only where the file itself declares them as the name of one character, which is how
    parlparse heads its files; nothing else is ever expanded or fetched, so a file can't grow in memory.

    Raises:
        MalformedRecord: With its line, if the file is no well-formed XML from there on, declares anything
            else than names of characters, nests deeper than `MAX_DEPTH` or has a part of more than
            `MAX_PART_CHARACTERS`.
        SourceError: If the root is not `publicwhip`, or says that a later scrape has taken this one's place.
    """
    builder = _Builder(path)
    while chunk := stream.read(_CHUNK_BYTES):
        broken = builder.feed(chunk, last=False)
        yield from builder.taken()
        if broken:
            raise broken
    broken = builder.feed(b"", last=True)
    if broken:
        raise broken


class _Builder:
    """Takes the parser's events and writes each part anew."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._done: list[Part] = []
        self._open: list[str] = []
        self._xml: list[str] = []
        self._size = self._line = self._numbers = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._words

    def feed(self, chunk: bytes, *, last: bool) -> MalformedRecord | None:
        """Read on; return what is wrong, so that the parts before it can be taken first."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, "not XML")
            return self._fault(f"is not well-formed XML ({what}, column {error.offset + 1})", error.lineno)
        except LookupError as error:
            return self._fault(f"is in no encoding that is known here ({error})", 1)
        except MalformedRecord as error:
            return error
        return None

    def taken(self) -> list[Part]:
        """Return the parts that are whole and were not returned before."""
        done, self._done = self._done, []
        return done

    def _fault(self, reason: str, line: int | None = None) -> MalformedRecord:
        line = line or self._parser.CurrentLineNumber
        return MalformedRecord(self._path, f"{reason}: nothing from here on was read; fetch the file again", line)

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if system or public:
            raise self._fault(f"leans on another file ({system or public}), and none is ever fetched")

    def _entity(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: str | None,
        system: str | None,
        public: str | None,
        notation: str | None,
    ) -> None:
        if is_parameter or value is None or len(value) != 1:
            raise self._fault(f"declares the entity {name!r}, and {_REFUSED}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self._check_root(name, attributes)
        elif len(self._open) == 1:
            self._xml, self._size, self._numbers = [], 0, 0
            self._line = self._parser.CurrentLineNumber
        self._open.append(name)
        if len(self._open) > MAX_DEPTH:
            raise self._fault(f"nests deeper than {MAX_DEPTH} elements")
        if len(self._open) > 1:
            self._numbers += name == "p" and "qnum" in attributes
            # What a prefix means is told elsewhere in the file, and a part must stand alone.
            own = {key: value for key, value in attributes.items() if ":" not in key and key != "xmlns"}
            self._write(f"<{_plain(name)}{''.join(f' {key}={quoteattr(value)}' for key, value in own.items())}>")

    def _end(self, name: str) -> None:
        self._open.pop()
        if self._open:
            self._write(f"</{_plain(name)}>")
        if len(self._open) == 1:
            self._done.append(Part(name, self._line, "".join(self._xml), self._numbers))

    def _words(self, words: str) -> None:
        if len(self._open) > 1:
            self._write(escape(words))

    def _write(self, text: str) -> None:
        self._xml.append(text)
        self._size += len(text)
        if self._size > MAX_PART_CHARACTERS:
            raise self._fault(f"has a part of more than {MAX_PART_CHARACTERS:,} characters, and no real one is so long")

    def _check_root(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        if name != ROOT:
            raise SourceError(self._path, f"is an XML file of <{name}>, and <{ROOT}> is needed", line)
        if attributes.get("latest") == "no":
            reason = 'was replaced by a later scrape of the same day (latest="no"): give that file, and not this'
            raise SourceError(self._path, reason, line)


def _plain(name: str) -> str:
    """Return the name of an element; one with a prefix, such as a word processor leaves behind, shapes nothing."""
    return "span" if ":" in name else name
