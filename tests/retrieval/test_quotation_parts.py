from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.quotation_parts import MAX_INSERTED, Insertion, Part, insertions_in, parts_of, trimmed, without_marks


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


@pytest.mark.parametrize("unit", ["-", " ", "[x] ", "… ", "[", "a[b]c"])
def test_a_very_long_run_within_a_quotation_takes_no_more_than_its_length(unit: str):
    long = f"the{unit * (300_000 // len(unit))} Government1"
    assert trimmed(long) == long
    assert parts_of(long)[-1].text.endswith("Government1")


@pytest.mark.parametrize(
    ("text", "expected", "denies", "counts"),
    [
        ("we will [not] act", Insertion("not"), True, False),
        ("we act [never was]", Insertion("never was"), True, False),
        ("we did[n’t] act", Insertion("n’t", ends_word=True), True, False),
        ("it is [un]likely", Insertion("un", begins_word=True), True, False),
        ("it is care[less]", Insertion("less", ends_word=True), True, False),
        ("we act [in] time", Insertion("in"), False, False),
        ("we gave [£5] million", Insertion("£5"), False, True),
        ("we act [in March]", Insertion("in March"), False, True),
        ("we provide[d] it", Insertion("d", ends_word=True), False, False),
    ],
)
def test_what_is_put_in_is_kept_and_told_to_deny_or_to_count(
    text: str, expected: Insertion, denies: bool, counts: bool
):
    found = insertions_in(text)
    assert found == (expected,)
    assert (found[0].denies, found[0].counts) == (denies, counts)


@pytest.mark.parametrize("text", ["[T]he plan", "it works [sic]", "we […] act", "we [ ] act"])
def test_a_capital_a_sic_and_an_ellipsis_put_nothing_in(text: str):
    assert insertions_in(text) == ()


@given(st.text(st.one_of(st.sampled_from("“”[]().… abT'\u202e\0🐝"), st.characters()), max_size=80))
def test_of_any_text_the_parts_are_its_own_letters_and_an_insertion_is_never_among_them(text: str):
    parts = parts_of(text)
    assert [part.reach for part in parts[:1]] in ([], [None])
    for part in parts:
        assert part.text == part.text.strip() != ""
        assert set(part.text) <= set(text)
    for insertion in insertions_in(text):
        assert insertion.text in text
