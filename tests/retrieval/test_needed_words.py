"""What a text needs for a pattern to match: never too much, and enough to be of use."""

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from retrieval.needed_words import foldable, needed_in
from retrieval.status_rules import RULES

# What ignoring case makes of these is not what folding them does, or was long forgotten about.
ODD = "\u017f\u212a\u0131\u0130\xdf\ufb01\u0149\u1e9e\u03a3\u03c2\xb5\u212b"


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        ("held", ["held"]),
        ("HELD centrally", ["held centrally"]),
        (r"\bnot (?:held|kept)\b", ["not "]),
        (r"(?:held|kept)\b", ["held", "kept"]),
        (r"(?:is )?held", ["held"]),
        (r"(?:held)+", ["held"]),
        (r"(?:held)*", []),
        (r"(?:held|\d+)", []),
        (r"held|", []),
        (r"(?!held)\w+", []),
        (r"[hk]eld", ["eld"]),
        (r"\w+", []),
        (r"ab(?:is held|was kept)", ["is held", "was kept"]),
        ("Straße der", ["stra"]),
    ],
)
def test_the_pieces_are_those_that_no_match_can_be_without(pattern, pieces):
    assert sorted(needed_in(re.compile(pattern, re.IGNORECASE))) == pieces


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_no_rule_fires_on_a_sentence_that_is_not_searched(rule, data):
    sentence = data.draw(st.from_regex(rule.pattern))
    assert rule.pattern.search(sentence)
    assert rule.may_fire_on(foldable(sentence))


@given(letters=st.text(st.sampled_from("keins" + ODD), max_size=6), around=st.text(max_size=4))
def test_a_text_that_matches_without_regard_to_case_is_searched(letters, around):
    assume(letters)
    pattern = re.compile(re.escape(letters), re.IGNORECASE)
    pieces = needed_in(pattern)
    for text in (letters, letters.upper(), letters.lower(), letters.swapcase(), *other_cases(letters)):
        if pattern.search(around + text):
            folded = foldable(around + text)
            assert folded is None or not pieces or any(piece in folded for piece in pieces)


def other_cases(letters):
    """Yield the letters with each replaced by one that `re` takes for the same."""
    pairs = [("s", "\u017f"), ("k", "\u212a"), ("i", "\u0131"), ("i", "\u0130")]
    pairs += [("\xe5", "\u212b"), ("\xb5", "\u03bc"), ("\u03c3", "\u03c2")]
    for one, other in (*pairs, *((other, one) for one, other in pairs)):
        yield letters.replace(one, other)


def test_most_sentences_are_searched_by_few_rules():
    sentences = [
        "The Department does not hold this information centrally.",
        "We are investing £1.5 billion in hospital dentistry in England over three years.",
        "Officials meet the regulator each month, and Ministers twice a year.",
    ]
    searched = sum(rule.may_fire_on(foldable(sentence)) for sentence in sentences for rule in RULES)
    assert searched < len(sentences) * len(RULES) / 4
