"""The forms in words in which a written statement is cited."""

from __future__ import annotations

from retrieval.citation_wording import (
    ABBREVIATIONS,
    corrected,
    in_hansard,
    lacking,
    minister,
    of_session,
    on_subject,
    page,
    with_article,
)
from retrieval.citing import Citation, long_date
from retrieval.records import House


def house_form(citation: Citation) -> str:
    """Return `HCWS123 [of Session 2023-24] on Rivers made on 5 March 2024`, after the House's form for answers."""
    made = f" made on {long_date(citation.answered)}" if citation.answered else ""
    rest = f"{made}{corrected(citation)}{lacking(citation, 'heading', 'answered')}"
    return f"{citation.uin} {of_session(citation)}{on_subject(citation)}{rest}"


def member_form(citation: Citation) -> str:
    """Return `the Written Statement of 5 March 2024 on Rivers (HCWS123)`; in the Lords it names who made it."""
    made = long_date(citation.answered) if citation.answered else None
    number = f" ({citation.uin}){corrected(citation)}"
    if citation.house is House.LORDS:
        by = f" by {minister(citation).name}" if minister(citation).name else ""
        on = f" on {made}" if made else ""
        return f"the Written Statement{by}{on}{number}{lacking(citation, 'answered', 'minister')}"
    of = f" of {made}" if made else ""
    return f"the Written Statement{of}{on_subject(citation)}{number}{lacking(citation, 'house', 'heading', 'answered')}"


def oscola_form(citation: Citation) -> str:
    """Return `HC Written Statement HCWS123, made 5 March 2024 <URL> accessed 21 November 2026`: a form of our own.

    Where the column of Hansard is known, `HC Deb 14 March 2006, col 83WS`, which needs no UIN.
    """
    if printed := in_hansard(citation):
        return f"{printed}{corrected(citation)} (no volume in the source)"
    house = ABBREVIATIONS[citation.house] if citation.house else ""
    made = f", made {long_date(citation.answered)}" if citation.answered else ""
    rest = f"{made}{corrected(citation)}{page(citation)}{lacking(citation, 'house', 'url', 'answered')}"
    return f"{house}Written Statement {citation.uin}{rest}"


def without_uin(citation: Citation) -> str:
    """Return the sentence that stands for every form where there is no UIN."""
    body, name = citation.answering_body, minister(citation).name
    made = [f"by {name}"] if name else []
    made += [long_date(citation.answered)] if citation.answered else []
    parts = (
        f"Written Statement from {with_article(body)}" if body else "Written Statement",
        f"'{citation.heading}'" if citation.heading else "",
        f"made {', '.join(made)}" if made else "",
    )
    absent = lacking(citation, "uin", "heading", "answered", "minister", "answering_body")
    return ", ".join(part for part in parts if part) + corrected(citation) + absent
