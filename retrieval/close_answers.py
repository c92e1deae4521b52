"""All the answers that are close to a question, taken together: the records they are cited by, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.choices import Sort
from retrieval.closeness import Judged
from retrieval.corpus import Corpus
from retrieval.governments import governments
from retrieval.hit_maker import cited_record
from retrieval.records import AnswerKind

CLOSE_COUNTED: Final = 200
"""How many of the nearest places are looked at where close answers are counted, put in another order or paged.

Meaning has no end: what is left further down is said to be "at least".
"""


def cited_numbers(corpus: Corpus, judged: Sequence[Judged], passing: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of the record that is cited for each answer, shape (len(judged),), int64.

    Args:
        corpus: Theirs.
        judged: The answers.
        passing: The numbers of the records that pass the filters, rising: only these are cited.
    """
    passes = np.zeros(len(corpus.store), dtype=np.bool_)
    passes[passing] = True
    return np.array([cited_record(corpus, one.place.shown, passes) for one in judged], dtype=np.int64)


def close_in_order(
    corpus: Corpus, judged: Sequence[Judged], passing: NDArray[np.int64], sort: Sort | None
) -> list[Judged]:
    """Return answers in an order; those that it leaves equal stay in the order of their rank.

    Args:
        corpus: Theirs.
        judged: By rank.
        passing: The numbers of the records that pass the filters, rising.
        sort: `newest` or `oldest` by the day answered, those without a day last; `standing` puts those that stand
            before all others, and orders both by `newest`; None leaves them.
    """
    if sort is None or not judged:
        return list(judged)
    numbers = cited_numbers(corpus, judged, passing)
    days = corpus.answered_days[numbers]
    ages = days.astype(np.int64) * (1 if sort is Sort.OLDEST else -1)
    stands = np.zeros(len(judged), dtype=np.bool_)
    if sort is Sort.STANDING:
        stands = standing(corpus, numbers)
    # By the last key first: whether it stands, whether it has a day, that day, its rank.
    order = np.lexsort((np.arange(len(judged)), ages, np.isnat(days), ~stands))
    return [judged[place] for place in order]


def standing(corpus: Corpus, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which records are part of the present government's line: its substantive answers, shape (len(numbers),).

    The present government is the latest that the table of governments knows. An answer of the day of the handover
    counts as its own, as in `government_on`; one without a day does not.

    Args:
        corpus: Theirs.
        numbers: Of the records.
    """
    since = np.datetime64(present_government_since())
    days = corpus.answered_days[numbers]
    substantive = [corpus.store.status(int(number)).kind is AnswerKind.SUBSTANTIVE for number in numbers]
    return np.array(substantive, dtype=np.bool_) & ~np.isnat(days) & (days >= since)


def present_government_since() -> date:
    """Return the first day of the latest government that the table knows; `data/governments.json`."""
    return governments()[-1].first_day
