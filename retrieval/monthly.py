"""Answers by month and department against all answers of the month, and whether all of the month are indexed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.completeness import NEVER_COMPARED, NOT_ASKED, NOT_COMPARED, MonthCoverage, compared, gaps_in
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.topic import Topic

_UNKNOWN: Final = frozenset((NEVER_COMPARED, NOT_ASKED, NOT_COMPARED))
_NOT_OVER: Final = "the month is not over"
_READ_TOO_EARLY: Final = "Parliament's lists were last read before the month was over"
NO_BODY: Final = "not in the source"


class MonthState(StrEnum):
    """What is known of whether all answers of a month are indexed.

    `complete`: all that Parliament's lists had are. `unfinished`: it was not over, when it was last looked at or
    today. `incomplete`: some are known to be missing. `not_known`: it was not compared with Parliament's lists.
    """

    COMPLETE = "complete"
    UNFINISHED = "unfinished"
    INCOMPLETE = "incomplete"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class BodyCount:
    """How often one answering body answered on the topic. Primary key, within a month or a timeline: `body`.

    Attributes:
        body: By the name of the day; None where the source gives none.
        label: The same to read.
        count: Its answers on the topic.
        of: All its answers that pass the filters.
    """

    body: str | None
    label: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class TimelineMonth:
    """The answers of one month. Primary key: `month`.

    Attributes:
        month: As `2024-03`, that in which the answers were given.
        count: Answers on the topic; the same text from the same body counts once a month.
        of: All answers that pass the filters.
        bodies: The same by body, those that answered on the topic, by falling count.
        state: What is known of whether all answers of the month are indexed.
        why: Why it is not complete, in words; empty where it is.
    """

    month: str
    count: int
    of: int
    bodies: tuple[BodyCount, ...]
    state: MonthState
    why: str


@dataclass(frozen=True, slots=True)
class Months:
    """All months from the first with an answer that passes the filters to the last.

    Attributes:
        months: In order, those without any answer among them.
        bodies: Every body that answered on the topic, by falling count, with its counts in all.
        undated: Answers on the topic whose day is not known: they stand in no month.
        undated_of: All answers that pass the filters whose day is not known.
    """

    months: tuple[TimelineMonth, ...]
    bodies: tuple[BodyCount, ...]
    undated: int
    undated_of: int


def months_of_topic(corpus: Corpus, topic: Topic, today: date) -> Months:
    """Count the answers on a topic by the month and the body that gave them.

    Args:
        corpus: What is counted in.
        topic: The answers, and the filters that all other answers are limited by as well.
        today: The day, by which the present month is not over.
    """
    here, whole = _Tally.of(corpus, topic.records), _Tally.of(corpus, corpus.admitted(topic.filters))
    months = tuple(
        TimelineMonth(
            month,
            here.by_month.get(month, 0),
            whole.by_month.get(month, 0),
            _bodies(here.by_both.get(month, {}), whole.by_both.get(month, {})),
            *state_of(corpus.months, topic.filters, month, today),
        )
        for month in _span([month for month in whole.by_month if month])
    )
    return Months(
        months=months,
        bodies=_bodies(here.by_body, whole.by_body),
        undated=here.by_month.get(None, 0),
        undated_of=whole.by_month.get(None, 0),
    )


def state_of(months: Sequence[MonthCoverage], filters: Filters, month: str, today: date) -> tuple[MonthState, str]:
    """Return what is known of whether all answers given in a month are indexed, and why it is not complete.

    An answer can come long after its question, so it is asked of all months whose questions may have been answered
    then, as a search limited to the month would ask.

    Args:
        months: Those of the corpus.
        filters: What the answers are limited to.
        month: As `2024-03`.
        today: The day of asking.
    """
    first, last = days_of(month)
    if last >= today:
        return MonthState.UNFINISHED, _NOT_OVER
    limited = _limited(filters, first, last)
    gaps = gaps_in(months, limited)
    if not gaps:
        early = any(
            one.checked_at and one.checked_at.date() <= last and (one.month == month or one.unanswered)
            for one in compared(months, limited)
        )
        return (MonthState.UNFINISHED, _READ_TOO_EARLY) if early else (MonthState.COMPLETE, "")
    reasons = [gap.what for gap in gaps]
    known = [reason for reason in reasons if reason not in _UNKNOWN]
    state = MonthState.INCOMPLETE if known else MonthState.NOT_KNOWN
    return state, "; ".join(dict.fromkeys(known or reasons))


def days_of(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month such as `2024-03`."""
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _limited(filters: Filters, first: date, last: date) -> Filters:
    """Return the filters limited to days that at least one of the answers counted was given on."""
    return replace(
        filters,
        answered_from=max(filters.answered_from or first, first),
        answered_to=min(filters.answered_to or last, last),
    )


def _span(months: Sequence[str]) -> list[str]:
    """Return all months from the first to the last of those given."""
    if not months:
        return []
    found, last = [min(months)], max(months)
    while found[-1] < last:
        year, number = int(found[-1][:4]), int(found[-1][5:])
        found.append(f"{year + number // 12:04}-{number % 12 + 1:02}")
    return found


def _bodies(counts: Mapping[str | None, int], whole: Mapping[str | None, int]) -> tuple[BodyCount, ...]:
    found = [BodyCount(body, body or NO_BODY, count, whole[body]) for body, count in counts.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.body is None, one.label)))


@dataclass(frozen=True, slots=True)
class _Tally:
    """How many answers there are by month and body; None stands for a day or a body that is not known.

    Attributes:
        by_month: By month, the same text from the same body counted once.
        by_body: By body likewise.
        by_both: By month and body likewise.
    """

    by_month: dict[str | None, int]
    by_body: dict[str | None, int]
    by_both: dict[str | None, dict[str | None, int]]

    @classmethod
    def of(cls, corpus: Corpus, records: NDArray[np.int64]) -> _Tally:
        """Count the answers of some records."""
        groups, bodies = corpus.store.group_of_record[records], corpus.answering_bodies
        months, month = np.unique(corpus.answered_days[records].astype("datetime64[M]"), return_inverse=True)
        month, body = month.astype(np.int64), bodies.of_record[records]
        named = [None if np.isnat(one) else str(one) for one in months]
        by_both: dict[str | None, dict[str | None, int]] = {}
        for pair, count in _distinct(month * len(bodies.names) + body, groups):
            by_both.setdefault(named[pair // len(bodies.names)], {})[bodies.names[pair % len(bodies.names)]] = count
        return cls(
            by_month={named[place]: count for place, count in _distinct(month, groups)},
            by_body={bodies.names[place]: count for place, count in _distinct(body, groups)},
            by_both=by_both,
        )


def _distinct(values: NDArray[np.int64], groups: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return each value with how many different groups stand beside it."""
    pairs = np.unique(np.stack([values, groups]), axis=1)
    found, counts = np.unique(pairs[0], return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))
