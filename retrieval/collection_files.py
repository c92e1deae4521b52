"""A collection as a file: for Word, for a text editor, for a reference manager or for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

from retrieval.bibliography import reference_file
from retrieval.citations import CitationStyle, reference_of, written
from retrieval.collected import CollectedItem, Collection, StandingPassage
from retrieval.collection_page import as_html
from retrieval.collection_plain import as_markdown, as_text
from retrieval.collection_words import quoted
from retrieval.records import Member
from retrieval.references import Reference
from retrieval.spreadsheet import cell, csv_line

_BYTE_ORDER_MARK: Final = "\ufeff"
_RIGHTS: Final = "The rights in the text of attachments are not known."


class CollectionFormat(StrEnum):
    """How a collection is written.

    `html`: plain and semantic, to open in a browser and to paste into Word. `markdown`: CommonMark. `text`: plain text.
    `bibtex`, `ris` and `csl-json`: for reference managers, with the passage as abstract. `csv`: RFC 4180, with a byte
    order mark, without which Excel takes UTF-8 for another encoding.
    """

    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    CSV = "csv"

    @property
    def is_of_references(self) -> bool:
        """Whether only what can be cited has a place in it."""
        return self in _REFERENCES


_REFERENCES: Final = {
    CollectionFormat.BIBTEX: CitationStyle.BIBTEX,
    CollectionFormat.RIS: CitationStyle.RIS,
    CollectionFormat.CSL_JSON: CitationStyle.CSL_JSON,
}

COLUMNS: Final = (
    *("number", "key", "passage", "text", "citation", "note", "added", "state", "remarks", "text_when_added"),
    *("context", "attachment", "genre", "house", "uin", "session", "heading", "question", "asker", "minister", "post"),
    *("answering_body", "tabled", "answered", "corrected", "kind", "findings", "url", "accessed", "licence"),
)
"""The columns of CSV, in order."""


def collection_file(
    collection: Collection, form: CollectionFormat, style: CitationStyle = CitationStyle.HOUSE, *, made: date
) -> str:
    """Return a collection as a file; every passage in it has its citation, and the licence is in it.

    Where an answer is gone, the words and the citation that were kept are in the file, and said not to be checked; but
    not in a file for a reference manager, which has no way to tell that of an entry.

    Args:
        collection: The passages, in the order of the file.
        form: How it is written.
        style: Of the citations in words: one of `house`, `member` and `oscola`.
        made: The day on which it is made, which it tells.

    Returns:
        Text to be kept in UTF-8. CSV begins with a byte order mark.
    """
    if form.is_of_references:
        references = (_reference(item, item.now) for item in collection.items if item.now)
        return reference_file(references, _REFERENCES[form])
    match form:
        case CollectionFormat.HTML:
            return as_html(collection, style, made)
        case CollectionFormat.MARKDOWN:
            return as_markdown(collection, style, made)
        case CollectionFormat.TEXT:
            return as_text(collection, style, made)
    return _BYTE_ORDER_MARK + "".join(_rows(collection, style))


def _reference(item: CollectedItem, now: StandingPassage) -> Reference:
    reference = reference_of(now.citation)
    note = " ".join([reference.note, *item.remarks])
    return replace(reference, note=note, abstract=quoted(item), annotation=item.kept.note or None)


def _rows(collection: Collection, style: CitationStyle) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for number, item in enumerate(collection.items, start=1):
        facts = _facts(item.now, style) if item.now else _facts_of_gone(item)
        kept = item.kept
        row = {
            "number": number,
            "note": kept.note,
            "added": kept.added,
            "state": item.state.value,
            "remarks": " ".join(item.remarks),
            "text_when_added": kept.text,
            **facts,
        }
        yield csv_line(cell(row.get(name)) for name in COLUMNS)


def _facts_of_gone(item: CollectedItem) -> dict[str, object]:
    # What was kept is in the column of what was kept: that of the text holds only what is in the corpus.
    return {"key": item.kept.key, "passage": item.kept.ordinal, "citation": item.kept.citation}


def _facts(now: StandingPassage, style: CitationStyle) -> dict[str, object]:
    citation = now.citation
    minister, asker = citation.minister or Member(), citation.asker or Member()
    licence = " ".join([citation.licence.statement, *(f"Source: {one}." for one in citation.licence.credits)])
    return {
        "key": now.key,
        "passage": now.ordinal,
        "text": now.text,
        "citation": written(citation, style),
        "context": now.context,
        "attachment": now.attachment.title if now.attachment else None,
        "genre": now.genre.value,
        "house": citation.house,
        "uin": citation.uin,
        "session": citation.session,
        "heading": citation.heading,
        "question": now.question,
        "asker": asker.name,
        "minister": minister.name,
        "post": minister.post,
        "answering_body": citation.answering_body,
        "tabled": citation.tabled,
        "answered": citation.answered,
        "corrected": citation.corrected,
        "kind": now.kind.value,
        "findings": tuple(finding.value for finding in now.findings),
        "url": citation.url,
        "accessed": citation.accessed,
        "licence": _RIGHTS if now.attachment else licence,
    }
