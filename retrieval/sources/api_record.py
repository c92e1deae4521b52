"""One written question in the API's own fields, and the record made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import msgspec

from retrieval.errors import ClippedRecord, MalformedRecord
from retrieval.markup import parse_answer, unwrapped_url
from retrieval.records import Attachment, GroupedQuestion, House, Member, Provenance, Record, folded
from retrieval.sources.reader import NoAnswer, house_from_wording

# The list call cuts answers here and adds "..."; it cuts questions here and adds nothing. Held against 4,980
# records in both forms: this finds every cut and takes no whole text for one.
CLIP_CHARACTERS = 255
WHOLE_RECORD = "https://questions-statements-api.parliament.uk/api/writtenquestions/questions/{id}"
# No record is older than this.
EARLIEST_YEAR = 1900
# What .NET writes for a date that was never set: not known.
_NEVER_SET = "0001-01-01"

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?)?", re.ASCII)
_UIN = re.compile(r"[A-Za-z0-9]+")

# 2**53 is where JSON numbers stop being exact in other programs; no real number comes near.
_Number = Annotated[int, msgspec.Meta(gt=0, le=2**53)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class ApiMember(msgspec.Struct, rename="camel"):
    """A Member as `expandMember=true` gives them; there is no ministerial post in the API."""

    id: _Count | None = None
    name: str | None = None
    party: str | None = None
    member_from: str | None = None


class ApiGroupedQuestion(msgspec.Struct, rename="camel"):
    """The UIN of a question answered together with this one, and when it was tabled."""

    question_uin: str
    date_tabled: str | None = None


class ApiAttachment(msgspec.Struct, rename="camel"):
    """A file that came with an answer."""

    url: str
    title: str | None = None
    file_type: str | None = None
    file_size_bytes: _Count | None = None


class Question(msgspec.Struct, rename="camel"):
    """The fields of the API that are read, by the API's names; what has no default is in every record."""

    id: _Number
    question_text: str
    answer_text: str | None
    asking_member_id: _Count | None = None
    asking_member: ApiMember | None = None
    house: str | None = None
    member_has_interest: bool | None = None
    date_tabled: str | None = None
    date_for_answer: str | None = None
    uin: str | None = None
    answering_body_id: _Count | None = None
    answering_body_name: str | None = None
    is_withdrawn: bool | None = None
    is_named_day: bool | None = None
    grouped_questions: list[str] | None = None
    grouped_questions_dates: list[ApiGroupedQuestion] | None = None
    answer_is_holding: bool | None = None
    answer_is_correction: bool | None = None
    answering_member_id: _Count | None = None
    answering_member: ApiMember | None = None
    date_answered: str | None = None
    date_answer_corrected: str | None = None
    date_holding_answer: str | None = None
    heading: str | None = None
    attachments: list[ApiAttachment] | None = None


def record_of(question: Question, place: Provenance) -> Record | NoAnswer:
    """Return the record of `question`, or why it has no answer to keep.

    Raises:
        MalformedRecord: If a value can't be what its field says; its path is the field.
        ClippedRecord: If the question or the answer was cut short.
    """
    if question.is_withdrawn:
        return NoAnswer.WITHDRAWN
    answer = parse_answer(question.answer_text or "")
    if not answer:
        return NoAnswer.UNANSWERED
    if part := clipped_part(question.question_text, question.answer_text or ""):
        whole = WHOLE_RECORD.format(id=question.id)
        reason = f"the list call cut the {part} of record {question.id} short: fetch it whole from {whole}"
        raise ClippedRecord(place.source, reason, place.place)
    text = _clean(question.question_text)
    if text is None:
        raise MalformedRecord("questionText", "is empty, and an answer can't be read without its question")
    given = _house(question.house)
    house = given or house_from_wording(text)
    return Record(
        provenance=place,
        question=text,
        answer=answer,
        api_id=question.id,
        house=house,
        uin=None if question.uin is None else _checked_uin("uin", question.uin),
        heading=_clean(question.heading),
        asker=_member("askingMember", question.asking_member, question.asking_member_id),
        answerer=_member("answeringMember", question.answering_member, question.answering_member_id),
        answering_body=_clean(question.answering_body_name),
        answering_body_id=question.answering_body_id or None,
        tabled=_date("dateTabled", question.date_tabled),
        due=_date("dateForAnswer", question.date_for_answer),
        holding_answered=_date("dateHoldingAnswer", question.date_holding_answer),
        answered=_date("dateAnswered", question.date_answered),
        corrected=_date("dateAnswerCorrected", question.date_answer_corrected),
        is_named_day=question.is_named_day,
        has_interest=question.member_has_interest,
        flagged_holding=question.answer_is_holding,
        flagged_correction=question.answer_is_correction,
        grouped_with=tuple(_grouped(question)),
        attachments=tuple(map(_attachment, question.attachments or ())),
        inferred=("house",) if house and not given else (),
    )


