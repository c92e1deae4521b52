"""The answers on a topic in the order of their days: one each time that a text was given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrieval.corpus import Corpus
from retrieval.topic import Topic


@dataclass(frozen=True, slots=True)
class Given:
    """A text that a body gave on one day. Primary key: `number`.

    Attributes:
        number: Of the record that stands for it: of those answered that day with it, the first by key.
        group: Its answer group.
        records: How many questions were answered with it that day, of those that pass the filters.
    """

    number: int
    group: int
    records: int


def given_in_order(corpus: Corpus, topic: Topic) -> list[Given]:
    """Return what was given on a topic, by day and key, the oldest first.

    A text that was given again on a later day stands there again: the line that it takes was taken up again. What
    has no day has no place in the order, and is left out.
    """
    groups = corpus.store.group_of_record
    dated = topic.records[~np.isnat(corpus.answered_days[topic.records])]
    dated = dated[np.argsort(corpus.worded.oldest_first[dated])]
    days = corpus.answered_days[dated].astype(np.int64)
    _, first, counts = np.unique(np.stack([groups[dated], days]), axis=1, return_index=True, return_counts=True)
    order = np.argsort(first)
    numbers = dated[first[order]]
    return [
        Given(number, group, count)
        for number, group, count in zip(numbers.tolist(), groups[numbers].tolist(), counts[order].tolist(), strict=True)
    ]
