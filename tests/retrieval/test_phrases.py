from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.phrases import quoted_phrases, quoted_spans


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('what is a "priority route" in law', ("priority route",)),
        ("what is a “priority route” in law", ("priority route",)),
        ("what is a ‘priority route’ in law", ("priority route",)),
        ('"one two" and “three” and "one two"', ("one two", "three")),
        ('"straight" before “curved” before ‘single’', ("straight", "curved", "single")),
        ("the minister's reply to the members' letter", ()),
        ("the minister’s reply, the members’ letter and the ‘70s", ()),
        ("a 'straight single' quotation", ()),
        ('an inch is 1" and no more', ()),
        ('5" and 6" pipes for the "lantern room"', ("lantern room",)),
        ('grades "A" and "B" of "lantern oil"', ("lantern oil",)),
        ('"" lanterns "bells"', ("bells",)),
        (f'"{"long " * 41}" lanterns are "here"', ("here",)),
        ('bells ("ropes and bells")', ("ropes and bells",)),
        ('""', ()),
        ('"a"', ()),
        ('"   "', ()),
        ('"  padded  "', ("padded",)),
        ("‘the minister’s own words’ were", ()),
        (f'"{"x" * 201}"', ()),
        (f'"{"x" * 200}"', ("x" * 200,)),
        ("", ()),
    ],
)
def test_what_stands_in_quotation_marks_is_a_phrase(question: str, phrases: tuple[str, ...]) -> None:
    assert quoted_phrases(question) == phrases


@given(phrases=st.lists(st.text("abc é1’-", min_size=2, max_size=20).filter(lambda text: len(text.strip()) > 0)))
def test_every_phrase_in_straight_double_marks_is_found_once_and_in_order(phrases: list[str]) -> None:
    question = " and ".join(f'"{phrase}"' for phrase in phrases)
    assert quoted_phrases(question) == tuple(dict.fromkeys(phrase.strip() for phrase in phrases))


def test_the_place_of_a_phrase_takes_in_its_quotation_marks() -> None:
    asked = 'the "lantern oil" of “Kent”, and a keeper’s own'
    assert [asked[start:end] for start, end in quoted_spans(asked)] == ['"lantern oil"', "“Kent”"]


def test_a_quotation_too_long_or_too_short_for_a_phrase_has_its_place_all_the_same() -> None:
    asked = f'class "A" lanterns, "{"glass " * 40}" and 6" pipes, or 7" ones'
    assert [asked[start:end] for start, end in quoted_spans(asked)] == ['"A"', f'"{"glass " * 40}"']
