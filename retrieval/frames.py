"""Results as tables: plain columns, or a pandas or polars table, without either being needed to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from retrieval.errors import LibraryMissing

if TYPE_CHECKING:
    import pandas
    import polars

    from retrieval.answer_results import Answer
    from retrieval.hit_results import Hit

Cell = str | int | float | date | list[str] | None
Table = dict[str, list[Cell]]
"""Columns by name, in order, all of one length; None is not known."""


class Column(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    REAL = "real"
    DAY = "day"
    TEXTS = "texts"


HIT_COLUMNS: Final[Mapping[str, Column]] = {
    "rank": Column.WHOLE,
    "score": Column.REAL,
    "probability": Column.REAL,
    "key": Column.TEXT,
    "genre": Column.TEXT,
    "kind": Column.TEXT,
    "findings": Column.TEXTS,
    "house": Column.TEXT,
    "uin": Column.TEXT,
    "heading": Column.TEXT,
    "question": Column.TEXT,
    "asker": Column.TEXT,
    "minister": Column.TEXT,
    "post": Column.TEXT,
    "answering_body": Column.TEXT,
    "tabled": Column.DAY,
    "answered": Column.DAY,
    "corrected": Column.DAY,
    "passage": Column.WHOLE,
    "context": Column.TEXT,
    "text": Column.TEXT,
    "attachment": Column.TEXT,
    "citation": Column.TEXT,
    "notes": Column.TEXTS,
    "url": Column.TEXT,
    "also_given": Column.WHOLE,
    "later": Column.TEXT,
    "later_answered": Column.DAY,
    "licence": Column.TEXT,
}
"""Of a table of hits, one a row."""

PASSAGE_COLUMNS: Final[Mapping[str, Column]] = {
    "key": Column.TEXT,
    "passage": Column.WHOLE,
    "context": Column.TEXT,
    "text": Column.TEXT,
    "hash": Column.TEXT,
    "attachment": Column.TEXT,
}
"""Of a table of an answer, one passage a row."""

_OF_POLARS: Final = {Column.TEXT: "String", Column.WHOLE: "Int64", Column.REAL: "Float64", Column.DAY: "Date"}
_OF_PANDAS: Final = {
    Column.TEXT: "string",
    Column.WHOLE: "Int64",
    Column.REAL: "Float64",
    Column.DAY: "datetime64[s]",
    Column.TEXTS: "object",
}


def hit_table(hits: Iterable[Hit]) -> Table:
    """Return hits as columns (`HIT_COLUMNS`), one a row."""
    return _columns(HIT_COLUMNS, map(_hit_row, hits))


def passage_table(answer: Answer) -> Table:
    """Return the passages of an answer and of its attachments as columns (`PASSAGE_COLUMNS`), in order."""
    attached = (passage for reading in answer.attachment_texts for passage in reading.passages)
    rows: Iterable[dict[str, Cell]] = (
        {
            "key": answer.key,
            "passage": passage.ordinal,
            "context": passage.context,
            "text": passage.text,
            "hash": passage.hash,
            "attachment": passage.attachment.title if passage.attachment else None,
        }
        for passage in (*answer.passages, *attached)
    )
    return _columns(PASSAGE_COLUMNS, rows)


def as_pandas(table: Table, columns: Mapping[str, Column]) -> pandas.DataFrame:
    """Return a table of pandas: days as datetime64, whole numbers that may lack as Int64, texts as string.

    Raises:
        LibraryMissing: If pandas is not installed.
    """
    library = _library("pandas")
    series = {
        name: library.Series(values, dtype="object").astype(_OF_PANDAS[columns[name]]) for name, values in table.items()
    }
    return library.DataFrame(series)


def as_polars(table: Table, columns: Mapping[str, Column]) -> polars.DataFrame:
    """Return a table of polars: days as Date, whole numbers as Int64, lists of texts as List(String).

    Raises:
        LibraryMissing: If polars is not installed.
    """
    library = _library("polars")
    schema = {
        name: library.List(library.String) if kind is Column.TEXTS else getattr(library, _OF_POLARS[kind])
        for name, kind in columns.items()
    }
    frame: polars.DataFrame = library.DataFrame(table, schema=schema)
    return frame


def _hit_row(hit: Hit) -> dict[str, Cell]:
    citation, passage = hit.citation, hit.passage
    return {
        "rank": hit.rank,
        "score": hit.score,
        "probability": hit.probability,
        "key": hit.key,
        "genre": str(hit.genre),
        "kind": str(hit.kind),
        "findings": [str(finding) for finding in hit.findings],
        "house": str(citation.house) if citation.house else None,
        "uin": citation.uin,
        "heading": hit.heading,
        "question": hit.question,
        "asker": citation.asker.name if citation.asker else None,
        "minister": citation.minister.name if citation.minister else None,
        "post": citation.minister.post if citation.minister else None,
        "answering_body": citation.answering_body,
        "tabled": citation.tabled,
        "answered": citation.answered,
        "corrected": citation.corrected,
        "passage": passage.ordinal,
        "context": passage.context,
        "text": passage.text,
        "attachment": passage.attachment.title if passage.attachment else None,
        "citation": hit.written["house"],
        "notes": list(hit.notes),
        "url": citation.url,
        "also_given": len(hit.also_given),
        "later": hit.later.key if hit.later else None,
        "later_answered": hit.later.answered if hit.later else None,
        "licence": citation.licence.statement,
    }


def _columns(columns: Mapping[str, Column], rows: Iterable[Mapping[str, Cell]]) -> Table:
    table: Table = {name: [] for name in columns}
    for row in rows:
        for name, values in table.items():
            values.append(row[name])
    return table


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise LibraryMissing(name) from error
