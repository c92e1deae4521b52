"""One written statement in the API's own fields, and the record made of it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from retrieval.errors import ClippedRecord, MalformedRecord
from retrieval.markup import parse_answer
from retrieval.records import Genre, LinkedStatement, Provenance, Record
from retrieval.sources.api_values import (
    ApiAttachment,
    ApiMember,
    Count,
    Number,
    attachment_of,
    checked_uin,
    clean_text,
    day_of,
    house_named,
    is_clipped,
    member_of,
)
from retrieval.sources.uin import house_of_paper

WHOLE_STATEMENT = "https://questions-statements-api.parliament.uk/api/writtenstatements/statements/{id}"


class ApiLinkedStatement(msgspec.Struct, rename="camel"):
    """A paper that a statement is linked to: `CorrectedAnswer`, `CorrectedStatement` or `JointStatement`.

    The description has the names only: whether the id of a `CorrectedAnswer` is one of a question, it does not say.
    """

    linked_statement_id: Count | None = None
    link_type: str | None = None
    link_date: str | None = None


class Statement(msgspec.Struct, rename="camel"):
    """The fields of the API that are read, by the API's names; what has no default is in every record.

    The names are those of `StatementsViewModel` and `LinkedStatements` in the API's OpenAPI description, as the
    clients made from it have them. `noticeNumber`, `hasAttachments` and `hasLinkedStatements` are left alone.
    """

    id: Number
    text: str | None
    date_made: str | None
    member_id: Count | None = None
    member: ApiMember | None = None
    member_role: str | None = None
    uin: str | None = None
    answering_body_id: Count | None = None
    answering_body_name: str | None = None
    title: str | None = None
    house: str | None = None
    attachments: list[ApiAttachment] | None = None
    linked_statements: list[ApiLinkedStatement] | None = None


def statement_of(statement: Statement, place: Provenance) -> Record:
    """Return the record of `statement`.

    Raises:
        MalformedRecord: If it has no text, or a value can't be what its field says; its path is the field.
        ClippedRecord: If the text was cut short.
    """
    if is_clipped(statement.text or ""):
        whole = WHOLE_STATEMENT.format(id=statement.id)
        reason = f"the list call cut the text of statement {statement.id} short: fetch it whole from {whole}"
        # Questions and statements are numbered apart, so its id would be another paper's among the API's ids.
        raise ClippedRecord(place.source, reason, place.place)
    text = parse_answer(statement.text or "")
    if not text:
        raise MalformedRecord("text", "is empty, and there is nothing to a statement but its text")
    uin = None if statement.uin is None else checked_uin("uin", statement.uin)
    given = house_named(statement.house)
    house = house_of_paper(uin, Genre.STATEMENT, given)
    return Record(
        provenance=place,
        question="",
        answer=text,
        genre=Genre.STATEMENT,
        statement_id=statement.id,
        house=house,
        uin=uin,
        heading=clean_text(statement.title),
        answerer=member_of("member", statement.member, statement.member_id, statement.member_role),
        answering_body=clean_text(statement.answering_body_name),
        answering_body_id=statement.answering_body_id or None,
        answered=day_of("dateMade", statement.date_made),
        attachments=tuple(map(attachment_of, statement.attachments or ())),
        linked=tuple(_linked(statement)),
        inferred=("house",) if house and not given else (),
    )


def _linked(statement: Statement) -> Iterator[LinkedStatement]:
    """Yield the papers that `statement` is linked to; a link to no paper at all says nothing and is passed over."""
    for link in statement.linked_statements or ():
        if not link.linked_statement_id:
            continue
        kind = clean_text(link.link_type)
        if kind is None:
            reason = f"does not say how it is linked to {link.linked_statement_id}"
            raise MalformedRecord("linkedStatements", f"{reason}: fetch it again")
        yield LinkedStatement(link.linked_statement_id, kind, day_of("linkedStatements", link.link_date))
