"""Single values in the API's JSON, checked and cleaned: the same in questions and in statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import msgspec

from retrieval.errors import MalformedRecord
from retrieval.markup import parse_answer, unwrapped_url
from retrieval.records import Attachment, House, Member, Provenance, folded

# The list calls cut answers here and add "..."; they cut questions here and add nothing. Held against 4,980
# questions in both forms: this finds every cut and takes no whole text for one. That statements are cut as answers
# are is taken from these; TheyWorkForYou's scraper (parlparse) fetches each one whole, as it does answers.
CLIP_CHARACTERS = 255
# No record is older than this.
EARLIEST_YEAR = 1900
# What .NET writes for a date that was never set: not known.
_NEVER_SET = "0001-01-01"

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?)?", re.ASCII)
_UIN = re.compile(r"[A-Za-z0-9]+")

# 2**53 is where JSON numbers stop being exact in other programs; no real number comes near.
Number = Annotated[int, msgspec.Meta(gt=0, le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class ApiMember(msgspec.Struct, rename="camel"):
    """A Member as `expandMember=true` gives them; there is no ministerial post among it."""

    id: Count | None = None
    name: str | None = None
    party: str | None = None
    member_from: str | None = None


class ApiAttachment(msgspec.Struct, rename="camel"):
    """A file that came with an answer or a statement."""

    url: str
    title: str | None = None
    file_type: str | None = None
    file_size_bytes: Count | None = None


@contextmanager
def placed(place: Provenance) -> Iterator[None]:
    """Give every `MalformedRecord` of this module its place in the source; on their own they know the field only."""
    try:
        yield
    except MalformedRecord as error:
        raise MalformedRecord(place.source, f"{error.path}: {error.reason}", place.place) from error


def is_clipped(text: str) -> bool:
    """Say whether a list call cut the text of an answer or a statement short."""
    return text[CLIP_CHARACTERS:] in ("...", "…")


def clean_text(text: str | None) -> str | None:
    """Return `text` without tags and entities, on one line; None if nothing is left of it."""
    return folded(" ".join(block.text for block in parse_answer(text or ""))) or None


def house_named(name: str | None) -> House | None:
    """Return the House of that name.

    Raises:
        MalformedRecord: If there is none; its path is the field.
    """
    if name is None:
        return None
    try:
        return House(name)
    except ValueError:
        raise MalformedRecord("house", f"is {name!r}, and must be Commons or Lords") from None


def checked_uin(field: str, uin: str) -> str:
    """Return `uin` if it can be one.

    Raises:
        MalformedRecord: If it can't; its path is `field`.
    """
    if not _UIN.fullmatch(uin):
        raise MalformedRecord(field, f"is {uin!r}, and a UIN is letters and digits only")
    return uin


def day_of(field: str, text: str | None) -> date | None:
    """Return the day that `text` names; None where it was never set.

    Raises:
        MalformedRecord: If it is no real day; its path is `field`.
    """
    if text is None or text.startswith(_NEVER_SET):
        return None
    match = _DATE.fullmatch(text)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        day = None
    if day is None or day.year < EARLIEST_YEAR:
        raise MalformedRecord(field, f"is {text!r}, and must be a real day such as '2023-12-08T00:00:00'")
    return day


def member_of(field: str, member: ApiMember | None, number: int | None, post: str | None = None) -> Member | None:
    """Return a Member as far as known; None where nothing is.

    Args:
        field: Name of the field that `member` was in; that of `number` is the same with `Id`.
        member: As `expandMember=true` gives them.
        number: Their id, which is given with or without the rest; 0 is none.
        post: Their post, where the source gives it.

    Raises:
        MalformedRecord: If there are two ids; its path is `field`.
    """
    member = member or ApiMember()
    if member.id and number and member.id != number:
        raise MalformedRecord(field, f"is Member {member.id}, but {field}Id is {number}")
    found = Member(
        id=member.id or number or None,
        name=clean_text(member.name),
        party=clean_text(member.party),
        seat=clean_text(member.member_from),
        post=clean_text(post),
    )
    return found if found != Member() else None


def attachment_of(attachment: ApiAttachment) -> Attachment:
    """Return an attachment, called by its address where it has no title.

    Raises:
        MalformedRecord: If its address is not on the web; its path is the field.
    """
    url = unwrapped_url(attachment.url.strip())
    # It becomes a link on a page, so nothing but an address on the web may pass.
    if not url.lower().startswith(("https://", "http://")):
        raise MalformedRecord("attachments", f"has the address {attachment.url!r}, which is not on the web")
    return Attachment(
        title=clean_text(attachment.title) or url,
        url=url,
        media_type=clean_text(attachment.file_type),
        size_bytes=attachment.file_size_bytes,
    )
