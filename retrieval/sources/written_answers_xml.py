"""Reads TheyWorkForYou's XML (parlparse) of written answers and written statements, Hansard's and the later ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from xml.sax.saxutils import quoteattr

from lxml import etree

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Provenance, Record
from retrieval.sources.documents import Document
from retrieval.sources.publicwhip_file import ROOT, Part, parts_of
from retrieval.sources.publicwhip_ids import file_house_and_day
from retrieval.sources.publicwhip_record import answer_of, statement_of
from retrieval.sources.reader import Received

# What is kept of a question or a statement, and what `publicwhip_record` takes.
QUESTION, STATEMENT = "written-answer", "written-statement"
_PAPERS = (b"uk.org.publicwhip/wrans/", b"uk.org.publicwhip/wms/")


class WrittenAnswersXml:
    """The reader of the files that parlparse writes: `answers...xml`, `lordswrans...xml`, `ministerial...xml`, ...

    A file is one day of one House: `major-heading` (the department), `minor-heading`, one or more `ques`, then
    `reply`; or the two headings and `speech`, for a statement. Lords files have no departments before 2015. The
    shapes were verified in the programs that write them and in xml2db.pl, which TheyWorkForYou loads them with;
    `publicwhip_ids` tells what ids and addresses mean. A question with several numbered parts is several
    questions, each with a number of its own, as Hansard counts them.

    What is kept of a question is an XML text with its headings, all the questions of its group and the replies.
    """

    name = "parlparse-xml"

    def recognises(self, document: Document) -> bool:
        """Say whether `document` is of this kind; debates look much the same, but for their ids."""
        head = document.head
        return f"<{ROOT}".encode() in head and any(paper in head for paper in _PAPERS)

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the questions and statements of `document` in order, each by the line it starts on.

        A group of questions is yielded once it is whole: of a file that breaks off, what is open at the break is
        left out, as its correction may have stood in the part that is missing.

        Raises:
            SourceError: If the file breaks off, or was replaced by a later scrape of the same day.
        """
        named = PurePosixPath(document.path).name
        file = named if file_house_and_day(named)[1] else ""
        group = _Group()
        with document.open() as stream:
            for part in parts_of(document.path, stream):
                if not group.takes(part):
                    yield from self._received(group, file, document.path, read_on)
                    group = group.after(part)
                if part.tag == "reply" and not group.questions:
                    yield MalformedRecord(document.path, "a reply without a question: fetch the file again", part.line)
                elif part.tag in ("ques", "reply", "speech"):
                    group.parts.append(part)
        yield from self._received(group, file, document.path, read_on)

    def parse(self, received: Received) -> Record:
        """Return the record that `received` holds.

        Raises:
            MalformedRecord: If it is broken, contradicts itself, or two replies leave open which one stands.
        """
        place = received.provenance
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            root = etree.fromstring(received.raw, parser)
            if root.tag not in (QUESTION, STATEMENT):
                raise MalformedRecord("xml", f"is <{root.tag}>, and <{QUESTION}> or <{STATEMENT}> is needed")
            return statement_of(root, place) if root.tag == STATEMENT else answer_of(root, place)
        except etree.XMLSyntaxError as error:
            raise MalformedRecord(place.source, f"is not well-formed XML ({error.msg})", place.place) from error
        except MalformedRecord as error:  # raised by the readers of single values, which know the field only
            raise MalformedRecord(place.source, f"{error.path}: {error.reason}", place.place) from error

    def api_id(self, received: Received) -> int | None:
        """Return None: these files give no ids of the API."""
        return None

    def _received(self, group: _Group, file: str, path: str, read_on: date) -> Iterator[Received]:
        for line, raw in group.records(file):
            yield Received(self.name, raw.encode(), Provenance(self.name, path, line, read_on))


@dataclass(slots=True)
class _Group:
    """The headings that stand, and the questions under them with their replies, or a statement."""

    headings: dict[str, Part] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    @property
    def questions(self) -> Sequence[Part]:
        return [part for part in self.parts if part.tag == "ques"]

    def takes(self, part: Part) -> bool:
        """Say whether `part` goes on with this group rather than begins another."""
        if part.tag == "ques":
            return all(earlier.tag == "ques" for earlier in self.parts)
        if part.tag in ("major-heading", "minor-heading"):
            return False
        return part.tag != "speech" or not self.parts

    def after(self, part: Part) -> _Group:
        """Return the empty group that `part` begins: a department ends the heading under the one before."""
        if part.tag == "major-heading":
            return _Group({part.tag: part})
        return _Group({**self.headings, part.tag: part} if part.tag == "minor-heading" else dict(self.headings))

    def records(self, file: str) -> Iterator[tuple[int, str]]:
        """Yield line and XML of each numbered question, or of the statement."""
        told = f" file={quoteattr(file)}" if file else ""
        inside = "".join(part.xml for part in (*self.headings.values(), *self.parts))
        if self.parts and self.parts[0].tag == "speech":
            yield self.parts[0].line, f"<{STATEMENT}{told}>{inside}</{STATEMENT}>"
            return
        for place, question in enumerate(self.questions, start=1):
            for number in range(1, max(1, question.numbers) + 1):
                start = f'<{QUESTION} question="{place}" number="{number}"{told}>'
                yield question.line, f"{start}{inside}</{QUESTION}>"
