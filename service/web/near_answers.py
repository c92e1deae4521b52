"""The answers that say nearly the same as one, and the words in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from retrieval.corpus import Corpus
from retrieval.records import Record
from retrieval.repeats import differing_spans

MOST: Final = 20
_DIFFERING_SHOWN: Final = 120
"""Characters of the words in which another answer differs."""


@dataclass(frozen=True, slots=True)
class NearAnswer:
    """Another answer that differs by a number or a name. Primary key: the record's key.

    Attributes:
        record: The newest record with it.
        differs: Its words that the one asked for lacks, cut short; empty where it only lacks some.
    """

    record: Record
    differs: str


def near_answers(corpus: Corpus, key: str) -> tuple[tuple[NearAnswer, ...], int]:
    """Return the other answers that nearly repeat one, newest first, at most `MOST`, and how many there are.

    Args:
        corpus: An opened snapshot.
        key: Of the one.
    """
    store, number = corpus.store, corpus.store.number_of(key)
    near = store.members_of_near_group(int(store.near_group_of_record[number]))
    # Records are numbered by the day they were answered on.
    newest = {int(store.group_of_record[one]): int(one) for one in near}
    newest.pop(int(store.group_of_record[number]))
    own = store.record(number).answer_text
    others = [store.record(one) for one in sorted(newest.values(), reverse=True)[:MOST]]
    return tuple(NearAnswer(other, words_of_its_own(other.answer_text, own)) for other in others), len(newest)


def words_of_its_own(text: str, own: str) -> str:
    """Return the words of `text` that `own` lacks or has otherwise, cut short where they are many."""
    told = "; ".join(" ".join(text[start:end].split()) for start, end in differing_spans(text, own))
    return told if len(told) <= _DIFFERING_SHOWN else f"{told[:_DIFFERING_SHOWN].rstrip()}…"
