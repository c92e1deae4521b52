"""Words, by a Milvus server: each passage is a sparse vector whose inner product with a question's is its BM25 score.

The stemmed words are our own, and so are the weights: a server's full text search has another way with words, and
Milvus Lite counts how rare a word is in each of its segments. A word is a number by its hash. Where two share one, and
where a part of a question may be said in several ways, the inner product is the score or more; so the rows with the
largest are asked for, their scores are worked out by the index on this machine, which phrases and single words are
looked up in anyway, and more are asked for until none that is left can score as high.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.arms import Allowed, AllowedRows, Alternatives, rows_in
from retrieval.lexical import LexicalDocument, LexicalIndex, evidence_words
from retrieval.milvus.expressions import expression_of
from retrieval.milvus.server import WINDOW, WORDS, MilvusServer

_K1: Final = 1.2
_B: Final = 0.75
_NUMBERS: Final = 2**32 - 1
"""How many numbers a word may have: Milvus takes those below."""

_FEW_ROWS: Final = 2_000
_MARGIN: Final = 32
_GROWTH: Final = 4
_SLACK: Final = 1e-4  # Share of a score: more than sums in float32 are off.
_EXACT: Final = 40


def word_number(stem: str) -> int:
    """Return the number of a word, from 0 to 2**32 - 2."""
    return int.from_bytes(hashlib.blake2b(stem.encode(), digest_size=8).digest(), "big") % _NUMBERS


def counted_roughly(words: int) -> int:
    """Return a number of words as tantivy keeps it in one byte: exact up to 40, then in steps that double every eight.

    The steps are those of Lucene's `SmallFloat`, which tantivy's table of field norms repeats.
    """
    base, step = _EXACT, 2
    while words >= base + 8 * step:
        base, step = base + 8 * step, 2 * step
    return words if words < _EXACT else base + (words - base) // step * step


def weights_of(documents: Callable[[], Iterable[LexicalDocument]]) -> Iterator[dict[int, float]]:
    """Yield by the number of each word of each passage the part of its score that the passage makes.

    That is tf (k1 + 1) / (tf + k1 (1 - b + b dl / avgdl)), with k1 1.2 and b 0.75 (Robertson and Zaragoza 2009,
    equation 3.15); the question has the rest, which is how rare the word is.

    Args:
        documents: Gives them in the order of their rows; called twice.
    """
    lengths = [len(words) for words in evidence_words(documents())]
    average = max(sum(lengths), 1) / max(len(lengths), 1)
    for words in evidence_words(documents()):
        norm = _K1 * (1 - _B + _B * counted_roughly(len(words)) / average)
        found: dict[int, float] = {}
        for stem, often in Counter(words).items():
            number = word_number(stem)
            found[number] = found.get(number, 0.0) + often * (_K1 + 1) / (often + norm)
        yield found


class MilvusWords:
    """The words of the passages of one collection; safe to use from several threads.

    Args:
        server: Has the collection.
        collection: Its name.
        local: The words of the same passages on this machine.
    """

    def __init__(self, server: MilvusServer, collection: str, local: LexicalIndex) -> None:
        """Keep where to look."""
        self._server = server
        self._collection = collection
        self._local = local
        self.weights = local.weights
        self.weight = local.weight
        self.stems = local.stems
        self.words = local.words
        self.scores = local.scores
        self.with_all_words = local.with_all_words
        self.with_phrase = local.with_phrase

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._local)

    def search(
        self, text: str, k: int, rows: AllowedRows = None, alternatives: Alternatives = ()
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the passages that have most of the words of a question, as `LexicalIndex.search` does.

        Raises:
            StoreUnreachable: If the server can't be used.
        """
        numbers = rows_in(rows)
        asked = self._asked(text, alternatives)
        if not asked or (numbers is not None and len(numbers) <= _FEW_ROWS):
            return self._local.search(text, k, numbers, alternatives)
        expression = expression_of(rows) if isinstance(rows, Allowed) else None
        limit = k + _MARGIN
        if numbers is not None and expression is None:
            limit = limit * len(self) // len(numbers)
        while limit <= WINDOW:
            found, bounds = self._server.nearest(self._collection, WORDS, asked, limit, expression)
            is_all, last = len(found) < limit, float(bounds[-1]) if len(bounds) else 0.0
            if numbers is not None:
                found = found[np.isin(found, numbers)]
            found, scores = _best(found, self._local.scores(text, found, alternatives), k)
            if is_all or (len(found) == k and float(scores[-1]) > last * (1 + _SLACK)):
                return found, scores
            limit *= _GROWTH
        return self._local.search(text, k, numbers, alternatives)

    def _asked(self, text: str, alternatives: Alternatives) -> dict[int, float]:
        """Return a question as a sparse vector: no passage scores more than its inner product with it."""
        parts = self._local.ways(text, alternatives)
        rare = self._local.weights(_stems_of([way.stems for part in parts for way in part]))
        asked: dict[int, float] = {}
        for part in parts:
            most: dict[str, float] = {}
            for way in part:
                for stem in way.stems:
                    most[stem] = max(most.get(stem, 0.0), way.weight * rare[stem])
            for stem, weight in most.items():
                asked[word_number(stem)] = asked.get(word_number(stem), 0.0) + weight
        return asked


def _stems_of(listed: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(stem for stems in listed for stem in stems))


def _best(
    rows: NDArray[np.int64], scores: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    order = np.lexsort((rows, -scores))
    order = order[scores[order] > 0][:k]
    return rows[order], scores[order]
