from __future__ import annotations

import pytest

from retrieval.questions import addressee, without_formula


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("To ask the Secretary of State for Transport, what steps she is taking.", "what steps she is taking."),
        ("To ask the Secretary of State for Environment, Food and Rural Affairs, if he will.", "if he will."),
        ("To ask His Majesty's Government what support they provide.", "what support they provide."),
        ("To ask Her Majesty’s Government, how many.", "how many."),
        ("What is this?", "What is this?"),
        ("To ask the Prime Minister", "To ask the Prime Minister"),
        ("", ""),
        (
            "To ask the Secretary of State for Transport what steps he takes to improve buses, trains and trams.",
            "To ask the Secretary of State for Transport what steps he takes to improve buses, trains and trams.",
        ),
        (
            "To ask the Minister, Pursuant to the Answer of 3 May to Question 50161 on rents, what",
            "To ask the Minister, Pursuant to the Answer of 3 May to Question 50161 on rents, what",
        ),
    ],
)
def test_the_formula_is_left_out_and_what_is_asked_stays(question: str, asked: str) -> None:
    assert without_formula(question) == asked


@pytest.mark.parametrize(
    ("question", "whom"),
    [
        ("To ask the Secretary of State for Transport, what steps.", "secretary of state for transport"),
        ("To ask His Majesty's Government what support.", "his majesty's government"),
        ("What is this?", None),
    ],
)
def test_whom_a_question_is_put_to_is_told_by_its_formula(question: str, whom: str | None) -> None:
    assert addressee(question) == whom
