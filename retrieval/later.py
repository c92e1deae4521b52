"""Whether a later answer comes close in meaning to one that is shown: a reader should see it before quoting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from retrieval.citations import CitationStyle, written
from retrieval.filters import Filters
from retrieval.hit_results import Hit, LaterAnswer
from retrieval.namesakes import are_namesakes

if TYPE_CHECKING:
    from retrieval.corpus import Corpus

LATER_AT: Final = 0.82
"""Cosine of two passages, each with its heading and question in front, from which the later one is told.

By reading 40 pairs of a passage and the nearest later one among 4,980 answers of 2023 to 2025, with the default
encoder: at .82 to .92 nearly all say the same again or bring it up to date; below .8 about half are of other things.
An encoder whose cosines lie higher or lower names too many or too few.
"""

_NEAR_THE_QUESTION = 300  # Rows: more than the search itself takes in.
_NEAR_AN_ANSWER = 200
_PASSAGES_COMPARED = 20  # Of one answer: few have more.


class LaterAnswers:
    """Finds later answers in one corpus: those that a search shows by default, whatever its filters.

    The same question put of another place, or to another department, is no later answer: see `namesakes`.

    Args:
        corpus: An opened snapshot.
    """

    def __init__(self, corpus: Corpus) -> None:
        """Keep the corpus."""
        self._corpus = corpus

    def beside(self, hits: Sequence[Hit], rows: Sequence[int], vector: NDArray[np.float32]) -> list[Hit]:
        """Return hits with the newest later answer of each that comes close to it, if any.

        It is looked for among the passages that come nearest to the question: what is close to an answer to it but
        not to the question itself is about something else.

        Args:
            hits: Of one search.
            rows: The row of the passage of each that was ranked.
            vector: Of the question, shape (d,).
        """
        if not hits:
            return []
        near, _ = self._corpus.index.search(vector, _NEAR_THE_QUESTION)
        near = near[self._is_visible[self._corpus.store.record_of_row[near]]]
        likeness = self._corpus.index.rows(np.array(rows, dtype=np.int64)) @ self._corpus.index.rows(near).T
        return [
            replace(hit, later=self._newest(row, self._last_day(row), near, likeness[place]))
            for place, (hit, row) in enumerate(zip(hits, rows, strict=True))
        ]

    def of_answer(self, key: str) -> LaterAnswer | None:
        """Return the newest later answer that comes close to any passage of an answer; None if there is none.

        Args:
            key: The answer's key.

        Raises:
            UnknownKey: If there is no such answer.
        """
        store = self._corpus.store
        rows = [one.row for one in store.passages(store.number_of(key)) if not one.passage.attachment]
        found = [later for row in rows[:_PASSAGES_COMPARED] if (later := self.of_passage(row))]
        return max(found, key=lambda one: (one.answered, one.similarity), default=None)

    def of_passage(self, row: int) -> LaterAnswer | None:
        """Return the newest later answer that comes close to the passage in a row; None if there is none."""
        index, day = self._corpus.index, self._last_day(row)
        after = self._rows_after(day) if day else np.empty(0, np.int64)
        near, likeness = index.search(index.rows(np.array([row]))[0], _NEAR_AN_ANSWER, after)
        seen = self._is_visible[self._corpus.store.record_of_row[near]]
        return self._newest(row, day, near[seen], likeness[seen])

    def _newest(
        self, row: int, day: date | None, rows: NDArray[np.int64], likeness: NDArray[np.float32]
    ) -> LaterAnswer | None:
        """Return the newest of some rows that is later than a day, close to a row, and on its subject."""
        if day is None:
            return None
        store, groups = self._corpus.store, self._corpus.group_of_row
        days = self._corpus.answered_days[store.record_of_row[rows]]
        fits = (days > np.datetime64(day)) & (likeness >= LATER_AT) & (groups[rows] != groups[row])
        # The newest; of one day the closest; then the earlier row, so that it is always the same.
        order = np.lexsort((rows, -likeness, -days.astype(np.int64)))
        if not fits.any() or self._is_of_table(row):
            return None
        record = store.record(int(store.record_of_row[row]))
        for place in order[fits[order]]:
            other = store.record(int(store.record_of_row[rows[place]]))
            if not are_namesakes(record, other) and not self._is_of_table(int(rows[place])):
                return self._told(int(rows[place]), float(likeness[place]))
        return None

    def _is_of_table(self, row: int) -> bool:
        """Return whether a passage is a row of a table: two of those are alike that are about different things."""
        return "\t" in self._corpus.store.passage_at(row).passage.text

    def _told(self, row: int, likeness: float) -> LaterAnswer:
        stored = self._corpus.store.passage_at(row)
        record = self._corpus.store.record(stored.record)
        citation = self._corpus.citation(record.key, stored.passage.ordinal)
        assert record.answered  # Only answers whose day is known are later than another.
        return LaterAnswer(
            key=record.key,
            uin=record.uin,
            answering_body=citation.answering_body,
            minister=record.answerer,
            answered=record.answered,
            text=stored.passage.text,
            ordinal=stored.passage.ordinal,
            hash=stored.passage.hash,
            cite_as=written(citation, CitationStyle.HOUSE),
            similarity=round(likeness, 3),
        )

    def _last_day(self, row: int) -> date | None:
        """Return the last day on which the answer that a row is of was given; None if no day is known."""
        members = self._corpus.store.members_of_group(int(self._corpus.group_of_row[row]))
        days = self._corpus.answered_days[members]
        known = days[~np.isnat(days)]
        last: date | None = known.max().item() if len(known) else None
        return last

    def _rows_after(self, day: date) -> NDArray[np.int64]:
        """Return the rows of the answers given after a day: records are numbered by date, the undated at the end."""
        days = self._corpus.answered_days
        dated = days[: np.count_nonzero(~np.isnat(days))]
        first = int(np.searchsorted(dated, np.datetime64(day), side="right"))
        return self._corpus.store.rows_of(np.arange(first, len(dated), dtype=np.int64))

    @cached_property
    def _is_visible(self) -> NDArray[np.bool_]:
        visible = np.zeros(len(self._corpus.store), dtype=np.bool_)
        visible[self._corpus.admitted(Filters())] = True
        return visible
