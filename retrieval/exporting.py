"""Every passage that has the words, one a row, as CSV and as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from retrieval.attached_results import attachment_source
from retrieval.choices import Match, Sort
from retrieval.citations import CitationStyle, written
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.licences import licence_of
from retrieval.records import AnswerKind, FindingName, Genre, House, Record
from retrieval.spreadsheet import cell, csv_line
from retrieval.store import StoredPassage
from retrieval.worded_messages import message_of
from retrieval.worded_set import worded_set

_RIGHTS: Final = "The rights in the text of attachments are not known."


class ExportFormat(StrEnum):
    """How rows are written: `csv` with a header (RFC 4180), or `jsonl`, one JSON object a line; both in UTF-8."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One passage that has the words. Primary key: `key` and `passage`.

    Attributes:
        key: Of its record.
        passage: Its place among the passages of the record, from 1.
        context: What the passage stands under, such as the headers of a table.
        text: Word for word.
        attachment: Title of the file that it was read from; None for the answer's own words.
        citation: In the House's own form.
        licence: The words that the licence asks to be shown.
    """

    key: str
    genre: Genre
    house: House | None
    uin: str | None
    tabled: date | None
    answered: date | None
    corrected: date | None
    answering_body: str | None
    minister: str | None
    asker: str | None
    asker_party: str | None
    heading: str | None
    question: str
    kind: AnswerKind
    findings: tuple[FindingName, ...]
    passage: int
    context: str | None
    text: str
    attachment: str | None
    citation: str
    url: str | None
    licence: str


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """Every passage that has the words.

    Attributes:
        message: What was found and what is left out, in plain words.
        passages: How many rows there are.
        rows: They, made one by one as they are taken.
    """

    message: str
    passages: int
    rows: Iterator[ExportRow]


def export(
    corpus: Corpus, query: str, filters: Filters = Filters(), *, match: Match = Match.EXACT, sort: Sort = Sort.NEWEST
) -> Export:
    """Return every passage that has the words.

    Args:
        corpus: What is looked in.
        query: A phrase, or words joined by AND, OR and NOT.
        filters: Limits on which records may answer.
        match: `exact` or `words`.
        sort: The order of the records; the passages of each stand in the order of the answer.

    Raises:
        QueryError: If the query or a filter is not usable; at once, before a row is taken.
    """
    found = worded_set(corpus, query, filters, match)
    places = corpus.worded.newest_first if sort is Sort.NEWEST else corpus.worded.oldest_first
    order = np.lexsort((found.rows, places[corpus.store.record_of_row[found.rows]]))
    total = len(np.unique(corpus.store.group_of_record[found.shown]))
    return Export(
        message=message_of(corpus, found, match, corpus.searched(filters), total),
        passages=len(order),
        rows=(_row(corpus, corpus.store.passage_at(int(row))) for row in found.rows[order]),
    )


def as_csv(rows: Iterable[ExportRow]) -> Iterator[str]:
    """Yield the lines of a CSV file, the header first.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it; JSON Lines has every text as it is.
    """
    yield csv_line(field.name for field in fields(ExportRow))
    for row in rows:
        yield csv_line(cell(value) for value in _plain(row).values())


def as_jsonl(rows: Iterable[ExportRow]) -> Iterator[str]:
    """Yield the lines of a JSON Lines file."""
    for row in rows:
        yield f"{json.dumps(_plain(row), ensure_ascii=False)}\n"


def exported(rows: Iterable[ExportRow], form: ExportFormat) -> Iterator[str]:
    """Yield the lines of a file in the format asked for."""
    return as_csv(rows) if form is ExportFormat.CSV else as_jsonl(rows)


def _row(corpus: Corpus, stored: StoredPassage) -> ExportRow:
    passage, number = stored.passage, stored.record
    record = corpus.store.record(number)
    citation = corpus.citation(record.key, passage.ordinal)
    attachment = attachment_source(corpus.store, record, passage)
    return ExportRow(
        key=record.key,
        genre=record.genre,
        house=record.house,
        uin=record.uin,
        tabled=record.tabled,
        answered=record.answered,
        corrected=record.corrected,
        answering_body=record.answering_body,
        minister=record.answerer.name if record.answerer else None,
        asker=record.asker.name if record.asker else None,
        asker_party=record.asker.party if record.asker else None,
        heading=record.heading,
        question=record.question,
        kind=corpus.store.status(number).kind,
        findings=corpus.findings_of(number)[1],
        passage=passage.ordinal,
        context=passage.context or None,
        text=passage.text,
        attachment=attachment.title if attachment else None,
        citation=written(citation, CitationStyle.HOUSE),
        url=citation.url,
        licence=_RIGHTS if attachment else _licence(record),
    )


def _licence(record: Record) -> str:
    licence = licence_of(record.provenance.reader)
    return " ".join([licence.statement, *(f"Source: {credit}." for credit in licence.credits)])


def _plain(row: ExportRow) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(row).items()}
