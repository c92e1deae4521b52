"""Citations: the forms in which one can be written, and what a reader must be told beside it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from retrieval import answer_forms, statement_forms
from retrieval.citation_notes import (
    in_attachment,
    oscola_note,
    reference_note,
    serious_notes,
    session_notes,
    source_notes,
)
from retrieval.citation_wording import in_hansard, minister
from retrieval.citing import FACTS, Citation, CitedAttachment, cite, fact_name, long_date
from retrieval.errors import QueryError
from retrieval.licences import OPEN_PARLIAMENT_LICENCE, Licence, licence_of
from retrieval.records import Genre
from retrieval.references import Reference, bibtex, citation_key, csl_json, ris

__all__ = [
    "FACTS",
    "OPEN_PARLIAMENT_LICENCE",
    "Citation",
    "CitationStyle",
    "CitedAttachment",
    "Licence",
    "cite",
    "fact_name",
    "licence_of",
    "long_date",
    "notes",
    "reference_of",
    "style_named",
    "written",
]


class CitationStyle(StrEnum):
    """A form in which a citation can be written."""

    HOUSE = "house"
    MEMBER = "member"
    OSCOLA = "oscola"
    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"


_ANSWER_FORMS: Final = {
    CitationStyle.HOUSE: answer_forms.house_form,
    CitationStyle.MEMBER: answer_forms.member_form,
    CitationStyle.OSCOLA: answer_forms.oscola_form,
}
_STATEMENT_FORMS: Final = {
    CitationStyle.HOUSE: statement_forms.house_form,
    CitationStyle.MEMBER: statement_forms.member_form,
    CitationStyle.OSCOLA: statement_forms.oscola_form,
}


def style_named(name: str) -> CitationStyle:
    """Return the style of that name, in any case.

    Raises:
        QueryError: If there is none; the message lists those there are.
    """
    try:
        return CitationStyle(name.strip().lower())
    except ValueError as error:
        known = ", ".join(CitationStyle)
        raise QueryError("style", f"{name!r} is not a style of citation: use one of {known}") from error


def written(citation: Citation, style: CitationStyle) -> str:
    """Return a citation in a style, ready to paste; `notes` says what must be known beside it.

    The three forms in words are one line. What they would say and the source does not give is named in
    brackets at their end; without a UIN all three are the same sentence, save where OSCOLA's form is that of a
    column of Hansard. A correction is in every style, and so is an attachment that holds the passage.
    """
    match style:
        case CitationStyle.BIBTEX:
            return bibtex(reference_of(citation))
        case CitationStyle.RIS:
            return ris(reference_of(citation))
        case CitationStyle.CSL_JSON:
            return csl_json([reference_of(citation)])
    return ", ".join(filter(None, (_in_words(citation, style), in_attachment(citation))))


def _in_words(citation: Citation, style: CitationStyle) -> str:
    is_statement = citation.genre is Genre.STATEMENT
    if citation.uin is None and not (style is CitationStyle.OSCOLA and in_hansard(citation)):
        return statement_forms.without_uin(citation) if is_statement else answer_forms.without_uin(citation)
    return (_STATEMENT_FORMS if is_statement else _ANSWER_FORMS)[style](citation)


def notes(citation: Citation, style: CitationStyle) -> tuple[str, ...]:
    """Return what a reader must be told beside a citation in that style, most serious first.

    In this order, each only where it applies: the passage is in an attachment; the answer is no full reply; who
    corrected it; it was given under an earlier government; the form is Despatch Box's own; the session is not over;
    which passage is meant; what the source does not give; what the member register gave instead; what was worked
    out and left out; credits.
    """
    names_session = style not in (CitationStyle.MEMBER, CitationStyle.OSCOLA)
    if style is CitationStyle.HOUSE and not citation.uin:
        names_session = False  # the form without a UIN has no session in it
    return (
        *serious_notes(citation),
        *((oscola_note(citation),) if style is CitationStyle.OSCOLA else ()),
        *(session_notes(citation) if names_session else ()),
        *source_notes(citation),
        *citation.licence.credits,
    )


def reference_of(citation: Citation) -> Reference:
    """Return what a reference manager is told: its key is the answer's, with the passage where one is meant."""
    passage = f"-p{citation.paragraph}" if citation.paragraph is not None else ""
    paper = "Written statement" if citation.genre is Genre.STATEMENT else "Written question"
    fallback = f"{paper} {citation.uin}" if citation.uin else paper
    return Reference(
        key=citation_key(citation.key + passage),
        paper=paper,
        title=citation.heading or citation.question_opening or fallback,
        author=minister(citation).name,
        authority=citation.answering_body,
        publisher=f"House of {citation.house}" if citation.house else None,
        number=citation.uin,
        issued=citation.answered,
        submitted=citation.tabled,
        accessed=citation.accessed,
        url=citation.url,
        note=reference_note(citation),
    )
