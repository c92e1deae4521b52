from __future__ import annotations

from tests.replay.clipping import answer_as_listed, question_as_listed, question_row, statement_row
from tests.replay.invented import corrected, question, statement, with_attachments


def test_an_answer_loses_its_tags_and_no_space_is_left_where_they_were():
    assert answer_as_listed("<p>One.</p><p>Two <b>bold</b>.</p><ul><li>Three</li></ul>") == "One.Two bold.Three"


def test_entities_are_kept_in_an_answer():
    assert answer_as_listed("<p>Bread &amp; butter &lt; 3&nbsp;kg</p>") == "Bread &amp; butter &lt; 3&nbsp;kg"


def test_an_answer_of_255_characters_is_whole():
    assert answer_as_listed("<p>" + "a" * 255 + "</p>") == "a" * 255


def test_a_longer_answer_is_255_characters_and_three_dots():
    assert answer_as_listed("<p>" + "a" * 256 + "</p>") == "a" * 255 + "..."


def test_a_question_is_cut_at_255_characters_without_a_sign():
    assert question_as_listed("b" * 300) == "b" * 255
    assert question_as_listed("b" * 255) == "b" * 255


def test_a_question_has_question_marks_for_what_windows_1252_lacks():
    assert question_as_listed("PM\u202f2.5 in 2025\u201126 – “£5”") == "PM?2.5 in 2025-26 – “£5”"


def test_what_is_not_there_stays_so():
    assert answer_as_listed(None) is None
    assert question_as_listed(None) is None


def test_a_row_shows_the_number_of_attachments_and_none_of_them():
    row = question_row(with_attachments(7, count=2))
    assert row["attachmentCount"] == 2
    assert row["attachments"] == []


def test_a_row_shows_no_first_text():
    whole = corrected(5)
    assert whole["originalAnswerText"].startswith("<p>")
    assert question_row(whole)["originalAnswerText"] == ""


def test_clipping_leaves_the_whole_record_as_it_was():
    whole = question(1, answerText="<p>" + "x" * 400 + "</p>")
    question_row(whole)
    assert whole["answerText"] == "<p>" + "x" * 400 + "</p>"


def test_a_statement_is_clipped_as_an_answer_is():
    row = statement_row(statement(1, text="<p>" + "s" * 256 + "</p>", attachments=[{"url": "https://files.example/1"}]))
    assert row["text"] == "s" * 255 + "..."
    assert row["attachments"] == []
