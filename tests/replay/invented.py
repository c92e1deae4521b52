"""Small records in the shape of the API's single call; every person, body, number and word in them is invented.

Fields and their types are those of the service's own description,
https://questions-statements-api.parliament.uk/swagger/v1/swagger.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

FIRST_DAY = date(2026, 6, 1)
BODIES = (
    (900201, "Department for Invented Affairs"),
    (900202, "Ministry of Imaginary Works"),
    (900203, "Office for Fictional Standards"),
)
HOLDING = (
    "The {body} has indicated that it will not be possible to answer this question within the usual time period. "
    "An answer is being prepared and will be provided as soon as it is available."
)
_DAYS = ("dateTabled", "dateForAnswer", "dateAnswered", "dateAnswerCorrected", "dateHoldingAnswer", "dateMade")


def question(id: int, **overrides: Any) -> dict[str, Any]:
    """Return an answered Commons question.

    Tabled on one of the 28 days from 1 June 2026, answered a week later, its UIN the id's last six digits; body
    and Members go by the id as well.

    Args:
        id: Parliament's id.
        overrides: Fields of the API, in the place of these. A day may be a date or `yyyy-mm-dd`.
    """
    tabled = FIRST_DAY + timedelta(days=id % 28)
    body_id, body = BODIES[id % len(BODIES)]
    return _dated(
        {
            "id": id,
            "askingMemberId": 900300 + id % 7,
            "askingMember": None,
            "house": "Commons",
            "memberHasInterest": False,
            "dateTabled": tabled,
            "dateForAnswer": tabled + timedelta(days=3),
            "uin": str(id % 1_000_000),
            "questionText": f"To ask the Secretary of State for Invented Affairs, how many invented lanterns "
            f"were lit in district {id}.",
            "answeringBodyId": body_id,
            "answeringBodyName": body,
            "isWithdrawn": False,
            "isNamedDay": False,
            "groupedQuestions": [],
            "answerIsHolding": False,
            "answerIsCorrection": False,
            "answeringMemberId": 900100 + id % 3,
            "answeringMember": None,
            "correctingMemberId": None,
            "correctingMember": None,
            "dateAnswered": tabled + timedelta(days=7),
            "answerText": f"<p>The Department lit {id + 12} invented lanterns in district {id}.</p>"
            f"<p>This answer is invented.</p>",
            "originalAnswerText": "",
            "comparableAnswerText": "",
            "dateAnswerCorrected": None,
            "dateHoldingAnswer": None,
            "attachmentCount": 0,
            "heading": f"Invented Lanterns: District {id}",
            "attachments": [],
            "groupedQuestionsDates": [],
        }
        | overrides
    )


def lords_question(id: int, **overrides: Any) -> dict[str, Any]:
    """Return an answered Lords question, its UIN `HL` and the id's last five digits."""
    lords = {
        "house": "Lords",
        "uin": f"HL{id % 100_000}",
        "questionText": f"To ask His Majesty's Government how many invented bridges cross river {id}.",
        "answerText": f"<p>There are {id + 3} invented bridges across river {id}.</p><p>This answer is invented.</p>",
        "heading": f"Invented Bridges: River {id}",
        "askingMemberId": 900400 + id % 5,
        "answeringMemberId": 900500,
    }
    return question(id, **(lords | overrides))


def unanswered(id: int, **overrides: Any) -> dict[str, Any]:
    """Return a question that waits for its answer.

    Which of the empty fields the source gives as null and which as an empty text could not be looked up; the
    service's description allows null in all of them.
    """
    empty = dict.fromkeys(("answeringMemberId", "dateAnswered", "answerText", "answerIsHolding", "answerIsCorrection"))
    return question(id, **(empty | overrides))


def holding(id: int, **overrides: Any) -> dict[str, Any]:
    """Return a question with a holding answer, given on the day it was due."""
    due = FIRST_DAY + timedelta(days=id % 28 + 3)
    held = {
        "answerText": HOLDING.format(body=BODIES[id % len(BODIES)][1]),
        "answerIsHolding": True,
        "dateAnswered": due,
        "dateHoldingAnswer": due,
    }
    return question(id, **(held | overrides))


def corrected(id: int, *, first_text: str | None = None, **overrides: Any) -> dict[str, Any]:
    """Return a question whose answer was corrected a week later.

    Args:
        id: Parliament's id.
        first_text: The text before the correction; an empty one means that the source does not give it.
        overrides: Fields of the API.
    """
    first = f"<p>The Department lit {id} invented lanterns in district {id}.</p><p>This answer is invented.</p>"
    changed = {
        "answerIsCorrection": True,
        "originalAnswerText": first if first_text is None else first_text,
        "dateAnswerCorrected": FIRST_DAY + timedelta(days=id % 28 + 14),
        "correctingMemberId": 900100 + id % 3,
    }
    return question(id, **(changed | overrides))


def with_attachments(id: int, count: int = 1, **overrides: Any) -> dict[str, Any]:
    """Return a question whose answer has `count` attachments."""
    files = [
        {
            "url": f"https://qna.files.example/invented/{id}-{number}.pdf",
            "title": f"Invented table {number} of answer {id}",
            "fileType": "application/pdf",
            "fileSizeBytes": 1000 * number + id,
        }
        for number in range(1, count + 1)
    ]
    text = f"<p>The table of invented lanterns in district {id} is attached.</p>"
    return question(id, **({"attachments": files, "attachmentCount": count, "answerText": text} | overrides))


