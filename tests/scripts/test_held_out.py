from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.records import Record
from scripts.held_out import NEAR_DUPLICATE_AT, Judged, held_out, near_duplicates, pairs_of_near_duplicates
from tests.retrieval.conftest import Invented

INVENTED = Invented()
TEN = "alpha bravo charlie delta echo foxtrot golf hotel india juliet"
SHORT = st.lists(st.sampled_from("a b c d e f g h i j k l".split()), max_size=14).map(" ".join)


def distinct(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def slow_nearly_repeats(text: str, other: str) -> bool:
    """Compare two texts by the words of one, taken one by one."""
    one, two = distinct(text), distinct(other)
    shorter, longer = sorted((len(one), len(two)))
    shared = sum(word in two for word in one)
    return shared > 0 and 10 * shared >= round(10 * NEAR_DUPLICATE_AT) * (longer if shorter < 8 else shorter)


def slow_pair(text: str, other: str) -> bool:
    one, two = distinct(text), distinct(other)
    shared = sum(word in two for word in one)
    return shared > 0 and 10 * shared >= round(10 * NEAR_DUPLICATE_AT) * max(len(one), len(two))


def each_against_each(texts: list[str], same: Callable[[str, str], bool]) -> list[tuple[int, int]]:
    places = range(len(texts))
    return [(one, other) for one in places for other in places if one < other and same(texts[one], texts[other])]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(SHORT, max_size=9), others=st.lists(SHORT, max_size=5))
def test_near_duplicates_are_those_that_comparing_each_with_each_finds(texts: list[str], others: list[str]) -> None:
    expected = [place for place, text in enumerate(texts) if any(slow_nearly_repeats(text, other) for other in others)]
    assert near_duplicates(texts, others) == expected


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(SHORT, max_size=9))
def test_pairs_of_near_duplicates_are_those_that_comparing_each_with_each_finds(texts: list[str]) -> None:
    assert sorted(pairs_of_near_duplicates(texts)) == each_against_each(texts, slow_pair)


def test_more_texts_than_are_compared_at_once_keep_their_places() -> None:
    texts = [f"word{number} other{number} third{number}" for number in range(700)]
    texts[3] = texts[650] = texts[651] = TEN
    assert near_duplicates(texts, [TEN.upper()]) == [3, 650, 651]
    assert sorted(pairs_of_near_duplicates(texts)) == [(3, 650), (3, 651), (650, 651)]


def test_the_share_is_of_the_shorter_text_unless_it_is_very_short() -> None:
    seven_of_ten = "alpha bravo charlie delta echo foxtrot golf x y z"
    six_of_ten = "alpha bravo charlie delta echo foxtrot w x y z"
    contains = TEN + " " + " ".join(f"more{number}" for number in range(50))
    assert near_duplicates([seven_of_ten, six_of_ten, contains, "alpha bravo", "", "alpha alpha"], [TEN]) == [0, 2]
    assert near_duplicates([TEN], [contains]) == [0]
    assert near_duplicates(["alpha bravo"], ["Bravo, alpha!"]) == [0]


def words(start: str, count: int = 20) -> str:
    """Return words that no other start has."""
    return " ".join(f"{start}{number}" for number in range(count))


def record(number: int, answer: str, question: str) -> Record:
    asked = f"To ask the Secretary of State for Transport, {question}."
    received = INVENTED.received(number, answerText=f"<p>{answer}.</p>", questionText=asked)
    return INVENTED.candidate(received).record


RECORDS = [
    record(1, words("judged"), words("asked")),
    record(2, words("query"), words("queried")),
    record(3, words("judged", 15) + " " + words("new", 5), words("third")),
    record(4, words("fourth"), words("asked", 14) + " " + words("other", 6)),
    record(5, words("fifth"), words("typed", 9) + " " + words("else", 3)),
    record(6, words("judged", 13) + " " + words("sixth", 7), words("asked", 13) + " " + words("sixty", 7)),
    record(7, words("seventh"), words("seventy")),
    record(8, words("query", 20), words("eighth")),
]
NAMED = "named by a judged collection"
ANSWER = "answer nearly repeats a judged one"
QUESTION = "question nearly repeats a judged one or a query"


def test_what_is_judged_or_asked_and_what_nearly_repeats_it_is_held_out_and_others_stay() -> None:
    found = held_out(RECORDS, Judged(frozenset({"1", "2"}), (words("typed", 12),)))
    key_of = {one.key: one.api_id for one in RECORDS}
    assert {key_of[key]: reason for key, reason in found.reasons.items()} == {
        1: NAMED,
        2: NAMED,
        3: ANSWER,
        8: ANSWER,
        4: QUESTION,
        5: QUESTION,
    }
    assert list(found.counts().items()) == [(NAMED, 2), (ANSWER, 2), (QUESTION, 2)]


def test_a_record_may_be_named_by_its_key() -> None:
    found = held_out(RECORDS, Judged(frozenset({RECORDS[6].key}), ()))
    assert found.reasons == {RECORDS[6].key: NAMED}


def test_what_names_nothing_holds_nothing_out() -> None:
    assert held_out(RECORDS, Judged(frozenset(), ())).reasons == {}
    assert held_out(RECORDS, Judged(frozenset({"999"}), ())).counts() == {}
    assert held_out([], Judged(frozenset({"1"}), ("one",))).reasons == {}
