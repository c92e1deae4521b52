"""Records from several sources to one entry a question, grouped by answer and in the order of dates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from retrieval.entries import Entry
from retrieval.errors import UnfaithfulPassage
from retrieval.passages import is_faithful, passages_of
from retrieval.records import Record, folded
from retrieval.sources import Received
from retrieval.status import classify


def one_each(pairs: Iterable[tuple[Received, Record]]) -> tuple[list[tuple[Received, Record]], int]:
    """Keep one record a question: the later one read, unless it knows fewer facts.

    Args:
        pairs: Records in the order they were read; the same question has the same key or the same API id.

    Returns:
        The records kept, and how many were not.
    """
    repeated = 0
    by_key: dict[str, tuple[Received, Record]] = {}
    key_of_id: dict[int, str] = {}
    for received, record in pairs:
        key = record.key
        known = by_key.get(key) or by_key.get(key_of_id.get(record.api_id or 0, ""))
        if known:
            repeated += 1
            if _facts(record) < _facts(known[1]):
                continue
            del by_key[known[1].key]
        by_key[key] = (received, record)
        if record.api_id is not None:
            key_of_id[record.api_id] = key
    return list(by_key.values()), repeated


def _facts(record: Record) -> int:
    given = (record.uin, record.tabled, record.answered, record.answering_body, record.heading, record.house)
    return sum(fact is not None for fact in given)


def entries_of(pairs: Sequence[tuple[Received, Record]], fits: Callable[[str], bool]) -> Iterator[Entry]:
    """Work out status and passages of each record.

    Args:
        pairs: One record a question.
        fits: Whether the encoder would read all of a text.

    Raises:
        UnfaithfulPassage: If a passage is not word for word in its answer.
    """
    for received, record in pairs:
        status = classify(record)
        passages = passages_of(record.answer, fits)
        for passage in passages:
            if not is_faithful(passage, record.answer_text):
                raise UnfaithfulPassage(
                    f"{record.key}: passage {passage.ordinal} is not word for word in its answer; nothing was "
                    "published. Please report this as a fault, with the key"
                )
        yield Entry(received, record, status, passages)


def grouped(entries: Iterable[Entry]) -> list[Entry]:
    """Give the same number to entries whose answers have the same clean text and the same body."""
    numbers: dict[tuple[str | None, bytes], int] = {}
    numbered = []
    for entry in entries:
        text = hashlib.sha256(folded(entry.record.answer_text).encode()).digest()
        number = numbers.setdefault((entry.record.answering_body, text), len(numbers))
        numbered.append(replace(entry, answer_group=number))
    return numbered


def in_date_order(entries: list[Entry]) -> list[Entry]:
    """Order by date answered, the undated last, so that a span of dates is one range of rows."""
    return sorted(
        entries,
        key=lambda entry: (
            entry.record.answered is None,
            entry.record.answered.isoformat() if entry.record.answered else "",
            entry.record.key,
        ),
    )
