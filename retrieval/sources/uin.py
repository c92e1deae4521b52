"""What the letters of a UIN say of a paper: its genre and its House."""

from __future__ import annotations

import re

from retrieval.errors import MalformedRecord
from retrieval.records import Genre, House

# As Parliament's API and its site number papers: 194793, HL8422, HCWS19 and HLWS20.
_PAPERS = {
    "": (Genre.ANSWER, House.COMMONS),
    "HL": (Genre.ANSWER, House.LORDS),
    "HCWS": (Genre.STATEMENT, House.COMMONS),
    "HLWS": (Genre.STATEMENT, House.LORDS),
}
_FORM = re.compile(r"(?P<letters>(?:HL|H[CL]WS)?)[0-9]+", re.IGNORECASE)


def paper_numbered(uin: str) -> tuple[Genre, House] | None:
    """Return genre and House of the paper of that number; None for a number in another form."""
    match = _FORM.fullmatch(uin)
    return _PAPERS[match["letters"].upper()] if match else None


def house_of_paper(uin: str | None, genre: Genre, given: House | None, by_wording: House | None = None) -> House | None:
    """Return the House that a paper is of.

    Args:
        uin: Its number; None is not known.
        genre: Its genre.
        given: The House that its source names.
        by_wording: The House that its opening words belong to.

    Returns:
        The House given; else the one of its number or its words. None where these two differ, as either can be
        wrong: a number may have lost its letters.

    Raises:
        MalformedRecord: If the number is one of another genre, or of the House that was not given; its path is the
            field of the number.
    """
    paper = paper_numbered(uin) if uin else None
    if paper is None:
        return given or by_wording
    numbered_genre, numbered_house = paper
    if numbered_genre is not genre:
        reason = f"is {uin}, the number of one {numbered_genre.value}, but this is one {genre.value}"
        raise MalformedRecord("uin", f"{reason}: put one of them right")
    if given and given is not numbered_house:
        reason = f"is {uin}, a number of the {numbered_house.value}, but the house is {given.value}"
        raise MalformedRecord("uin", f"{reason}: put one of them right")
    return given or (numbered_house if by_wording in (None, numbered_house) else None)
