"""The shapes in which Parliament's Members API gives a Member.

They are those of `MemberHistory`, `MemberBiography`, `BiographyItem` and `HouseMembership` in the API's OpenAPI
document (https://members-api.parliament.uk/swagger/v1/swagger.json, as the clients generated from it in
github.com/satparl/Chairs and others have it), and of a real biography, Member 4514's, which
github.com/beatonma/snommoc keeps among its tests.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from retrieval.members.decoding import decoded
from retrieval.members.spans import Source

_SELF = re.compile(r".*/Members/([1-9]\d{0,8})/Biography/?", re.IGNORECASE | re.ASCII)
_Number = Annotated[int, msgspec.Meta(gt=0, le=2**53)]


class ApiName(msgspec.Struct, rename="camel"):
    """A name and its days; `nameDisplayAs` is the one that written questions show."""

    name_display_as: str | None = None
    start_date: str | None = None
    end_date: str | None = None


class ApiParty(msgspec.Struct, rename="camel"):
    """A party."""

    name: str | None = None


class ApiPartyTime(msgspec.Struct, rename="camel"):
    """A party and its days."""

    party: ApiParty | None = None
    start_date: str | None = None
    end_date: str | None = None


class ApiMembership(msgspec.Struct, rename="camel"):
    """A seat and its days: `membershipFrom` is a constituency, or in the Lords the kind of peerage."""

    membership_from: str | None = None
    membership_start_date: str | None = None
    membership_end_date: str | None = None


class ApiItem(msgspec.Struct, rename="camel"):
    """One line of a biography; `additionalInfo` of a post is its department."""

    house: int | None = None
    name: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    additional_info: str | None = None


class ApiValue(msgspec.Struct, rename="camel"):
    """The `value` of `/Members/{id}`, of `/Members/{id}/Biography`, or of one item of `/Members/History`."""

    id: _Number | None = None
    name_display_as: str | None = None
    latest_party: ApiParty | None = None
    latest_house_membership: ApiMembership | None = None
    name_history: list[ApiName] | None = None
    party_history: list[ApiPartyTime] | None = None
    house_membership_history: list[ApiMembership] | None = None
    representations: list[ApiItem] | None = None
    government_posts: list[ApiItem] | None = None
    party_affiliations: list[ApiItem] | None = None

    @property
    def source(self) -> Source | None:
        """Which of the three calls gave it; None if it can't be any of them."""
        histories = (self.name_history, self.party_history, self.house_membership_history)
        biography = (self.representations, self.government_posts, self.party_affiliations)
        if any(part is not None for part in histories):
            return Source.HISTORY
        if any(part is not None for part in biography):
            return Source.BIOGRAPHY
        return Source.MEMBER if self.name_display_as is not None else None


class ApiLink(msgspec.Struct, rename="camel"):
    """A link of a response; that called `self` says whose biography it is."""

    rel: str | None = None
    href: str | None = None


class ApiResponse(msgspec.Struct, rename="camel"):
    """What the API puts around a value."""

    value: ApiValue
    links: list[ApiLink] | None = None

    def member_id(self) -> int | None:
        """Return the Member's id; a biography has it in its link to itself alone."""
        if self.value.id is not None:
            return self.value.id
        own = [_SELF.fullmatch(link.href or "") for link in self.links or () if link.rel == "self"]
        return next((int(match[1]) for match in own if match), None)


def responses_of(raw: bytes | msgspec.Raw, path: str, line: int | None = None) -> list[ApiResponse]:
    """Return the responses in `raw`: one of a Member, or the list of `/Members/History`.

    Raises:
        MalformedRecord: If it is neither.
    """
    if bytes(raw).lstrip()[:1] == b"[":
        return decoded(raw, list[ApiResponse], path, line)
    return [decoded(raw, ApiResponse, path, line)]
