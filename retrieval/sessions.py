"""Sessions of Parliament: in which one a day falls, from a dated table kept with the package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from retrieval.records import House


@dataclass(frozen=True, slots=True)
class Session:
    """One session of Parliament, the same for both Houses. Primary key: `name`.

    Attributes:
        name: As the House writes it, such as `2014-15`.
        first_day: First meeting of a new Parliament, or the State Opening.
        last_day: Prorogation or dissolution, included; for a session that is not over, the last day on which
            the table vouches for it.
        is_over: False for a session that had not ended when the table was made: its name may yet change,
            as 2024-25 became 2024-26.
    """

    name: str
    first_day: date
    last_day: date
    is_over: bool


@cache
def sessions() -> tuple[Session, ...]:
    """Return every session in the table, oldest first; `data/sessions.json` states its sources."""
    table = json.loads(resources.files("retrieval").joinpath("data/sessions.json").read_text("utf-8"))
    return tuple(
        Session(
            name=row["name"],
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"] or table["known_until"]),
            is_over=row["last_day"] is not None,
        )
        for row in table["sessions"]
    )


def session_on(day: date) -> Session | None:
    """Return the session in which `day` falls; None before, between and after those in the table."""
    return next((session for session in sessions() if session.first_day <= day <= session.last_day), None)


def session_of(house: House, day: date) -> str | None:
    """Return the name of the session in which a question was tabled.

    Args:
        house: Where it was tabled. Both Houses sit in the same sessions, so it does not change the name;
            it is asked for because a UIN is read with its House and session.
        day: The day on which it was tabled: UINs begin again in each session.

    Returns:
        The name, such as `2014-15`; None where the session is not known (outside the table, or between two).
    """
    session = session_on(day)
    return session.name if session else None
