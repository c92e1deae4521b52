from __future__ import annotations

import pytest

from retrieval.quotation_parts import MAX_INSERTED, Part, parts_of, trimmed, without_marks


@pytest.mark.parametrize(
    "ellipsis", ["…", "...", ". . .", "....", "[…]", "[...]", "(…)", "( . . . )", "[ ... ]", "… …"]
)
def test_an_ellipsis_of_any_form_parts_a_quotation(ellipsis: str):
    assert parts_of(f"“We will {ellipsis} act”") == (Part("We will", None), Part("act", None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[T]he plan", [("The plan", None)]),
        ("the plan [of the Department] works", [("the plan", None), ("works", MAX_INSERTED)]),
        ("we provide[d] help", [("we", None), ("help", MAX_INSERTED)]),
        ("it was [un]likely to work", [("it was", None), ("to work", MAX_INSERTED)]),
        ("[The plan] works", [("works", None)]),
        ("it works [sic] well", [("it works   well", None)]),
        ("It works [emphasis added]", [("It works", None)]),
        ("one … [two] three", [("one", None), ("three", None)]),
        ("an [open bracket", [("an [open bracket", None)]),
        ("… leading and trailing …", [("leading and trailing", None)]),
        ("[only this]", []),
        ("…", []),
    ],
)
def test_what_stands_in_square_brackets_is_the_writers(text: str, expected: list[tuple[str, int | None]]):
    assert [(part.text, part.reach) for part in parts_of(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" “we act” ", "we act"),
        ('"we act"', "we act"),
        ("‘don’t act’", "don’t act"),
        ("'act'", "act"),
        ("“one” and “two”", "“one” and “two”"),
        ('"one" and "two"', '"one" and "two"'),
        ("“", "“"),
    ],
)
def test_only_marks_around_the_whole_are_taken_off(text: str, expected: str):
    assert without_marks(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("– we act,", "we act"), ("we act.", "we act"), ("£5.", "£5")])
def test_punctuation_at_the_ends_may_be_of_the_sentence_that_quotes(text: str, expected: str):
    assert trimmed(text) == expected
