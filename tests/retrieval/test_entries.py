from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from retrieval.embeddings import text_name
from retrieval.entries import Derived, Entry, findings_in, write_entries
from retrieval.mentions import mentions_of
from retrieval.passages import passages_of
from retrieval.records import Block, BlockKind, FindingName, Provenance, Record
from retrieval.status import classify
from retrieval.store import RecordStore

PROVENANCE = Provenance("parliament-api", "a.jsonl", 1, date(2026, 11, 21))


def entry_of(*paragraphs: str) -> Entry:
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)
    record = Record(provenance=PROVENANCE, question="To ask the Minister, how many.", answer=blocks, api_id=5)
    passages = passages_of(blocks)
    names = tuple(text_name(passage.text) for passage in passages)
    return Entry(record, b"mark", Derived(classify(record), passages, names, mentions_of(record)), answer_group=0)


def test_a_finding_in_a_paragraph_that_was_split_is_tied_to_the_part_it_is_in() -> None:
    said = "The Department funds bus services in rural areas through local councils. " * 10
    refused = "Data on village buses could be obtained only at disproportionate cost."
    entry = entry_of(
        "A first paragraph that stands alone and says a good deal about the matter.", f"{said}{said}{refused}"
    )
    assert len(entry.derived.passages) > 2
    assert list(findings_in(entry.derived.status, entry.derived.passages)) == [
        (FindingName.DISPROPORTIONATE_COST, len(entry.derived.passages))
    ]
    assert refused in entry.derived.passages[-1].text


def test_a_finding_in_an_early_part_is_tied_to_that_part() -> None:
    said = "The Department funds bus services in rural areas through local councils. " * 10
    refused = "Data on village buses could be obtained only at disproportionate cost. "
    entry = entry_of(f"{refused}{said}{said}".strip())
    assert len(entry.derived.passages) > 1
    assert list(findings_in(entry.derived.status, entry.derived.passages)) == [(FindingName.DISPROPORTIONATE_COST, 1)]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    entry = entry_of("The Department funds bus services in rural areas through local councils and others.")
    write_entries(tmp_path / "records.sqlite", [entry], [], [], [])
    store = RecordStore(tmp_path / "records.sqlite")
    assert store.record(0) == entry.record
    assert store.status(0) == entry.derived.status
    assert [stored.passage for stored in store.passages(0)] == list(entry.derived.passages)


def test_a_file_that_is_there_already_is_an_error_of_the_disk(tmp_path: Path) -> None:
    write_entries(tmp_path / "records.sqlite", [], [], [], [])
    with pytest.raises(OSError, match=r"records\.sqlite"):
        write_entries(tmp_path / "records.sqlite", [], [], [], [])
    with sqlite3.connect(tmp_path / "records.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (0,)
