"""Reads saved pages of questions-statements.parliament.uk, each of one question or one written statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Genre, Provenance, Record
from retrieval.sources.documents import Document
from retrieval.sources.official_facts import PageFacts, facts_of
from retrieval.sources.official_sections import sections_of
from retrieval.sources.reader import Received, Withdrawn

MAX_PAGE_BYTES = 1 << 24
_BOM = b"\xef\xbb\xbf"
_HTML = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_SITE = re.compile(
    rb"Written questions, answers and statements\s+-\s+UK Parliament|questions-statements\.parliament\.uk"
)


class OfficialPage:
    """The reader of pages such as `/written-questions/detail/2023-07-18/194793`, as HTML in UTF-8.

    The page is read by what it shows, labels and headings, and hardly by its mark-up, as no copy of a page could be
    had to hold this against. Verified in public programs that read these pages (mysociety/parlparse of autumn 2020,
    th368/nlp-playground of 2021): `main-content`; `h1` is the heading, `h2` "Question for" and the body, then a line
    with "UIN" and the number; the question in `collapse-details`; a link to `/member/{id}/contact` around each
    Member, with the name in `primary-info`, the party in `tertiary-info` and the seat in `indicator-label`; headings
    "Answer", "Statement made by" and "Statement"; the day of the answer before its text; "withdrawn" in words
    beside a withdrawn question. The rest is assumed, and a page that does not fit is refused rather than guessed at:
    "tabled on", "Answered on", "Statement made on", "Corrected on", "Original answer", "Attachments", and that
    the label of a day stands before it, on its line or the line above.

    Args:
        max_bytes: A larger page is refused.
    """

    name = "official-page"

    def __init__(self, max_bytes: int = MAX_PAGE_BYTES) -> None:
        self._max_bytes = max_bytes

    def recognises(self, document: Document) -> bool:
        """Say whether `document` is HTML that names the site, by its title or its address."""
        return _HTML.search(document.head[:4096]) is not None and _SITE.search(document.head) is not None

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the page, which is one record.

        Raises:
            SourceError: If the page breaks off, or is too large to be one.
        """
        with document.open() as stream:
            data = stream.read(self._max_bytes + 1).removeprefix(_BOM)
        if len(data) > self._max_bytes:
            limit = f"{self._max_bytes:,} bytes"
            raise SourceError(document.path, f"is larger than {limit}, and no saved page is: save it as HTML only")
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            reason = f"is not UTF-8 text (byte {data[error.start]:#04x}): save the page again as UTF-8"
            yield MalformedRecord(document.path, reason, line)
            return
        yield Received(self.name, data, Provenance(self.name, document.path, 1, read_on))

    def parse(self, received: Received) -> Record | Withdrawn:
        """Return the record that `received` holds, answered or not, unless it was withdrawn.

        Raises:
            MalformedRecord: If it is no page of one question or statement, a part that every such page has is
                missing, or two things on it contradict each other.
        """
        place = received.provenance
        try:
            facts = facts_of(sections_of(received.raw.decode()))
            if facts.is_withdrawn:
                return Withdrawn.WITHDRAWN
            return _statement(facts, place) if facts.genre is Genre.STATEMENT else _answer(facts, place)
        except UnicodeDecodeError as error:
            raise MalformedRecord(place.source, "is not UTF-8 text", place.place) from error
        except MalformedRecord as error:  # raised by the readers of parts, which know the line within the page
            line = place.place + (error.line or 1) - 1
            raise MalformedRecord(place.source, f"{error.path}: {error.reason}", line) from error

    def api_id(self, received: Received) -> int | None:
        """Return None: the page shows no id of the API."""
        return None


def _statement(facts: PageFacts, place: Provenance) -> Record:
    return Record(
        provenance=place,
        question="",
        answer=facts.answer,
        genre=Genre.STATEMENT,
        house=facts.house,
        uin=facts.uin,
        heading=facts.heading,
        answerer=facts.answerer,
        answering_body=facts.answering_body,
        answered=facts.answered,
        attachments=facts.attachments,
    )


def _answer(facts: PageFacts, place: Provenance) -> Record:
    return Record(
        provenance=place,
        question=facts.question,
        answer=facts.answer,
        house=facts.house,
        uin=facts.uin,
        heading=facts.heading,
        asker=facts.asker,
        answerer=facts.answerer,
        answering_body=facts.answering_body,
        tabled=facts.tabled,
        due=facts.due,
        holding_answered=facts.holding_answered,
        answered=facts.answered,
        corrected=facts.corrected,
        flagged_correction=True if facts.is_correction else None,
        attachments=facts.attachments,
        first_answer=facts.first_answer,
    )
