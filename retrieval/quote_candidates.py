"""Which of many texts a quotation may be of, in work that does not grow with how often its words occur."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.quote_placing import Quoted
from retrieval.wording import AllOf, Found

_RUN: Final = 32
"""The most words looked up as one phrase: more make it no rarer, and each costs a list of places."""
_SHORT: Final = 8
"""Words up to which a part is also looked for where a table's header, or a seam of two passages, has it."""
_NEAREST_PASSAGES: Final = 40
_SHINGLE: Final = 4
_SHINGLES: Final = 8
_BY_SHINGLES: Final = 20


def having_all(corpus: Corpus, quoted: Quoted) -> NDArray[np.int64]:
    """Return the records whose passages have every part of a quotation, case and punctuation apart; newest first.

    A part that goes on from one passage to the next is missed: `likeliest` finds it.
    """
    found = np.ones(len(corpus.store), dtype=np.bool_)
    for part in quoted.parts:
        words = corpus.worded.words(part.text)
        if not words:
            continue
        if len(words) <= _SHORT:
            records = corpus.worded.matched(AllOf((Found(words),))).records
            found &= _flags(records, len(found))
            continue
        for run in dict.fromkeys(words[first : first + _RUN] for first in range(0, len(words), _RUN)):
            rows = corpus.lexical.with_phrase(run)
            found &= _flags(corpus.store.record_of_row[rows], len(found))
    records = np.flatnonzero(found).astype(np.int64)
    return records[np.argsort(corpus.worded.newest_first[records])]


def likeliest(corpus: Corpus, quoted: Quoted) -> tuple[int, ...]:
    """Return records whose answer or question may have most words of a quotation: by rare words, and by runs of four.

    The rare words are those of the passages that score best by BM25, which looks in questions too; the runs are
    eight at most, spread over the quotation, and find what is made of common words alone.
    """
    text = " ".join(part.text for part in quoted.parts)
    rows, _ = corpus.lexical.search(text, _NEAREST_PASSAGES)
    by_words = corpus.store.record_of_row[rows].tolist()
    counts: Counter[int] = Counter()
    for run in _shingles(corpus.worded.words(part.text) for part in quoted.parts):
        counts.update(set(corpus.store.record_of_row[corpus.lexical.with_phrase(run)].tolist()))
    places = corpus.worded.newest_first
    by_runs = sorted(counts, key=lambda record: (-counts[record], places[record]))[:_BY_SHINGLES]
    return tuple(dict.fromkeys([*by_runs, *by_words]))


def one_a_group(corpus: Corpus, records: Iterable[int]) -> Iterator[int]:
    """Yield the first of the records of each answer."""
    seen: set[int] = set()
    for record in records:
        group = int(corpus.store.group_of_record[record])
        if group not in seen:
            seen.add(group)
            yield record


def _flags(records: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    there = np.zeros(count, dtype=np.bool_)
    there[records] = True
    return there


def _shingles(parts: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    runs = [words[first : first + _SHINGLE] for words in parts for first in range(len(words) - _SHINGLE + 1)]
    runs = list(dict.fromkeys(runs))
    if len(runs) <= _SHINGLES:
        return runs
    return [runs[place * (len(runs) - 1) // (_SHINGLES - 1)] for place in range(_SHINGLES)]
