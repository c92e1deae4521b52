"""A search kept standing: what it finds in the index of now, dated and named so that a reader knows what is new."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from retrieval.asked import MAX_LIMIT
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.filters import Filters
from retrieval.records import FindingName
from retrieval.results import Hit, Match, Mode, SearchResult
from retrieval.search import Searcher
from retrieval.understanding import understand as understood_in

MAX_ENTRIES: Final = 100
"""The most entries of a standing search."""

_NAMES: Final = "urn:despatch-box:answer:"
# The kinds of keys that give way to others as more is known of a question, those that know least first: `Record.key`.
_PROVISIONAL: Final = ("x-", "id-", "statement-")


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
        id: A `urn:uuid:` that stays with the answer: through rebuilds, corrections and new keys, in every index and
            for every question. The same text from the same body given again on another day is another entry.
        hit: The answer, by its best passage.
        published: The day answered, where the source gives it.
        updated: The newest day on which it is known to have been answered, corrected or otherwise changed; where no
            such day is known, the day it was read.
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
    """

    entries: tuple[StandingEntry, ...]
    result: SearchResult
    match: Match


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
    an answer is found never depends on which others there are.

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
            expand=expand,
        )

    corpus = searcher.corpus
    first = ask(query, filters, understand=understand)
    hits = {hit.key: hit for hit in first.hits}
    if len(hits) == MAX_LIMIT:
        topic, limits = query, filters
        if any(one.applied for one in first.understood):
            guess = understood_in(query, corpus.names, filters, searcher.today())
            topic, limits = guess.topic, guess.filters
        for more in _newer(corpus, lambda narrower: ask(topic, narrower), first.hits, limits, limit):
            hits |= {hit.key: hit for hit in more}
    entries = sorted(
        (_entry(corpus, hit) for hit in hits.values()), key=lambda one: (-one.updated.toordinal(), one.hit.key)
    )
    return StandingSearch(tuple(entries[:limit]), first, match)


def _newer(
    corpus: Corpus,
    ask: Callable[[Filters], SearchResult],
    found: Sequence[Hit],
    filters: Filters,
    limit: int,
) -> Iterator[Sequence[Hit]]:
    """Yield what else may be among the newest where a search has more hits than it can give.

    The days are narrowed until everything of them is found: `limit` answers at least are, and none outside is newer,
    save one that was corrected since.
    """
    numbers = set(corpus.admitted(filters).tolist())
    corrected = ask(replace(filters, finding=(FindingName.CORRECTED,))).hits
    yield [hit for hit in corrected if corpus.store.number_of(hit.key) in numbers]
    narrowed = filters
    while len(found) == MAX_LIMIT:
        days = (corpus.store.record(corpus.store.number_of(hit.key)).answered for hit in found)
        newest = sorted((day for day in days if day), reverse=True)[:limit]
        if len(newest) < limit or newest[-1] == narrowed.answered_from:
            return
        narrowed = replace(narrowed, answered_from=newest[-1])
        found = ask(narrowed).hits
        yield found


def _entry(corpus: Corpus, hit: Hit) -> StandingEntry:
    number = corpus.store.number_of(hit.key)
    days = list(_days(corpus, number, hit))
    updated, dated_by = max(days, default=(hit.citation.accessed, DatedBy.READ), key=lambda pair: pair[0])
    return StandingEntry(_id_of(corpus, number), hit, hit.citation.answered, updated, dated_by)


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


def _id_of(corpus: Corpus, number: int) -> str:
    """Return what names an answer for good.

    A question's key changes as more is known of it, and an answer may be that of many questions: the name is made of
    the first key that any of the questions answered on that day had. It changes only where a copy is added later that
    knows less of the question than the first.
    """
    rows = corpus.store.rows(
        "SELECT o.key, d.old_key FROM records r JOIN records o ON o.answer_group = r.answer_group"
        " AND o.answered IS r.answered LEFT JOIN redirects d ON d.key = o.key WHERE r.number = ?",
        (number,),
    )
    earlier: dict[str, list[str]] = {}
    for key, old in rows:
        earlier.setdefault(str(key), []).extend([str(old)] if old else [])
    first = min(min(olds, key=_least_known, default=key) for key, olds in earlier.items())
    return uuid.uuid5(uuid.NAMESPACE_URL, _NAMES + first).urn


def _least_known(key: str) -> tuple[int, str]:
    place = next((place for place, kind in enumerate(_PROVISIONAL) if key.startswith(kind)), len(_PROVISIONAL))
    return place, key
