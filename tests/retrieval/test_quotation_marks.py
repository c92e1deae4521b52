from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.quotation_marks import quotations_in


def texts(text: str) -> list[str]:
    return [one.text for one in quotations_in(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She said “we will act” and left.", ["we will act"]),
        ('She said "we will act," and left.', ["we will act,"]),
        ("She said ‘we will act’ and left.", ["we will act"]),
        ("She said 'we will act' and left.", ["we will act"]),
        ("**“bold”** and (“bracketed”)", ["bold", "bracketed"]),
        ('(“one”) – "two" — “three”', ["one", "two", "three"]),
        ("“outer ‘inner’ outer”", ["outer ‘inner’ outer"]),
        ("‘outer “inner” outer’", ["outer “inner” outer"]),
        ("‘Don’t close the farmers’ market’, he said.", ["Don’t close the farmers’ market"]),
        ("‘The ministers’ said so", ["The ministers"]),
        ("‘We act’ and ‘we are the teachers’", ["We act", "we are the teachers"]),
        ("“a “b” c” and “d”", ["a “b” c", "d"]),
    ],
)
def test_a_quotation_is_found_in_marks_of_every_kind(text: str, expected: list[str]):
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It's the farmers' market, isn't it? The '90s and the ‘80s. 'Tis so, rock 'n' roll.",
        'A pipe of 6" and one of 12" wide.',
        "He didn’t say the ministers’ names.",
        'No quotation at all. “” "" ‘’ “…” “!”',
        "x > y and a >b in a line",
    ],
)
def test_an_apostrophe_an_inch_and_empty_marks_are_no_quotation(text: str):
    assert texts(text) == []


def test_lines_that_begin_with_a_sign_are_one_quotation_without_the_line_that_says_whose_it_is():
    text = "Before “x”.\n\n> First “line”\n> second line.\n>\n> Third.\n> — A Minister, 3 March\n\nAfter.\n>Another.\n"
    found = list(quotations_in(text))
    assert [one.text for one in found] == ["x", "First “line”\nsecond line.\n\nThird.", "Another."]
    assert text[found[1].span.start : found[1].span.end].startswith("> First")
    assert text[found[1].span.start : found[1].span.end].endswith("— A Minister, 3 March")


def test_marks_around_a_whole_block_are_taken_off():
    assert texts("> “We will act.”\n") == ["We will act."]


def test_a_quotation_goes_on_over_paragraphs_that_each_begin_with_a_mark():
    found = list(quotations_in("He said: “First.\n\n“Second.\n\n“Third.” Then “another”."))
    assert [(one.text, one.unclosed) for one in found] == [("First.\nSecond.\nThird.", False), ("another", False)]


@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ('"', '"')])
def test_a_quotation_that_is_never_closed_ends_with_its_paragraph_and_says_so(opening: str, closing: str):
    text = f"He said {opening}we will act.\n\nNext, {opening}this{closing}."
    found = list(quotations_in(text))
    assert [(one.text, one.unclosed) for one in found] == [("we will act.", True), ("this", False)]


def test_single_marks_that_are_never_closed_are_no_quotation():
    assert texts("He said ‘we will act.\n\nNext ‘this’.") == ["this"]


def test_marks_nested_too_deep_are_not_followed():
    assert texts("““““ a") == ["“““ a"]


def test_a_span_has_the_marks_and_the_words_between():
    text = "He said “we will act” once."
    found = next(quotations_in(text))
    assert text[found.span.start : found.span.end] == "“we will act”"


def test_a_quotation_of_very_many_paragraphs_is_taken_for_unclosed():
    found = list(quotations_in("\n\n".join(["“word"] * 30) + "”"))
    assert (found[0].text, found[0].unclosed) == ("word", True)


@pytest.mark.parametrize(
    "unit", [">\n", "> \n", "> —\n", " '-", " ‘-", " ", "\n", "'", '"', "“", "”", "(", "“a\n\n", "s’ ", "'a "]
)
def test_many_marks_in_a_row_take_no_more_than_their_length(unit: str):
    text = unit * (100_000 // len(unit))
    # None of these would end if each mark looked through the rest of the text.
    assert all(one.span.end <= len(text) + 9 for one in quotations_in(f"> a\n{text}b' c"))


def test_blank_lines_before_the_line_that_says_whose_it_is_are_no_part_of_the_quotation():
    assert texts("> We act.\n>\n>   – A Minister\n") == ["We act."]
    assert texts("> - one\n> - two\n") == ["- one"]


ODD = st.text(st.one_of(st.sampled_from("“”‘’'\"><—- s.\n\tab\u202e\0🐝"), st.characters()), max_size=120)


@given(ODD)
def test_of_any_text_the_quotations_stand_apart_in_order_and_with_their_own_words(text: str):
    before = 0
    for one in quotations_in(text):
        assert before <= one.span.start < one.span.end <= len(text)
        before = one.span.end
        said = text[one.span.start : one.span.end].split()
        assert "".join(one.text.split()) in "".join(said) or ">" in text or "“" in one.text or "\n" in text
        assert one.text.strip() == one.text
