"""The tabled questions of a corpus that may be like a draft, answered or not, each brought in by what it says.

Answered questions are found through their passages, whose vectors and words have heading and question in them: both
arms of a search bring them in, whatever kind the answer is of. Questions that wait for an answer have no passages. They
are a few thousand at most, so an index of their words is made in memory the first time that it is wanted, within a
tenth of a second; encoding them all would take a hundred times as long. The snapshot stays as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.filters import EVERY_KIND, Condition, Filters, conditions
from retrieval.fusion import candidates, fused, meaning_weight_of
from retrieval.lexical import LexicalDocument, LexicalIndex
from retrieval.names import NameBook
from retrieval.question_likeness import asked, wording
from retrieval.records import Genre, Record
from retrieval.results import Searched

ANSWERED_POOL: Final = 40
"""Different questions with an answer that are compared with a draft: a pool of 30 or of 50 finds the same ones."""

AWAITING_POOL: Final = 20
"""Different questions without one: each question compared costs an encoding, some 10 ms."""

_BODY: Final = "answering_body"
_EVERY_NAME: Final = (
    "SELECT DISTINCT {0} FROM (SELECT {0} FROM records UNION SELECT {0} FROM unanswered) WHERE {0} IS NOT NULL"
)
# A body is told from its predecessors by the day answered: of a question that waits, the day tabled stands for it.
_WAITING: Final = "SELECT number FROM (SELECT *, tabled AS answered FROM unanswered)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be like the draft.

    Attributes:
        record: The question; with its answer, if it has one.
        number: Its number among the answered records, or among those that wait.
        is_answered: Which of the two.
        group: Of an answered one, the number that it shares with those that got the same answer; of the others None.
    """

    record: Record
    number: int
    is_answered: bool
    group: int | None

    @property
    def sameness(self) -> tuple[tuple[str, ...], int | None]:
        """What it has in common with the same question that got the same answer."""
        return wording(self.record.question), self.group


class TabledQuestions:
    """The questions of one corpus; safe to use from several threads.

    Args:
        corpus: An opened snapshot.
    """

    def __init__(self, corpus: Corpus) -> None:
        """Keep the corpus; what is made of it waits until it is wanted."""
        self._corpus = corpus
        self._lock = threading.Lock()
        self._words: LexicalIndex | None = None
        self._waiting: tuple[Record, ...] = ()
        self._waiting_by_wording: dict[tuple[str, ...], list[int]] = {}
        ids = {int(str(row[0])) for row in corpus.store.rows(_EVERY_NAME.format(f"{_BODY}_id"))}
        names = [str(row[0]) for row in corpus.store.rows(_EVERY_NAME.format(_BODY))]
        self._bodies = NameBook({_BODY: names}, {_BODY: ids})

    def answered_like(self, draft: str, vector: NDArray[np.float32], filters: Filters) -> list[Candidate]:
        """Return answered questions that may be like a draft, the likeliest first.

        Args:
            draft: What it asks.
            vector: Its unit vector, shape (d,).
            filters: Limits on House and answering body.
        """
        corpus, allowed = self._corpus, self._answered(filters)
        rows = None if len(allowed) == len(corpus.store) else corpus.store.rows_of(allowed)
        found = candidates(corpus.index, corpus.lexical, draft, vector, rows)
        ranked = fused(found, corpus.store.record_of_row, meaning_weight=meaning_weight_of(draft))
        return _different((self._candidate(one.group) for one in ranked), ANSWERED_POOL)

    def waiting_like(self, draft: str, filters: Filters) -> list[Candidate]:
        """Return questions that wait for an answer and may be like a draft, the likeliest first; as `answered_like`."""
        words = self._waiting_words()
        allowed = self._corpus.store.rows(*_selected(_WAITING, self._conditions(filters)))
        rows = np.array([number for (number,) in allowed], dtype=np.int64)
        found, _ = words.search(draft, max(1, len(rows)), np.sort(rows))
        return _different((Candidate(self._waiting[row], row, False, None) for row in found.tolist()), AWAITING_POOL)

    def same_answer(self, candidate: Candidate) -> list[Candidate]:
        """Return every question in the same words that got the same answer, or waits as well, that one included."""
        if candidate.is_answered and candidate.group is not None:
            others = [self._candidate(int(n)) for n in self._corpus.store.members_of_group(candidate.group)]
            return [other for other in others if other.sameness == candidate.sameness]
        self._waiting_words()
        numbers = self._waiting_by_wording[candidate.sameness[0]]
        return [Candidate(self._waiting[number], number, False, None) for number in numbers]

    def searched(self, filters: Filters) -> Searched:
        """Return what a comparison with `filters` looks through of the answered questions.

        Raises:
            UnknownName: If no question in the corpus, answered or not, is to that body.
        """
        found = self._corpus.searched(replace(filters, kind=EVERY_KIND, genre=(Genre.ANSWER,), answering_body=()))
        lacking = {
            one.fact: self._corpus.store.count_where([Condition(one.lacks)])
            for one in self._conditions(filters)
            if one.fact
        }
        return replace(found, passed=len(self._answered(filters)), lacking=lacking)

    def awaiting(self, filters: Filters) -> int:
        """Return how many questions that wait for an answer pass `filters`."""
        return len(self._corpus.store.rows(*_selected(_WAITING, self._conditions(filters))))

    def _answered(self, filters: Filters) -> NDArray[np.int64]:
        answers = Condition("genre = ?", (str(Genre.ANSWER),))
        return self._corpus.store.records_where([answers, *self._conditions(filters)])

    def _conditions(self, filters: Filters) -> list[Condition]:
        return list(conditions(filters, self._bodies.resolve))

    def _candidate(self, number: int) -> Candidate:
        store = self._corpus.store
        return Candidate(store.record(number), number, True, int(store.group_of_record[number]))

    def _waiting_words(self) -> LexicalIndex:
        with self._lock:
            if self._words is None:
                rows = self._corpus.store.rows("SELECT facts FROM unanswered ORDER BY number")
                self._waiting = tuple(
                    msgspec.json.decode(raw, type=Record) for (raw,) in rows if isinstance(raw, bytes)
                )
                for number, record in enumerate(self._waiting):
                    self._waiting_by_wording.setdefault(wording(record.question), []).append(number)
                self._words = LexicalIndex.of(
                    LexicalDocument(record.heading or "", asked(record.question)) for record in self._waiting
                )
            return self._words


def _different(found: Iterable[Candidate], most: int) -> list[Candidate]:
    """Return one of each question with each answer, as many as `most` different questions have."""
    kept: dict[tuple[tuple[str, ...], int | None], Candidate] = {}
    wordings: set[tuple[str, ...]] = set()
    for one in found:
        words, _ = one.sameness
        if words not in wordings and len(wordings) == most:
            break
        wordings.add(words)
        kept.setdefault(one.sameness, one)
    return list(kept.values())


def _selected(sql: str, listed: Sequence[Condition]) -> tuple[str, list[object]]:
    where = " AND ".join(f"({one.sql})" for one in listed)
    return f"{sql}{f' WHERE {where}' if where else ''} ORDER BY number", [v for one in listed for v in one.values]
