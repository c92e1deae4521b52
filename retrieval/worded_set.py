"""The whole set of answers that have words, as filters limit it: what is shown, in order, and what is left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.asked import checked_query
from retrieval.choices import Match, Sort
from retrieval.close_answers import standing
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.filters import EVERY_KIND, Filters
from retrieval.results import LeftOut
from retrieval.worded import Matched
from retrieval.wording import wording_of

_NO_SET: Final = "match=meaning finds the nearest answers, and has no whole set: use match=exact or match=words"


@dataclass(frozen=True, slots=True, eq=False)
class WordedSet:
    """Every answer that has the words and passes the filters.

    Attributes:
        query: As asked, white space folded.
        matched: What the words find, before any filter.
        shown: The records that pass the filters, newest first, int64.
        rows: Their passages that have the words, rising, int64.
        standing: By place in `rows`, how many of the words and phrases stand in the passage's own text, int64.
        left_out: What passes the filters but is not shown by default, by what keeps it out.
        outside: How many answers have the words but fail the filters that were given.
    """

    query: str
    matched: Matched
    shown: NDArray[np.int64]
    rows: NDArray[np.int64]
    standing: NDArray[np.int64]
    left_out: tuple[LeftOut, ...]
    outside: int

    @property
    def left_out_count(self) -> int:
        """How many answers are not shown by default."""
        return sum(one.count for one in self.left_out)


def worded_set(corpus: Corpus, query: str, filters: Filters, match: Match) -> WordedSet:
    """Return every answer that has the words.

    Args:
        corpus: What is looked in: the answers' own words and those of their attachments.
        query: A phrase, or words joined by AND, OR and NOT, as `wording_of` reads them.
        filters: Limits on which records may answer.
        match: `exact` or `words`.

    Raises:
        QueryError: If the query or a filter is not usable.
    """
    asked = checked_query(query)
    if match is Match.MEANING:
        raise QueryError("match", _NO_SET)
    matched = corpus.worded.matched(wording_of(asked, match, corpus.worded.words))
    store, found = corpus.store, matched.records
    shown = found[np.isin(found, corpus.admitted(filters))]
    hidden = hidden_records(corpus, filters, shown)
    hidden = hidden[np.isin(hidden, found)]
    groups = store.group_of_record
    inside = np.union1d(groups[shown], groups[hidden])
    is_shown = np.isin(store.record_of_row[matched.rows], shown)
    return WordedSet(
        query=asked,
        matched=matched,
        shown=shown[np.argsort(corpus.worded.newest_first[shown])],
        rows=matched.rows[is_shown],
        standing=matched.standing[is_shown],
        left_out=left_out_of(corpus, hidden),
        outside=len(np.setdiff1d(groups[found], inside)),
    )


def cited_records(corpus: Corpus, found: WordedSet, sort: Sort) -> NDArray[np.int64]:
    """Return the record to cite for each answer, in order: of those with the same answer, the newest that is shown."""
    _, first = np.unique(corpus.store.group_of_record[found.shown], return_index=True)
    cited = found.shown[np.sort(first)]
    if sort is Sort.OLDEST:
        return cited[np.argsort(corpus.worded.oldest_first[cited])]
    if sort is Sort.STANDING:
        return cited[np.argsort(~standing(corpus, cited), kind="stable")]
    return cited


def hidden_records(corpus: Corpus, filters: Filters, shown: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the records that pass the filters, but whose answers are not among those of the records shown.

    Pointers count as well: it is their own words that are looked for, not those of the answers they point to.

    Args:
        corpus: What is looked in.
        filters: What the user asked for; with a kind or a finding among them, nothing is hidden.
        shown: The records that are shown, of those that pass.
    """
    if filters.kind or filters.finding:
        return np.empty(0, np.int64)
    passing = corpus.admitted(replace(filters, kind=EVERY_KIND))
    return passing[~np.isin(corpus.store.group_of_record[passing], corpus.store.group_of_record[shown])]


def left_out_of(corpus: Corpus, hidden: NDArray[np.int64]) -> tuple[LeftOut, ...]:
    """Return the records that are hidden as answers counted by what keeps them out, the commonest first."""
    reasons = {int(corpus.store.group_of_record[n]): corpus.worded.held_back[int(n)] for n in hidden}
    counts = Counter(reasons.values())
    return tuple(
        LeftOut(kind, finding, count, f"finding={finding}" if finding else f"kind={kind}")
        for (kind, finding), count in sorted(counts.items(), key=lambda item: (-item[1], item[0][0], item[0][1] or ""))
    )
