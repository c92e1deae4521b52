"""Reads saved pages of a website that republishes written questions: one question or a list of many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Block, BlockKind, Member, Provenance, Record, folded
from retrieval.sources.documents import Document
from retrieval.sources.reader import Received, house_from_wording

MAX_PAGE_BYTES = 1 << 24
# What the site shows while it loads more. It may be glued to the line after it, and is never anyone's words.
SPINNER = "Reticulating Splines"

_FURNITURE = (SPINNER, "- View Source")
_ASKED_ON = re.compile(r"\(asked on (?P<day>[^)]+)\)(?:\s*-\s*View Source)?")
_ASKED_BY = re.compile(r"Asked by:\s*(?P<who>.*)")
_QUESTION_TO = re.compile(r"Question to (?:the )?(?P<body>\S.*?)\s*:")
_ANSWERED_BY = re.compile(r"Answered by(?:\s+(?P<name>\S.*?) - (?P<post>.+))?")
_ANSWERED_ON = re.compile(r"This question was answered on (?P<day>.+)")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Z][a-z]+) (\d{4})", re.ASCII)
# Written out, as the names in the standard library follow the locale.
_MONTHS = ("January February March April May June July August September October November December").split()
_ASKER = re.compile(r"(?P<name>[^()]*[^()\s])(?:\s*\((?P<rest>.+)\))?")


class _Line(NamedTuple):
    """A line with words: its number from 1, and its text as it stands."""

    number: int
    text: str

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.fullmatch(folded(self.text))


class SavedPage:
    """The reader of saved pages, as text.

    Args:
        max_bytes: A longer document is refused.
    """

    name = "saved-page"

    def __init__(self, max_bytes: int = MAX_PAGE_BYTES) -> None:
        self._max_bytes = max_bytes

    def recognises(self, document: Document) -> bool:
        """Say whether `document` has the lines that stand around a question on these pages."""
        lines = _lines(document.head.decode("utf-8", "replace"))
        marks = (_ASKED_ON, _ASKED_BY, _ANSWERED_BY)
        return any(line.match(_QUESTION_TO) for line in lines) and any(
            line.match(mark) for line in lines for mark in marks
        )

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield each question of the page with its answer, by the line it starts on.

        Raises:
            SourceError: If the page breaks off, or is too large to be one.
        """
        with document.open() as stream:
            data = stream.read(self._max_bytes + 1)
        if len(data) > self._max_bytes:
            limit = f"{self._max_bytes:,} bytes"
            raise SourceError(document.path, f"is larger than {limit}, and no saved page is: give its parts")
        try:
            lines = _lines(data.decode())
        except UnicodeDecodeError as error:
            number = data.count(b"\n", 0, error.start) + 1
            reason = f"is not UTF-8 text (byte {data[error.start]:#04x}): save the source as UTF-8"
            yield MalformedRecord(document.path, reason, number)
            return
        starts = list(_starts(lines))
        first = starts[0] if starts else len(lines)
        for line in lines[:first]:
            if line.match(_QUESTION_TO):
                reason = "the lines above the question (who asked, or when) are missing: save the page again"
                yield MalformedRecord(document.path, reason, line.number)
        for start, end in pairwise([*starts, len(lines)]):
            place = Provenance(self.name, document.path, lines[start].number, read_on)
            yield Received(self.name, _joined(lines[start:end]).encode(), place)

    def parse(self, received: Received) -> Record:
        """Return the record that `received` holds.

        Raises:
            MalformedRecord: If a part of the page is missing, or two questions have run together.
        """
        place = received.provenance
        try:
            lines = _lines(received.raw.decode())
            if not lines:
                raise MalformedRecord(place.source, "is empty", place.place)
            return _record(lines, place)
        except UnicodeDecodeError as error:
            raise MalformedRecord(place.source, "is not UTF-8 text", place.place) from error
        except _PartError as error:
            raise MalformedRecord(place.source, error.reason, place.place + error.line.number - 1) from error

    def api_id(self, received: Received) -> int | None:
        """Return None: a saved page gives no ids."""
        return None


class _PartError(Exception):
    """A part is missing or broken; the line is counted from the start of the question."""

    def __init__(self, line: _Line, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = f"{reason}: save the page again, whole"


def _lines(text: str) -> list[_Line]:
    """Return the lines that have words; the spinner is always a line of its own."""
    return [
        _Line(number, part)
        for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1)
        for part in re.split(f"({SPINNER})", line)
        if part.strip()
    ]


def _joined(lines: Sequence[_Line]) -> str:
    """Return the text that `lines` were, with its empty lines, so that numbers count on from the first."""
    text, number = "", lines[0].number
    for line in lines:
        text += "\n" * (line.number - number) + line.text
        number = line.number
    return text


