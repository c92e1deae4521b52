"""The two collections of Parliament's service, questions and statements: where each is and what its rows tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from retrieval.records import Genre


class Axis(StrEnum):
    """The date that a list is walked by."""

    TABLED = "tabled"
    ANSWERED = "answered"
    CORRECTED = "corrected"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class DateFilter:
    """How a list is cut by one of its dates. Primary key: `parameter`.

    Attributes:
        parameter: Name of the two parameters, without their endings `From` and `To`.
        field: The field of a row that the filter goes by.
    """

    parameter: str
    field: str


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection. Primary key: `genre`.

    Parameters and fields are those of the service's own description, `/swagger/v1/swagger.json`; a copy of it is
    in APIs-guru/openapi-directory under `parliament.uk/writtenquestions`. That copy has no `sessionStatus` for
    statements: it is sent all the same, since a parameter that is not known changes nothing.

    Attributes:
        path: Of the list; the single call is the id below it.
        reader: Name of the reader of what the single call gives.
        main_axis: The date that a month of the collection is counted by.
        dates: How the list is cut by date.
        always_sent: Parameters that every list call has.
        facts: Fields that list and single call give alike; compared as they are.
        texts: Fields that the list may clip, and whose tags it strips.
        answer: The field without which there is nothing to fetch whole; None where there always is.
        newest: Fields with dates that only ever grow: an earlier one than the list gave is an older state.
    """

    genre: Genre
    path: str
    reader: str
    main_axis: Axis
    dates: Mapping[Axis, DateFilter]
    always_sent: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    texts: tuple[str, ...]
    answer: str | None
    newest: tuple[str, ...]


_EVERY_SESSION = (("sessionStatus", "Any"), ("expandMember", "true"))

QUESTIONS = Collection(
    genre=Genre.ANSWER,
    path="writtenquestions/questions",
    reader="parliament-api",
    main_axis=Axis.TABLED,
    dates=MappingProxyType(
        {
            Axis.TABLED: DateFilter("tabledWhen", "dateTabled"),
            Axis.ANSWERED: DateFilter("answeredWhen", "dateAnswered"),
            Axis.CORRECTED: DateFilter("correctedWhen", "dateAnswerCorrected"),
        }
    ),
    always_sent=(("includeWithdrawn", "true"), *_EVERY_SESSION),
    # Held against 4,980 real records in both forms: all of these were the same in every one. Left out are those
    # that the list does not give, or that no real row was at hand for: first texts and attachments.
    facts=(
        "house",
        "uin",
        "dateTabled",
        "dateForAnswer",
        "dateAnswered",
        "dateAnswerCorrected",
        "dateHoldingAnswer",
        "askingMemberId",
        "answeringMemberId",
        "correctingMemberId",
        "answeringBodyId",
        "answeringBodyName",
        "memberHasInterest",
        "isNamedDay",
        "answerIsHolding",
        "answerIsCorrection",
        "groupedQuestions",
        "groupedQuestionsDates",
    ),
    texts=("questionText", "answerText", "heading"),
    answer="answerText",
    newest=("dateAnswered", "dateAnswerCorrected"),
)

STATEMENTS = Collection(
    genre=Genre.STATEMENT,
    path="writtenstatements/statements",
    reader="parliament-statements",
    main_axis=Axis.MADE,
    dates=MappingProxyType({Axis.MADE: DateFilter("madeWhen", "dateMade")}),
    always_sent=_EVERY_SESSION,
    # No real row was at hand: these are the plain values of the description.
    facts=("house", "uin", "dateMade", "memberId", "answeringBodyId", "noticeNumber"),
    texts=("title", "text", "memberRole", "answeringBodyName"),
    answer=None,
    newest=(),
)

COLLECTIONS: Mapping[Genre, Collection] = MappingProxyType({one.genre: one for one in (QUESTIONS, STATEMENTS)})
"""Each collection by its genre."""
