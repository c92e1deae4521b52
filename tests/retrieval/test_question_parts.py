import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.question_parts import QuestionPart, parts_of


def test_each_part_has_the_words_before_the_first_and_those_after_the_last():
    assert parts_of("what she is doing to (a) diagnose and (b) manage bowel disease.") == (
        QuestionPart("(a)", "diagnose", "what she is doing to diagnose bowel disease", "diagnose"),
        QuestionPart("(b)", "manage", "what she is doing to manage bowel disease", "manage bowel disease"),
    )


def test_the_last_part_is_taken_to_have_as_many_words_as_the_longest_before_it():
    found = parts_of("how many (a) full time nurses, (b) cooks and (c) part time porters there are in Mockham")
    assert [part.text for part in found] == ["full time nurses", "cooks", "part time porters"]
    assert found[1].question == "how many cooks there are in Mockham"


def test_letters_that_begin_again_in_another_clause_are_parts_of_that_clause():
    found = parts_of("what the cost of (a) buses and (b) trams was in Mockham; and who (a) paid and (b) collected it")
    assert [(part.label, part.text) for part in found] == [
        ("(a)", "buses"),
        ("(b)", "trams"),
        ("(a)", "paid"),
        ("(b)", "collected"),
    ]
    assert found[2].question == "and who paid it"


def test_a_number_within_a_part_is_no_part():
    found = parts_of("how many (a) men and (b) women were (i) arrested and (ii) charged")
    assert [part.label for part in found] == ["(a)", "(b)"]
    assert found[0].question == "how many men were (i) arrested and (ii) charged"


@pytest.mark.parametrize("letters", range(2, 27))
def test_every_letter_of_the_alphabet_can_follow(letters: int):
    text = "how many " + " ".join(f"({chr(97 + place)}) thing{place}," for place in range(letters))
    assert [part.text for part in parts_of(text)] == [f"thing{place}" for place in range(letters)]


@pytest.mark.parametrize(
    "text",
    [
        "how many buses there are",
        "what (a) buses are for",
        "how many (b) buses and (c) trams",
        "(a) buses; (b) trams",
        "",
    ],
)
def test_a_question_without_two_letters_in_a_row_has_no_parts(text: str):
    assert parts_of(text) == ()


@given(st.lists(st.sampled_from(["(a)", "(b)", "(c)", "buses", "and", "trams,", ";"]), max_size=12))
def test_the_own_words_of_a_part_stand_in_the_text_one_after_another(words: list[str]):
    text = " ".join(words)
    for part in parts_of(text):
        assert part.label in text
        assert part.text in text
        assert part.text in part.question


@pytest.mark.parametrize("run", [", ", "and ", "; and", " "])
def test_a_long_run_of_what_joins_parts_takes_no_more_than_its_length(run: str):
    long = run * (300_000 // len(run))
    assert len(parts_of(f"what (a) a{long}b (b) c")) == (0 if ";" in run else 2)
    assert [part.text for part in parts_of(f"what (a) buses, and, or{' and' * 50_000} (b) trams")] == ["buses", "trams"]
