"""Which answers nearly repeat one another, and that the groups hold together."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.near_duplicates import AnswerText, leaders
from retrieval.repeats import Wording, common_length, nearly_repeats
from retrieval.snapshot import open_snapshot
from retrieval.store import RecordStore
from tests.replay.invented import question

SPENT = "The Department spent £{} million on mending the invented lanterns of {} in {}, which lasts for years to come."
ASKED = "To ask the Secretary of State for Transport, how much was spent on lanterns in {}."


def answer(number: int, text: str, asked: str = "") -> AnswerText:
    """Return an answer given on the day of its number."""
    return AnswerText(f"id-{number}", date(2024, 1, 1 + number), text, (asked,))


def near(one: str, other: str, asked: Sequence[str] = (ASKED.format("Kent"), ASKED.format("Essex"))) -> bool:
    """Whether two answers, with their questions, are in one group."""
    return leaders([answer(1, one, asked[0]), answer(2, other, asked[1])]) == [0, 0]


def slow_common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """Fill the table of the textbook."""
    row = [0] * (len(other) + 1)
    for word in one:
        before, row = row, [0]
        for place, met in enumerate(other):
            row.append(before[place] + 1 if met == word else max(before[place + 1], row[place]))
    return row[-1]


def test_answers_that_differ_by_numbers_a_place_and_a_year_are_one_group() -> None:
    assert near(SPENT.format(4, "Kent", 2023), SPENT.format(5, "Essex", 2024))


def test_the_same_words_from_two_departments_are_one_group_where_the_question_is_the_same() -> None:
    asked = [
        "To ask the Secretary of State for Defence, how many fax machines are used in the Department.",
        "To ask the Chancellor of the Exchequer, how many fax machines are used in the Department.",
    ]
    text = "The Department does not use any fax machines, and none were leased or bought in the last three years."
    assert near(text, text, asked)


def test_short_stock_words_on_two_subjects_are_no_group() -> None:
    asked = [
        "To ask the Secretary of State for Transport, what plans she has for the lighthouses of Cornwall.",
        "To ask the Secretary of State for Education, if she will meet headteachers about swimming lessons.",
    ]
    text = "We keep all parts of this policy under review, and will share more details in due course."
    assert not near(text, text, asked)


def test_answers_of_a_few_words_are_no_group() -> None:
    assert not near("No.", "No.")
    assert not near("No such assessment has been made.", "No such assessment has been made.")


def test_an_answer_that_says_the_opposite_is_no_near_duplicate() -> None:
    said = "The Department has {}made an assessment of what the invented lanterns of {} cost councils each winter."
    assert near(said.format("", "Kent"), said.format("", "Essex"))
    assert not near(said.format("", "Kent"), said.format("not ", "Kent"))


def test_answers_that_share_a_sentence_and_differ_in_what_they_say_are_no_group() -> None:
    shared = " Information on the new lantern scheme will be published in due course beside the spring statement."
    assert not near(
        "We have asked councils to tell us what they paid." + shared, "Some costs are known from last winter." + shared
    )


def test_nobody_is_brought_into_a_group_by_a_chain_of_small_steps() -> None:
    words = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"]
    changed = [*["other"] * 3, *words[3:]]
    changed_more = [*["other"] * 6, *words[6:]]
    texts = [" ".join(one) for one in (words, changed, changed_more)]
    wordings = [Wording.of(text, ()) for text in texts]
    assert nearly_repeats(wordings[0], wordings[1])
    assert nearly_repeats(wordings[1], wordings[2])
    assert not nearly_repeats(wordings[0], wordings[2])
    assert leaders([answer(number, text) for number, text in enumerate(texts)]) == [0, 0, 2]


def test_the_earliest_answer_leads_and_a_later_one_changes_no_group() -> None:
    first, second, third = (answer(n, SPENT.format(n, "Kent", 2020 + n), ASKED.format("Kent")) for n in (3, 5, 9))
    assert leaders([second, first]) == [1, 1]
    assert leaders([third, second, first]) == [2, 2, 2]


WORDS = st.lists(st.sampled_from("abcdef"), max_size=90)


@given(one=WORDS, other=WORDS)
def test_the_fast_common_length_is_that_of_the_textbook(one: list[str], other: list[str]) -> None:
    assert common_length(one, other) == slow_common_length(one, other)


STEMS = (
    SPENT,
    "We gave councils in {1} a grant of {0} pounds in {2} so that they could light streets and squares in winter.",
    "As of {2}, there were {0} people who looked after a lighthouse in {1}, according to what councils told us.",
)


@st.composite
def many_answers(draw: st.DrawFn) -> list[AnswerText]:
    """Draw answers of few patterns, some of which have words of their own."""
    found = []
    for number in range(draw(st.integers(2, 20))):
        place = draw(st.sampled_from(["Kent", "Essex", "West Sussex"]))
        text = draw(st.sampled_from(STEMS)).format(draw(st.integers(1, 9)), place, draw(st.integers(2020, 2025)))
        own = draw(st.lists(st.sampled_from(["again", "indeed", "of course", "as before"]), max_size=4))
        found.append(answer(draw(st.integers(0, 25)) if number else 0, " ".join([text, *own]), ASKED.format(place)))
    return list({one.key: one for one in found}.values())


@settings(max_examples=60, deadline=None)
@given(answers=many_answers(), random=st.randoms())
def test_groups_do_not_depend_on_the_order_of_the_answers(answers: list[AnswerText], random: Random) -> None:
    order = list(range(len(answers)))
    random.shuffle(order)
    straight, shuffled = leaders(answers), leaders([answers[place] for place in order])
    assert [order[leader] for leader in shuffled] == [straight[place] for place in order]


@settings(max_examples=60, deadline=None)
@given(answers=many_answers())
def test_every_member_nearly_repeats_the_first_of_its_group(answers: list[AnswerText]) -> None:
    for answer_text, leader in zip(answers, leaders(answers), strict=True):
        assert nearly_repeats(answer_text.wording, answers[leader].wording)
        assert answers[leader].age <= answer_text.age


def built(tmp_path: Path, encoder: Encoder, *values: dict[str, object]) -> RecordStore:
    """Build records and open their store."""
    source = tmp_path / "lanterns.jsonl"
    source.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    build([str(source)], tmp_path / "data", encoder)
    return Corpus.open(tmp_path / "data").store


def about(number: int, place: str, text: str) -> dict[str, object]:
    """Return a question about lanterns in a place, answered with `text`."""
    return question(number, questionText=ASKED.format(place), answerText=f"<p>{text}</p>")


def test_a_build_keeps_which_answers_nearly_repeat_one_another(tmp_path: Path, toy_encoder: Encoder) -> None:
    kent, essex = SPENT.format(4, "Kent", 2023), SPENT.format(5, "Essex", 2024)
    refers = (
        "I refer the hon. Member to the answer given on 4 June 2026 to Question {} on Invented Lanterns, as tabled."
    )
    store = built(
        tmp_path,
        toy_encoder,
        about(1, "Kent", kent),
        about(4, "Kent", kent),  # The same answer from the same body.
        about(2, "Essex", essex),
        about(3, "Surrey", "Councils, and not the Department, decide how many lanterns they light, and where they do."),
        about(5, "Kent", refers.format(71)),
        about(6, "Kent", refers.format(72)),
    )
    groups = store.near_group_of_record
    near = {int(n): {store.record(int(m)).key for m in np.flatnonzero(groups == n)} for n in groups}
    expected = [{1, 2, 4}, {3}, {5}, {6}]
    keys = [{store.record(store.number_of(f"id-{id}")).key for id in ids} for ids in expected]
    assert sorted(map(sorted, near.values())) == sorted(map(sorted, keys))
    # A near group has the number of the answer group that leads it.
    assert groups[store.number_of("id-1")] == store.group_of_record[store.number_of("id-1")]


def test_a_store_that_keeps_no_near_groups_has_each_answer_alone(tmp_path: Path, toy_encoder: Encoder) -> None:
    texts = SPENT.format(4, "Kent", 2023), SPENT.format(5, "Essex", 2024)
    built(tmp_path, toy_encoder, about(1, "Kent", texts[0]), about(2, "Essex", texts[1]))
    file = tmp_path / "before.sqlite"
    shutil.copy(open_snapshot(tmp_path / "data").records_file, file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE records DROP COLUMN near_group")
    store = RecordStore(file)
    assert store.near_group_of_record.tolist() == store.group_of_record.tolist() == [0, 1]
