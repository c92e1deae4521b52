"""Which of several answers that nearly repeat one another leads: where they differ is what may have been asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.leading import Contender, leading_order, telling_words
from retrieval.records import Block, BlockKind, Provenance, Record

LANTERNS = "The Department spent £{} million on invented lanterns in {} in {}."


def record(text: str, **facts: object) -> Record:
    """Return an answer of one paragraph."""
    provenance = Provenance("parliament-api", "a.jsonl", 1, date(2026, 11, 21))
    made = Record(provenance, "To ask the Minister, how much was spent.", (Block(BlockKind.PARAGRAPH, text),), api_id=1)
    return replace(made, **facts)  # type: ignore[arg-type] # Each test gives facts of the right type.


def leader(question: str, *records: Record, scores: tuple[float, ...] = ()) -> int:
    """Return the place of the record that leads."""
    given = scores or (0.7,) * len(records)
    return leading_order(question, [Contender.of([one], score) for one, score in zip(records, given, strict=True)])[0]


KENT = record(LANTERNS.format(4, "Kent", 2023), api_id=1, answered=date(2024, 5, 1))
ESSEX = record(LANTERNS.format(5, "Essex", 2024), api_id=2, answered=date(2025, 5, 1))
ESSEX_BEFORE = record(LANTERNS.format(6, "Essex", 2022), api_id=3, answered=date(2023, 5, 1))
ALL = (KENT, ESSEX, ESSEX_BEFORE)


@pytest.mark.parametrize(
    ("question", "led_by"),
    [
        ("What was spent on invented lanterns in Kent?", KENT),
        ("what was spent on lanterns in essex in 2022", ESSEX_BEFORE),
        ("Essex lanterns 2024", ESSEX),
        ("Where were the £4 million spent?", KENT),
        ("Kent's lanterns", KENT),
    ],
)
def test_the_answer_whose_place_year_or_number_is_asked_for_leads(question: str, led_by: Record) -> None:
    assert ALL[leader(question, *ALL)] is led_by


def test_a_fact_that_was_asked_for_outweighs_a_better_score_and_a_later_day() -> None:
    assert leader("lanterns in Kent", ESSEX, KENT, scores=(0.9, 0.5)) == 1


def test_of_answers_that_fit_alike_the_better_score_leads_and_only_then_the_newest() -> None:
    assert leader("What was spent on invented lanterns?", *ALL, scores=(0.7, 0.7, 0.8)) == 2
    assert leader("What was spent on invented lanterns?", *ALL) == 1


def test_the_department_that_is_named_leads_whatever_its_form() -> None:
    text = "The Department does not use any fax machines."
    defence = record(text, answering_body="Ministry of Defence", answered=date(2023, 1, 1), api_id=1)
    treasury = record(text, answering_body="HM Treasury", answered=date(2024, 1, 1), api_id=2)
    asked_of = record(text, question="To ask the Secretary of State for Education, how many fax machines.", api_id=3)
    members = (treasury, defence, asked_of)
    assert leader("fax machines in the Ministry of Defence", *members) == 1
    assert leader("fax machines in the MoD", *members) == 1
    assert leader("fax machines in the treasury", *members) == 0
    assert leader("does education use fax machines", *members) == 2


def test_a_year_in_the_text_outweighs_the_year_in_which_an_answer_was_given() -> None:
    about, given_in = LANTERNS.format(4, "Kent", 2023), LANTERNS.format(5, "Kent", 2022)
    members = (record(given_in, answered=date(2023, 5, 1)), record(about, answered=date(2024, 5, 1)))
    assert leader("lanterns in Kent in 2023", *members) == 1
    # Where no text has the year, the day does.
    assert leader("lanterns in Kent in May 2024", *members) == 1


def test_a_word_in_small_letters_can_be_what_was_asked_for() -> None:
    stolen, burnt = "There were 40 prosecutions for burglary.", "There were 30 prosecutions for arson."
    assert leader("prosecutions for arson", record(stolen), record(burnt), scores=(0.9, 0.1)) == 1


def test_words_that_stand_in_every_question_decide_nothing() -> None:
    assert telling_words("What steps is the Department taking in the EU's 1,200 ports?") == {"eu", "1200", "ports"}


@given(order=st.permutations(range(3)))
def test_the_order_does_not_depend_on_that_of_the_answers(order: list[int]) -> None:
    contenders = [Contender.of([one], 0.7) for one in ALL]
    keys = [contenders[place].key for place in leading_order("lanterns in Essex", contenders)]
    shuffled = [contenders[place] for place in order]
    assert [shuffled[place].key for place in leading_order("lanterns in Essex", shuffled)] == keys
