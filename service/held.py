"""What an opened corpus holds, in the words that every surface uses."""

from __future__ import annotations

from retrieval.corpus import Corpus
from retrieval.filters import Condition
from retrieval.records import Genre
from service.phrases import held


def statements_in(corpus: Corpus) -> int:
    """Return how many written statements a corpus holds."""
    return corpus.store.count_where([Condition("genre = ?", (str(Genre.STATEMENT),))])


def held_in(corpus: Corpus) -> str:
    """Return how many answered questions and written statements a corpus holds, in words."""
    return held(corpus.manifest.counts.records, statements_in(corpus))
