"""What a search is limited to, as conditions on records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from retrieval.errors import QueryError
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House


@dataclass(frozen=True, slots=True)
class Filters:
    """Limits on which records may answer; values within one are alternatives, and all filters must hold.

    Dates are inclusive. With neither `kind` nor `finding`, the answers shown are the substantive ones that
    say more than that the information is not held or would cost too much.
    """

    answered_from: date | None = None
    answered_to: date | None = None
    tabled_from: date | None = None
    tabled_to: date | None = None
    house: tuple[House, ...] = ()
    answering_body: tuple[str, ...] = ()
    minister: tuple[str, ...] = ()
    asker: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    kind: tuple[AnswerKind, ...] = ()
    finding: tuple[FindingName, ...] = ()
    heading: tuple[str, ...] = ()
    genre: tuple[Genre, ...] = ()
    answerer: tuple[AnswererKind, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a span of dates that ends before it begins.

        Raises:
            QueryError: Naming the later field.
        """
        for what in ("answered", "tabled"):
            first, last = getattr(self, f"{what}_from"), getattr(self, f"{what}_to")
            if first and last and first > last:
                raise QueryError(
                    f"{what}_to",
                    f"{last} is before {what}_from {first}: give the earlier date as {what}_from",
                )

    def given(self) -> dict[str, date | tuple[str, ...]]:
        """Return the filters that are set, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}

    def as_text(self) -> dict[str, str | list[str]]:
        """Return the same in words, as results give them."""
        return {
            name: value.isoformat() if isinstance(value, date) else [str(one) for one in value]
            for name, value in self.given().items()
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the `records` table.

    Attributes:
        sql: What must hold.
        values: For the question marks in `sql`.
        fact: The fact that it asks for, by the filter's name; None if every record has it.
        lacks: SQL that holds for the records without that fact, which fail the condition for that reason.
    """

    sql: str
    values: tuple[object, ...] = ()
    fact: str | None = None
    lacks: str = ""


VISIBLE = Condition("kind = 'substantive' AND NOT bare")
"""What a search shows unless the user asks for other kinds or for a finding."""

HELD_BACK = Condition("NOT (kind = 'substantive' AND NOT bare)")
"""The records that `VISIBLE` leaves out."""

EVERY_KIND = tuple(AnswerKind)
"""As the filter `kind`: everything is looked in, refusals and what is no reply too."""

Resolver = Callable[[str, str], Condition]
"""From a filter's name and the name asked for, to a condition on the names in the corpus."""


def conditions(filters: Filters, resolve: Resolver) -> Iterator[Condition]:
    """Yield a condition for each filter that the user set; `VISIBLE` is not among them.

    Args:
        filters: What the user asked for.
        resolve: Finds a name in the corpus.

    Raises:
        UnknownName: From `resolve`, if a name is not in the corpus.
    """
    for column in ("answered", "tabled"):
        yield from _within(column, getattr(filters, f"{column}_from"), getattr(filters, f"{column}_to"))
    for name in ("answering_body", "minister", "asker", "party"):
        asked: tuple[str, ...] = getattr(filters, name)
        if asked:
            yield _any_of([resolve(name, value) for value in asked])
    for name in ("house", "kind", "genre"):
        wanted: tuple[StrEnum, ...] = getattr(filters, name)
        if wanted:
            yield _one_of(name, tuple(str(one) for one in wanted))
    if filters.finding:
        names = tuple(str(finding) for finding in filters.finding)
        marks = ", ".join("?" * len(names))
        yield Condition(f"number IN (SELECT record FROM findings WHERE name IN ({marks}))", names)
    if filters.answerer:
        values = tuple(int(kind is AnswererKind.MINISTER) for kind in filters.answerer)
        marks = ", ".join("?" * len(values))
        yield Condition(f"ministerial IN ({marks})", values, "answerer", "ministerial IS NULL")
    if filters.heading:
        yield _any_of(
            [Condition("has_words(heading, ?)", (words,), "heading", "heading IS NULL") for words in filters.heading]
        )


def _within(column: str, first: date | None, last: date | None) -> Iterator[Condition]:
    if first:
        yield Condition(f"{column} >= ?", (first.isoformat(),), column, f"{column} IS NULL")
    if last:
        yield Condition(f"{column} <= ?", (last.isoformat(),), column, f"{column} IS NULL")


def _one_of(column: str, values: tuple[str, ...]) -> Condition:
    return Condition(f"{column} IN ({', '.join('?' * len(values))})", values, column, f"{column} IS NULL")


def _any_of(listed: list[Condition]) -> Condition:
    return Condition(
        " OR ".join(f"({condition.sql})" for condition in listed),
        tuple(value for condition in listed for value in condition.values),
        listed[0].fact,
        " AND ".join(dict.fromkeys(condition.lacks for condition in listed)),
    )