def clipped_part(question: str, answer: str) -> str | None:
    """Return "answer" or "question" if the list call cut that one short, else None.

    Args:
        question: The question's text as received.
        answer: The answer's text as received.
    """
    if answer[CLIP_CHARACTERS:] in ("...", "…"):
        return "answer"
    return "question" if len(question) == CLIP_CHARACTERS and question[-1] not in ".?" else None


def _clean(text: str | None) -> str | None:
    """Return `text` without tags and entities, on one line; None if nothing is left of it."""
    return folded(" ".join(block.text for block in parse_answer(text or ""))) or None


def _house(name: str | None) -> House | None:
    if name is None:
        return None
    try:
        return House(name)
    except ValueError:
        raise MalformedRecord("house", f"is {name!r}, and must be Commons or Lords") from None


def _checked_uin(field: str, uin: str) -> str:
    if not _UIN.fullmatch(uin):
        raise MalformedRecord(field, f"is {uin!r}, and a UIN is letters and digits only")
    return uin


def _date(field: str, text: str | None) -> date | None:
    if text is None or text.startswith(_NEVER_SET):
        return None
    match = _DATE.fullmatch(text)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        day = None
    if day is None or day.year < EARLIEST_YEAR:
        raise MalformedRecord(field, f"is {text!r}, and must be a real day such as '2023-12-08T00:00:00'")
    return day


def _member(field: str, member: ApiMember | None, number: int | None) -> Member | None:
    if member is None:
        return Member(id=number) if number else None
    if member.id and number and member.id != number:
        raise MalformedRecord(field, f"is Member {member.id}, but {field}Id is {number}")
    found = Member(
        id=member.id or number or None,
        name=_clean(member.name),
        party=_clean(member.party),
        seat=_clean(member.member_from),
    )
    return found if found != Member() else None


def _grouped(question: Question) -> Iterator[GroupedQuestion]:
    """Yield the other questions of the group, each once: as listed, then those that only the dates name."""
    dated = {item.question_uin: item.date_tabled for item in question.grouped_questions_dates or ()}
    for uin in dict.fromkeys([*(question.grouped_questions or ()), *dated]):
        if uin != question.uin:
            tabled = _date("groupedQuestionsDates", dated.get(uin))
            yield GroupedQuestion(_checked_uin("groupedQuestions", uin), tabled)


def _attachment(attachment: ApiAttachment) -> Attachment:
    url = unwrapped_url(attachment.url.strip())
    # It becomes a link on a page, so nothing but an address on the web may pass.
    if not url.lower().startswith(("https://", "http://")):
        raise MalformedRecord("attachments", f"has the address {attachment.url!r}, which is not on the web")
    return Attachment(
        title=_clean(attachment.title) or url,
        url=url,
        media_type=_clean(attachment.file_type),
        size_bytes=attachment.file_size_bytes,
    )
