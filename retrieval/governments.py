"""Governments and Parliaments: in which one a day falls, from a dated table kept with the package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Government:
    """One government of the United Kingdom. Primary key: `name`.

    Attributes:
        name: Such as `Starmer Labour Government`.
        prime_minister: Who led it.
        parties: Whose ministers it was made of, the Prime Minister's first.
        first_day: The day on which the Prime Minister was appointed.
        last_day: The day before the next government began; of one that is not over, the last day on which the
            table vouches for it.
        is_over: False for a government that had not ended when the table was made.
    """

    name: str
    prime_minister: str
    parties: tuple[str, ...]
    first_day: date
    last_day: date
    is_over: bool


@dataclass(frozen=True, slots=True)
class Parliament:
    """One Parliament, from a general election to the dissolution before the next. Primary key: `number`.

    Attributes:
        number: Counted from the union of 1801, such as 59.
        first_day: First meeting.
        last_day: Day of the dissolution, included; of one that is not over, the last day on which the table
            vouches for it.
        is_over: False for a Parliament that had not been dissolved when the table was made.
    """

    number: int
    first_day: date
    last_day: date
    is_over: bool


def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(
        resources.files("retrieval").joinpath("data/governments.json").read_text("utf-8")
    )
    return table


@cache
def governments() -> tuple[Government, ...]:
    """Return every government in the table, oldest first; `data/governments.json` states its sources."""
    table = _table()
    return tuple(
        Government(
            name=row["name"],
            prime_minister=row["prime_minister"],
            parties=tuple(row["parties"]),
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"] or table["governments_known_until"]),
            is_over=row["last_day"] is not None,
        )
        for row in table["governments"]
    )


@cache
def parliaments() -> tuple[Parliament, ...]:
    """Return every Parliament in the table, oldest first; `data/governments.json` states its sources."""
    table = _table()
    return tuple(
        Parliament(
            number=row["number"],
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"] or table["parliaments_known_until"]),
            is_over=row["last_day"] is not None,
        )
        for row in table["parliaments"]
    )


def government_on(day: date) -> Government | None:
    """Return the government of `day`; None before the table begins and after what it vouches for.

    The day of a handover belongs to the incoming government, because its Prime Minister was appointed on it and
    nothing in an answer tells the hour. An answer of that very day may well have been given by a minister of the
    outgoing one: do not say of it more than the day.
    """
    return next((each for each in governments() if each.first_day <= day <= each.last_day), None)


def is_earlier_government(day: date) -> Government | None:
    """Return the government of `day` if a later one is in the table, whatever came since.

    Returns:
        The government, for an answer to say so; None for a day of the latest in the table, which may since have
        become an earlier one too, and for a day outside the table. On the day of a handover it is the incoming
        one, as `government_on` says, so the first day of the latest gives None.
    """
    found = government_on(day)
    return found if found and found.is_over else None


def parliament_on(day: date) -> Parliament | None:
    """Return the Parliament of `day`; None between two, before the table and after what it vouches for."""
    return next((each for each in parliaments() if each.first_day <= day <= each.last_day), None)
