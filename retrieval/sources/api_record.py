"""One written question in the API's own fields, and the record made of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from retrieval.errors import ClippedRecord, MalformedRecord
from retrieval.markup import parse_answer
from retrieval.records import Genre, GroupedQuestion, Provenance, Record
from retrieval.sources.api_values import (
    CLIP_CHARACTERS,
    ApiAttachment,
    ApiMember,
    Count,
    Number,
    attachment_of,
    checked_uin,
    clean_text,
    day_of,
    house_named,
    is_clipped,
    member_of,
)
from retrieval.sources.reader import Withdrawn, house_from_wording
from retrieval.sources.uin import house_of_paper

WHOLE_RECORD = "https://questions-statements-api.parliament.uk/api/writtenquestions/questions/{id}"


class ApiGroupedQuestion(msgspec.Struct, rename="camel"):
    """The UIN of a question answered together with this one, and when it was tabled."""

    question_uin: str
    date_tabled: str | None = None


class Question(msgspec.Struct, rename="camel"):
    """The fields of the API that are read, by the API's names; what has no default is in every record."""

    id: Number
    question_text: str
    answer_text: str | None
    asking_member_id: Count | None = None
    asking_member: ApiMember | None = None
    house: str | None = None
    member_has_interest: bool | None = None
    date_tabled: str | None = None
    date_for_answer: str | None = None
    uin: str | None = None
    answering_body_id: Count | None = None
    answering_body_name: str | None = None
    is_withdrawn: bool | None = None
    is_named_day: bool | None = None
    grouped_questions: list[str] | None = None
    grouped_questions_dates: list[ApiGroupedQuestion] | None = None
    answer_is_holding: bool | None = None
    answer_is_correction: bool | None = None
    answering_member_id: Count | None = None
    answering_member: ApiMember | None = None
    correcting_member_id: Count | None = None
    correcting_member: ApiMember | None = None
    original_answer_text: str | None = None
    date_answered: str | None = None
    date_answer_corrected: str | None = None
    date_holding_answer: str | None = None
    heading: str | None = None
    attachments: list[ApiAttachment] | None = None


def record_of(question: Question, place: Provenance) -> Record | Withdrawn:
    """Return the record of `question`, answered or not, unless it was withdrawn.

    Raises:
        MalformedRecord: If a value can't be what its field says; its path is the field.
        ClippedRecord: If the answer was cut short, or the question of an answer.
    """
    if question.is_withdrawn:
        return Withdrawn.WITHDRAWN
    answer = parse_answer(question.answer_text or "")
    part = clipped_part(question.question_text, question.answer_text or "")
    if is_clipped(question.original_answer_text or ""):
        part = "first answer"
    if part and answer:
        whole = WHOLE_RECORD.format(id=question.id)
        reason = f"the list call cut the {part} of record {question.id} short: fetch it whole from {whole}"
        raise ClippedRecord(place.source, reason, place.place, question.id)
    text = clean_text(question.question_text)
    if text is None:
        raise MalformedRecord("questionText", "is empty, and an answer can't be read without its question")
    uin = None if question.uin is None else checked_uin("uin", question.uin)
    given = house_named(question.house)
    house = house_of_paper(uin, Genre.ANSWER, given, house_from_wording(text))
    tabled, answered, corrected = _days(question)
    return Record(
        provenance=place,
        question=text,
        answer=answer,
        api_id=question.id,
        house=house,
        uin=uin,
        heading=clean_text(question.heading),
        asker=member_of("askingMember", question.asking_member, question.asking_member_id),
        answerer=member_of("answeringMember", question.answering_member, question.answering_member_id),
        answering_body=clean_text(question.answering_body_name),
        answering_body_id=question.answering_body_id or None,
        tabled=tabled,
        due=day_of("dateForAnswer", question.date_for_answer),
        holding_answered=day_of("dateHoldingAnswer", question.date_holding_answer),
        answered=answered,
        corrected=corrected,
        corrected_by=member_of("correctingMember", question.correcting_member, question.correcting_member_id),
        is_named_day=question.is_named_day,
        has_interest=question.member_has_interest,
        flagged_holding=question.answer_is_holding,
        flagged_correction=question.answer_is_correction,
        grouped_with=tuple(_grouped(question)),
        attachments=tuple(map(attachment_of, question.attachments or ())),
        first_answer=parse_answer(question.original_answer_text or ""),
        question_is_clipped=bool(part),
        inferred=("house",) if house and not given else (),
    )


def _days(question: Question) -> tuple[date | None, date | None, date | None]:
    """Return when it was tabled, answered and corrected; each can't be before the one before."""
    tabled = day_of("dateTabled", question.date_tabled)
    answered = day_of("dateAnswered", question.date_answered)
    corrected = day_of("dateAnswerCorrected", question.date_answer_corrected)
    if tabled and answered and answered < tabled:
        raise MalformedRecord("dateAnswered", f"is {answered}, before dateTabled ({tabled}): fetch it again")
    if answered and corrected and corrected < answered:
        reason = f"is {corrected}, before dateAnswered ({answered}): fetch it again"
        raise MalformedRecord("dateAnswerCorrected", reason)
    return tabled, answered, corrected


def clipped_part(question: str, answer: str) -> str | None:
    """Return "answer" or "question" if the list call cut that one short, else None.

    Args:
        question: The question's text as received.
        answer: The answer's text as received.
    """
    if is_clipped(answer):
        return "answer"
    return "question" if len(question) == CLIP_CHARACTERS and question[-1] not in ".?" else None


def _grouped(question: Question) -> Iterator[GroupedQuestion]:
    """Yield the other questions of the group, each once: as listed, then those that only the dates name."""
    dated = {item.question_uin: item.date_tabled for item in question.grouped_questions_dates or ()}
    for uin in dict.fromkeys([*(question.grouped_questions or ()), *dated]):
        if uin != question.uin:
            tabled = day_of("groupedQuestionsDates", dated.get(uin))
            yield GroupedQuestion(checked_uin("groupedQuestions", uin), tabled)
