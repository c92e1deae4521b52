"""What the ids, addresses and numbers in parlparse's files say of a paper: its House, its UIN and its days.

Verified in the programs that write these files (mysociety/parlparse, and those before them):

- Answers in Hansard (Commons to October 2014, Lords to January 2015): `id` is `uk.org.publicwhip/wrans/`, the day
  of the Hansard (sometimes with a letter for the scrape) and a number or a column; `url` leads to
  publications.parliament.uk, `/pa/cm...` for the Commons and `/pa/ld...` for the Lords; `colnum` is the column.
- Since then: `id` has the day **tabled** and the UIN, in both Houses alike; `url` is the official page, with the
  same two. The day of the answer is in the file's name alone, and that day is the correction's where the file
  was made for a correction.
- Statements: `id` is `uk.org.publicwhip/wms/` and the day the statement was made, in every period.

A question's number in Hansard is the Table Office's, the same that the database called UIN when it began
(mysociety/theyworkforyou, issue 564: 200739 in Hansard of 3 July 2014 is UIN 200739, tabled on 16 June 2014). So it is
kept as the UIN; with no day tabled beside it, no address of an official page can be made from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from retrieval.errors import MalformedRecord
from retrieval.records import House
from retrieval.sources.page_days import real_day
from retrieval.sources.uin import paper_numbered

_ID = re.compile(r"uk\.org\.publicwhip/(?:lords)?(?:wrans|wms)/(?P<day>\d{4}-\d{2}-\d{2})[a-z]*\..+")
_OFFICIAL = re.compile(
    r"https?://(?:questions-statements\.parliament\.uk/written-(?:questions|statements)/detail"
    r"|www\.parliament\.uk/business/publications/written-questions-answers-statements"
    r"/written-(?:question|statement)/(?P<house>Commons|Lords))"
    r"/(?P<day>\d{4}-\d{2}-\d{2})/(?P<uin>[A-Za-z0-9]+)/?"
)
_HANSARD = re.compile(r"https?://www\.publications\.parliament\.uk/pa/(?P<house>cm|ld)\d", re.IGNORECASE)
_FILE = re.compile(r"(?P<kind>answers|lordswrans|ministerial|lordswms)(?P<day>\d{4}-\d{2}-\d{2})[a-z]*\.xml(?:\.gz)?")
# An R after the number in Hansard marks a question whose asker declared an interest.
_NUMBER = re.compile(r"(?P<uin>(?:HL)?[0-9]+|H[CL]WS[0-9]+)(?P<interest>R?)", re.IGNORECASE)
_NO_NUMBER = "0"
# Written answers have columns such as 1624W, in the Lords WA27; 0 stands where parlparse had none.
_COLUMN = re.compile(r"(?!0\b)(?:[A-Z]{1,3})?\d{1,5}[A-Z]{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PaperIds:
    """What an element says of its paper. None is not said.

    Attributes:
        house: The House.
        uin: The number, in capitals as Parliament writes it.
        day: The day in the id: tabled or answered (or made, of a statement).
        in_hansard: Whether it was printed in Hansard; None where nothing tells, and `day` may then be either.
        has_interest: True where Hansard marks a declared interest.
        column: Column of Hansard, such as `1624W`.
    """

    house: House | None
    uin: str | None
    day: date | None
    in_hansard: bool | None
    has_interest: bool | None = None
    column: str | None = None

    @property
    def tabled(self) -> date | None:
        """The day the question was tabled; Hansard does not give it."""
        return self.day if self.in_hansard is False else None

    @property
    def answered(self) -> date | None:
        """The day the question was answered; only Hansard gives it."""
        return self.day if self.in_hansard else None


def ids_of(attributes: Mapping[str, str], number: str | None) -> PaperIds:
    """Return what an element says of its paper.

    Args:
        attributes: Of `ques` or `speech`.
        number: The question number of its paragraph (`qnum`); None for a statement, whose address has it.

    Raises:
        MalformedRecord: If two of the things said contradict each other, or one is malformed; its path is the
            name of the attribute.
    """
    told = _ID.fullmatch(attributes.get("id", ""))
    url = "".join(attributes.get("url", "").split())  # long addresses are broken over lines
    official, hansard = _OFFICIAL.match(url), _HANSARD.match(url)
    uin, interest = _number(number)
    days = {_day("id", told["day"])} if told else set()
    houses = set()
    if official:
        days.add(_day("url", official["day"]))
        if uin and uin != official["uin"].upper():
            raise MalformedRecord("qnum", f"is {number!r}, but the address is of {official['uin']!r}")
        uin = official["uin"].upper()
        paper = paper_numbered(uin)
        houses = {House(official["house"])} if official["house"] else {paper[1]} if paper else set()
    if hansard:
        houses.add(House.COMMONS if hansard["house"].lower() == "cm" else House.LORDS)
    if uin and not uin.isdigit() and (lettered := paper_numbered(uin)):
        houses.add(lettered[1])
    if len(days) > 1:
        raise MalformedRecord("id", f"has the day {told['day'] if told else None}, but the address another: {url!r}")
    if len(houses) > 1:
        raise MalformedRecord("url", f"is of one House and the number {uin!r} of the other: {url!r}")
    in_hansard = False if official else (True if hansard or "colnum" in attributes else None)
    column = _COLUMN.fullmatch(attributes.get("colnum", "")) if in_hansard else None
    return PaperIds(
        next(iter(houses), None), uin, next(iter(days), None), in_hansard, interest, column[0] if column else None
    )


def file_house_and_day(name: str) -> tuple[House | None, date | None]:
    """Return what the name of a file says: its House and its day; None for each where it is named otherwise.

    Args:
        name: The file's name or path, such as `lordswrans2015-02-04.xml`.
    """
    match = _FILE.fullmatch(PurePosixPath(name).name)
    if match is None:
        return None, None
    return House.LORDS if match["kind"].startswith("lords") else House.COMMONS, real_day(match["day"])


def _number(number: str | None) -> tuple[str | None, bool | None]:
    """Return the number in capitals, and whether an interest is marked; parlparse writes 0 where Hansard has none."""
    if number is None or number == _NO_NUMBER:
        return None, None
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise MalformedRecord("qnum", f"is {number!r}, and a question's number is digits, in the Lords after HL")
    return match["uin"].upper(), True if match["interest"] else None


def _day(field: str, text: str) -> date:
    day = real_day(text)
    if day is None:
        raise MalformedRecord(field, f"has the day {text!r}, which is not in the calendar")
    return day
