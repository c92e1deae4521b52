"""Fills what a record's source did not say of its Members from the register, and takes it out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from retrieval.members.register import MemberRegister
from retrieval.records import Member, Record


@dataclass(frozen=True, slots=True)
class Part:
    """A Member's part in a record. Primary key, within one record: `role`.

    Attributes:
        role: The record's field: `asker`, `answerer` or `corrected_by`.
        member: Who, as the record has it.
        day: The day on which they acted; None is not known.
        body: Of those who answer, the answering body.
    """

    role: str
    member: Member
    day: date | None
    body: str | None


def parts(record: Record) -> Iterator[Part]:
    """Yield the Members who have a part in `record`, in the order asker, answerer, corrector."""
    body = record.answering_body
    if record.asker:
        yield Part("asker", record.asker, record.tabled, None)
    if record.answerer:
        yield Part("answerer", record.answerer, record.answered, body)
    if record.corrected_by:
        yield Part("corrected_by", record.corrected_by, record.corrected, body)


def with_members(record: Record, register: MemberRegister) -> Record:
    """Return `record` with what its source did not say of its Members, as the register has it for the day.

    The asker is taken as at the day tabled, who answered as at the day answered, and who corrected as at the
    day corrected. Each fact filled is listed in `from_register`, as `answerer.post`; what an earlier register
    filled is taken out first, so this can be called again with a newer one. What the source says always stands.
    """
    record = without_register(record)
    listed: list[str] = []
    for part in parts(record):
        if part.member.id is None:
            continue
        known = register.member_on(part.member.id, part.day, body=part.body)
        filled = Member(
            id=part.member.id,
            name=known.name if part.member.name is None else part.member.name,
            party=known.party if part.member.party is None else part.member.party,
            seat=known.seat if part.member.seat is None else part.member.seat,
            post=known.post if part.member.post is None else part.member.post,
        )
        listed += [f"{part.role}.{fact}" for fact in _changed(part.member, filled)]
        record = _with(record, part.role, filled)
    return replace(record, from_register=tuple(listed)) if listed else record


def without_register(record: Record) -> Record:
    """Return `record` with just those facts taken out that the register gave."""
    for part in list(parts(record)) if record.from_register else ():
        given = {name.removeprefix(f"{part.role}.") for name in record.from_register}
        bare = Member(
            id=part.member.id,
            name=None if "name" in given else part.member.name,
            party=None if "party" in given else part.member.party,
            seat=None if "seat" in given else part.member.seat,
            post=None if "post" in given else part.member.post,
        )
        record = _with(record, part.role, bare)
    return replace(record, from_register=()) if record.from_register else record


def _changed(before: Member, after: Member) -> list[str]:
    facts = {
        "name": before.name != after.name,
        "party": before.party != after.party,
        "seat": before.seat != after.seat,
        "post": before.post != after.post,
    }
    return [fact for fact, is_changed in facts.items() if is_changed]


def _with(record: Record, role: str, member: Member) -> Record:
    if role == "asker":
        return replace(record, asker=member)
    return replace(record, answerer=member) if role == "answerer" else replace(record, corrected_by=member)
