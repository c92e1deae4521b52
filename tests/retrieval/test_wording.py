from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.choices import Match
from retrieval.errors import QueryError
from retrieval.marking import matched_spans
from retrieval.wording import AllOf, AnyOf, Flags, Found, Not, Phrase, Wording, holds, phrases, wording_of


def folded_words(text: str) -> tuple[str, ...]:
    """Make words slowly: letters and figures, lower case, marks taken off; none of 60 letters or more."""
    parts = unicodedata.normalize("NFD", text.lower())
    return tuple(word for word in re.findall(r"[a-z0-9]+", re.sub("[\u0300-\u036f]", "", parts)) if len(word) < 60)


def asked(query: str, match: Match = Match.WORDS) -> Wording:
    return wording_of(query, match, folded_words)


def word(text: str) -> Found:
    return Found(tuple(text.split()))


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("bus", word("bus")),
        ("Café", word("cafe")),
        ("bus train", AllOf((word("bus"), word("train")))),
        ("bus AND train", AllOf((word("bus"), word("train")))),
        ("bus and train", AllOf((word("bus"), word("and"), word("train")))),
        ("bus OR train AND tram", AnyOf((word("bus"), AllOf((word("train"), word("tram")))))),
        ("(bus OR train) AND tram", AllOf((AnyOf((word("bus"), word("train"))), word("tram")))),
        ("bus NOT train OR tram", AnyOf((AllOf((word("bus"), Not(word("train")))), word("tram")))),
        ("bus AND NOT NOT train", AllOf((word("bus"), word("train")))),
        ('"rural bus" OR “village hall”', AnyOf((word("rural bus"), word("village hall")))),
        ('bus"rural bus"', AllOf((word("bus"), word("rural bus")))),
        ("‘rural bus’ NOT (‘village’s hall’)", AllOf((word("rural bus"), Not(word("village s hall"))))),
        ("‘bus the councils’ “rural bus”", AllOf((word("bus the councils"), word("rural bus")))),
        ("‘bus train’s", AllOf((word("bus"), word("train s")))),
        ("councils’ bus ’train", AllOf((word("councils"), word("bus"), word("train")))),
        ('"bus AND (train"', word("bus and train")),
        ("5,600", word("5 600")),
        ("£5.6m", word("5 6m")),
        ("co-operate", word("co operate")),
        ("minister’s", word("minister s")),
        ("  bus  ", word("bus")),
    ],
)
def test_words_and_phrases_are_joined_by_operators_in_capitals(query, meant):
    assert asked(query) == meant


@pytest.mark.parametrize(
    "query", ['"Rural Bus services"', "“rural bus services”", "rural  bus—services", "rural bus's"]
)
def test_an_exact_query_is_one_phrase_whatever_stands_around_and_between_its_words(query):
    assert asked(query, Match.EXACT) == word("rural bus s" if query.endswith("'s") else "rural bus services")


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ('"terms AND conditions (new)"', "terms and conditions new"),
        ("“terms OR conditions”", "terms or conditions"),
        ("‘terms OR conditions’", "terms or conditions"),
        ("terms and conditions", "terms and conditions"),
        ("do NOT", "do not"),
        ("the ORR and NOTES", "the orr and notes"),
    ],
)
def test_operators_are_words_in_an_exact_query_that_is_quoted_or_has_them_elsewhere(query, meant):
    assert asked(query, Match.EXACT) == word(meant)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("bus AND", "at character 8, a word is missing: the query ends"),
        ("OR bus", "at character 1, a word is missing: 'OR' stands there; to find the word itself write it in lower"),
        ("bus AND OR train", "at character 9, a word is missing: 'OR' stands there"),
        ("NOT", "at character 4, a word is missing: the query ends"),
        ("()", "at character 2, a word is missing: ')' stands there"),
        ("bus (train", "at character 5, ( is never closed: add )"),
        ("bus) train", "at character 4, ')' closes nothing: take it out"),
        ('bus "rural', "at character 5, the quotation mark is never closed: add one"),
        ('bus ""', "at character 6, '' has no letter or figure"),
        ("bus & train", "at character 5, '&' has no letter or figure: leave it out"),
        ("bus train*", "at character 9, 'n*' has a wildcard: write out each word, joined by OR, or leave the sign out"),
        ("bus ‘rural train*’", "at character 16, 'n*' has a wildcard"),
        ("bus wom?n", "has a wildcard"),
        ("bus -train", "at character 5, '-' before a word is no operator: write AND or NOT"),
        ("NOT bus", "answers that have none of its words would match: join what follows NOT by AND"),
        ("bus OR NOT train", "answers that have none of its words would match"),
        ("bus " + "x" * 60, "at character 5, 'xxxxxxxxxxxxxxxxxxxx'... is too long a word to be looked up (60 bytes)"),
        ("(" * 41 + "bus" + ")" * 41, "at character 41, parentheses stand more than 40 deep: use fewer"),
        ("bus " * 201, "at character 801, more than 200 words and phrases are not looked up: use fewer"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place_and_a_next_step(query, told):
    with pytest.raises(QueryError) as raised:
        asked(query)
    assert raised.value.field == "query"
    assert told in raised.value.reason


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("£ & %", "at character 1, '£ & %' has no letter or figure"),
        ("asylum seek*", "at character 11, 'k*' has a wildcard"),
        ('"rural bus" AND "village hall"', "with match=exact all of it is one phrase: use match=words"),
        ("buses OR lanterns", "use match=words for AND, OR and NOT, or put the phrase in quotation marks"),
        ("buses AND NOT (lanterns)", "with match=exact all of it is one phrase"),
        ('"rural bus" NOT lanterns', "with match=exact all of it is one phrase"),
        ("a " + "ö" * 60, "is too long a word"),
    ],
)
def test_an_exact_query_that_could_not_be_answered_truly_is_refused(query, told):
    with pytest.raises(QueryError, match=re.escape(told)):
        asked(query, Match.EXACT)


