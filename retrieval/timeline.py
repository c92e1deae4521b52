"""How the line on a topic changed: answers by month and department, and in order with what each says that is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from retrieval.asked import checked_limit
from retrieval.choices import Match, Sort
from retrieval.corpus import Corpus
from retrieval.cursors import cursor_at, offset_of
from retrieval.dated_answers import given_in_order
from retrieval.errors import QueryError
from retrieval.licences import Licence
from retrieval.monthly import BodyCount, TimelineMonth, months_of_topic
from retrieval.results import LeftOut, Searched
from retrieval.timeline_entries import TimelineEntry, entries_of
from retrieval.topic import Topic
from retrieval.worded_search import Page

DEFAULT_LIMIT: Final = 20
_FIRST_PAGE: Final = Page(DEFAULT_LIMIT, Sort.NEWEST)


@dataclass(frozen=True, slots=True)
class Timeline:
    """How the line on a topic changed.

    Attributes:
        query: As asked.
        match: How it was matched.
        filters: The filters that were set, by name.
        message: What was found, in plain words.
        total: How many answers are on the topic, the same text from the same body counted once.
        total_records: How many answered questions and statements they were given to.
        at_least: Whether there may be more: by meaning, where the nearest 200 end with close ones.
        months: Every month from the first with an answer that passes the filters to the last. An answer given in two
            months counts in both, so they may come to more than the total.
        bodies: Every body that answered on the topic, by falling count.
        undated: Answers on the topic whose day is not known: they stand neither in a month nor in `entries`.
        undated_of: All answers that pass the filters whose day is not known.
        sort: The order of `entries`.
        entries: A page of what was given on the topic, in the order of days.
        entries_total: How many there are in all: a text that was given on several days is one on each.
        next_cursor: Gives the next page as `cursor`; None on the last.
        left_out: What would be on the topic, but is left out unless a kind or a finding is asked for.
        searched: What was looked through.
        snapshot: Name of the snapshot.
        licence: Of the text.
    """

    query: str
    match: Match
    filters: dict[str, str | list[str]]
    message: str
    total: int
    total_records: int
    at_least: bool
    months: tuple[TimelineMonth, ...]
    bodies: tuple[BodyCount, ...]
    undated: int
    undated_of: int
    sort: Sort
    entries: tuple[TimelineEntry, ...]
    entries_total: int
    next_cursor: str | None
    left_out: tuple[LeftOut, ...]
    searched: Searched
    snapshot: str
    licence: Licence


def timeline(corpus: Corpus, topic: Topic, today: date, page: Page = _FIRST_PAGE) -> Timeline:
    """Return how the line on a topic changed.

    Args:
        corpus: What the topic was found in.
        topic: The answers.
        today: The day, by which the present month is not over.
        page: Which part of the answers in order, and the order.

    Raises:
        QueryError: If the limit or the cursor is not usable.
    """
    checked_limit(page.limit)
    given = given_in_order(corpus, topic)
    snapshot = corpus.manifest.name
    search = repr(("timeline", topic.query, topic.filters.as_text(), str(topic.match), str(page.sort)))
    start = offset_of(page.cursor, snapshot, search) if page.cursor is not None else 0
    if start and start >= len(given):
        raise QueryError("cursor", f"it leads past the {len(given)} answers there are: start again without a cursor")
    end = min(start + page.limit, len(given))
    months = months_of_topic(corpus, topic, today)
    return Timeline(
        query=topic.query,
        match=topic.match,
        filters=topic.filters.as_text(),
        message=topic.message,
        total=topic.total,
        total_records=len(topic.records),
        at_least=topic.at_least,
        months=months.months,
        bodies=months.bodies,
        undated=months.undated,
        undated_of=months.undated_of,
        sort=page.sort,
        entries=_in(page.sort, entries_of(corpus, topic, given, *_places(page.sort, start, end, len(given)))),
        entries_total=len(given),
        next_cursor=cursor_at(end, snapshot, search) if end < len(given) else None,
        left_out=topic.left_out,
        searched=corpus.searched(topic.filters),
        snapshot=snapshot,
        licence=corpus.licence,
    )


def _places(sort: Sort, start: int, end: int, count: int) -> tuple[int, int]:
    """Return the places in the order of days of what stands from `start` up to `end` in that of the page."""
    return (start, end) if sort is Sort.OLDEST else (count - end, count - start)


def _in(sort: Sort, entries: Sequence[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    return tuple(entries if sort is Sort.OLDEST else reversed(entries))
