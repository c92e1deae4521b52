"""Accounts of Members made of parlparse's files; `popolo` says where their shapes are from."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from html import unescape

from retrieval.errors import MalformedRecord
from retrieval.members.decoding import last_day
from retrieval.members.entries import MemberEntry
from retrieval.members.popolo import Membership, Person, PopoloFile
from retrieval.members.spans import SINCE_EVER, Account, Source, Span
from retrieval.records import folded

_PARLIAMENT_ID = "datadotparl_id"
_COMMONS, _LORDS = "house-of-commons", "house-of-lords"
# Of the kinds of peerage in people.json only this one is explained by an example; the words are the API's.
_PEERAGES = {"L": "Life peer"}
_MEMBER_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)
# Beside GovernmentPost there are OppositionPost, ParliamentaryPost and Committee.
_POST = re.compile(r"uk\.parliament\.data/Member/([1-9]\d{0,8})/GovernmentPost/[\d/]+", re.ASCII)
_OFFICE = "uk.org.publicwhip/moffice/"
# ministers.json holds the Opposition, committees and aides too. An Opposition team is named by its subject
# ("Treasury", "Home Affairs"), the Government's by the department.
_DEPARTMENT = re.compile(r"\b(?:Department|Ministry|Office|HM Treasury)\b(?!.*\bCommittee\b)")
_NOT_A_MINISTER = re.compile(r"\b(?:PPS|Parliamentary Private|Shadow|Opposition|Spokes\w*)\b", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def member_ids(file: PopoloFile, path: str) -> dict[str, int]:
    """Return Parliament's Member id of each person in `file` who has one, by parlparse's id of the person.

    Raises:
        MalformedRecord: If such an id is no number.
    """
    found: dict[str, int] = {}
    for place, person in enumerate(file.persons):
        for identifier in person.identifiers:
            if identifier.scheme == _PARLIAMENT_ID:
                found[person.id] = _number(identifier.identifier, f"persons[{place}].identifiers", path)
    for person in file.persons:
        if person.redirect in found:
            found[person.id] = found[person.redirect]
    return found


def entries_of(file: PopoloFile, people: dict[str, int], path: str, read_on: date | None) -> list[MemberEntry]:
    """Return what `file` says of Members, one entry for each.

    Args:
        file: What was read.
        people: Parliament's Member ids by parlparse's id of the person; of other files too.
        path: The file, as errors name it.
        read_on: The day on which the file was made; None takes the latest first day in it, as it was made
            then or later.

    Raises:
        MalformedRecord: If a date is none, a party is not in the file, or there are old offices in it and not
            one person is known to tell whose they are.
    """
    found = _Sorting(file, people, path)
    for place, person in enumerate(file.persons):
        found.name(person, f"persons[{place}]")
    for place, membership in enumerate(file.memberships):
        found.sort(membership, f"memberships[{place}]")
    day = read_on or max((facts.latest_first_day for facts in found.by_member.values()), default=SINCE_EVER)
    return [MemberEntry(id, tuple(facts.accounts(day))) for id, facts in sorted(found.by_member.items())]


@dataclass(slots=True)
class _Facts:
    names: list[Span] = field(default_factory=list)
    parties: list[Span] = field(default_factory=list)
    seats: list[Span] = field(default_factory=list)
    posts: list[Span] = field(default_factory=list)
    offices: list[Span] = field(default_factory=list)

    def accounts(self, day: date) -> Iterable[Account]:
        if self.names or self.parties or self.seats:
            yield Account(Source.PEOPLE, day, tuple(self.names), tuple(self.parties), tuple(self.seats))
        if self.posts:
            yield Account(Source.POSTS, day, posts=tuple(self.posts))
        if self.offices:
            yield Account(Source.OFFICES, day, posts=tuple(self.offices))

    @property
    def latest_first_day(self) -> date:
        return max((account.latest_first_day for account in self.accounts(SINCE_EVER)), default=SINCE_EVER)


class _Sorting:
    """Sorts what a file says by Member and by kind."""

    def __init__(self, file: PopoloFile, people: dict[str, int], path: str) -> None:
        self.by_member: dict[int, _Facts] = {}
        self._people = people
        self._path = path
        self._chambers = {seat.id: seat for seat in file.posts}
        self._named = {organization.id: folded(organization.name) for organization in file.organizations}

    def name(self, person: Person, place: str) -> None:
        """Note the main names of a person; the alternates are misspellings and earlier titles."""
        id = self._people.get(person.id)
        for number, name in enumerate(person.other_names if id else ()):
            shown = name.displayed()
            if id and name.note == "Main" and shown:
                where = f"{place}.other_names[{number}]"
                first = self._day(name.start_date, where, latest=True) if name.start_date else SINCE_EVER
                last = last_day(self._day(name.end_date, where, latest=False))
                self._facts(id).names.append(Span(shown, first, last))

    def sort(self, membership: Membership, place: str) -> None:
        """Note a time in a House, or a minister's post; pass over anything else."""
        post = _POST.fullmatch(membership.id)
        if post and membership.role:
            self._facts(int(post[1])).posts.append(self._span(membership.role, membership, place))
            return
        is_office = membership.id.startswith(_OFFICE)
        if is_office and not self._people:
            reason = f"{place}: is by parlparse's id of a person: name its people.json as well"
            raise MalformedRecord(self._path, reason)
        id = self._people.get(membership.person_id or "")
        if id is None:
            return
        if not is_office:
            self._sit(id, membership, place)
        elif title := self._office(membership):
            self._facts(id).offices.append(self._span(title, membership, place))

    def _sit(self, id: int, membership: Membership, place: str) -> None:
        """Note party and seat of a time in one of the two Houses; other chambers are passed over."""
        chamber = self._chambers.get(membership.post_id or "")
        seat: str | None = None
        if chamber and chamber.organization_id == _COMMONS:
            seat = chamber.area.name if chamber.area else None
        elif membership.organization_id == _LORDS:
            kinds = [str(item.identifier) for item in membership.identifiers if item.scheme == "peeragetype"]
            seat = next((_PEERAGES[kind] for kind in kinds if kind in _PEERAGES), None)
        else:
            return
        if seat:
            self._facts(id).seats.append(self._span(seat, membership, place))
        if party := membership.on_behalf_of_id:
            if party not in self._named:
                reason = f"{place}.on_behalf_of_id: no organisation in the file is {party!r}: fetch the file again"
                raise MalformedRecord(self._path, reason)
            self._facts(id).parties.append(self._span(self._named[party], membership, place))

    def _office(self, membership: Membership) -> str | None:
        """Return the title of a minister's office with its department; None for what is no office of a minister."""
        department = self._named.get(membership.organization_id or "", "")
        role = membership.role or ""
        if not role or _NOT_A_MINISTER.search(role) or not _DEPARTMENT.search(department):
            return None
        return f"{role}, {department}"

    def _facts(self, id: int) -> _Facts:
        return self.by_member.setdefault(id, _Facts())

    def _span(self, value: str, membership: Membership, place: str) -> Span:
        first = self._day(membership.start_date, f"{place}.start_date", latest=True)
        last = self._day(membership.end_date, f"{place}.end_date", latest=False)
        return Span(folded(unescape(value)), first, last_day(last))

    def _day(self, text: str | None, place: str, *, latest: bool) -> date | None:
        """Return the latest or earliest day that a date, which may be cut short, can mean; None for no date."""
        if not text or text.startswith("0001"):
            return None
        match = _DATE.fullmatch(text.split("/")[-1 if latest else 0])
        year, month, day = (int(part) if part else None for part in match.groups()) if match else (None, None, None)
        try:
            if year and month:
                return date(year, month, day or (monthrange(year, month)[1] if latest else 1))
            if year:
                return date(year, 12, 31) if latest else date(year, 1, 1)
        except ValueError:
            pass  # month 13, or 30 February
        reason = f"{place}: is {text!r}, and must be a date such as '2024-07-05', '2024-07' or '2024'"
        raise MalformedRecord(self._path, reason)


def _number(identifier: str | int, place: str, path: str) -> int:
    text = str(identifier)
    if not _MEMBER_ID.fullmatch(text):
        raise MalformedRecord(path, f"{place}: {_PARLIAMENT_ID} is {text!r}, and must be a number such as 4514")
    return int(text)
