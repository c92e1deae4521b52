"""Reads the JSON of Parliament's written statements API: single calls, lists, and JSON Lines of either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from retrieval.errors import SourceError
from retrieval.records import Record
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
from retrieval.sources.reader import Received
from retrieval.sources.statement_record import Statement, statement_of

_statement = msgspec.json.Decoder(Statement)


class ParliamentStatements:
    """The reader of the written statements that `questions-statements-api.parliament.uk` gives.

    Args:
        max_line_bytes: A longer line of JSON Lines is a fault, and is never held whole.
        max_document_bytes: A longer document of one JSON value over many lines is refused.
    """

    name = "parliament-statements"

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES, max_document_bytes: int = MAX_DOCUMENT_BYTES) -> None:
        self._splitter = JsonSplitter(self.name, max_line_bytes, max_document_bytes)

    def recognises(self, document: Document) -> bool:
        """Say whether `document` is JSON with statements in it.

        Of a document that mixes statements with questions, its first record decides.
        """
        return paper_of(document) is Paper.STATEMENTS

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the statements of `document` in order, with a fault in the place of what is none.

        A statement's place is its line in JSON Lines, and its place in the list where the document is one list.

        Raises:
            SourceError: If the document breaks off so that nothing after this point can be read.
        """
        return self._splitter.split(document, read_on)

    def parse(self, received: Received) -> Record:
        """Return the record that `received` holds: the API does not tell of withdrawn statements.

        Raises:
            MalformedRecord: If it is broken, has no text, or lacks what every statement has.
            ClippedRecord: If the source cut its text short.
        """
        statement = decoded(received, _statement, Paper.STATEMENTS)
        with placed(received.provenance):
            return statement_of(statement, received.provenance)

    def api_id(self, received: Received) -> int | None:
        """Return None: a statement's id is none of the ids that questions have."""
        return None
