"""Ranks the same questions over two indexes of the same records, and tells how many rankings are the same.

python scripts/compare_stores.py --data FOLDER --other FOLDER [--uri URI] [--questions N]

The questions are some of those in the index, drawn by a fixed seed, and each is asked with five filters. A ranking is
the same if it has the same answers with the same scores in the same order. Times are of ranking alone, not encoding.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.encoders import SentenceEncoder
from retrieval.filters import Filters
from retrieval.models import DEFAULT_MODEL
from retrieval.records import House
from retrieval.search import Searcher

_SEED = 0


class _KeptEncoder(SentenceEncoder):
    """Encodes each question once, so that both indexes are asked with the same vector."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._kept: dict[tuple[str, ...], NDArray[np.float32]] = {}

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions."""
        if tuple(texts) not in self._kept:
            self._kept[tuple(texts)] = super().encode_queries(texts)
        return self._kept[tuple(texts)]


def compared(one: Searcher, other: Searcher, questions: Sequence[str], filters: Sequence[Filters]) -> dict[str, object]:
    """Return how many rankings there were, how many were the same, and the median milliseconds of each index."""
    same, seconds = 0, np.zeros((2, len(questions) * len(filters)))
    asked = [(question, limits) for question in questions for limits in filters]
    for place, (question, limits) in enumerate(asked):
        one.encoder.encode_queries([question])
        found = []
        for number, searcher in enumerate((one, other)):
            started = time.perf_counter()
            found.append(searcher.rank(question, limits))
            seconds[number, place] = time.perf_counter() - started
        same += found[0] == found[1]
    first, second = (float(middle) for middle in np.median(seconds, axis=1) * 1000)
    return {
        **{"rankings": len(asked), "same": same, "passages": len(one.corpus.index)},
        **{"data_ms": round(first, 1), "other_ms": round(second, 1), "ratio": round(second / first, 1)},
    }


def filters_for(corpus: Corpus) -> list[Filters]:
    """Return five filters that each let something through: none, a House, a body, half of the days, a word."""
    days = np.sort(corpus.answered_days[~np.isnat(corpus.answered_days)])
    sql = (
        "SELECT answering_body FROM records WHERE answering_body IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    body = str(corpus.store.rows(sql)[0][0])
    return [
        Filters(),
        Filters(house=(House.COMMONS,)),
        Filters(answering_body=(body,)),
        Filters(answered_from=days[len(days) // 2].item()),
        Filters(heading=("schools",)),
    ]


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--other", type=Path, required=True)
    parser.add_argument("--uri")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--questions", type=int, default=20)
    given = parser.parse_args()
    encoder = _KeptEncoder(given.model)
    one = Searcher.open(given.data, encoder)
    other = Searcher(Corpus.open(given.other, uri=given.uri), encoder)
    store = one.corpus.store
    drawn = np.random.default_rng(_SEED).choice(len(store), min(given.questions, len(store)), replace=False)
    questions = [store.record(int(number)).question for number in drawn]
    print(json.dumps(compared(one, other, questions, filters_for(one.corpus))))


if __name__ == "__main__":
    main()
