"""Sentences of answers begin and end where a reader would say so."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def test_spans_are_offsets_in_code_points() -> None:
    text = "Café 😀 naïve. Zweiter – Satz! Third?"
    assert sentence_spans(text) == ((0, 13), (14, 29), (30, 36))
    assert sentences(text) == ["Café 😀 naïve.", "Zweiter – Satz!", "Third?"]


def test_a_line_break_ends_a_sentence() -> None:
    assert sentences("One line\nnext line.\r\n\r\nThird\u2028Fourth") == [
        "One line",
        "next line.",
        "Third",
        "Fourth",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "I refer the hon. Member to my answer.",
        "I thank my Rt. Hon. Friend the Member for St. Albans.",
        "The Rt Hon. Member for Ealing asked Mr. Smith and Mrs. Jones.",
        "See No. 5, Nos. 6 and 7, para. 3 and paras. 4 to 5 of s. 2.",
        "It is in the answer to Question UIN. 12345, at Q. 7.",
        "Some support, e.g. Universal Credit, i.e. The main benefit, goes on.",
        "See HC Deb, vol. 280, col. 505W and Cols. 505 to 507.",
        "The U.K. Government published it on GOV.UK in 2024.",
        "It cost £1.5 million in 2023.",
    ],
)
def test_an_abbreviation_ends_no_sentence(sentence: str) -> None:
    assert sentences(f"{sentence} The next one.") == [sentence, "The next one."]


def test_a_short_answer_and_a_disease_end_sentences() -> None:
    assert sentences("No. The Department has not.") == ["No.", "The Department has not."]
    assert sentences("She has MS. It is known.") == ["She has MS.", "It is known."]


def test_a_label_stays_with_what_it_labels() -> None:
    assert sentences("1. The first. 2. The second.")[0].startswith("1. The first.")


def test_text_without_words_has_no_sentences() -> None:
    assert [sentence_spans(text) for text in ("", " \n\t ", "\u2029")] == [(), (), ()]


def test_white_space_of_several_bytes_after_a_full_stop_is_no_trouble() -> None:
    assert sentences("One.\u00a0Two.\u3000Three\u2009four. É") == ["One.", "Two.", "Three\u2009four.", "É"]
    assert sentences("It was (b.\u2028é.\x85É.\u00a0É") == ["It was (b.", "é.", "É.", "É"]


def test_a_lone_surrogate_is_no_trouble() -> None:
    assert sentences("One\ud800. Two.") == ["One\ud800.", "Two."]


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" .!?…\n\u2028\u00a0aAé😀")), max_size=80))
def test_spans_hold_every_character_that_is_not_white_space_once_and_in_order(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
