"""Conditions are written for Milvus when they are understood to the last word, and left out otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.arms import Allowed
from retrieval.filters import HELD_BACK, VISIBLE, Condition
from retrieval.milvus.expressions import condition_told, expression_of, facts_of

EVERY = ("tabled", "answered", "house", "kind", "genre", "answering_body", "minister", "asker", "party")
NUMBERS = ("answering_body_id", "minister_id", "asker_id", "ministerial")


@pytest.mark.parametrize(
    ("sql", "values", "told"),
    [
        ("answered >= ?", ("2024-07-05",), "answered > 0 and answered >= 739072"),
        ("tabled <= ?", ("2024-07-05",), "tabled > 0 and tabled <= 739072"),
        ("house IN (?, ?)", ("Commons", "Lords"), 'house in ["Commons", "Lords"]'),
        ("minister = ?", ('Ann "Bo" O\\Dee é',), 'minister == "Ann \\"Bo\\" O\\\\Dee é"'),
        ("minister_id = ?", (4370,), "minister_id == 4370"),
        ("ministerial IN (?)", (1,), "ministerial in [1]"),
        ("party IS NULL", (), 'party == ""'),
        ("asker_id IS NOT NULL", (), "asker_id != -1"),
        ("answered IS NULL", (), "answered == 0"),
        ("has_words(heading, ?)", ("Waiting LISTS",), 'array_contains_all(heading_words, ["waiting", "lists"])'),
        (
            "number IN (SELECT record FROM findings WHERE name IN (?, ?))",
            ("corrected", "not-held"),
            'array_contains_any(findings, ["corrected", "not-held"])',
        ),
        (
            "(minister = ?) OR (minister IS NULL AND minister_id IN (?))",
            ("A", 7),
            '(minister == "A") or ((minister == "") and (minister_id in [7]))',
        ),
        (VISIBLE.sql, (), '(kind == "substantive") and (not (bare == true))'),
        (HELD_BACK.sql, (), 'not ((kind == "substantive") and (not (bare == true)))'),
    ],
)
def test_a_condition_is_written_as_milvus_has_it(sql: str, values: tuple[object, ...], told: str) -> None:
    assert condition_told(Condition(sql, values)) == told


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("post = ?", ("Minister",)),  # Not kept beside the vectors.
        ("NOT minister = ?", ("A",)),  # Of a record without a minister, SQL says neither.
        ("answered > ?", ("2024-07-05",)),
        ("minister >= ?", ("A",)),
        ("minister = minister", ()),
        ("minister", ()),
        ("(minister = ?", ("A",)),
        ("minister = ? minister", ("A",)),
        ("minister = 'A' -- and more", ()),
        ("has_words(heading, ?)", ("—",)),
        ("has_words(minister, ?)", ("A",)),
        ("number IN (SELECT record FROM refs)", ()),
        ("minister = ?", ("A\nB",)),
        ("minister = ?", ("\ud800",)),
    ],
)
def test_what_is_of_another_form_is_left_out(sql: str, values: tuple[object, ...]) -> None:
    assert condition_told(Condition(sql, values)) is None


def test_what_is_left_out_lets_more_rows_through_and_never_fewer() -> None:
    known, unknown = Condition("party = ?", ("Labour",)), Condition("post = ?", ("Minister",))
    rows = np.arange(3)
    assert expression_of(Allowed(rows, (known, unknown))) == '(party == "Labour")'
    assert expression_of(Allowed(rows, (unknown,))) is None
    assert expression_of(Allowed(rows)) is None


def test_records_beside_those_that_meet_the_conditions_are_let_through_too() -> None:
    known, rows = Condition("party = ?", ("Labour",)), np.arange(3)
    few, many = np.array([4, 9]), np.arange(5_000)
    assert expression_of(Allowed(rows, (known,), few)) == '((party == "Labour")) or record in [4, 9]'
    assert expression_of(Allowed(rows, (known,), many)) == '((party == "Labour")) or points == true'


def test_the_facts_of_a_record_are_those_that_conditions_ask_for() -> None:
    row = dict.fromkeys((*EVERY, *NUMBERS)) | {"bare": 0, "points": 1, "heading": None}
    lacking = facts_of(row, [])
    assert lacking == {
        **dict.fromkeys(("tabled", "answered"), 0),
        **dict.fromkeys(EVERY[2:], ""),
        **dict.fromkeys(NUMBERS, -1),
        **{"bare": False, "points": True, "findings": [], "heading_words": []},
    }
    given = row | {"answered": "2024-07-05", "minister_id": 0, "heading": "Bus: the Bus Lanes", "party": "Labour"}
    found = facts_of(given, ["corrected", "corrected"])
    assert (found["answered"], found["minister_id"], found["party"]) == (739072, 0, "Labour")
    assert (found["findings"], found["heading_words"]) == (["corrected"], ["bus", "lanes"])
