from datetime import date

import pytest

from retrieval.records import AnswerKind, FindingName, Genre
from service.web.badges import Badge, badges_of


def test_an_answer_that_simply_answers_has_no_badge():
    assert badges_of(AnswerKind.SUBSTANTIVE) == ()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (AnswerKind.HOLDING, Badge("Holding answer, not a reply", "bad")),
        (AnswerKind.PROROGATION, Badge("No reply before prorogation or dissolution", "bad")),
        (AnswerKind.WILL_WRITE, Badge("Promises to write, not a reply", "bad")),
        (AnswerKind.POINTER, Badge("Points to another answer", "warn")),
    ],
)
def test_what_is_no_reply_says_so(kind: AnswerKind, expected: Badge):
    assert badges_of(kind) == (expected,)


def test_a_statement_is_called_one_whatever_its_text_is_like():
    assert badges_of(AnswerKind.POINTER, genre=Genre.STATEMENT) == (Badge("Written statement"),)


def test_a_correction_is_dated_where_the_day_is_known():
    corrected = (FindingName.CORRECTED,)
    assert badges_of(AnswerKind.SUBSTANTIVE, corrected, corrected=date(2025, 3, 4)) == (
        Badge("Corrected on 4 March 2025", "warn"),
    )
    assert badges_of(AnswerKind.SUBSTANTIVE, corrected) == (Badge("Corrected", "warn"),)


def test_findings_attachments_and_earlier_governments_are_told():
    told = badges_of(
        AnswerKind.SUBSTANTIVE,
        (FindingName.NOT_HELD, FindingName.DISPROPORTIONATE_COST, FindingName.ATTACHMENT_HOLDS_THE_ANSWER),
        earlier_government="Sunak Conservative Government",
        is_from_attachment=True,
    )
    assert [(one.text, one.tone) for one in told] == [
        ("Says information is not held", ""),
        ("Says finding out would cost too much", ""),
        ("An attachment holds the answer", "warn"),
        ("From an attachment: rights not known", "warn"),
        ("Earlier government: Sunak Conservative Government", ""),
    ]
