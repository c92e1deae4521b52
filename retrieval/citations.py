"""Citations: the forms in which one can be written, and what a reader must be told beside it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from retrieval.citing import FACTS, Citation, cite, is_in_hansard, long_date
from retrieval.errors import QueryError
from retrieval.licences import OPEN_PARLIAMENT_LICENCE, Licence, licence_of
from retrieval.records import AnswerKind, FindingName, House, Member
from retrieval.references import Reference, bibtex, citation_key, csl_json, ris
from retrieval.sessions import session_on

__all__ = [
    "FACTS",
    "OPEN_PARLIAMENT_LICENCE",
    "Citation",
    "CitationStyle",
    "Licence",
    "cite",
    "licence_of",
    "long_date",
    "notes",
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


_ABBREVIATIONS: Final = {House.COMMONS: "HC ", House.LORDS: "HL "}
_KINDS: Final = {
    AnswerKind.SUBSTANTIVE: "Substantive answer",
    AnswerKind.HOLDING: "Holding answer, not a reply",
    AnswerKind.POINTER: "Answer that points to another",
    AnswerKind.PROROGATION: "No reply before prorogation or dissolution",
    AnswerKind.WILL_WRITE: "Promise to write, not a reply",
}
_WARNINGS: Final = {
    AnswerKind.HOLDING: "this is a holding answer: it promises a reply and does not give one",
    AnswerKind.POINTER: "this answer points to another and does not repeat it: cite the one it points to",
    AnswerKind.PROROGATION: "this is not a reply: there was none before prorogation or dissolution",
    AnswerKind.WILL_WRITE: "this answer promises to write: the reply itself is not in it",
}
_OURS: Final = "OSCOLA has no rule for written answers published with a UIN: this form is Despatch Box's own"
_HANSARD: Final = (
    "this answer was printed in Hansard, which OSCOLA 4 s 3.4.2 cites by volume and column: "
    "the source gives neither, so this form is Despatch Box's own"
)


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
    brackets at their end; without a UIN all three are the same sentence. A correction is in every style.
    """
    match style:
        case CitationStyle.BIBTEX:
            return bibtex(_reference(citation))
        case CitationStyle.RIS:
            return ris(_reference(citation))
        case CitationStyle.CSL_JSON:
            return csl_json(_reference(citation))
    if citation.uin is None:
        return _without_uin(citation)
    forms = {
        CitationStyle.HOUSE: _house_form,
        CitationStyle.MEMBER: _member_form,
        CitationStyle.OSCOLA: _oscola_form,
    }
    return forms[style](citation)


def notes(citation: Citation, style: CitationStyle) -> tuple[str, ...]:
    """Return what a reader must be told beside a citation in that style, most serious first.

    In this order, each only where it applies: the answer is no full reply; the form is Despatch Box's own;
    the session is not over; which passage is meant; what the source does not give; what was worked out and
    left out; credits.
    """
    session = session_on(citation.tabled) if citation.tabled else None
    names_session = style not in (CitationStyle.MEMBER, CitationStyle.OSCOLA)
    if style is CitationStyle.HOUSE and not citation.uin:
        names_session = False  # the form for answers without a UIN has no session in it
    said: list[str] = []
    if citation.kind in _WARNINGS:
        said.append(_WARNINGS[citation.kind])
    if style is CitationStyle.OSCOLA:
        said.append(_HANSARD if is_in_hansard(citation.house, _day(citation)) else _OURS)
    if session and names_session and not session.is_over:
        seen = long_date(session.last_day)
        said.append(f"session {session.name} was not over on {seen}: its name may change")
    if citation.paragraph is not None:
        said.append(f"the passage meant is number {citation.paragraph} of the answer, by Despatch Box's count")
    if citation.missing:
        said.append(f"not in the source: {_missing(citation)}")
    if citation.inferred:
        said.append(f"worked out, not given, and so left out: {'; '.join(citation.inferred)}")
    return (*said, *citation.licence.credits)


def _house_form(citation: Citation) -> str:
    session = f"[of Session {citation.session}]" if citation.session else "[session not known]"
    given = f" given on {long_date(citation.answered)}" if citation.answered else ""
    lacking = _lacking(citation, "heading", "answered")
    return f"{citation.uin} {session}{_on_subject(citation)}{given}{_corrected(citation)}{lacking}"


