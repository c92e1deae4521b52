"""The months of a timeline as a chart shows them: the departments that answered most, and the others together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from retrieval.monthly import TimelineMonth
from retrieval.timeline import Timeline

MOST: Final = 5
"""How many departments have a series of their own: more colours can't be told apart."""


@dataclass(frozen=True, slots=True)
class Series:
    """One department, or several together. Primary key: `label`.

    Attributes:
        label: To read.
        bodies: The names; None is that of answers whose source gives none.
        counts: Its answers on the topic, by place of the month.
        total: Its answers on the topic in all, an answer given in two months once.
    """

    label: str
    bodies: tuple[str | None, ...]
    counts: tuple[int, ...]
    total: int


def series_of(found: Timeline) -> tuple[Series, ...]:
    """Return the departments that answered most on the topic, the first the most, and the others as one, last.

    Together they come to `count` of each month: an answer is one body's.
    """
    alone = found.bodies if len(found.bodies) == MOST + 1 else found.bodies[:MOST]
    others = found.bodies[len(alone) :]
    series = [Series(one.label, (one.body,), _counts(found.months, (one.body,)), one.count) for one in alone]
    if others:
        names = tuple(one.body for one in others)
        label = f"{len(others)} others"
        series.append(Series(label, names, _counts(found.months, names), sum(one.count for one in others)))
    return tuple(series)


def _counts(months: tuple[TimelineMonth, ...], bodies: tuple[str | None, ...]) -> tuple[int, ...]:
    named = set(bodies)
    return tuple(sum(one.count for one in month.bodies if one.body in named) for month in months)
