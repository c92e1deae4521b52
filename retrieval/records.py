"""One answered question as its source gives it, and the small types it is made of."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class House(StrEnum):
    """The House in which the question was tabled."""

    COMMONS = "Commons"
    LORDS = "Lords"


class AnswerKind(StrEnum):
    """What an answer is, as a whole: exactly one of these."""

    SUBSTANTIVE = "substantive"
    HOLDING = "holding"
    POINTER = "pointer"
    PROROGATION = "prorogation"
    WILL_WRITE = "will_write"


class FindingName(StrEnum):
    """What an answer says about itself, in some passage or by its record."""

    NOT_HELD = "not_held"
    DISPROPORTIONATE_COST = "disproportionate_cost"
    REFERS_ELSEWHERE = "refers_elsewhere"
    ATTACHMENT_HOLDS_THE_ANSWER = "attachment_holds_the_answer"
    CORRECTED = "corrected"


class BlockKind(StrEnum):
    """How a block of an answer was marked up."""

    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"


@dataclass(frozen=True, slots=True)
class Link:
    """A link in an answer; `url` has any mail scanner's wrapping taken off."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list item or table row of an answer, in reading order.

    Attributes:
        kind: How it was marked up.
        text: Its words, white space folded to single spaces; the cells of a table row are parted by a tab.
            Never empty.
        depth: Nesting of a list item from 1; 0 for paragraphs and rows.
        table: Number of the table a row belongs to, from 1 in the answer; 0 for anything else.
        headers: Column headers of the table a row belongs to; empty for anything else and for the header
            row itself.
        links: Links in it, in reading order.
    """

    kind: BlockKind
    text: str
    depth: int = 0
    table: int = 0
    headers: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A Member of either House, with party, seat and post as they were on the day; None is not known."""

    id: int | None = None
    name: str | None = None
    party: str | None = None
    seat: str | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True)
class GroupedQuestion:
    """Another question that was answered together with this one."""

    uin: str
    tabled: date | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with an answer."""

    title: str
    url: str
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record came from.

    Attributes:
        reader: Name of the reader that made it.
        source: The document, as the user named it.
        place: Line, or place in a list, counted from 1.
        read_on: The day the source was read.
    """

    reader: str
    source: str
    place: int
    read_on: date


@dataclass(frozen=True, slots=True)
class Record:
    """One question and the answer it received. Primary key: `key`.

    A fact is None (or empty) where the source does not give it; a fact worked out rather than given is
    named in `inferred`.
    """

    provenance: Provenance
    question: str
    answer: tuple[Block, ...]
    api_id: int | None = None
    house: House | None = None
    uin: str | None = None
    heading: str | None = None
    asker: Member | None = None
    answerer: Member | None = None
    answering_body: str | None = None
    answering_body_id: int | None = None
    tabled: date | None = None
    due: date | None = None
    holding_answered: date | None = None
    answered: date | None = None
    corrected: date | None = None
    is_named_day: bool | None = None
    has_interest: bool | None = None
    flagged_holding: bool | None = None
    flagged_correction: bool | None = None
    grouped_with: tuple[GroupedQuestion, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    inferred: tuple[str, ...] = field(default=())

    @property
    def answer_text(self) -> str:
        """The answer's clean text: its blocks in order, one a line."""
        return "\n".join(block.text for block in self.answer)

    @property
    def key(self) -> str:
        """URL-safe name of the record that survives rebuilds.

        `{house}-{date tabled}-{uin}` in lower case where the source gives all three; else `id-` and the
        API's id; else `x-` and 16 hex digits of the SHA-256 of reader, question and answer.
        """
        if self.house and self.tabled and self.uin and "house" not in self.inferred:
            return f"{self.house}-{self.tabled.isoformat()}-{self.uin}".lower()
        if self.api_id is not None:
            return f"id-{self.api_id}"
        parts = (self.provenance.reader, folded(self.question), folded(self.answer_text))
        return f"x-{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


_WHITE_SPACE = re.compile(r"\s+")


def folded(text: str) -> str:
    """Return `text` with every run of white space as one space and none at either end."""
    return _WHITE_SPACE.sub(" ", text).strip()
