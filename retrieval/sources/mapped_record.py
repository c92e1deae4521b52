"""One row of a user's table in the fields that tables have, and the record made of it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from retrieval.errors import ClippedRecord, MalformedRecord
from retrieval.licences import OPEN_PARLIAMENT_LICENCE
from retrieval.markup import parse_answer
from retrieval.records import Block, Genre, Member, Provenance, Record
from retrieval.sources.api_record import WHOLE_RECORD, clipped_part
from retrieval.sources.api_values import Number, checked_uin, clean_text, house_named
from retrieval.sources.reader import Withdrawn, house_from_wording
from retrieval.sources.table_mapping import DAYS, HOW, TableMapping
from retrieval.sources.uin import house_of_paper

_IDS = ("api_id", "answering_body_id", "minister_id", "asker_id")
_NUMBER = re.compile(r"(\d{1,16})(?:\.0)?", re.ASCII)
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_PAGE = re.compile(
    r"https?://questions-statements\.parliament\.uk/written-(questions|statements)/detail"
    r"/(\d{4}-\d{2}-\d{2})/([A-Za-z0-9]+)/?",
    re.ASCII,
)
_MARK_UP = re.compile(
    r"</?(?:p|br|div|span|table|tr|td|th|ul|ol|li|a|b|i|em|strong|sup|sub)(?=[\s/>])[^<>]*>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)


class MappedFields(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a row says, by the names of `table_mapping.FIELDS`; a field that it leaves empty has its default."""

    licence: str
    genre: Literal["answer", "statement"] = "answer"
    question: str = ""
    answer: str = ""
    answer_html: str = ""
    heading: str | None = None
    house: str | None = None
    uin: str | None = None
    api_id: Number | None = None
    url: str | None = None
    tabled_on: date | None = None
    due_on: date | None = None
    holding_on: date | None = None
    answered_on: date | None = None
    corrected_on: date | None = None
    answering_body: str | None = None
    answering_body_id: Number | None = None
    minister: str | None = None
    minister_id: Number | None = None
    post: str | None = None
    asker: str | None = None
    asker_id: Number | None = None
    party: str | None = None
    seat: str | None = None
    withdrawn: bool = False

    @property
    def text(self) -> str:
        """The answer as HTML, whichever way it was given."""
        return self.answer_html or html.escape(self.answer, quote=False)


def fields_of(cells: Mapping[str, str], mapping: TableMapping) -> MappedFields:
    """Return what the cells of a row say.

    Args:
        cells: By the name of their column.
        mapping: Which column is which field.

    Raises:
        MalformedRecord: If a cell can't be what its field says; its path is the column.
    """
    said = dict(mapping.constants)
    said |= {name: cells[column] for name, column in mapping.columns.items() if cells.get(column, "").strip()}
    values: dict[str, object] = {}
    for name, text in said.items():
        column = mapping.columns.get(name, name)
        kept = text if name in ("answer", "answer_html") else text.strip()
        values[name] = _value(name, kept, MalformedRecord(column, _needed(name, kept, mapping)), mapping)
    if "licence" not in values:
        raise MalformedRecord(mapping.columns.get("licence", "licence"), _needed("licence", "", mapping))
    try:
        return msgspec.convert(values, MappedFields)
    except msgspec.ValidationError as error:
        raise MalformedRecord("row", f"{error}: {HOW}") from error


def _value(name: str, text: str, fault: MalformedRecord, mapping: TableMapping) -> object:
    if name in DAYS:
        value: object = mapping.day(name, text)
    elif name in _IDS:
        number = _NUMBER.fullmatch(text)
        value = int(number[1]) if number else None
    elif name == "withdrawn":
        value = _TRUTH.get(text.lower())
    elif name == "licence":
        value = text if text == OPEN_PARLIAMENT_LICENCE.spdx else None
    elif name == "genre":
        value = text if text in ("answer", "statement") else None
    else:
        return text
    if value is None:
        raise fault
    return value


def _needed(name: str, text: str, mapping: TableMapping) -> str:
    """Return the value seen, the value needed and the next step."""
    if name in DAYS:
        how = f'if its days are written otherwise, say so in a mapping: [dates] {name} = "DD/MM/YYYY"; {HOW}'
        return f"is {text!r}, and must be a real day as {mapping.written(name)}: {how}"
    if name == "licence":
        spdx = OPEN_PARLIAMENT_LICENCE.spdx
        return f"is {text!r}, and must be {spdx} ({OPEN_PARLIAMENT_LICENCE.name}): other texts can't be imported"
    needed = {"withdrawn": "true or false", "genre": "answer or statement"}.get(name, "a whole number above 0")
    return f"is {text!r}, and must be {needed}"