def test_a_question_mark_at_the_end_of_a_word_is_punctuation():
    assert asked("why?", Match.EXACT) == word("why")
    assert asked("why? how?") == AllOf((word("why"), word("how")))


def test_only_what_is_sought_is_told_apart_from_what_must_not_be_there():
    meant = asked('bus NOT ("village hall" NOT train) AND bus')
    assert phrases(meant) == (("bus",), ("village", "hall"), ("train",))
    assert phrases(meant, sought=True) == (("bus",), ("train",))


WORDS = ["bus", "train", "tram"]


@st.composite
def queries(draw: st.DrawFn, depth: int = 3) -> tuple[str, str]:
    """Draw a query, and the Python that says what it means of a set `there`."""
    if depth == 0 or draw(st.booleans()):
        one = draw(st.sampled_from(WORDS))
        return one, f"({one!r} in there)"
    left, right = draw(queries(depth=depth - 1)), draw(queries(depth=depth - 1))
    how = draw(st.sampled_from(["AND", "OR", "NOT", ""]))
    if how == "NOT":
        return f"({left[0]}) NOT ({right[0]})", f"({left[1]} and not {right[1]})"
    python = "or" if how == "OR" else "and"
    return f"({left[0]}) {how} ({right[0]})", f"({left[1]} {python} {right[1]})"


@given(queries())
def test_a_query_holds_where_the_same_in_python_does(made):
    query, python = made
    for bits in range(8):
        there = {word for place, word in enumerate(WORDS) if bits >> place & 1}
        flags: dict[Phrase, Flags] = {(one,): np.array([one in there]) for one in WORDS}
        assert bool(holds(asked(query), flags)[0]) is eval(python, {"there": there})


@given(st.text(alphabet='busé́‘’-, AND()"', max_size=30))
def test_any_text_is_understood_or_refused(query):
    for match in (Match.WORDS, Match.EXACT):
        try:
            found = asked(query, match)
        except QueryError:
            continue
        assert phrases(found, sought=True)


def test_the_words_found_are_marked_where_they_stand_and_what_overlaps_is_joined():
    text = "Café au lait: the CAFÉ’s lait, cafe\u0301 au."
    found = [("cafe", "au"), ("au", "lait"), ("s",)]
    spans = matched_spans(text, found, folded_words)
    assert [text[span.start : span.end] for span in spans] == ["Café au lait", "s", "cafe\u0301 au"]
    assert [(span.start, span.end) for span in spans] == [(0, 12), (23, 24), (31, 39)]
    assert matched_spans("plain text_here", [("text", "here")], folded_words)[0].end == 15
