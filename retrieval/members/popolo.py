"""The shapes of parlparse's files about Members: people.json and the ministers' files.

They are those that https://parser.theyworkforyou.com/members.html shows and that the package mysoc-validator
(`mysoc_validator/models/popolo.py`, MIT) checks; read in github.com/mysociety/parlparse were
`members/ministers-2010.json`, `members/posts/westminster-parliament-posts.json`, `members/ministers.json` and
`scripts/datadotparl/update-members`, which writes the first of them. `people.json` itself was seen only through
that page and that package. There, a missing first day of a name means "since ever", a party or name changes from
one day to the next, and a date may be cut short to its year or month or be two dates with a slash between.
"""

from __future__ import annotations

import msgspec

from retrieval.records import folded


class Identifier(msgspec.Struct):
    """An id of a person, or the kind of a peerage, under some scheme."""

    scheme: str
    identifier: str | int


class PersonName(msgspec.Struct):
    """A name of a person and its days; the parts of a peer's title are apart."""

    note: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    honorific_prefix: str | None = None
    lordname: str | None = None
    lordofname: str | None = None
    start_date: str | None = None
    end_date: str | None = None

    def displayed(self) -> str:
        """Return the name as Parliament would display it: "Jess Phillips", "Baroness X of Y", "The Earl of Y"."""
        if self.lordname:
            place = f"of {self.lordofname}" if self.lordofname else ""
            return folded(f"{self.honorific_prefix or ''} {self.lordname} {place}")
        if self.lordofname:
            return folded(f"The {self.honorific_prefix} of {self.lordofname}") if self.honorific_prefix else ""
        return folded(f"{self.given_name or ''} {self.family_name or ''}")


class Person(msgspec.Struct):
    """Someone, or a pointer to the id under which they are now."""

    id: str
    redirect: str | None = None
    identifiers: list[Identifier] = msgspec.field(default_factory=list)
    other_names: list[PersonName] = msgspec.field(default_factory=list)


class Area(msgspec.Struct):
    """A constituency."""

    name: str


class Seat(msgspec.Struct):
    """What Popolo calls a post: a constituency's seat in a chamber."""

    id: str
    organization_id: str | None = None
    area: Area | None = None


class Organization(msgspec.Struct):
    """A party, chamber, department or committee."""

    id: str
    name: str


class Membership(msgspec.Struct):
    """A time in a chamber for one party, or in a post."""

    id: str
    person_id: str | None = None
    post_id: str | None = None
    organization_id: str | None = None
    on_behalf_of_id: str | None = None
    role: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    identifiers: list[Identifier] = msgspec.field(default_factory=list)


class PopoloFile(msgspec.Struct):
    """A file of parlparse; the ministers' files have no persons and no posts."""

    memberships: list[Membership]
    persons: list[Person] = msgspec.field(default_factory=list)
    organizations: list[Organization] = msgspec.field(default_factory=list)
    posts: list[Seat] = msgspec.field(default_factory=list)
