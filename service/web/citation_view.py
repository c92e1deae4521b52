"""A citation as pages show and copy it: in the three forms in words, alone and below the words cited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from retrieval.citation_notes import serious_notes
from retrieval.citations import Citation, CitationStyle

STYLES: Final = {
    CitationStyle.HOUSE: "House form",
    CitationStyle.MEMBER: "Form for a Member",
    CitationStyle.OSCOLA: "OSCOLA form",
}
"""The forms in words, by what a reader calls them; the first is used unless the reader has chosen another."""


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """One form of a citation.

    Attributes:
        style: As the API calls it.
        label: As a reader calls it.
        text: The citation.
        quotation: The words cited in quotation marks, the citation and the address, to paste; empty without words.
    """

    style: str
    label: str
    text: str
    quotation: str


@dataclass(frozen=True, slots=True)
class CitationBlock:
    """A citation to read and to copy.

    Attributes:
        forms: The forms in words; at least one, the House's first.
        url: The official page; None where it is not known.
        notes: What a reader must know beside it.
        attachment_url: The file that holds the words cited, where they are not in the answer itself.
    """

    forms: tuple[WrittenForm, ...]
    url: str | None
    notes: tuple[str, ...] = ()
    attachment_url: str | None = None


def citation_block_of(
    citation: Citation, written: Mapping[str, str], *, passage: str = "", notes: tuple[str, ...] = ()
) -> CitationBlock:
    """Return a citation for a page.

    Args:
        citation: The facts.
        written: Its forms, by style.
        passage: The words cited, word for word; empty for a whole answer.
        notes: What must be known beside it.
    """
    forms = tuple(
        WrittenForm(str(style), label, written[style], _quotation(passage, written[style], citation) if passage else "")
        for style, label in STYLES.items()
        if style in written
    )
    return CitationBlock(forms, citation.url, notes, citation.attachment.url if citation.attachment else None)


def _quotation(passage: str, cited: str, citation: Citation) -> str:
    # Who pastes the words of a holding answer, or of a file of unknown rights, pastes that as well.
    telling = serious_notes(replace(citation, corrected_by=None, earlier_government=None))
    url = citation.url if citation.url and citation.url not in cited else ""
    lines = [f"\u201c{passage}\u201d", "", cited, url, *(f"Note: {note}." for note in telling)]
    return "\n".join(line for place, line in enumerate(lines) if line or place == 1)
