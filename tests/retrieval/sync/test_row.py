"""Rows of lists against whole records; every record is invented."""

from __future__ import annotations

import json
from typing import Any

import pytest

from retrieval.errors import UnexpectedResponse
from retrieval.records import Genre
from retrieval.sync.collection import Axis
from retrieval.sync.row import Row, plain
from tests.replay import invented
from tests.replay.clipping import question_row, statement_row

WORDS = "Invented words & more, “quoted” – all of them in vain. "


def _row(value: dict[str, Any], genre: Genre = Genre.ANSWER) -> Row:
    return Row.of(genre, json.dumps({"value": value, "links": []}).encode())


@pytest.mark.parametrize("whole", [*invented.one_of_each(1), *invented.one_of_each(100)])
def test_a_row_of_an_unchanged_question_does_not_differ(whole: dict[str, Any]) -> None:
    assert not _row(question_row(whole)).differs_from(_row(whole))
    assert not _row(question_row(whole)).is_ahead_of(_row(whole))


@pytest.mark.parametrize("whole", [invented.statement(1), invented.statement(2, text=f"<p>{WORDS * 20}</p>")])
def test_a_row_of_an_unchanged_statement_does_not_differ(whole: dict[str, Any]) -> None:
    assert not _row(statement_row(whole), Genre.STATEMENT).differs_from(_row(whole, Genre.STATEMENT))


@pytest.mark.parametrize(
    "answer",
    [
        f"<p>{WORDS}</p><p>{WORDS}</p>",
        f"<p>{WORDS * 3}</p><ul><li>{WORDS}</li></ul><p>{WORDS}</p>",
        "<p>" + "a" * 251 + "&quot;Cut in its entity&quot;</p>",
        "<p>" + "a" * 253 + "&amp; cut</p>",
        "<p>" + "word\u00a0" * 60 + "</p>",
    ],
)
def test_clipping_and_stripping_are_no_change_of_an_answer(answer: str) -> None:
    whole = invented.question(1, answerText=answer)
    assert not _row(question_row(whole)).differs_from(_row(whole))


@pytest.mark.parametrize(
    "question", ["b" * 100 + "\u200emark", "c" * 100 + "\u202fspace", "d" * 40 + "2025\u201126 " + "e" * 300, "é" * 300]
)
def test_characters_that_the_list_replaces_are_no_change_of_a_question(question: str) -> None:
    whole = invented.question(1, questionText=question)
    assert not _row(question_row(whole)).differs_from(_row(whole))


@pytest.mark.parametrize(
    "changes",
    [
        {"answerText": "<p>The Department lit 14 invented lanterns in district 1.</p><p>This answer is invented.</p>"},
        {"answerText": "<p>The Department lit 1.3 invented lanterns in district 1.</p><p>This answer is invented.</p>"},
        {"questionText": "To ask the Secretary of State for Invented Affairs, why."},
        {"heading": "Another"},
        {"dateAnswered": "2026-07-01T00:00:00"},
        {"dateAnswerCorrected": "2026-07-01T00:00:00"},
        {"answerIsHolding": True},
        {"answeringMemberId": 1},
        {"groupedQuestions": ["12"]},
        {"attachmentCount": 1},
        {"uin": "9"},
    ],
)
def test_any_other_change_is_seen(changes: dict[str, Any]) -> None:
    whole = invented.question(1)
    assert _row(question_row(whole | changes)).differs_from(_row(whole))


def test_members_links_and_ways_of_saying_nothing_are_no_change() -> None:
    whole = invented.question(1)
    listed = whole | {"askingMember": {"id": 900301}, "dateHoldingAnswer": "", "groupedQuestionsDates": None}
    assert not _row(listed).differs_from(_row(whole))


def test_a_list_without_attachments_tells_nothing_of_them() -> None:
    whole = invented.with_attachments(1)
    assert not _row(question_row(whole) | {"attachmentCount": 0}).differs_from(_row(whole))


@pytest.mark.parametrize(
    ("listed", "single", "ahead"),
    [
        (invented.question(1), invented.unanswered(1), True),
        (invented.corrected(1), invented.question(1), True),
        (invented.question(1), invented.holding(1), True),
        (invented.holding(1), invented.question(1), False),
        (invented.unanswered(1), invented.question(1), False),
        (invented.question(1, heading="Another"), invented.question(1), False),
    ],
)
def test_a_single_call_with_an_older_state_is_told_by_dates_and_lack_of_answer(
    listed: dict[str, Any], single: dict[str, Any], ahead: bool
) -> None:
    assert _row(question_row(listed)).is_ahead_of(_row(single)) is ahead


def test_plain_text_is_what_every_form_has_in_common() -> None:
    assert plain("<p>A\u202fb – c?</p><p>&pound;1.5 caf\u00e9</p>") == plain("A?b - c&pound;1.5 cafe\u0301")
    assert plain("1.5") != plain("15")


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"value": {}}', b'{"value": {"id": "1"}}', b"\xff", b'{"value": 1}'])
def test_what_is_no_record_is_refused(raw: bytes) -> None:
    with pytest.raises(UnexpectedResponse, match="where a record with an id should be"):
        Row.of(Genre.ANSWER, raw)


def test_facts_that_cannot_be_read_are_none() -> None:
    row = _row({"id": 1, "house": 7, "dateTabled": "soon", "answeringBodyId": "x"})
    assert (row.house, row.day(Axis.TABLED), row.body) == ("", None, None)
    assert (row.is_withdrawn, row.is_answered) == (False, False)