def grouped(ids: Sequence[int], **overrides: Any) -> list[dict[str, Any]]:
    """Return questions that share one answer, each naming the others."""
    alone = [question(id, **overrides) for id in ids]
    answer = f"<p>In the districts asked about, {sum(ids)} invented lanterns were lit.</p>"
    shared = {
        "answerText": answer,
        "dateAnswered": max(one["dateAnswered"] for one in alone),
        "answeringMemberId": alone[0]["answeringMemberId"],
        "answeringBodyId": alone[0]["answeringBodyId"],
        "answeringBodyName": alone[0]["answeringBodyName"],
    }
    return [
        one
        | shared
        | {
            "groupedQuestions": [other["uin"] for other in alone if other is not one],
            "groupedQuestionsDates": [
                {"questionUin": other["uin"], "dateTabled": other["dateTabled"]} for other in alone if other is not one
            ],
        }
        for one in alone
    ]


def pointer(id: int, target: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    """Return a question whose answer only refers to that of `target`, by UIN and day of answering."""
    text = (
        f"<p>I refer the hon. Member to the answer given to Question UIN {target['uin']} on "
        f"{_spoken(target['dateAnswered'])}.</p>"
    )
    return question(id, **({"answerText": text} | overrides))


def pursuant(id: int, target: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    """Return a question that follows up the answer to `target`."""
    text = (
        f"To ask the Secretary of State for Invented Affairs, pursuant to the Answer of "
        f"{_spoken(target['dateAnswered'])} to Question {target['uin']} on {target['heading']}, which of the "
        f"invented lanterns were lit twice."
    )
    return question(id, **({"questionText": text} | overrides))


def withdrawn(id: int, **overrides: Any) -> dict[str, Any]:
    """Return a question that was withdrawn before it was answered."""
    return unanswered(id, **({"isWithdrawn": True} | overrides))


def one_of_each(first_id: int = 1) -> list[dict[str, Any]]:
    """Return thirteen questions, one or two of every kind made here, with ids from `first_id` upwards."""
    plain = question(first_id)
    return [
        plain,
        lords_question(first_id + 1),
        unanswered(first_id + 2),
        holding(first_id + 3),
        corrected(first_id + 4),
        corrected(first_id + 5, first_text=""),
        with_attachments(first_id + 6, count=2),
        *grouped([first_id + 7, first_id + 8]),
        pointer(first_id + 9, plain),
        pursuant(first_id + 10, plain),
        withdrawn(first_id + 11),
        question(first_id + 12, answerText="<p>" + "Invented words without end. " * 30 + "</p>"),
    ]


def statement(id: int, **overrides: Any) -> dict[str, Any]:
    """Return a written ministerial statement to the Commons.

    Args:
        id: Parliament's id.
        overrides: Fields of the API, in the place of these. A day may be a date or `yyyy-mm-dd`.
    """
    body_id, body = BODIES[id % len(BODIES)]
    return _dated(
        {
            "id": id,
            "memberId": 900100 + id % 3,
            "member": None,
            "memberRole": "Secretary of State for Invented Affairs",
            "uin": f"HCWS{id % 100_000}",
            "dateMade": FIRST_DAY + timedelta(days=id % 28),
            "answeringBodyId": body_id,
            "answeringBodyName": body,
            "title": f"Invented Lanterns: Report {id}",
            "text": f"<p>I have today published report {id} on lanterns.</p><p>This statement is invented.</p>",
            "house": "Commons",
            "noticeNumber": id % 50,
            "hasAttachments": False,
            "hasLinkedStatements": False,
            "linkedStatements": [],
            "attachments": [],
        }
        | overrides
    )


def lords_statement(id: int, **overrides: Any) -> dict[str, Any]:
    """Return a written ministerial statement to the Lords."""
    lords = {"house": "Lords", "uin": f"HLWS{id % 100_000}", "memberId": 900500}
    return statement(id, **(lords | overrides))


def correcting_statement(id: int, corrected_id: int, **overrides: Any) -> dict[str, Any]:
    """Return a statement that says it corrects the answer to the question with id `corrected_id`, of the same body."""
    body_id, body = BODIES[corrected_id % len(BODIES)]
    fields = _dated(statement(id, **({"answeringBodyId": body_id, "answeringBodyName": body} | overrides)))
    link = {"linkedStatementId": corrected_id, "linkType": "CorrectedAnswer", "linkDate": fields["dateMade"]}
    return fields | {"hasLinkedStatements": True, "linkedStatements": [link]}


def _dated(record: dict[str, Any]) -> dict[str, Any]:
    """Return `record` with every day written as the API writes it."""
    days = {field: f"{record[field]}"[:10] + "T00:00:00" for field in _DAYS if record.get(field) is not None}
    return record | days


def _spoken(day: str) -> str:
    on = date.fromisoformat(day[:10])
    return f"{on.day} {on:%B %Y}"
