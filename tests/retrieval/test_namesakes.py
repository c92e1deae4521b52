from __future__ import annotations

from datetime import date

import pytest

from retrieval.namesakes import are_namesakes
from retrieval.records import Block, BlockKind, Provenance, Record

FROM = Provenance("parliament-api", "x", 1, date(2026, 11, 21))


def record(heading: str | None, question: str, answer: str = "We publish this.", **given: object) -> Record:
    text = (Block(BlockKind.PARAGRAPH, answer),)
    facts: dict[str, object] = {"answered": date(2024, 9, 1), **given}
    return Record(FROM, f"To ask the Minister for Tests, {question}", text, heading=heading, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            record("Dental Services: Oldtown", "how many dentists there are in Oldtown."),
            record("Dental Services: Newport", "how many dentists there are in Newport."),
        ),
        (
            record("Housing: North Riding", "what homes are built in North Riding."),
            record("Housing: West Riding", "what homes are built in West Riding."),
        ),
        (
            record("Home Office: Buildings", "how many desks are in use.", answering_body="Home Office"),
            record("Cabinet Office: Buildings", "how many desks are in use.", answering_body="Cabinet Office"),
        ),
    ],
)
def test_the_same_question_of_another_place_or_body_is_about_something_else(one: Record, other: Record) -> None:
    assert are_namesakes(one, other)
    assert are_namesakes(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The same subject, or one of them without a place.
        (
            record("Dental Services: Oldtown", "what is done in Oldtown."),
            record("Dental Services: Oldtown", "whether more will be done in Oldtown."),
        ),
        (record("Dental Services: Oldtown", "what is done in Oldtown."), record("Dental Services", "what is done.")),
        # One says the other's name.
        (
            record("Dental Services: Oldtown", "what is done in Oldtown."),
            record("Dental Services: Newport", "what is done in Newport.", "As in Oldtown, we fund more."),
        ),
        # The other parts are no names.
        (
            record("Juries: Finance", "what jurors lose in pay, as their finance suffers."),
            record("Juries: Allowances", "what allowances jurors have."),
        ),
        # No part in common, or no heading.
        (record("Ferries: Oldtown", "what runs in Oldtown."), record("Trams: Newport", "what runs in Newport.")),
        (record(None, "what runs in Oldtown."), record("Trams: Newport", "what runs in Newport.")),
        # One body under two names.
        (
            record(
                "Department for Levelling Up, Housing and Communities: Buildings",
                "how many desks are in use.",
                answering_body="Department for Levelling Up, Housing and Communities",
                answered=date(2024, 3, 1),
            ),
            record(
                "Ministry of Housing, Communities and Local Government: Buildings",
                "how many desks are in use.",
                answering_body="Ministry of Housing, Communities and Local Government",
            ),
        ),
    ],
)
def test_answers_on_one_subject_are_no_namesakes(one: Record, other: Record) -> None:
    assert not are_namesakes(one, other)
    assert not are_namesakes(other, one)
