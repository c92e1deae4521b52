from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.quoted_words import (
    WordedText,
    is_one_sentence,
    negations_in,
    numbers_in,
    plain_typography,
    reverses,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t, CAFÉ; ﬁne co\u00adop", ["don't", "cafe", "fine", "coop"]),
        ("£1,000,000 and 2,5 or 1.5m", ["£1000000", "and", "2,5", "or", "1.5m"]),
        ("a fall of \u22125% (or -5 per  cent)", ["a", "fall", "of", "-5", "percent", "or", "-5", "percent"]),
        ("2019–20, long-term", ["2019", "20", "long", "term"]),
        ("R&D at $5 not £5", ["r", "and", "d", "at", "$5", "not", "£5"]),
        ("CO₂ rose_up", ["co2", "rose", "up"]),
        ("10² 102 10⁻⁶ 5km² m2 10", ["10^2", "102", "10^-6", "5km2", "m2", "10"]),
        ("701¹ 7011 councils² ¹ end.¹", ["701", "7011", "councils", "end"]),
        (".5 5 0.5 -.5 £.5 para.5", ["0.5", "5", "0.5", "-0.5", "£0.5", "para", "5"]),
        ("<18 > 18 ≤18 <= 18 ≥£5 ±5 ~5 ≈5 ≠5 x > y", "<18 >18 ≤18 ≤18 ≥£5 ±5 ~5 ~5 ≠5 x y".split()),
        ("¥5 ₹5 £ 5 ￡5 5€ £-5 -£5 £m", "¥5 ₹5 £5 £5 5 € £-5 -£5 £ m".split()),
        ("1/2 1 2 ½ 1½ 11/2 1\u20442 and/or 10①", "1/2 1 2 1/2 1+1/2 11/2 1/2 and or 10①".split()),
    ],
)
def test_typography_is_folded_and_what_an_amount_is_made_of_is_kept(text: str, expected: list[str]):
    assert list(WordedText(text).folded) == expected


@given(st.text())
def test_every_word_has_its_place_and_none_has_a_space(text: str):
    worded = WordedText(text)
    assert len(worded.spans) == len(worded.folded)
    for (start, end), word in zip(worded.spans, worded.folded, strict=True):
        assert word
        assert " " not in word
        assert WordedText(text[start:end]).folded[-1:] == (word,) or not text[start:end].isascii()


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_a_run_of_words_is_found_wherever_it_stands(words: list[str], run: list[str]):
    slowly = [place for place in range(len(words)) if words[place : place + len(run)] == run]
    text = WordedText(", ".join(words))
    assert text.places_of(run, 99) == slowly
    assert text.places_of(run, 1) == slowly[:1]


def test_a_stretch_of_words_has_the_characters_from_the_first_to_the_last():
    text = WordedText("We (all) act.")
    assert text.between(1, 3) == (4, 12)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("“it’s” – so…", '"it\'s" - so...', True),
        ("a\n b", "a b", True),
        ("ﬁt", "fit", True),
        ("A b", "a b", False),
    ],
)
def test_the_form_of_marks_dashes_and_spaces_is_typography(one: str, other: str, same: bool):
    assert (plain_typography(one) == plain_typography(other)) is same


def test_numbers_are_told_in_figures_and_letters_and_dates_too():
    words = WordedText("In March five of 5 towns had £2 million, half of it late").folded
    assert numbers_in(words) == ("march", "5", "5", "£2", "million", "half")
    assert numbers_in(WordedText("it may march").folded) == ("march",)


def test_negations_are_told_in_every_form():
    assert negations_in(WordedText("not no can’t cannot never without isn't nor unable").folded) == 9
    assert negations_in(WordedText("a note on knots").folded) == 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("legal", "illegal", True), ("unlikely", "likely", True), ("in", "inin", False), ("act", "enact", False)],
)
def test_a_word_and_its_opposite_are_told(one: str, other: str, expected: bool):
    assert reverses(one, other) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not at all, and", True),
        ("end. Then", False),
        ("one\ntwo", False),
        ("of 1.5 million", True),
        ("so.” He", False),
    ],
)
def test_a_sentence_ends_with_a_full_stop_and_not_within_a_number(text: str, expected: bool):
    assert is_one_sentence(text) is expected


def test_every_sign_of_money_is_part_of_its_figure():
    signs = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) == "Sc"]
    assert len(signs) > 60
    for sign in signs:
        (word,) = WordedText(f"{sign}5").folded
        assert word != "5"
        assert numbers_in((word,)) == (word,)


def test_raised_figures_are_told_apart_from_the_words_they_stand_at():
    assert WordedText("of 701¹ councils and 10⁻⁶ at¹²").raised(0, None) == ("¹", "⁻⁶", "¹²")
    assert WordedText("of 701¹ councils and 10⁻⁶").raised(2, 4) == ()
    assert plain_typography("10²") != plain_typography("102")


@pytest.mark.parametrize("unit", ["per ", "-", "<", "£", "1/", "²", ".", ".)", "’", "é"])
def test_a_very_long_run_has_its_words_found_once(unit: str):
    text = unit * (100_000 // len(unit))
    assert len(WordedText(f"{text} end").folded) <= len(text) + 1
    assert is_one_sentence(f"{text} end") is (unit not in (".", ".)"))
