"""A search kept standing: what it finds in the index of now, dated and named so that a reader knows what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from retrieval.asked import MAX_LIMIT
from retrieval.choices import Match, Mode, Sort
from retrieval.corpus import Corpus
from retrieval.entry_names import entry_name
from retrieval.errors import QueryError
from retrieval.filters import Filters
from retrieval.hit_results import Hit
from retrieval.newest_close import Ask, newest_close
from retrieval.records import FindingName
from retrieval.results import SearchResult
from retrieval.search import Searcher
from retrieval.understanding import understand as understood_in

MAX_ENTRIES: Final = 100
"""The most entries of a standing search."""


class DatedBy(StrEnum):
    """What an entry's day is that of: the answer, a correction, another change of its text, or its reading."""

    ANSWERED = "answered"
    CORRECTED = "corrected"
    CHANGED = "changed"
    READ = "read"


@dataclass(frozen=True, slots=True)
class StandingEntry:
    """One answer that a standing search finds. Primary key: `id`.

    Attributes:
        id: A `urn:uuid:` that stays with the answer, in every index and for every question, save where `entry_name`
            says. The same text from the same body given again on another day is another entry.
        hit: The answer, by its best passage.
        published: The day answered, where the source gives it.
        updated: The newest day on which it is known to have been answered, corrected or otherwise changed; where no
            such day is known, the day on which it was read first as it is: reading it again leaves that, unless the
            source gives something else of it then.
        dated_by: What `updated` is the day of.
    """

    id: str
    hit: Hit
    published: date | None
    updated: date
    dated_by: DatedBy


@dataclass(frozen=True, slots=True)
class StandingSearch:
    """What a standing search finds today.

    Attributes:
        entries: By falling `updated`; ties by key.
        result: The search that they were found by, without regard to days: its hits are not the entries.
        match: How the question is matched.
        at_least: Whether there may be others as new: there were more close answers than could be looked through, or
            some of them have no day.
    """

    entries: tuple[StandingEntry, ...]
    result: SearchResult
    match: Match
    at_least: bool = False


def standing_search(
    searcher: Searcher,
    query: str,
    filters: Filters = Filters(),
    *,
    match: Match = Match.MEANING,
    understand: bool = False,
    expand: bool = True,
    limit: int = 50,
) -> StandingSearch:
    """Return the newest answers that a search finds: by meaning those that are close enough, by words all.

    The reranker has no part in it, near duplicates stand each for itself, and no time is preferred, so that whether
    an answer is close never depends on which others there are. Where more are close than one search looks at, the
    days are narrowed until the newest are seen whole; `at_least` says where that could not be done.

    Args:
        searcher: Over an opened corpus.
        query: A question or topic in plain words; with `match` exact or words, the words.
        filters: Limits that act before ranking.
        match: Whether answers near to the question are found, or every answer that has the words.
        understand: Whether explicit words of the question become filters, as in `Searcher.search`.
        expand: Whether the short and long forms of the question's words are looked for too.
        limit: The most entries, 1 to `MAX_ENTRIES`.

    Raises:
        QueryError: If the question, a filter or the limit is not usable.
    """
    if not 1 <= limit <= MAX_ENTRIES:
        raise QueryError("limit", f"{limit} is not between 1 and {MAX_ENTRIES}: give the most entries to return")

    def ask(asked: str, limits: Filters, *, understand: bool = False) -> SearchResult:
        return searcher.search(
            asked,
            limits,
            limit=MAX_LIMIT,
            match=match,
            mode=Mode.FAST,
            understand=understand,
            fresh=False,
            group=False,
            # Asked for in an order, a search by meaning tells whether there is more than what it looks at.
            sort=Sort.NEWEST,
            expand=expand,
            marked=False,
        )

    corpus = searcher.corpus
    first = ask(query, filters, understand=understand)
    topic, limits = query, filters
    if any(one.applied for one in first.understood):
        guess = understood_in(query, corpus.names, filters, searcher.today())
        topic, limits = guess.topic, guess.filters
    hits, is_all = _newest(corpus, ask, first, topic, limits, limit)
    entries = sorted(
        (_entry(corpus, hit) for hit in _one_an_answer(corpus, hits)),
        key=lambda one: (-one.updated.toordinal(), one.hit.key),
    )
    return StandingSearch(tuple(entries[:limit]), first, match, at_least=not is_all)


def _newest(
    corpus: Corpus, ask: Ask, first: SearchResult, topic: str, filters: Filters, limit: int
) -> tuple[tuple[Hit, ...], bool]:
    """Return what may be among the newest, and whether none of those is missing, as far as searches can tell.

    Where one search can't give all, what was corrected may be newer than its answer, and is looked for apart. A text
    that changed in silence, and an answer without a day, are then only there if a search for the others met them.
    """
    numbers = corpus.admitted(filters)
    if first.match is Match.MEANING:
        newest = newest_close(corpus, ask, first, topic, filters, limit)
        hits, is_all = newest.hits, newest.is_all
        if newest.hits == first.hits and is_all:
            return hits, True
    elif first.next_cursor is None:
        return first.hits, True
    else:
        # By words, the first page is the newest of all that there are; what has no day comes last.
        hits, is_all = first.hits, not bool(np.isnat(corpus.answered_days[numbers]).any())
    corrected = ask(topic, replace(filters, finding=(FindingName.CORRECTED,)))
    passing = set(numbers.tolist())
    kept = tuple(hit for hit in corrected.hits if corpus.store.number_of(hit.key) in passing)
    has_all = corrected.next_cursor is None if first.match is not Match.MEANING else corrected.at_least_is_all
    return (*hits, *kept), is_all and has_all


def _one_an_answer(corpus: Corpus, hits: Sequence[Hit]) -> list[Hit]:
    """Return one hit for each answer: the newest time that it was given, as a search of a few days cites an older."""
    found: dict[int, tuple[date, Hit]] = {}
    for hit in hits:
        number = corpus.store.number_of(hit.key)
        group, day = int(corpus.store.group_of_record[number]), hit.citation.answered or date.min
        if group not in found or found[group][0] < day:
            found[group] = day, hit
    return [hit for _, hit in found.values()]


def _entry(corpus: Corpus, hit: Hit) -> StandingEntry:
    number = corpus.store.number_of(hit.key)
    days = list(_days(corpus, number, hit))
    updated, dated_by = max(days, default=(hit.citation.accessed, DatedBy.READ), key=lambda pair: pair[0])
    return StandingEntry(entry_name(corpus, number), hit, hit.citation.answered, updated, dated_by)


def _days(corpus: Corpus, number: int, hit: Hit) -> Iterator[tuple[date, DatedBy]]:
    """Yield the days on which an answer is known to have come or changed, and how."""
    if hit.citation.answered:
        yield hit.citation.answered, DatedBy.ANSWERED
    if hit.citation.corrected:
        yield hit.citation.corrected, DatedBy.CORRECTED
    for key in corpus.relations.corrections(number):
        if made := corpus.store.record(corpus.store.number_of(key)).answered:
            yield made, DatedBy.CORRECTED
    texts = corpus.history(hit.key).texts
    if len(texts) > 1 and texts[-1].since is None:
        # The source does not say when the text took another's place: it was at the latest on the day this was read.
        yield hit.citation.accessed, DatedBy.CHANGED
