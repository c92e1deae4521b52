"""Addresses of written questions and statements on Parliament's own sites, and what they tell of the paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from retrieval.records import Genre, House


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """What the address of a paper's page tells. Primary key: `genre`, `uin` and `day`.

    Attributes:
        genre: Answer or statement.
        house: As its UIN tells, or the address itself; None for a bare number in an address of today.
        uin: In upper case.
        day: The day on which the question was tabled, or the statement made; None for no real day.
    """

    genre: Genre
    house: House | None
    uin: str
    day: date | None


# Today's site, and the one before it, whose addresses stand in older answers:
# parliament.uk/business/publications/written-questions-answers-statements/written-question/Commons/2016-04-27/35759
_PAGE = re.compile(
    r"https?://(?:questions-statements\.parliament\.uk/written-(question|statement)s/detail"
    r"|(?:www\.)?parliament\.uk/business/publications/written-questions-answers-statements"
    r"/written-(question|statement)/(Commons|Lords))"
    r"/(\d{4}-\d{2}-\d{2})/([A-Za-z]{0,4}\d{1,6})(?![A-Za-z0-9])",
    re.IGNORECASE | re.ASCII,
)
_HOUSES = {"HL": House.LORDS, "HLWS": House.LORDS, "HCWS": House.COMMONS}


def official_page(url: str) -> OfficialPage | None:
    """Return what `url` tells of the question or statement it leads to; None for any other address."""
    match = _PAGE.match(url)
    if not match:
        return None
    uin = match[5].upper()
    house = House(match[3].capitalize()) if match[3] else house_of_uin(uin)
    is_statement = (match[1] or match[2]).lower() == "statement"
    try:
        day = date.fromisoformat(match[4])
    except ValueError:
        day = None
    return OfficialPage(Genre.STATEMENT if is_statement else Genre.ANSWER, house, uin, day)


def pages_written_out(text: str) -> tuple[tuple[int, int], ...]:
    """Return where addresses of official pages stand in the words of `text`."""
    return tuple(match.span() for match in _PAGE.finditer(text))


def house_of_uin(uin: str) -> House | None:
    """Return the House that the letters of a UIN tell; None for a bare number, as the Commons' questions have."""
    return _HOUSES.get(uin.rstrip("0123456789").upper())
