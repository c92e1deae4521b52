"""Reads the JSON of Parliament's written questions API: single calls, lists, and JSON Lines of either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from retrieval.errors import SourceError
from retrieval.records import Record
from retrieval.sources.api_record import Question, record_of
from retrieval.sources.api_values import placed
from retrieval.sources.documents import Document
from retrieval.sources.json_documents import (
    MAX_DOCUMENT_BYTES,
    MAX_LINE_BYTES,
    JsonSplitter,
    Paper,
    decoded,
    paper_of,
)
from retrieval.sources.reader import Received, Withdrawn

_question = msgspec.json.Decoder(Question)


class ParliamentApi:
    """The reader of the questions that `questions-statements-api.parliament.uk` gives.

    Args:
        max_line_bytes: A longer line of JSON Lines is a fault, and is never held whole.
        max_document_bytes: A longer document of one JSON value over many lines is refused.
    """

    name = "parliament-api"

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES, max_document_bytes: int = MAX_DOCUMENT_BYTES) -> None:
        self._splitter = JsonSplitter(self.name, max_line_bytes, max_document_bytes)

    def recognises(self, document: Document) -> bool:
        """Say whether `document` is JSON with questions in it, or an empty list of the API's.

        Of a document that mixes questions with statements, its first record decides.
        """
        return paper_of(document) is Paper.QUESTIONS

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the records of `document` in order, with a fault in the place of what is none.

        A record's place is its line in JSON Lines, and its place in the list where the document is one list.

        Raises:
            SourceError: If the document breaks off so that nothing after this point can be read.
        """
        return self._splitter.split(document, read_on)

    def parse(self, received: Received) -> Record | Withdrawn:
        """Return the record that `received` holds, answered or not, unless it was withdrawn.

        Raises:
            MalformedRecord: If it is broken, or lacks what every record has.
            ClippedRecord: If the source cut its answer short, or the question of an answer.
        """
        question = decoded(received, _question, Paper.QUESTIONS)
        with placed(received.provenance):
            return record_of(question, received.provenance)

    def api_id(self, received: Received) -> int | None:
        """Return the API's id of what `received` holds."""
        return decoded(received, _question, Paper.QUESTIONS).id
