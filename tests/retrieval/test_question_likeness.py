import pytest

from retrieval.question_likeness import (
    NEARLY_THE_SAME_AT,
    SIMILAR_AT,
    WEAK_AT,
    differing,
    likeness_of,
    particulars,
    scored,
    shared_words,
    wording,
)
from retrieval.similar_results import Likeness

ASKED = "To ask the Secretary of State for Transport, how many buses he has sent to Mockham since 2023."


@pytest.mark.parametrize(
    "draft",
    [
        "How many buses he has sent to Mockham since 2023?",
        "To ask the Secretary of State for Mock Affairs, how many buses she has sent to MOCKHAM since 2023",
        "To ask His Majesty's Government how many  buses they has sent to Mockham since 2023.",
        "To ask the Secretary of State for Ferries, To ask the Secretary of State for Ferries, how many buses he has "
        "sent to Mockham since 2023.",
    ],
)
def test_the_formula_case_punctuation_and_pronouns_make_no_other_question(draft: str):
    assert wording(draft) == wording(ASKED)
    assert likeness_of(draft, ASKED, 0.0) is Likeness.SAME_WORDING


def test_names_and_numbers_are_those_within_a_sentence_and_any_number():
    text = (
        "To ask the Secretary of State for Roads, how many of Mockham's buses ran in May 2023? 12 ran. Were they red?"
    )
    assert particulars(text) == {"mockham", "may", "2023", "12"}


def test_words_of_any_question_are_no_names():
    assert particulars("if his Department will publish what the Minister told the Government") == frozenset()


def test_a_question_with_another_name_or_number_is_at_most_similar():
    draft = "how many buses he has sent to Testford since 2023"
    assert likeness_of(draft, ASKED, 0.99) is Likeness.SIMILAR
    assert likeness_of("how many buses he has sent to Mockham since 2024", ASKED, 0.99) is Likeness.SIMILAR
    assert likeness_of("how many coaches he has sent to Mockham since 2023", ASKED, 0.99) is Likeness.NEARLY_THE_SAME


@pytest.mark.parametrize(
    ("score", "likeness"),
    [
        (NEARLY_THE_SAME_AT, Likeness.NEARLY_THE_SAME),
        (NEARLY_THE_SAME_AT - 0.001, Likeness.SIMILAR),
        (SIMILAR_AT, Likeness.SIMILAR),
        (SIMILAR_AT - 0.001, Likeness.WEAK),
        (WEAK_AT, Likeness.WEAK),
        (WEAK_AT - 0.001, None),
    ],
)
def test_each_likeness_begins_at_its_threshold(score: float, likeness: Likeness | None):
    assert likeness_of("how many coaches he has sent to Mockham since 2023", ASKED, score) is likeness


def test_rare_words_count_for_more_than_common_ones():
    weights = {"bus": 1.0, "mockham": 3.0}
    assert shared_words({"bus", "tram"}, weights) == 0.25
    assert shared_words({"mockham"}, weights) == 0.75
    assert shared_words({"mockham", "bus"}, weights) == 1.0
    assert shared_words({"mockham"}, {}) == 0.0


def test_a_score_is_four_fifths_meaning():
    assert scored(0.5, 1.0) == pytest.approx(0.6)
    assert scored(1.0, 1.0) == 1.0


def test_the_words_that_differ_are_found_in_the_question_as_it_was_tabled():
    found = differing("how many buses he has sent to Testford Town since 2023", ASKED)
    assert [ASKED[span.start : span.end] for span in found] == ["Mockham"]
    assert differing(ASKED, ASKED) == ()


def test_words_that_differ_are_not_looked_for_where_most_do():
    assert differing("what the price of lamp oil is in Testford", ASKED) == ()
