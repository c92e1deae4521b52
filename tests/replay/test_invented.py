from __future__ import annotations

from datetime import date

import pytest

from tests.replay.invented import (
    corrected,
    correcting_statement,
    grouped,
    lords_question,
    lords_statement,
    one_of_each,
    pointer,
    pursuant,
    question,
    statement,
    unanswered,
    withdrawn,
)


def test_a_question_says_in_its_own_words_that_it_is_invented():
    for record in one_of_each():
        assert "nvented" in record["questionText"] + record["heading"]
        assert record["answeringMemberId"] is None or record["answeringMemberId"] > 900_000
    assert "invented" in statement(1)["text"]


def test_overrides_take_the_place_of_fields_and_days_can_be_dates():
    made = question(3, uin="44", dateTabled=date(2024, 9, 2), dateAnswered="2024-09-10")
    assert (made["uin"], made["dateTabled"], made["dateAnswered"]) == (
        "44",
        "2024-09-02T00:00:00",
        "2024-09-10T00:00:00",
    )


def test_the_same_id_makes_the_same_question_and_another_makes_another():
    assert question(3) == question(3)
    assert question(3)["answerText"] != question(4)["answerText"]


def test_lords_papers_have_uins_of_their_own():
    assert (lords_question(8)["uin"], lords_question(8)["house"]) == ("HL8", "Lords")
    assert (lords_statement(8)["uin"], lords_statement(8)["house"]) == ("HLWS8", "Lords")
    assert lords_question(8, answerText="<p>Other.</p>")["answerText"] == "<p>Other.</p>"


def test_grouped_questions_share_an_answer_and_name_each_other():
    first, second, third = grouped([1, 2, 3])
    assert first["answerText"] == second["answerText"] == third["answerText"]
    assert first["groupedQuestions"] == ["2", "3"]
    assert second["groupedQuestionsDates"] == [
        {"questionUin": "1", "dateTabled": "2026-06-02T00:00:00"},
        {"questionUin": "3", "dateTabled": "2026-06-04T00:00:00"},
    ]
    assert {one["dateAnswered"] for one in (first, second, third)} == {"2026-06-11T00:00:00"}


def test_pointers_and_follow_ups_name_their_target():
    target = question(10)
    assert pointer(11, target)["answerText"] == (
        "<p>I refer the hon. Member to the answer given to Question UIN 10 on 18 June 2026.</p>"
    )
    assert (
        "pursuant to the Answer of 18 June 2026 to Question 10 on Invented Lanterns: District 10"
        in (pursuant(12, target)["questionText"])
    )


def test_a_correction_comes_with_or_without_its_first_text():
    assert corrected(1)["originalAnswerText"] == (
        "<p>The Department lit 1 invented lanterns in district 1.</p><p>This answer is invented.</p>"
    )
    assert corrected(1, first_text="")["originalAnswerText"] == ""
    assert corrected(1)["dateAnswerCorrected"] == "2026-06-16T00:00:00"


@pytest.mark.parametrize("made", [unanswered(1), withdrawn(1)])
def test_what_waits_for_an_answer_has_none(made):
    assert (made["answerText"], made["dateAnswered"], made["answeringMemberId"]) == (None, None, None)


def test_a_correcting_statement_names_the_question():
    assert correcting_statement(1, 5)["linkedStatements"][0]["linkedStatementId"] == 5
    assert correcting_statement(1, 5)["hasLinkedStatements"] is True
