"""Bodies that answer questions: their names by date, who took over from whom, and whether ministers answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from importlib import resources

from retrieval.folding import folded_name

_KEPT_NAMES = 1024  # Far more than there are.


class Succession(Enum):
    """How one body took over from another."""

    RENAME = "rename"
    MERGER = "merger"
    SPLIT = "split"
    TAKEOVER = "takeover"


@dataclass(frozen=True, slots=True)
class Origin:
    """The body that another took over from. Primary key: `name` and `first_day`, those of a `Department`.

    Attributes:
        how: `RENAME` where nothing but the name changed; by any other way it became another body.
    """

    name: str
    first_day: date
    how: Succession


@dataclass(frozen=True, slots=True)
class Department:
    """One body under one name. Primary key: `name` and `first_day`.

    A body that changed its name has one row for each, and two if it got an old name back.

    Attributes:
        name: As Parliament lists its answers, such as `Treasury`.
        first_day: First day under this name, or the first on which the table vouches for any, if it is older.
        last_day: Last day under this name, included; of one that is not over, the last on which the table
            vouches for it.
        is_over: False for a body that had neither ended nor changed its name when the table was made.
        also: Other forms of the name, such as `HM Treasury`.
        hansard: What Hansard headed its answers with, such as `Home Department`.
        abbreviations: As people write them, such as `MHCLG`; several bodies can share one.
        body_id: The API's `answeringBodyId`; None where it was not verified.
        is_ministerial: Whether those who answer for it are ministers of the Crown.
        came_from: The bodies it took over from.
    """

    name: str
    first_day: date
    last_day: date
    is_over: bool
    also: tuple[str, ...]
    hansard: tuple[str, ...]
    abbreviations: tuple[str, ...]
    body_id: int | None
    is_ministerial: bool
    came_from: tuple[Origin, ...]

    def stood_on(self, day: date) -> bool:
        """Return whether the body stood under this name on `day`, as far as the table knows."""
        return self.first_day <= day <= self.last_day


@cache
def departments() -> tuple[Department, ...]:
    """Return every row of the table, by first day and name; `data/departments.json` states its sources."""
    table = json.loads(resources.files("retrieval").joinpath("data/departments.json").read_text("utf-8"))
    known_from = table["known_from"]
    rows = (
        Department(
            name=row["name"],
            first_day=date.fromisoformat(row["first_day"] or known_from),
            last_day=date.fromisoformat(row["last_day"] or row.get("known_until", table["known_until"])),
            is_over=row["last_day"] is not None,
            also=tuple(row["also"]),
            hansard=tuple(row.get("hansard", ())),
            abbreviations=tuple(row["abbreviations"]),
            body_id=row["body_id"],
            is_ministerial=row["minister"],
            came_from=tuple(
                Origin(old["name"], date.fromisoformat(old["first_day"] or known_from), Succession(old["how"]))
                for old in row["from"]
            ),
        )
        for row in table["departments"]
    )
    return tuple(sorted(rows, key=lambda row: (row.first_day, row.name)))


def department_named(name_or_abbreviation: str) -> tuple[Department, ...]:
    """Return the bodies of this name or abbreviation, oldest first; none where the table has none.

    Case, accents, "the", "&" and punctuation make no difference. There can be several: `MHCLG` is two, before
    and after DLUHC, and `DCMS` stands for two names. Hansard's headings are no names here: who asks for `Health` does
    not mean only the department that had this heading.
    """
    asked = folded_name(name_or_abbreviation)
    return _where(lambda row: bool(asked) and asked in {*_names(row), *map(folded_name, row.abbreviations)})


def with_predecessors(department: Department) -> tuple[Department, ...]:
    """Return `department` and every body it took over from, directly or through others.

    A body that was split comes whole: the table can't tell which of its answers were about the part.

    Returns:
        `department` first, then the others, the latest to begin first.
    """
    found: set[Department] = set()
    waiting = [department]
    while waiting:
        row = waiting.pop()
        if row not in found:
            found.add(row)
            waiting += (_row(origin) for origin in row.came_from)
    older = sorted(found - {department}, key=lambda row: (row.first_day, row.name), reverse=True)
    return (department, *older)


def department_on(name: str | None, body_id: int | None, day: date | None) -> Department | None:
    """Return the body in which an answer of `day` falls, under its name of that day.

    The name given by a source decides, and the id where there is none. If that row did not stand on `day`, it is
    followed through changes of name only: a body made by merger or split is another body.

    Args:
        name: As a source gives it, or as Hansard headed it; an abbreviation is not a name.
        body_id: The API's `answeringBodyId`.
        day: The day answered.

    Returns:
        None where the table does not know: no day, a name it does not have, a day outside what it vouches for,
        or a name and an id that belong to different bodies.
    """
    if day is None or (name is None and body_id is None):
        return None
    by_name, by_id = _with_name(name), _with_id(body_id)
    if name is not None and not by_name:
        return None
    if by_name and by_id and not _families(by_name) & _families(by_id):
        return None
    rows = by_name or by_id
    standing = [row for row in rows if row.stood_on(day)] or [
        row for row in departments() if row.stood_on(day) and _family(row) in _families(rows)
    ]
    return standing[0] if len(standing) == 1 else None


def name_on(name: str | None, body_id: int | None, day: date | None) -> str | None:
    """Return a body's name on `day`, for a citation: see `department_on`.

    Returns:
        The name, such as `Department for Communities and Local Government` for id 7 in 2016; None where the
        table does not know, and the source's own name stands.
    """
    row = department_on(name, body_id, day)
    return row.name if row else None


@cache
def answers_as_minister(name: str | None, body_id: int | None) -> bool | None:
    """Return whether those who answer for a body are ministers of the Crown.

    Args:
        name: As a source gives it, of any day, or as Hansard headed it.
        body_id: The API's `answeringBodyId`.

    Returns:
        False for bodies such as the House of Commons Commission, whose spokesman is no minister; None where
        the table has neither the name nor the id, or they disagree.
    """
    said = {row.is_ministerial for row in (*_with_name(name), *_with_id(body_id))}
    return said.pop() if len(said) == 1 else None


@cache
def _names(row: Department) -> frozenset[str]:
    return frozenset(map(folded_name, (row.name, *row.also)))


def _where(holds: Callable[[Department], bool]) -> tuple[Department, ...]:
    return tuple(row for row in departments() if holds(row))


@lru_cache(_KEPT_NAMES)
def _with_name(name: str | None) -> tuple[Department, ...]:
    asked = folded_name(name) if name else ""
    return _where(lambda row: bool(asked) and asked in {*_names(row), *map(folded_name, row.hansard)})


@lru_cache(_KEPT_NAMES)
def _with_id(body_id: int | None) -> tuple[Department, ...]:
    return _where(lambda row: body_id is not None and row.body_id == body_id)


def _row(origin: Origin) -> Department:
    return next(row for row in departments() if (row.name, row.first_day) == (origin.name, origin.first_day))


@cache
def _family(row: Department) -> tuple[str, date]:
    """Return the key of the oldest row of which `row` is a later name."""
    for origin in row.came_from:
        if origin.how is Succession.RENAME:
            return _family(_row(origin))
    return row.name, row.first_day


def _families(rows: Iterable[Department]) -> set[tuple[str, date]]:
    return {_family(row) for row in rows}
