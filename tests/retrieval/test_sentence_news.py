"""A sentence is new unless an answer before has one like it, however the search for those is shortened."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.differences import SegmentKind, diff
from retrieval.sentence_news import LIKE_AT, News, Saying, Standing, likeness, sentence_news

GRANT = "The Department gave councils in every region a grant of £12 million for new village halls this year."
GRANT_NOW = "The Department gave councils in every region a grant of £15.5 million for new village halls this year."
NO_GRANT = "The Department gave no councils in every region a grant of £12 million for new village halls this year."
REVIEW = "A review of how village halls are heated and insulated was published by the Department in the spring."
OTHER = "Ministers meet representatives of the motor trade from time to time to talk about the price of fuel."


def told(answers: Sequence[Sequence[str]], **how: int) -> list[list[tuple[str, int | None, int | None]]]:
    return [[(one.standing, one.seen, one.first) for one in answer] for answer in sentence_news(answers, **how)]


def test_every_sentence_of_the_first_answer_is_new():
    assert told([[GRANT, REVIEW]]) == [[("new", None, None)] * 2]
    assert sentence_news([[GRANT]]) == [(News(Standing.NEW),)]


def test_a_sentence_is_kept_where_the_answer_before_has_it_and_new_where_none_has():
    assert told([[GRANT], [OTHER, GRANT]], start=1) == [[("new", None, None), ("kept", 0, 0)]]


def test_a_sentence_that_an_earlier_answer_had_and_the_last_had_not_has_returned():
    assert told([[GRANT], [OTHER], [GRANT], [GRANT]]) == [
        [("new", None, None)],
        [("new", None, None)],
        [("returned", 0, 0)],
        [("kept", 2, 0)],
    ]


def test_case_punctuation_and_apostrophes_change_no_word():
    old, new = "The Government’s plan - as it stands - is this.", "the government's plan as it stands is THIS"
    assert likeness(Saying.of(old), Saying.of(new)) == 1
    assert sentence_news([[old], [new]], 1) == [(News(Standing.KEPT, 0, 0),)]


def test_where_only_a_figure_changed_the_change_is_told_word_by_word():
    (((kept),),) = sentence_news([[GRANT], [GRANT_NOW]], 1)
    assert kept.standing is Standing.KEPT
    assert [(one.kind, one.text) for one in kept.changes if one.kind is not SegmentKind.SAME] == [
        (SegmentKind.REMOVED, "£12"),
        (SegmentKind.ADDED, "£15.5"),
    ]
    assert "".join(one.text for one in kept.changes if one.kind is not SegmentKind.REMOVED) == GRANT_NOW


def test_of_two_sentences_like_it_the_one_with_the_same_words_is_the_one_it_is_set_against():
    assert sentence_news([[GRANT_NOW, GRANT]] * 2, 1) == [(News(Standing.KEPT, 0, 0),) * 2]


def test_a_sentence_that_says_the_opposite_is_new():
    assert likeness(Saying.of(GRANT), Saying.of(NO_GRANT)) == 0
    assert told([[GRANT], [NO_GRANT]], start=1) == [[("new", None, None)]]
    assert likeness(Saying.of("We do fund it."), Saying.of("We don't fund it.")) == 0


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("The guidance is available at the following link:", "The data is available at the following link:", 0),
        ("In January 2024, there were 5,609 pupils on roll.", "In January 2025, there were 4 pupils on roll.", 1),
        ("North East\t4\t12%", "North East\t5\t14%", 1),
        ("North East\t4\t12%", "North West\t4\t12%", 0),
        ("4\t12%", "5\t14%", 0),
        ("It is at https://a.example/one", "It is at https://b.example/two", 1),
        ("https://a.example/one", "https://a.example/two", 0),
        ("https://a.example/one", "https://a.example/one", 1),
    ],
)
def test_a_short_sentence_may_differ_in_figures_and_addresses_alone(one: str, other: str, like: float):
    assert likeness(Saying.of(one), Saying.of(other)) == like
    assert told([[one], [other]], start=1) == [[("kept", 0, 0) if like else ("new", None, None)]]


def test_likeness_is_twice_the_words_in_common_by_all_words():
    ten = "one two three four five six seven eight nine ten"
    assert likeness(Saying.of(ten), Saying.of(f"{ten} eleven twelve")) == 20 / 22
    assert likeness(Saying.of(ten), Saying.of("two one three four five six seven eight nine ten")) == 18 / 20


def test_no_more_than_the_answers_looked_back_at_are_looked_through():
    answers = [[GRANT], [OTHER], [REVIEW], [GRANT]]
    assert told(answers, start=3, looked_back=3) == [[("returned", 0, 0)]]
    assert told(answers, start=3, looked_back=2) == [[("new", None, None)]]


def test_which_answers_are_asked_about_changes_nothing_of_what_is_told_of_them():
    answers = [[GRANT, OTHER], [REVIEW], [GRANT_NOW], [OTHER, GRANT]]
    whole = sentence_news(answers)
    assert [sentence_news(answers, start) for start in range(5)] == [whole[start:] for start in range(5)]


_VOCABULARY = ["road", "rail", "Bus", "the", "the", "of", "not", "12", "13", "£", "fund", "plan", "new", "hall", "and"]
_SENTENCE = st.lists(st.sampled_from(_VOCABULARY), min_size=1, max_size=16).map(" ".join)
_STOCK = st.sampled_from([GRANT, GRANT_NOW, NO_GRANT, REVIEW, OTHER, GRANT.replace("this year", "last winter")])


@given(
    st.lists(st.lists(_SENTENCE | _STOCK, max_size=4), min_size=1, max_size=6),
    st.integers(min_value=1, max_value=5),
)
def test_what_is_told_agrees_with_comparing_each_sentence_with_each_before_it(answers: list[list[str]], back: int):
    assert sentence_news(answers, looked_back=back) == [
        tuple(_slowly(answers, place, sentence, back) for sentence in answer) for place, answer in enumerate(answers)
    ]


def _slowly(answers: list[list[str]], place: int, sentence: str, back: int) -> News:
    """Compare with every sentence of the answers before, the latest answer first."""
    mine = Saying.of(sentence)
    having: list[tuple[int, str]] = []
    for there in range(place - 1, max(-1, place - back - 1), -1):
        alike = [(likeness(mine, Saying.of(old)), old) for old in answers[there]]
        same = [old for _, old in alike if Saying.of(old) == mine]
        near = [(degree, old) for degree, old in alike if degree >= LIKE_AT]
        if same:
            having.append((there, same[0]))
        elif near:
            most = max(degree for degree, _ in near)
            having.append((there, next(old for degree, old in near if degree == most)))
    if not having:
        return News(Standing.NEW)
    seen, old = having[0]
    standing = Standing.KEPT if seen == place - 1 else Standing.RETURNED
    changes = () if Saying.of(old) == mine else diff(old, sentence).segments
    return News(standing, seen, having[-1][0], changes)
