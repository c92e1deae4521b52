"""Reads a user's own tables, CSV or JSON Lines, by a mapping that says which column is what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

import msgspec

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Provenance, Record
from retrieval.sources.api_values import placed
from retrieval.sources.delimited import (
    Row,
    columns_in,
    delimited_rows,
    delimiter_of,
    is_json_lines,
    json_rows,
    names_in,
)
from retrieval.sources.documents import Document
from retrieval.sources.mapped_record import MappedFields, fields_of, record_of
from retrieval.sources.reader import Received, Withdrawn
from retrieval.sources.table_mapping import DELIMITERS, FIELDS, HOW, TableMapping, canonical

_fields = msgspec.json.Decoder(MappedFields)
_NOT_READ = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_NAMES_SHOWN = 30


class MappedTable:
    """The reader of tables whose columns are named by a mapping, or have the fields' own names.

    What it keeps of a row is in the fields' names, so that it can be read again without the mapping.

    Args:
        mapping: Which column is which field; None for columns that have the fields' own names.
    """

    name = "mapped-table"

    def __init__(self, mapping: TableMapping | None = None) -> None:
        self._is_stated = mapping is not None
        self._mapping = mapping or canonical()

    def recognises(self, document: Document) -> bool:
        """Say whether `document` has a column that the mapping names; without one, two fields by their own names."""
        there = set(self._columns(document))
        if self._is_stated:
            return bool(there & set(self._mapping.columns.values()))
        return len(there & FIELDS.keys()) > 1 and bool(there & {"question", "answer", "answer_html"})

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the rows of `document` by the line they start on, with a fault in the place of what is none.

        Raises:
            SourceError: If a column that is needed is missing, or the table breaks off so that nothing after this
                point can be read.
        """
        with document.open() as stream:
            if is_json_lines(document.head):
                rows = json_rows(document.path, stream)
            else:
                self._check_header(document.path, self._columns(document))
                rows = delimited_rows(document.path, stream, self._delimiter(document))
            for row in rows:
                yield self._item(document.path, row, read_on) if isinstance(row, Row) else row

    def parse(self, received: Received) -> Record | Withdrawn:
        """Return the record that `received` holds, answered or not, unless it was withdrawn.

        Raises:
            MalformedRecord: If it is broken, or lacks what every record has.
            ClippedRecord: If its answer was cut short, or the question of an answer.
        """
        fields = _decoded(received)
        with placed(received.provenance):
            return record_of(fields, received.provenance)

    def api_id(self, received: Received) -> int | None:
        """Return the API's id of the question that `received` holds; None where the table has none."""
        fields = _decoded(received)
        return fields.api_id if fields.genre == "answer" else None

    def notices(self, document: Document) -> tuple[str, ...]:
        """Return what a user should know of `document`, once: which of its columns are not read."""
        known = set(self._mapping.columns.values())
        unread = [name for name in dict.fromkeys(self._columns(document)) if name not in known]
        return (f"columns that are not read: {_listed(unread)}",) if unread else ()

    def _item(self, path: str, row: Row, read_on: date) -> Received | SourceError:
        place = Provenance(self.name, path, row.line, read_on)
        missing = self._missing(row.cells)
        if missing:  # objects can differ from line to line
            reason = f"has no {_listed(missing)} (there are: {_listed(list(row.cells))})"
            return MalformedRecord(path, f"{reason}: give null where it is empty", row.line)
        try:
            with placed(place):
                return Received(self.name, msgspec.json.encode(fields_of(row.cells, self._mapping)), place)
        except MalformedRecord as error:
            return error

    def _missing(self, there: Collection[str]) -> list[str]:
        """Return what each table must have and this one has not, by the column's name where it has one."""
        said = {name for name, column in self._mapping.columns.items() if column in there}
        said |= set(self._mapping.constants)
        missing = []
        for group in (("answer", "answer_html"), ("question", "genre"), ("licence",)):
            if not said & set(group):
                columns = [self._mapping.columns[name] for name in group if name in self._mapping.columns]
                missing.append(" or ".join(columns or group))
        return missing

    def _columns(self, document: Document) -> list[str]:
        if is_json_lines(document.head):
            return names_in(document.head)
        return columns_in(document.head, self._delimiter(document))

    def _delimiter(self, document: Document) -> str:
        wanted = self._mapping.columns.values()
        return self._mapping.delimiter or delimiter_of(document.head, wanted, DELIMITERS.values())

    def _check_header(self, path: str, there: list[str]) -> None:
        missing = self._missing(there)
        if self._is_stated:
            missing += [column for column in self._mapping.columns.values() if column not in there]
        if missing:
            reason = f"has no column {_listed(list(dict.fromkeys(missing)))} (there are: {_listed(there)})"
            raise SourceError(path, f"{reason}: name its columns in a mapping, {HOW}", 1)
        twice = [name for name in self._mapping.columns.values() if there.count(name) > 1]
        if twice:
            raise SourceError(path, f"has two columns called {twice[0]}: rename one of them", 1)


def _decoded(received: Received) -> MappedFields:
    try:
        return _fields.decode(received.raw)
    except _NOT_READ as error:
        place = received.provenance
        raise MalformedRecord(place.source, f"is not what this reader keeps ({error})", place.place) from error


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    return f"{shown} and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else shown
