"""One answered question as its source gives it, and the small types it is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class House(StrEnum):
    """The House in which the question was tabled."""

    COMMONS = "Commons"
    LORDS = "Lords"


class Genre(StrEnum):
    """What kind of paper a record is."""

    ANSWER = "answer"
    STATEMENT = "statement"


class AnswererKind(StrEnum):
    """Whether an answer is a minister's: bodies such as the Church Commissioners answer by a Member who is none."""

    MINISTER = "minister"
    NON_MINISTER = "non_minister"


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
        attachment: Number, from 1, of the attachment whose text it is; 0 for the answer itself.
    """

    kind: BlockKind
    text: str
    depth: int = 0
    table: int = 0
    headers: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    attachment: int = 0


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
class LinkedStatement:
    """A paper that a written statement is linked to.

    Attributes:
        id: Parliament's id of that paper.
        link: How, in Parliament's word: `CorrectedAnswer`, `CorrectedStatement` or `JointStatement`.
        made: The day of the link; None is not known.
    """

    id: int
    link: str
    made: date | None = None


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
    """One written question and the answer it received, or one written statement. Primary key: `key`.

    A fact is None (or empty) where the source does not give it; a fact worked out rather than given is
    named in `inferred`. Of a statement, `answer` is the text, `answered` the day it was made, `answerer` the
    minister who made it, `heading` its title; it has no question and no day tabled.

    Attributes:
        answer: The answer's blocks; empty while the question waits for one.
        first_answer: Where the source gives it, the text that stood before a correction.
        corrected_by: Who corrected the answer.
        question_is_clipped: The source cut the question short. Only a question without an answer is kept so.
        linked: The papers that a statement is linked to.
        hansard_column: Column of the printed record in which an answer before October 2014 stands, such as `1624W`.
        inferred: Names of the facts that were worked out.
        from_register: Facts of Members that the member register gave and the source did not, such as
            `answerer.name` or `asker.party`.
    """

    provenance: Provenance
    question: str
    answer: tuple[Block, ...]
    genre: Genre = Genre.ANSWER
    api_id: int | None = None
    statement_id: int | None = None
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
    corrected_by: Member | None = None
    is_named_day: bool | None = None
    has_interest: bool | None = None
    flagged_holding: bool | None = None
    flagged_correction: bool | None = None
    grouped_with: tuple[GroupedQuestion, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    first_answer: tuple[Block, ...] = ()
    linked: tuple[LinkedStatement, ...] = ()
    question_is_clipped: bool = False
    hansard_column: str | None = None
    inferred: tuple[str, ...] = field(default=())
    from_register: tuple[str, ...] = field(default=())

    @property
    def answer_text(self) -> str:
        """The answer's clean text: its blocks in order, one a line."""
        return "\n".join(block.text for block in self.answer)

    @property
    def is_answered(self) -> bool:
        """Whether there is any text to quote; a statement always has some."""
        return bool(self.answer)

    @property
    def key(self) -> str:
        """URL-safe name of the record that survives rebuilds.

        `{house}-{date tabled}-{uin}` in lower case where the source gives all three, with the day it was made
        for a statement; else `id-` (of a statement `statement-`) and the API's id; else, for an answer in Hansard,
        `{house}-answered-{date answered}-{number}`; else `x-` and 16 hex digits of the SHA-256 of reader, question
        and answer.
        """
        day = self.answered if self.genre is Genre.STATEMENT else self.tabled
        if self.house and day and self.uin and "house" not in self.inferred:
            return f"{self.house}-{day.isoformat()}-{self.uin}".lower()
        if self.api_id is not None:
            return f"id-{self.api_id}"
        if self.statement_id is not None:
            return f"statement-{self.statement_id}"
        if self.hansard_column and self.house and self.answered and self.uin and not self.inferred:
            return f"{self.house}-answered-{self.answered.isoformat()}-{self.uin}".lower()
        parts = (self.provenance.reader, folded(self.question), folded(self.answer_text))
        return f"x-{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def folded(text: str) -> str:
    """Return `text` with every run of white space as one space and none at either end."""
    return " ".join(text.split())
