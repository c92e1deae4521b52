"""The forms in words in which an answer is cited."""

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
    """Return the House's own form: `225322 [of Session 2014-15] on Spirits given on 3 March 2015`."""
    given = f" given on {long_date(citation.answered)}" if citation.answered else ""
    rest = f"{given}{corrected(citation)}{lacking(citation, 'heading', 'answered')}"
    return f"{citation.uin} {of_session(citation)}{on_subject(citation)}{rest}"


def member_form(citation: Citation) -> str:
    """Return what a Member pastes into a question: `the Answer of 25 July 2023 to Question 194793 on Spirits`.

    In the Lords it is `the Written Answer by Lord X on 11 May 2026 (HL1234)`.
    """
    answered = long_date(citation.answered) if citation.answered else None
    if citation.house is House.LORDS:
        by = f" by {minister(citation).name}" if minister(citation).name else ""
        on = f" on {answered}" if answered else ""
        rest = f"{corrected(citation)}{lacking(citation, 'answered', 'minister')}"
        return f"the Written Answer{by}{on} ({citation.uin}){rest}"
    of = f" of {answered}" if answered else ""
    rest = f"{on_subject(citation)}{corrected(citation)}{lacking(citation, 'house', 'heading', 'answered')}"
    return f"the Answer{of} to Question {citation.uin}{rest}"


def oscola_form(citation: Citation) -> str:
    """Return `HC Written Question 194793, answered 25 July 2023 <URL> accessed 21 November 2026`: our own form.

    Where the column of Hansard is known, `HC Deb 29 June 2005, col 1624W`, which needs no UIN.
    """
    if printed := in_hansard(citation):
        return f"{printed}{corrected(citation)} (no volume in the source)"
    house = ABBREVIATIONS[citation.house] if citation.house else ""
    answered = f", answered {long_date(citation.answered)}" if citation.answered else ""
    rest = f"{answered}{corrected(citation)}{page(citation)}{lacking(citation, 'house', 'url', 'answered')}"
    return f"{house}Written Question {citation.uin}{rest}"


def without_uin(citation: Citation) -> str:
    """Return the sentence that stands for every form where there is no UIN."""
    body, name = citation.answering_body, minister(citation).name
    subject = citation.heading or citation.question_opening
    answered = [f"by {name}"] if name else []
    answered += [long_date(citation.answered)] if citation.answered else []
    parts = (
        f"Written Question to {with_article(body)}" if body else "Written Question",
        f"'{subject}'" if subject else "",
        f"answered {', '.join(answered)}" if answered else "",
    )
    absent = lacking(citation, "uin", "heading", "answered", "minister", "answering_body")
    return ", ".join(part for part in parts if part) + corrected(citation) + absent
