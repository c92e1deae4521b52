"""Records from several sources to one entry a question, grouped by answer and in the order of dates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from retrieval.entries import Entry
from retrieval.errors import UnfaithfulPassage
from retrieval.passages import is_faithful, passages_of
from retrieval.questions import addressee
from retrieval.records import AnswerKind, Record, folded
from retrieval.sources import Received
from retrieval.status import classify


class _Kept:
    """The records kept so far, found again by key and by API id."""

    def __init__(self) -> None:
        self._pairs: dict[int, tuple[Received, Record]] = {}
        self._place: dict[str | int, int] = {}
        self._next = 0

    def rivals(self, record: Record) -> list[int]:
        """Return the places of the records that are the same question: by key, by API id, or one by each."""
        found = (self._place.get(name) for name in _names(record))
        return sorted({place for place in found if place is not None})

    def record(self, place: int) -> Record:
        return self._pairs[place][1]

    def drop(self, place: int) -> None:
        for name in _names(self._pairs.pop(place)[1]):
            del self._place[name]

    def keep(self, pair: tuple[Received, Record]) -> None:
        self._pairs[self._next] = pair
        self._place.update(dict.fromkeys(_names(pair[1]), self._next))
        self._next += 1

    def pairs(self) -> list[tuple[Received, Record]]:
        return list(self._pairs.values())


def one_each(pairs: Iterable[tuple[Received, Record]]) -> tuple[list[tuple[Received, Record]], int]:
    """Keep one record a question, whatever the order in which they were read.

    The one corrected last is kept; then one that answers before one that only holds the answer back; then the
    one answered last; then the one that knows more facts; then the one read last.

    Args:
        pairs: Records in the order they were read; the same question has the same key or the same API id.

    Returns:
        The records kept, and how many were not.
    """
    kept, read = _Kept(), 0
    for pair in pairs:
        read += 1
        rivals = kept.rivals(pair[1])
        if rivals and max(_precedence(kept.record(place)) for place in rivals) > _precedence(pair[1]):
            continue
        for place in rivals:
            kept.drop(place)
        kept.keep(pair)
    return kept.pairs(), read - len(kept.pairs())


def _names(record: Record) -> tuple[str | int, ...]:
    return (record.key,) if record.api_id is None else (record.key, record.api_id)


def _precedence(record: Record) -> tuple[date, bool, date, int]:
    facts = (record.uin, record.tabled, record.answered, record.answering_body, record.heading, record.house)
    return (
        record.corrected or date.min,
        classify(record).kind is not AnswerKind.HOLDING,
        record.answered or date.min,
        sum(fact is not None for fact in facts),
    )


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
    """Give the same number to entries that `answer_name` gives the same name."""
    numbers: dict[bytes, int] = {}
    return [
        replace(entry, answer_group=numbers.setdefault(answer_name(entry.record), len(numbers))) for entry in entries
    ]


def answer_name(record: Record) -> bytes:
    """Return what the records of one answer have in common: the clean text and the answering body, hashed.

    Where the source gives no body, the minister whom the question is put to stands in for it, so that the same
    stock words from two departments stay two answers; where the question does not tell that either, as in the
    Lords, the member who answered; and where nothing tells, the record is alone.
    """
    office = addressee(record.question)
    answerer = record.answerer
    if record.answering_body or record.answering_body_id:
        body = f"body {record.answering_body or record.answering_body_id}"
    elif office and not office.endswith("majesty's government"):
        body = f"put to {office}"
    elif answerer and (answerer.id or answerer.name):
        body = f"answered by {answerer.id or answerer.name}"
    else:
        body = f"alone {record.key}"
    return hashlib.sha256(f"{body}\0{folded(record.answer_text)}".encode("utf-8", "surrogatepass")).digest()


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
