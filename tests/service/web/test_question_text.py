"""The parts of a question are set apart, and not a character of it changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.question_text import QuestionLine, question_lines


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many lanterns were lit.", [QuestionLine("", "how many lanterns were lit.")]),
        (
            "how many were (a) lit and (b) put out in 2025.",
            [
                QuestionLine("", "how many were "),
                QuestionLine("(a)", " lit and "),
                QuestionLine("(b)", " put out in 2025."),
            ],
        ),
        (
            "deaths (a) with and (b) without cause in each (i) area and (ii) region.",
            [
                QuestionLine("", "deaths "),
                QuestionLine("(a)", " with and "),
                QuestionLine("(b)", " without cause in each "),
                QuestionLine("(i)", " area and ", is_nested=True),
                QuestionLine("(ii)", " region.", is_nested=True),
            ],
        ),
        ("(1) who and (2) when", [QuestionLine("(1)", " who and "), QuestionLine("(2)", " when")]),
        ("section 128(a) of the Act", [QuestionLine("", "section 128(a) of the Act")]),
        ("the (b) list and the (c) list", [QuestionLine("", "the (b) list and the (c) list")]),
        ("(SMEs) and (a) one, (c) three", [QuestionLine("", "(SMEs) and (a) one, (c) three")]),
        ("", [QuestionLine("", "")]),
    ],
)
def test_each_part_of_a_sequence_has_a_line(question: str, expected: list[QuestionLine]):
    assert list(question_lines(question)) == expected


def test_a_part_after_h_is_a_letter_and_no_roman_number():
    letters = [f"({letter}) x " for letter in "abcdefghij"]
    assert [line.label for line in question_lines("".join(letters))] == [f"({letter})" for letter in "abcdefghij"]
    assert not any(line.is_nested for line in question_lines("".join(letters)))


def test_letters_that_begin_again_are_parts_again():
    labels = [line.label for line in question_lines("how (a) x and (b) y; and where (a) x and (b) y.")]
    assert labels == ["", "(a)", "(b)", "(a)", "(b)"]


@given(st.lists(st.sampled_from(["(a)", "(b)", "(c)", "(i)", "(ii)", "(1)", "(2)", "(h)", " and ", "x", "; ", "("])))
def test_the_lines_of_a_question_are_the_question(parts: list[str]):
    question = "".join(parts)
    assert "".join(line.label + line.text for line in question_lines(question)) == question
