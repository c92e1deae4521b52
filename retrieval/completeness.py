"""What a corpus lacks of what Parliament's lists hold, month by month, and what it may say of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from retrieval.checks import Checks, MonthCheck
from retrieval.filters import Filters
from retrieval.records import Genre, House

_FIRST_MONTH = "0001-01"
# Months by which an answer may come after its question and still be looked for: the latest real one in the records
# that this was held against came after 5, and a session rarely leaves a question open for a year.
LATEST_ANSWER_MONTHS = 12
NOT_ASKED = "not asked for"
NOT_COMPARED = "not compared with Parliament's list"
NEVER_COMPARED = "what is indexed was never compared with Parliament's own lists"


@dataclass(frozen=True, slots=True)
class MonthCoverage:
    """One month of one House, as far as it is known. Primary key: `genre`, `house`, `month`.

    Attributes:
        genre: Answers by the month their questions were tabled in, statements by the month they were made in.
        month: As `2024-03`.
        listed: How many Parliament's list holds (its `totalResults`, withdrawn ones included); None if it was
            never asked.
        withdrawn: How many of those were withdrawn.
        held: Answered questions, or statements, that are indexed. Each is whole: a clipped one is never indexed.
        unanswered: Questions that are kept and wait for an answer.
        failed: How many could not be fetched whole.
        checked_at: When the list was last read to the end.
        bodies: Ids of the answering bodies that alone were asked for; empty: all of them.
        lacks: What is missing, in words that several months can share; empty where nothing is.
        complete: Whether everything that was listed when it was last checked is held, or known to be withdrawn, and
            nothing else is held.
        surplus: How many are held that the list did not have when it was last checked, and did not call withdrawn.
    """

    genre: Genre
    house: House
    month: str
    listed: int | None
    withdrawn: int
    held: int
    unanswered: int
    failed: int
    checked_at: datetime | None
    bodies: tuple[int, ...]
    lacks: str
    complete: bool
    surplus: int = 0

    @classmethod
    def of(  # noqa: PLR0913 - one for each fact that is counted
        cls,
        genre: Genre,
        house: House,
        month: str,
        *,
        listed: int | None,
        withdrawn: int,
        held: int,
        unanswered: int,
        failed: int,
        checked_at: datetime | None,
        bodies: tuple[int, ...],
        surplus: int = 0,
    ) -> MonthCoverage:
        """Return a month with what it lacks worked out from the rest."""
        lacks = ""
        if listed is None:
            lacks = NOT_COMPARED
        elif bodies:
            lacks = "only some answering bodies were asked for"
        elif failed:
            lacks = "some records could not be fetched"
        elif held + unanswered + withdrawn < listed:
            lacks = "some listed records are not here yet"
        elif surplus or held + unanswered + withdrawn > listed:
            lacks = "some records are here that Parliament's list does not have"
        return cls(
            genre,
            house,
            month,
            listed,
            withdrawn,
            held,
            unanswered,
            failed,
            checked_at,
            bodies,
            lacks,
            complete=not lacks,
            surplus=surplus,
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is known, or must be feared, to be missing.

    Attributes:
        what: What is the matter, in plain words.
        genre: Answers or statements; None: both.
        house: None: both.
        first_month: First month that it concerns, as `2024-03`; None: all of them.
        last_month: Last month that it concerns.
    """

    what: str
    genre: Genre | None = None
    house: House | None = None
    first_month: str | None = None
    last_month: str | None = None


def months_of(rows: Callable[[str], list[tuple[object, ...]]], checks: Checks) -> tuple[MonthCoverage, ...]:
    """Return every month that is held or was checked, by genre, House and month.

    Args:
        rows: Runs one SELECT on a store.
        checks: What Parliament's lists were last seen to hold.
    """
    held = _counted(
        rows(
            "SELECT genre, house, substr(CASE genre WHEN 'answer' THEN tabled ELSE answered END, 1, 7) AS month,"
            " count(*) FROM records WHERE inferred NOT LIKE '%house%' GROUP BY 1, 2, 3"
        )
    )
    waiting = _counted(rows("SELECT 'answer', house, substr(tabled, 1, 7), count(*) FROM unanswered GROUP BY 2, 3"))
    checked = {(check.genre, check.house, check.month): check for check in checks.months}
    keys = sorted(held.keys() | waiting.keys() | checked.keys())
    return tuple(_month(key, held.get(key, 0), waiting.get(key, 0), checked.get(key)) for key in keys)


def compared(months: Sequence[MonthCoverage], filters: Filters) -> tuple[MonthCoverage, ...]:
    """Return the months that were compared with Parliament's list, of those that a search covers.

    Args:
        months: What `months_of` returned.
        filters: What the search is limited to.
    """
    spans = {genre: _Span.of(filters, genre) for genre in _genres(filters)}
    return tuple(
        month
        for month in months
        if month.listed is not None
        and month.genre in spans
        and (not filters.house or month.house in filters.house)
        and (spans[month.genre].first or month.month) <= month.month <= (spans[month.genre].last or month.month)
    )