def _starts(lines: Sequence[_Line]) -> Iterator[int]:
    """Yield the place in `lines` where each question starts: its heading if it has one, else its asker."""
    in_head = False
    for place, line in enumerate(lines):
        if line.match(_QUESTION_TO):
            in_head = False
        elif not in_head and (line.match(_ASKED_ON) or line.match(_ASKED_BY)):
            in_head = True
            has_heading = line.match(_ASKED_ON) and place and lines[place - 1].text != SPINNER
            yield place - 1 if has_heading else place


def _record(lines: Sequence[_Line], place: Provenance) -> Record:
    by = _only(lines, _ANSWERED_BY, "Answered by ...")
    lines = [line for line in lines[:by] if folded(line.text) not in _FURNITURE] + list(lines[by:])
    to = _only(lines, _QUESTION_TO, "Question to ...:")
    by = _only(lines, _ANSWERED_BY, "Answered by ...")
    head, question = lines[:to], lines[to + 1 : by]
    heading, tabled, asker = _head(head, lines[to])
    if not question:
        raise _PartError(lines[to], "the question's words are missing")
    answerer, answered, begin = _answerer(lines, by)
    text = folded(" ".join(line.text for line in question))
    house = house_from_wording(text)
    body = lines[to].match(_QUESTION_TO)
    return Record(
        provenance=place,
        question=text,
        answer=_answer(lines[begin:], lines[begin - 1]),
        house=house,
        heading=heading,
        asker=asker,
        answerer=answerer,
        answering_body=body["body"] if body else None,
        tabled=tabled,
        answered=answered,
        inferred=("house",) if house else (),
    )


def _only(lines: Sequence[_Line], mark: re.Pattern[str], name: str) -> int:
    places = [place for place, line in enumerate(lines) if line.match(mark)]
    if not places:
        raise _PartError(lines[0], f"the line {name!r} is missing")
    if len(places) > 1:
        raise _PartError(lines[places[1]], f"a second line {name!r} stands in one question")
    return places[0]


def _head(lines: Sequence[_Line], after: _Line) -> tuple[str | None, date | None, Member | None]:
    """Return heading, day tabled and asker from the lines above `after`."""
    heading = tabled = asker = None
    for place, line in enumerate(lines):
        if on := line.match(_ASKED_ON):
            tabled = _day(line, on["day"])
        elif by := line.match(_ASKED_BY):
            asker = _asker(line, by["who"])
        elif place == 0:
            heading = folded(line.text)
        else:
            raise _PartError(line, f"{folded(line.text)[:40]!r} stands where only the asker or a date should")
    if tabled and not heading and not asker:
        raise _PartError(lines[0], "the heading is missing")
    if not tabled and not asker:
        raise _PartError(after, "both who asked and when are missing")
    return heading, tabled, asker


def _asker(line: _Line, who: str) -> Member:
    match = _ASKER.fullmatch(who)
    if match is None:
        raise _PartError(line, f"the asker {who!r} is not a name with party and seat")
    # A party may have a hyphen or brackets of its own; the last spaced hyphen comes before the seat.
    party, _, seat = (match["rest"] or "").rpartition(" - ")
    if match["rest"] and not party:
        party, seat = seat, ""
    return Member(name=match["name"], party=party.strip() or None, seat=seat.strip() or None)


def _answerer(lines: Sequence[_Line], by: int) -> tuple[Member, date | None, int]:
    """Return who answered, when, and the place in `lines` where the answer begins."""
    on = next((place for place in range(by + 1, len(lines)) if lines[place].match(_ANSWERED_ON)), None)
    match = lines[by].match(_ANSWERED_BY)
    if match and match["name"]:
        dated = on == by + 1
        answered = _answered(lines[on]) if dated and on is not None else None
        return Member(name=match["name"], post=match["post"]), answered, by + 1 + dated
    if on is None:
        raise _PartError(lines[by], "the line 'This question was answered on ...' is missing")
    said = [folded(line.text) for line in lines[by + 1 : on]]
    if len(said) > 1 and said[0] == f"{said[1]} Portrait":
        del said[0]
    if len(said) != 2:
        raise _PartError(lines[by], "the name and the post of who answered are not both there")
    return Member(name=said[0], post=said[1]), _answered(lines[on]), on + 1


def _answered(line: _Line) -> date | None:
    match = line.match(_ANSWERED_ON)
    return _day(line, match["day"]) if match else None


def _day(line: _Line, text: str) -> date:
    match = _DAY.fullmatch(text)
    if match and match[2] in _MONTHS:
        try:
            return date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
        except ValueError:  # 31st February
            pass
    raise _PartError(line, f"{text!r} is not a day such as '5th February 2026'")


def _answer(lines: Sequence[_Line], before: _Line) -> tuple[Block, ...]:
    """Return a paragraph for each line up to the spinner; what follows that is the page's own."""
    blocks: list[Block] = []
    for line in lines:
        if line.text == SPINNER:
            break
        blocks.append(Block(BlockKind.PARAGRAPH, folded(line.text)))
    if not blocks:
        raise _PartError(before, "the answer is missing")
    return tuple(blocks)