def record_of(fields: MappedFields, place: Provenance) -> Record | Withdrawn:
    """Return the record of a row, answered or not, unless it was withdrawn.

    Raises:
        MalformedRecord: If its values contradict each other, or it lacks what every record has; its path is the field.
        ClippedRecord: If its answer was cut short, or the question of an answer.
    """
    if fields.withdrawn:
        return Withdrawn.WITHDRAWN
    uin, page_day = _of_page(fields)
    is_statement = fields.genre == "statement"
    answer = _answer(fields)
    part = clipped_part(fields.question, fields.answer_html or fields.answer)
    if part and answer:
        raise _clipped(part, fields, place)
    question = "" if is_statement else clean_text(fields.question)
    if question is None:
        raise MalformedRecord("question", "is empty, and an answer can't be read without its question")
    _check_days(fields, page_day, place.read_on)
    given = house_named(fields.house)
    house = house_of_paper(uin, Genre(fields.genre), given, None if is_statement else house_from_wording(question))
    return Record(
        provenance=place,
        question=question,
        answer=answer,
        genre=Genre(fields.genre),
        api_id=None if is_statement else fields.api_id,
        statement_id=fields.api_id if is_statement else None,
        house=house,
        uin=uin,
        heading=clean_text(fields.heading),
        asker=_member(fields.asker_id, fields.asker, party=fields.party, seat=fields.seat),
        answerer=_member(fields.minister_id, fields.minister, post=fields.post),
        answering_body=clean_text(fields.answering_body),
        answering_body_id=fields.answering_body_id,
        tabled=None if is_statement else fields.tabled_on or page_day,
        due=fields.due_on,
        holding_answered=fields.holding_on,
        answered=fields.answered_on or (page_day if is_statement else None),
        corrected=fields.corrected_on,
        question_is_clipped=bool(part),
        inferred=("house",) if house and not given else (),
    )


def _of_page(fields: MappedFields) -> tuple[str | None, date | None]:
    """Return the UIN, and the day that the official page is filed under."""
    uin = None if fields.uin is None else checked_uin("uin", fields.uin)
    if fields.url is None:
        return uin, None
    match = _PAGE.fullmatch(fields.url)
    try:
        day = date.fromisoformat(match[2]) if match else None
    except ValueError:
        day = None
    if match is None or day is None or match[1] != f"{fields.genre}s".replace("answers", "questions"):
        kind = "statements" if fields.genre == "statement" else "questions"
        page = f"https://questions-statements.parliament.uk/written-{kind}/detail/2023-07-18/194793"
        raise MalformedRecord("url", f"is {fields.url!r}, and must be an official page such as {page}")
    if uin is not None and uin.lower() != match[3].lower():
        raise MalformedRecord("url", f"is of {match[3]}, but uin is {uin}: put one of them right")
    filed = fields.answered_on if fields.genre == "statement" else fields.tabled_on
    if filed is not None and filed != day:
        raise MalformedRecord(
            "url", f"is of {day}, but the day in the table is {filed}: check how its days are written"
        )
    return uin or match[3].upper(), day


def _answer(fields: MappedFields) -> tuple[Block, ...]:
    if fields.answer and fields.answer_html:
        raise MalformedRecord("answer_html", "is given, and answer too: give one of them")
    marked = _MARK_UP.search(fields.answer)
    if marked:
        raise MalformedRecord("answer", f"is plain text, but has {marked[0]!r} in it: give it as answer_html")
    answer = parse_answer(fields.text)
    if not answer and fields.genre == "statement":
        raise MalformedRecord("answer", "is empty, and there is nothing to a statement but its text")
    if not answer and fields.answered_on:
        raise MalformedRecord("answer", f"is empty, but answered_on is {fields.answered_on}: give both or neither")
    return answer


def _clipped(part: str, fields: MappedFields, place: Provenance) -> ClippedRecord:
    api_id = fields.api_id if fields.genre == "answer" else None
    whole = f"fetch it whole from {WHOLE_RECORD.format(id=api_id)}" if api_id else "give it whole"
    reason = f"the {part} is cut short as Parliament's list call does: {whole}"
    return ClippedRecord(place.source, reason, place.place, api_id)


def _check_days(fields: MappedFields, page_day: date | None, read_on: date) -> None:
    """Check what a date format with day and month the wrong way round would get wrong."""
    is_statement = fields.genre == "statement"
    latest, before = (None, "") if is_statement else (fields.tabled_on or page_day, "tabled")
    steps = (
        ("tabled_on", fields.tabled_on, "tabled"),
        ("holding_on", fields.holding_on, "given a holding answer"),
        ("answered_on", fields.answered_on or (page_day if is_statement else None), "answered"),
        ("corrected_on", fields.corrected_on, "corrected"),
    )
    for name, day, step in steps:
        if day is None:
            continue
        if day > read_on:
            raise MalformedRecord(name, f"is {day}, after this day ({read_on}): check how the days are written")
        if latest is not None and day < latest:
            raise MalformedRecord(name, f"is {day}, before it was {before} ({latest}): check how the days are written")
        latest, before = day, step


def _member(
    number: int | None, name: str | None, *, party: str | None = None, seat: str | None = None, post: str | None = None
) -> Member | None:
    found = Member(number, clean_text(name), clean_text(party), clean_text(seat), clean_text(post))
    return found if found != Member() else None
