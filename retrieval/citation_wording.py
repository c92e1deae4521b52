"""Parts of a citation in words that more than one of its forms has."""

from __future__ import annotations

from typing import Final

from retrieval.citing import Citation, fact_name, long_date
from retrieval.records import FindingName, Genre, House, Member

ABBREVIATIONS: Final = {House.COMMONS: "HC ", House.LORDS: "HL "}


def on_subject(citation: Citation) -> str:
    """Return ` on` and what the text is about; nothing where that is not known."""
    if citation.heading:
        return f" on {citation.heading}"
    # Quotation marks say that these are the question's words and not a heading.
    return f" on '{citation.question_opening}'" if citation.question_opening else ""


def of_session(citation: Citation) -> str:
    """Return the session in square brackets, or that it is not known."""
    return f"[of Session {citation.session}]" if citation.session else "[session not known]"


def corrected(citation: Citation) -> str:
    """Return, after a comma, that the text was corrected, and when; nothing where it was not."""
    if citation.corrected:
        return f", corrected on {long_date(citation.corrected)}"
    return ", corrected on a day not in the source" if FindingName.CORRECTED in citation.findings else ""


def in_hansard(citation: Citation) -> str:
    """Return `HC Deb 29 June 2005, col 1624W`, which OSCOLA 4 s 3.4.2 gives with the volume.

    Nothing where the column, the House or the day is not known.
    """
    if not (citation.hansard_column and citation.house and citation.answered):
        return ""
    return f"{ABBREVIATIONS[citation.house]}Deb {long_date(citation.answered)}, col {citation.hansard_column}"


def page(citation: Citation) -> str:
    """Return the official page and the day it was read, as OSCOLA gives an address; nothing where there is none."""
    # The day read belongs to the page: without its address it would date nothing.
    return f" <{citation.url}> accessed {long_date(citation.accessed)}" if citation.url else ""


def with_article(body: str) -> str:
    """Return the name of a body as a sentence has it: `the Home Office`, `HM Treasury`."""
    # "The National Archives" has its article; "HM Treasury" and "Women and Equalities" take none.
    bare = ("the ", "hm ", "women ")
    return body if body.lower().startswith(bare) else f"the {body}"


def lacking(citation: Citation, *names: str) -> str:
    """Name in brackets those of the facts that a form would say and the source does not give."""
    absent = [fact_name(name, citation.genre) for name in names if name in citation.missing]
    if {"tabled", "answered"} <= set(citation.missing):
        absent = ["dates" if fact == fact_name("answered", Genre.ANSWER) else fact for fact in absent]
    return f" ({', '.join(f'no {fact}' for fact in absent)} in the source)" if absent else ""


def missing(citation: Citation) -> str:
    """Name every fact that the source does not give."""
    return ", ".join(fact_name(name, citation.genre) for name in citation.missing)


def minister(citation: Citation) -> Member:
    """Return who answered or made the statement, with nothing known where nothing is."""
    return citation.minister or Member()
