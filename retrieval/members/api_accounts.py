"""Accounts of Members made of what Parliament's Members API answers.

What the days mean was noted by github.com/instituteforgov/parliament_data (docs/technical_documentation.md): some
peers have no first day, and an MP's party or seat ends with the dissolution. In the real biography named in
`api_shapes`, one post ends on the very day on which the next begins, so last days are taken as included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from retrieval.errors import MalformedRecord
from retrieval.members.api_shapes import ApiItem, ApiMembership, ApiResponse, ApiValue
from retrieval.members.decoding import api_day, last_day
from retrieval.members.spans import SINCE_EVER, Account, Source, Span
from retrieval.records import folded

_COMMONS = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a response was read, for errors and for what it can vouch for.

    Attributes:
        path: The file or address.
        line: The line of a file of JSON Lines; None otherwise.
        read_on: The day on which the API gave it; None is not known.
    """

    path: str
    line: int | None = None
    read_on: date | None = None

    def fault(self, reason: str) -> MalformedRecord:
        """Return the error that says what is wrong here."""
        return MalformedRecord(self.path, reason, self.line)

    def span(
        self, value: str | None, start: str | None, end: str | None, place: str, department: str | None = None
    ) -> Span | None:
        """Return a span of the API's fields; None without a value.

        Raises:
            MalformedRecord: If a date is none.
        """
        name = folded(value or "")
        if not name:
            return None
        first = api_day(start, f"{place}.startDate", self.path, self.line)
        last = api_day(end, f"{place}.endDate", self.path, self.line)
        return Span(name, first, last_day(last), folded(department or "") or None)


def account_of(response: ApiResponse, reading: Reading) -> tuple[int, Account]:
    """Return the Member's id and what `response` says of them.

    Where the day of reading is not known, the latest first day in it stands for that: it was read then or
    later. A response of `/Members/{id}` gives today's name and party without days, so they are taken for the
    day of reading only, and for no day where that is not known.

    Raises:
        MalformedRecord: If it is not about a Member, does not say about whom, or a date in it is none.
    """
    value, id, source = response.value, response.member_id(), response.value.source
    if source is None:
        raise reading.fault("value: has nothing of /Members/{id}, /Members/{id}/Biography or /Members/History")
    if id is None:
        raise reading.fault("says nowhere which Member it is of: keep its `links` when saving it")
    if source is Source.HISTORY:
        account = _history(value, reading)
    elif source is Source.BIOGRAPHY:
        account = _biography(value, reading)
    else:
        account = _member(value, reading)
    return id, account


def _account(
    source: Source,
    reading: Reading,
    *,
    names: list[Span | None] | None = None,
    parties: list[Span | None] | None = None,
    seats: list[Span | None] | None = None,
    posts: list[Span | None] | None = None,
) -> Account:
    kept = {
        "names": tuple(span for span in names or () if span),
        "parties": tuple(span for span in parties or () if span),
        "seats": tuple(span for span in seats or () if span),
        "posts": tuple(span for span in posts or () if span),
    }
    account = Account(source, reading.read_on or SINCE_EVER, **kept)
    return account if reading.read_on else Account(source, account.latest_first_day, **kept)


def _history(value: ApiValue, reading: Reading) -> Account:
    names = [
        reading.span(item.name_display_as, item.start_date, item.end_date, f"value.nameHistory[{place}]")
        for place, item in enumerate(value.name_history or ())
    ]
    parties = [
        reading.span(
            item.party.name if item.party else None, item.start_date, item.end_date, f"value.partyHistory[{place}]"
        )
        for place, item in enumerate(value.party_history or ())
    ]
    seats = [
        _seat(item, reading, f"value.houseMembershipHistory[{place}]")
        for place, item in enumerate(value.house_membership_history or ())
    ]
    return _account(Source.HISTORY, reading, names=names, parties=parties, seats=seats)


def _biography(value: ApiValue, reading: Reading) -> Account:
    def spans(field: str, items: list[ApiItem] | None) -> list[Span | None]:
        return [
            reading.span(item.name, item.start_date, item.end_date, f"value.{field}[{place}]")
            for place, item in enumerate(items or ())
        ]

    posts = [
        reading.span(item.name, item.start_date, item.end_date, f"value.governmentPosts[{place}]", item.additional_info)
        for place, item in enumerate(value.government_posts or ())
    ]
    seats = [item for item in value.representations or () if item.house == _COMMONS]
    return _account(
        Source.BIOGRAPHY,
        reading,
        parties=spans("partyAffiliations", value.party_affiliations),
        seats=spans("representations", seats),
        posts=posts,
    )


def _member(value: ApiValue, reading: Reading) -> Account:
    day = reading.read_on.isoformat() if reading.read_on else None
    party = value.latest_party.name if value.latest_party else None
    seat = value.latest_house_membership
    return _account(
        Source.MEMBER,
        reading,
        names=[reading.span(value.name_display_as, day, day, "value")],
        parties=[reading.span(party, day, day, "value")],
        seats=[_seat(seat, reading, "value.latestHouseMembership")] if seat else None,
    )


def _seat(item: ApiMembership, reading: Reading, place: str) -> Span | None:
    first = api_day(item.membership_start_date, f"{place}.membershipStartDate", reading.path, reading.line)
    last = api_day(item.membership_end_date, f"{place}.membershipEndDate", reading.path, reading.line)
    name = folded(item.membership_from or "")
    return Span(name, first, last_day(last)) if name else None
