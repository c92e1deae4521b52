"""What the tools for assistants give of the index: its filters and the months it covers."""

from __future__ import annotations

from retrieval.records import Genre, House
from service.assistants.results import Part, Result


class Value(Part):
    """A value that a filter takes."""

    value: str
    records: int
    """How many answers and statements have it."""


class FilterInfo(Part):
    """A filter of search_answers."""

    name: str
    description: str | None = None
    values: tuple[Value, ...] = ()
    values_total: int | None = None
    """How many values there are; absent for filters that take days or words."""


class FilterList(Result):
    """The filters there are, or the values of one."""

    filters: tuple[FilterInfo, ...]


class Month(Part):
    """One month of one House: questions by the day tabled, statements by the day made."""

    genre: Genre
    house: House
    month: str
    listed: int | None = None
    """How many Parliament lists; absent if it was never asked."""
    held: int
    """How many are indexed."""
    unanswered: int = 0
    complete: bool
    lacks: str | None = None


class Covered(Result):
    """What is indexed, and what is missing."""

    answers: int
    """Distinct answers: the same text from the same body counts once."""
    passages: int
    unanswered: int
    """Questions that are kept and wait for an answer."""
    by_genre: dict[str, int]
    by_kind: dict[str, int]
    by_finding: dict[str, int]
    missing_facts: dict[str, int]
    """By fact, in how many records the source does not give it."""
    bodies_total: int
    """How many bodies answered; list_filters names them."""
    months: tuple[Month, ...]
    """Those of this page."""
    months_total: int
