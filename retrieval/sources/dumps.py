"""Reads the SQLite files of mySociety's published copy of Parliament's written questions.

What is published, as read in 2026 in the code and the JSON of https://github.com/mysociety/uk-parl-written-questions
(its `fetch.py` and `datapackage.yaml`) and in the code of https://github.com/mysociety/pydantic-store; no copy of an
SQLite file of theirs could be had to compare:

    data/raw/commons/2024-08.json       the API's list rows {value, links} in an array: `ParliamentApi` reads it
    data/raw/longform/2024-08.sqlite    table Dict, columns key and value: the API's id, and JSON with question_text and
                                        answer_text of the single-question call, fetched once and kept
    commons_written_questions.sqlite    table written_questions in the API's fields; many of its answers are clipped
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Provenance, Record
from retrieval.sources.api_json import ParliamentApi
from retrieval.sources.documents import Document
from retrieval.sources.dump_tables import LongTextTable, QuestionTable, tables_of
from retrieval.sources.reader import Received, Withdrawn
from retrieval.sources.sqlite_file import MAGIC, opened

NAME = "mysociety-dump"


class MysocietyDump:
    """The reader of SQLite dumps, and of list rows that `LongTexts` completed.

    A database of long texts alone has no records: `LongTexts` puts its texts into the rows of the lists.
    """

    name = NAME

    def __init__(self) -> None:
        """Make the reader of the API's fields that the rows are written in."""
        self._api = ParliamentApi()

    def recognises(self, document: Document) -> bool:
        """Say whether `document` is an SQLite file with such tables, or one too broken to tell."""
        if not document.head.startswith(MAGIC):
            return False
        try:
            with opened(document) as file:
                return bool(tables_of(file))
        except SourceError:
            return True  # splitting it says what is wrong

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the questions of `document` by table and row, and a fault for each broken row or long text.

        Raises:
            SourceError: If the document is damaged, so that nothing after this point can be read.
        """
        with opened(document) as file:
            number = 0
            for table in tables_of(file):
                for row in file.rows(table.table, table.columns):
                    number += 1
                    place = Provenance(self.name, document.path, number, read_on)
                    yield from _items(table, row, place)

    def parse(self, received: Received) -> Record | Withdrawn:
        """Return the record that `received` holds, answered or not, unless it was withdrawn.

        Raises:
            MalformedRecord: If it is broken, or lacks what every record has.
            ClippedRecord: If the source cut its answer short, or the question of an answer.
        """
        return self._api.parse(received)

    def api_id(self, received: Received) -> int | None:
        """Return the API's id of what `received` holds."""
        return self._api.api_id(received)


def _items(
    table: QuestionTable | LongTextTable, row: tuple[int | float | bytes | None, ...], place: Provenance
) -> Iterator[Received | SourceError]:
    try:
        if isinstance(table, QuestionTable):
            yield Received(place.reader, msgspec.json.encode(table.value(row)), place)
        else:
            table.long_text(row)
    except UnicodeDecodeError as error:
        reason = f"table {table.table.name}: is not UTF-8 text (byte {error.object[error.start]:#04x})"
        yield MalformedRecord(place.source, f"{reason}: fetch the file again", place.place)
    except ValueError as error:
        yield MalformedRecord(place.source, f"table {table.table.name}: {error}", place.place)