def compared_span(months: Sequence[MonthCoverage], filters: Filters) -> tuple[str | None, str | None]:
    """Return the first and the last of the months that `compared` returns, as `2024-03`; None where there is none."""
    found = [month.month for month in compared(months, filters)]
    return min(found, default=None), max(found, default=None)


def _counted(rows: Iterable[tuple[object, ...]]) -> dict[tuple[Genre, House, str], int]:
    return {
        (Genre(str(genre)), House(str(house)), str(month)): int(str(count))
        for genre, house, month, count in rows
        if house is not None and month is not None
    }


def _month(key: tuple[Genre, House, str], held: int, waiting: int, check: MonthCheck | None) -> MonthCoverage:
    genre, house, month = key
    return MonthCoverage.of(
        genre,
        house,
        month,
        listed=check.listed if check else None,
        withdrawn=check.withdrawn if check else 0,
        held=held,
        unanswered=waiting,
        failed=check.failed if check else 0,
        checked_at=check.checked_at if check else None,
        bodies=check.bodies if check else (),
        surplus=check.surplus if check else 0,
    )


def gaps_in(months: Sequence[MonthCoverage], filters: Filters) -> tuple[Gap, ...]:
    """Return what a search with `filters` may miss; nothing only where every month that it covers is complete.

    An answer can come long after its question, so a search by the day answered covers every month before.

    Args:
        months: What `months_of` returned.
        filters: What the search is limited to.
    """
    if not any(month.listed is not None for month in months):
        return (Gap(NEVER_COMPARED),)
    found: list[Gap] = []
    for genre in _genres(filters):
        span = _Span.of(filters, genre)
        for house in filters.house or tuple(House):
            ours = [m for m in months if (m.genre, m.house) == (genre, house)]
            found += _gaps_of(ours, genre, house, span)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Span:
    """The months whose questions, or statements, can pass the filters; None is no limit.

    Attributes:
        until: The latest month that is asked for by a first day: the span reaches at least so far.
    """

    first: str | None
    last: str | None
    until: str | None

    @classmethod
    def of(cls, filters: Filters, genre: Genre) -> _Span:
        """Return the span of a search."""
        lasts = [day for day in (filters.tabled_to, filters.answered_to) if day]
        tabled, answered = _as_month(filters.tabled_from), _as_month(filters.answered_from)
        first = answered
        if first and genre is Genre.ANSWER:
            for _ in range(LATEST_ANSWER_MONTHS):
                first = _before(first)
        return cls(
            first=max((month for month in (first, tabled) if month), default=None),
            last=_as_month(min(lasts, default=None)),
            until=max((month for month in (answered, tabled) if month), default=None),
        )


def _genres(filters: Filters) -> tuple[Genre, ...]:
    """Return what can pass the filters: a statement was never tabled, and nobody asked for it."""
    if filters.genre:
        return filters.genre
    of_questions = filters.tabled_from or filters.tabled_to or filters.asker or filters.party
    return (Genre.ANSWER,) if of_questions else tuple(Genre)


def _as_month(day: date | None) -> str | None:
    return day.isoformat()[:7] if day else None


def _gaps_of(ours: Sequence[MonthCoverage], genre: Genre, house: House, span: _Span) -> list[Gap]:
    checked = [month.month for month in ours if month.listed is not None]
    if not checked:
        return [Gap(NOT_ASKED, genre, house)]
    begins, ends = ours[0].month, ours[-1].month
    first = span.first or min(begins, span.last or begins)
    last = span.last or max(ends, span.until or ends)
    if first > last:
        return []
    found: list[Gap] = []
    if first < begins:
        # Without a first day the search goes back as far as there is anything.
        found.append(Gap(NOT_ASKED, genre, house, span.first, min(last, _before(begins))))
    lacks = {month.month: month.lacks for month in ours}
    inside = _months_between(max(first, begins), min(last, ends))
    for what, run in groupby(inside, key=lambda month: lacks.get(month, NOT_COMPARED)):
        listed = list(run)
        if what:
            found.append(Gap(what, genre, house, listed[0], listed[-1]))
    if last > ends:
        found.append(Gap(NOT_ASKED, genre, house, max(first, _after(ends)), last))
    return found


def _months_between(first: str, last: str) -> list[str]:
    found = [first] if first <= last else []
    while found and found[-1] < last:
        found.append(_after(found[-1]))
    return found


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def _before(month: str) -> str:
    if month == _FIRST_MONTH:
        return month
    year, number = int(month[:4]), int(month[5:])
    return f"{year:04}-{number - 1:02}" if number > 1 else f"{year - 1:04}-12"
