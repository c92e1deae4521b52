"""What changed between two texts: exact to the character, in words where that can be done, bounded where not."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.differences import DiffUnit, Segment, SegmentKind, diff

SAME, REMOVED, ADDED = SegmentKind.SAME, SegmentKind.REMOVED, SegmentKind.ADDED


def told(old, new):
    return [(segment.kind, segment.text) for segment in diff(old, new).segments]


def old_of(segments):
    return "".join(segment.text for segment in segments if segment.kind is not ADDED)


def new_of(segments):
    return "".join(segment.text for segment in segments if segment.kind is not REMOVED)


def test_a_changed_figure_is_all_that_changed():
    assert told("It cost £5 million in 2023.", "It cost £15 million in 2023.") == [
        *((SAME, "It cost "), (REMOVED, "£5"), (ADDED, "£15"), (SAME, " million in 2023.")),
    ]


def test_what_was_removed_stands_before_what_was_added_in_its_place():
    assert told("a b c d", "a x y d") == [(SAME, "a "), (REMOVED, "b c"), (ADDED, "x y"), (SAME, " d")]


def test_white_space_between_changed_words_does_not_cut_the_change_up():
    assert told("one two three", "four five six") == [(REMOVED, "one two three"), (ADDED, "four five six")]


def test_a_new_paragraph_and_a_new_ending_are_added_alone():
    assert told("One.\nThree.", "One.\nTwo.\nThree.") == [(SAME, "One.\n"), (ADDED, "Two.\n"), (SAME, "Three.")]
    assert told("One.", "One. Two.") == [(SAME, "One."), (ADDED, " Two.")]
    assert told("One. Two.", "One.") == [(SAME, "One."), (REMOVED, " Two.")]


def test_texts_that_are_equal_or_empty_have_no_change_to_tell():
    assert told("One two.", "One two.") == [(SAME, "One two.")]
    assert told("", "") == []
    assert told("", "One.") == [(ADDED, "One.")]
    assert told("One.", "") == [(REMOVED, "One.")]


def test_a_change_in_white_space_alone_is_told():
    assert told("a b", "a\tb") == [(SAME, "a"), (REMOVED, " "), (ADDED, "\t"), (SAME, "b")]


def test_one_figure_in_a_very_long_text_is_still_found_by_the_word():
    text = " ".join(f"word{number}" for number in range(20_000))
    found = diff(f"{text} 5 {text}", f"{text} 6 {text}")
    assert found.unit is DiffUnit.WORD
    assert found.segments == (
        Segment(SAME, f"{text} "),
        *(Segment(REMOVED, "5"), Segment(ADDED, "6")),
        Segment(SAME, f" {text}"),
    )


def test_long_texts_are_compared_by_paragraph():
    old = "\n".join(f"{'the ' * 400}{number}" for number in range(9))
    new = "\n".join(f"{'the ' * 400}{number}" for number in (0, 10, 2, 3, 4, 5, 6, 11, 8))
    found = diff(old, new)
    assert found.unit is DiffUnit.PARAGRAPH
    assert [segment.kind for segment in found.segments] == [SAME, REMOVED, ADDED, SAME, REMOVED, ADDED, SAME]
    assert (old_of(found.segments), new_of(found.segments)) == (old, new)


def test_texts_of_too_many_paragraphs_are_replaced_whole():
    old = "\n".join(str(number % 7) for number in range(5_000))
    new = "\n".join(str(number % 5) for number in range(5_000))
    found = diff(old, new)
    assert (found.unit, found.segments) == (DiffUnit.WHOLE, (Segment(REMOVED, old), Segment(ADDED, new)))


words = st.lists(st.sampled_from(["a", "b", "the", "5", " ", "\n", "\t", "\u00a0", ".", ""]), max_size=40).map("".join)
texts = words | st.text(max_size=40)


@settings(max_examples=300, deadline=None)
@given(texts, texts)
def test_the_segments_give_both_texts_back_exactly(old, new):
    segments = diff(old, new).segments
    assert (old_of(segments), new_of(segments)) == (old, new)
    assert all(segment.text for segment in segments)
    for left, right in pairwise(segments):
        assert left.kind is not right.kind
        assert (left.kind, right.kind) != (ADDED, REMOVED)


@settings(max_examples=30, deadline=None)
@given(texts, texts, st.sampled_from([800, 3_000]), st.sampled_from(["the ", "the\n"]))
def test_long_texts_are_given_back_exactly_too(old, new, times, filler):
    long = filler * times
    older, newer = f"1 {long}{old}{long} 2", f"3 {long}{new}{long} 4"
    segments = diff(older, newer).segments
    assert (old_of(segments), new_of(segments)) == (older, newer)


@pytest.mark.parametrize("unit", DiffUnit)
def test_each_unit_is_written_as_a_plain_word(unit):
    assert unit in ("word", "paragraph", "whole")
