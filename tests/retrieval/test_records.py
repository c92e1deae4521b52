from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retrieval.records import Block, BlockKind, House, Provenance, Record, folded

RECORD = Record(
    provenance=Provenance("parliament-api", "a.jsonl", 1, date(2026, 11, 21)),
    question="To ask the Minister, how many.",
    answer=(Block(BlockKind.PARAGRAPH, "Forty."), Block(BlockKind.PARAGRAPH, "Or more.")),
    api_id=1655901,
    house=House.COMMONS,
    uin="HL12A",
    tabled=date(2023, 7, 18),
)


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (RECORD, "commons-2023-07-18-hl12a"),
        (replace(RECORD, uin=None), "id-1655901"),
        (replace(RECORD, tabled=None), "id-1655901"),
        (replace(RECORD, inferred=("house",)), "id-1655901"),
        (replace(RECORD, house=None), "id-1655901"),
    ],
)
def test_a_key_is_made_of_what_the_source_gives(record: Record, key: str) -> None:
    assert record.key == key


def test_without_names_a_key_is_a_hash_of_reader_question_and_answer() -> None:
    bare = replace(RECORD, uin=None, api_id=None)
    assert bare.key.startswith("x-")
    assert len(bare.key) == 18
    assert replace(bare, question="To ask the  Minister,\nhow many.").key == bare.key
    assert replace(bare, question="To ask the Minister, how few.").key != bare.key
    assert replace(bare, answer=bare.answer[:1]).key != bare.key
    assert replace(bare, question="\ud800").key.startswith("x-")


def test_the_clean_text_has_a_block_a_line() -> None:
    assert RECORD.answer_text == "Forty.\nOr more."
    assert folded(" a\n\u00a0b ") == "a b"
