"""What a table of a dump can hold: whole questions in the API's fields, or long texts by the API's id."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from retrieval.sources.api_record import Question
from retrieval.sources.sqlite_file import Cell, SqliteFile, SqliteTable

_FIELDS = {field.encode_name.lower(): field.encode_name for field in msgspec.structs.fields(Question)}
_LISTS = frozenset(("groupedQuestions", "groupedQuestionsDates", "attachments"))
_MEMBERS = frozenset(("askingMember", "answeringMember", "correctingMember"))
_FLAGS = frozenset(("memberHasInterest", "isWithdrawn", "isNamedDay", "answerIsHolding", "answerIsCorrection"))
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_NUMBER = re.compile(r"(\d+)(?:\.0)?", re.ASCII)
# How pandas and numpy write a list of strings: ['10000' '10002'].
_LISTED = re.compile(r"'([A-Za-z0-9]+)'")
# As the dbm.sqlite3 module of Python 3.13 names its one table and its columns.
_DICTIONARY = ("key", "value")
_ROWS_LOOKED_AT = 10


class _Stored(msgspec.Struct):
    """A long text as mySociety's `StoredLongForm` has it."""

    question_text: str
    answer_text: str | None = None


_stored = msgspec.json.Decoder(_Stored)


@dataclass(frozen=True, slots=True)
class LongText:
    """The whole texts of one question, as the API's single-question call gave them. Primary key: `api_id`."""

    api_id: int
    question: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """A table of whole questions. Primary key: `table`.

    Attributes:
        table: The table.
        columns: Its columns that are fields of the API.
        fields: The field of the API that each of these is.
    """

    table: SqliteTable
    columns: tuple[str, ...]
    fields: tuple[str, ...]

    def value(self, row: tuple[Cell, ...]) -> dict[str, object]:
        """Return a row as the API would give it; a field that the row lacks is left out.

        Raises:
            ValueError: If a cell is not UTF-8.
        """
        found = {field: _value(field, cell) for field, cell in zip(self.fields, row, strict=True)}
        return {field: value for field, value in found.items() if value is not None or field == "answerText"}


@dataclass(frozen=True, slots=True)
class LongTextTable:
    """A table of long texts by id. Primary key: `table`.

    Attributes:
        table: The table.
        columns: Its columns for id, question and answer; or for key and value, with both texts in the value.
    """

    table: SqliteTable
    columns: tuple[str, ...]

    def long_text(self, row: tuple[Cell, ...]) -> LongText:
        """Return what a row holds.

        Raises:
            ValueError: If it holds no id, or no texts.
        """
        number = _NUMBER.fullmatch(_string(row[0]) or "")
        if number is None or not 0 < int(number[1]) <= 2**53:
            raise ValueError(f"its {self.columns[0]} is {_string(row[0])!r}, and must be the API's id of a question")
        if self.columns != _DICTIONARY:
            question, answer = _string(row[1]), _string(row[2]) if len(row) > 2 else None
            return LongText(int(number[1]), question, answer)
        try:
            stored = _stored.decode(row[1] if isinstance(row[1], bytes) else b"")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError(f"its value is not JSON with question_text and answer_text ({error})") from error
        return LongText(int(number[1]), stored.question_text, stored.answer_text)


def tables_of(file: SqliteFile) -> tuple[QuestionTable | LongTextTable, ...]:
    """Return the tables of `file` that hold questions or long texts, by name.

    Raises:
        SourceError: If the database is damaged.
    """
    return tuple(found for table in file.tables if (found := _kind(file, table)) is not None)


def _kind(file: SqliteFile, table: SqliteTable) -> QuestionTable | LongTextTable | None:
    if tuple(name.lower() for name in table.columns) == _DICTIONARY:
        dictionary = LongTextTable(table, _DICTIONARY)
        return dictionary if _holds_long_texts(file, dictionary) else None
    fields = {_FIELDS[name]: column for column in table.columns if (name := _bare(column)) in _FIELDS}
    if "id" not in fields or "answerText" not in fields:
        return None
    if "questionText" in fields and ("uin" in fields or "dateTabled" in fields):
        return QuestionTable(table, tuple(fields.values()), tuple(fields))
    if "questionText" in fields:
        return LongTextTable(table, (fields["id"], fields["questionText"], fields["answerText"]))
    return None


def _holds_long_texts(file: SqliteFile, dictionary: LongTextTable) -> bool:
    """Say whether any of the first rows is a long text; a table named as Python's dbm does may be empty."""
    looked_at = 0
    for row in file.rows(dictionary.table, dictionary.columns):
        looked_at += 1
        try:
            dictionary.long_text(row)
        except ValueError:
            if looked_at == _ROWS_LOOKED_AT:
                return False
            continue
        return True
    return False


def _bare(column: str) -> str:
    return column.replace("_", "").lower()


def _value(field: str, cell: Cell) -> object:
    """Return a cell as JSON of the API has it; what can't be told is left as it is, for the decoder to refuse."""
    text = _string(cell)
    if text is None:
        return None
    if field in _LISTS or field in _MEMBERS:
        return _decoded(field, text)
    if field in _FLAGS:
        return _TRUTH.get(text.removesuffix(".0").lower(), text or None)
    if field == "id" or field.endswith("Id"):
        number = _NUMBER.fullmatch(text)
        return int(number[1]) if number else text or None
    if field.startswith("date"):
        return text.replace(" ", "T", 1) or None
    return text


def _decoded(field: str, text: str) -> object:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        if field == "groupedQuestions" and text.startswith("["):
            return _LISTED.findall(text)
        # It only adds the dates to a group whose UINs stand in another column.
        return None if field == "groupedQuestionsDates" else text


def _string(cell: Cell) -> str | None:
    if isinstance(cell, bytes):
        return cell.decode()
    return None if cell is None else str(cell)


def texts_of(value: Mapping[str, object]) -> tuple[str, str]:
    """Return the question and the answer of a question in the API's fields; "" for what is not text."""
    question, answer = value.get("questionText"), value.get("answerText")
    return question if isinstance(question, str) else "", answer if isinstance(answer, str) else ""
