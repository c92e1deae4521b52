"""Whether an answer given later is close in meaning to a passage, so that nobody quotes it as the last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from retrieval.citations import CitationStyle, written
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.store import StoredPassage

CLOSE: Final = 0.8
"""The least cosine between two passages with their questions: chosen by reading 46 pairs of real answers with
despatch-minilm, of which those above ask nearly the same and those below 0.7 share only a topic."""

_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class LaterAnswer:
    """An answer given later that is close in meaning to a passage. Primary key: `key`.

    Attributes:
        key: Of the answer.
        answered: The day it was given.
        cite_as: Its citation in the House's own form, of its nearest passage.
        passage: The hash of that passage.
        ordinal: Its place in the answer, from 1.
        repeats: Whether it has the same text, from the same body.
    """

    key: str
    answered: date
    cite_as: str
    passage: str
    ordinal: int
    repeats: bool


def later_answer(corpus: Corpus, stored: StoredPassage) -> LaterAnswer | None:
    """Return the newest answer that is close in meaning to a passage and was given after it; None where none was.

    Only what a search shows by default counts, so that a holding answer or a bare refusal is no later answer. None
    too where it is not known when the passage's own answer was given.

    Args:
        corpus: Where to look.
        stored: The passage.
    """
    store = corpus.store
    answered = corpus.answered_days[stored.record]
    if np.isnat(answered):
        return None
    later = corpus.admitted(Filters())
    later = later[corpus.answered_days[later] > answered]
    if not len(later):
        return None
    vector = corpus.index.rows(np.array([stored.row], dtype=np.int64))[0]
    rows, cosines = corpus.index.search(vector, _LOOKED_AT, store.rows_of(later))
    close = [int(row) for row in rows[cosines >= CLOSE]]
    if not close:
        return None
    # The first of those of the newest day is the closest.
    row = max(close, key=lambda one: corpus.answered_days[store.record_of_row[one]])
    found = store.passage_at(row)
    record = store.record(found.record)
    return LaterAnswer(
        key=record.key,
        answered=corpus.answered_days[found.record].astype(date),
        cite_as=written(corpus.citation(record.key, found.passage.ordinal), CitationStyle.HOUSE),
        passage=found.passage.hash,
        ordinal=found.passage.ordinal,
        repeats=bool(store.group_of_record[found.record] == store.group_of_record[stored.record]),
    )
