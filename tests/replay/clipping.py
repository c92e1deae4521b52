"""What the list calls show of a record: the same fields as the single call, clipped.

Held against 4,980 real records that are known in both shapes. Not covered, because no real row was at hand to
look at: attachments, first texts and statements.
"""

from __future__ import annotations

import re
from typing import Any

SHOWN = 255
_TAG = re.compile(r"<[^>]*>")


def without_tags(markup: str, between: str = "") -> str:
    """Return `markup` with `between` in the place of every tag; entities stay as they are."""
    return _TAG.sub(between, markup)


def answer_as_listed(markup: str | None) -> str | None:
    """Return an answer without its tags, entities kept, 255 characters and `...` where it is longer.

    No space is left where a tag was, so paragraphs run together.
    """
    if markup is None:
        return None
    text = without_tags(markup)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def question_as_listed(text: str | None) -> str | None:
    """Return the first 255 characters of a question, in Windows-1252.

    Four of the 4,980 real rows have `?` for a character that Windows-1252 lacks, and `-` for the non-breaking
    hyphen, where the single call has the character itself.
    """
    if text is None:
        return None
    return text[:SHOWN].replace("\u2011", "-").encode("cp1252", "replace").decode("cp1252")


def question_row(question: dict[str, Any]) -> dict[str, Any]:
    """Return the row that the list of questions shows of a whole `question`.

    No row with an attachment or a first text was at hand: that the list has the count of the one and nothing
    of the other is what the source's description says.
    """
    return question | {
        "questionText": question_as_listed(question["questionText"]),
        "answerText": answer_as_listed(question["answerText"]),
        "originalAnswerText": "",
        "comparableAnswerText": "",
        "attachments": [],
    }


def statement_row(statement: dict[str, Any]) -> dict[str, Any]:
    """Return the row that the list of statements shows of a whole `statement`.

    Assumed: that statements are clipped is known, that it is done just as with answers is not.
    """
    return statement | {"text": answer_as_listed(statement["text"]), "attachments": []}