def _member_form(citation: Citation) -> str:
    answered = long_date(citation.answered) if citation.answered else None
    corrected = _corrected(citation)
    if citation.house is House.LORDS:
        by = f" by {_minister(citation).name}" if _minister(citation).name else ""
        on = f" on {answered}" if answered else ""
        lacking = _lacking(citation, "answered", "minister")
        return f"the Written Answer{by}{on} ({citation.uin}){corrected}{lacking}"
    of = f" of {answered}" if answered else ""
    lacking = _lacking(citation, "house", "heading", "answered")
    return f"the Answer{of} to Question {citation.uin}{_on_subject(citation)}{corrected}{lacking}"


def _oscola_form(citation: Citation) -> str:
    house = _ABBREVIATIONS[citation.house] if citation.house else ""
    answered = f", answered {long_date(citation.answered)}" if citation.answered else ""
    # The day read belongs to the page: without its address it would date nothing.
    page = f" <{citation.url}> accessed {long_date(citation.accessed)}" if citation.url else ""
    lacking = _lacking(citation, "house", "url", "answered")
    return f"{house}Written Question {citation.uin}{answered}{_corrected(citation)}{page}{lacking}"


def _without_uin(citation: Citation) -> str:
    body, minister = citation.answering_body, _minister(citation).name
    subject = citation.heading or citation.question_opening
    answered = [f"by {minister}"] if minister else []
    answered += [long_date(citation.answered)] if citation.answered else []
    parts = [
        f"Written Question to {_with_article(body)}" if body else "Written Question",
        f"'{subject}'" if subject else "",
        f"answered {', '.join(answered)}" if answered else "",
    ]
    lacking = _lacking(citation, "uin", "heading", "answered", "minister", "answering_body")
    return ", ".join(part for part in parts if part) + _corrected(citation) + lacking


def _on_subject(citation: Citation) -> str:
    if citation.heading:
        return f" on {citation.heading}"
    # Quotation marks say that these are the question's words and not a heading.
    return f" on '{citation.question_opening}'" if citation.question_opening else ""


def _corrected(citation: Citation) -> str:
    if citation.corrected:
        return f", corrected on {long_date(citation.corrected)}"
    return ", corrected on a day not in the source" if FindingName.CORRECTED in citation.findings else ""


def _lacking(citation: Citation, *names: str) -> str:
    """Name in brackets those of the facts that the form would say and the source does not give."""
    lacking = [FACTS[name] for name in names if name in citation.missing]
    if {"tabled", "answered"} <= set(citation.missing):
        lacking = ["dates" if fact == FACTS["answered"] else fact for fact in lacking]
    return f" ({', '.join(f'no {fact}' for fact in lacking)} in the source)" if lacking else ""


def _missing(citation: Citation) -> str:
    return ", ".join(FACTS[name] for name in citation.missing)


def _with_article(body: str) -> str:
    # "The National Archives" has its article; "HM Treasury" and "Women and Equalities" take none.
    bare = ("the ", "hm ", "women ")
    return body if body.lower().startswith(bare) else f"the {body}"


def _minister(citation: Citation) -> Member:
    return citation.minister or Member()


def _day(citation: Citation) -> date | None:
    return citation.answered or citation.tabled


def _reference(citation: Citation) -> Reference:
    fallback = f"Written question {citation.uin}" if citation.uin else "Written question"
    return Reference(
        key=citation_key(citation.key),
        title=citation.heading or citation.question_opening or fallback,
        author=_minister(citation).name,
        authority=citation.answering_body,
        publisher=f"House of {citation.house}" if citation.house else None,
        number=citation.uin,
        issued=citation.answered,
        submitted=citation.tabled,
        accessed=citation.accessed,
        url=citation.url,
        note=_note(citation),
    )


def _note(citation: Citation) -> str:
    """Say in one run of sentences what reference managers have no field for."""
    post, asker = _minister(citation).post, (citation.asker or Member()).name
    corrected = _corrected(citation).removeprefix(", ").replace("corrected", "Corrected", 1)
    facts = (
        _KINDS[citation.kind],
        corrected,
        f"Tabled {long_date(citation.tabled)}" if citation.tabled else "",
        f"Session {citation.session}" if citation.session else "",
        f"Asked by {asker}" if asker else "",
        f"Answered as {post}" if post else "",
        f"Passage {citation.paragraph} of the answer" if citation.paragraph is not None else "",
        f"Not in the source: {_missing(citation)}" if citation.missing else "",
        citation.licence.statement.removesuffix("."),
        *citation.licence.credits,
    )
    return " ".join(f"{fact}." for fact in facts if fact)
