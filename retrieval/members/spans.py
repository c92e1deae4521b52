"""What one source says of one Member, and for which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

# How Popolo files, such as those of parlparse, write "since ever" (the package mysoc-validator).
SINCE_EVER = date.min

Facet = Literal["names", "parties", "seats", "posts"]


class Source(StrEnum):
    """Where an account came from; where several speak of one day, the first of these is believed."""

    HISTORY = "members-api/history"
    BIOGRAPHY = "members-api/biography"
    MEMBER = "members-api/member"
    PEOPLE = "parlparse/people"
    POSTS = "parlparse/posts"
    OFFICES = "parlparse/offices"


# What each call of the Members API tells of every Member.
_TOLD: dict[Source, tuple[Facet, ...]] = {
    Source.HISTORY: ("names", "parties", "seats"),
    Source.BIOGRAPHY: ("parties", "seats", "posts"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A name, party, seat or post, and the days on which it was held.

    A source that knows a first or last day only by its year or month gives the latest first day and the
    earliest last day that it can mean, so that a span never covers a day on which it may not have been held.

    Attributes:
        value: The name, party, seat or title, in the source's words.
        first_day: The first day that is certain; None is not known, and the span then covers no day.
        last_day: The last day that is certain, included; None where it had not ended when it was read.
        department: Of a post, the department, where the source names it apart from the title.
    """

    value: str
    first_day: date | None
    last_day: date | None = None
    department: str | None = None

    def covers(self, day: date) -> bool:
        """Say whether it was held on `day`, as far as its own dates tell."""
        return self.first_day is not None and self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Account:
    """What one source says of one Member. Primary key, within one Member: `source`.

    Attributes:
        source: Where it came from.
        read_on: The day on which the source was as it is here: what had not ended is known up to then.
        names: Names, as Parliament displays them.
        parties: Parties.
        seats: Constituencies; for a Member of the Lords, the kind of peerage.
        posts: Posts in the Government; never those of the Opposition.
    """

    source: Source
    read_on: date
    names: tuple[Span, ...] = ()
    parties: tuple[Span, ...] = ()
    seats: tuple[Span, ...] = ()
    posts: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        """Put the spans in one order, so that equal accounts are written alike."""
        facets: tuple[Facet, ...] = ("names", "parties", "seats", "posts")
        for facet in facets:
            object.__setattr__(self, facet, tuple(sorted(set(self.spans(facet)), key=_place)))

    def spans(self, facet: Facet) -> tuple[Span, ...]:
        """Return the spans of one kind, earliest first."""
        if facet == "names":
            return self.names
        if facet == "parties":
            return self.parties
        return self.seats if facet == "seats" else self.posts

    def on(self, facet: Facet, day: date) -> tuple[Span, ...]:
        """Return the spans of one kind that are known to have been held on `day`, earliest first."""
        return tuple(
            span
            for span in self.spans(facet)
            if span.covers(day) and (span.last_day is not None or day <= self.read_on)
        )

    @property
    def lists_all_names(self) -> bool:
        """Whether a name that is not here was never held, by this source."""
        return self.source in (Source.HISTORY, Source.PEOPLE)

    @property
    def lists_all_posts(self) -> bool:
        """Whether a post that is not here was never held, by this source."""
        return self.source is Source.BIOGRAPHY

    def speaks_of(self, facet: Facet) -> bool:
        """Say whether this source tells of a facet, be it that there is nothing to tell."""
        return bool(self.spans(facet)) or facet in _TOLD.get(self.source, ())

    @property
    def latest_first_day(self) -> date:
        """The latest first day of any span: the source was made on that day or later."""
        spans = (*self.names, *self.parties, *self.seats, *self.posts)
        return max((span.first_day for span in spans if span.first_day), default=SINCE_EVER)


def _place(span: Span) -> tuple[date, date, str, str]:
    return (span.first_day or date.min, span.last_day or date.max, span.value, span.department or "")
