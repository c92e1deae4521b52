"""What a hit of a search looks like on every surface, with all that stands beside its passage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from retrieval.citations import Citation
from retrieval.notebook import hit_html
from retrieval.records import (
    AnswererKind,
    AnswerKind,
    FindingName,
    Genre,
    House,
    Member,
)

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: from code point `start` up to, not including, code point `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AttachmentSource:
    """The file that a passage was read from. Primary key within an answer: `number`.

    Attributes:
        number: Its place among the answer's attachments, from 1.
        title: As the answer's source gives it.
        url: Where the file is.
        media_type: As the source gives it.
        place: The page or the sheet, such as `page 3`.
        rights: Always `not known`: the licence of answers does not say that it covers attachments.
    """

    number: int
    title: str
    url: str
    media_type: str | None
    place: str
    rights: str = "not known"


@dataclass(frozen=True, slots=True)
class HitPassage:
    """The passage of a hit.

    Attributes:
        text: Word for word from the answer, or from the file that `attachment` names; a table row's cells are
            parted by tabs.
        ordinal: Its place among the answer's passages and those of its attachments, from 1.
        hash: 16 hex digits that name the text and survive rebuilds.
        context: A list's lead-in or a table's headers; not part of the quotation.
        before: The passage before it in the answer, or in the same attachment.
        after: The passage after it likewise.
        answering_sentence: The sentence of `text` nearest to answering the question, in the first 20 hits; None after.
        findings: What this passage says about the answer.
        attachment: The file that it was read from; None for the answer's own words.
        matched: Where the words looked for stand in `text`, with `match` exact or words; none where they stand in
            the headers that the passage is under.
    """

    text: str
    ordinal: int
    hash: str
    context: str | None
    before: str | None
    after: str | None
    answering_sentence: Span | None
    findings: tuple[FindingName, ...]
    attachment: AttachmentSource | None = None
    matched: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class AlsoGiven:
    """Another question that received the same answer from the same body.

    Where the source gives no body, the questions were put to the same minister by office.
    """

    key: str
    uin: str | None
    asker: Member | None
    minister: Member | None
    tabled: date | None
    answered: date | None


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Another answer that says nearly the same, but for numbers or names; citable by itself. Primary key: `key`.

    Attributes:
        key: Of its newest record that passes the filters.
        answering_body: As it was called on the day.
        text: Its passage that corresponds to that of the hit, word for word; its first where the hit's is of an
            attachment.
        ordinal: That passage's place in the answer, from 1.
        cite_as: Its citation in the House's own form.
        differing: Where the words of `text` stand that the hit's passage lacks or has otherwise; empty where that is
            of an attachment, as only answers are compared.
    """

    key: str
    uin: str | None
    answering_body: str | None
    tabled: date | None
    answered: date | None
    text: str
    ordinal: int
    cite_as: str
    differing: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PointsTo:
    """Another answer or statement that a record names.

    Attributes:
        role: `refers_to`: the answer points there. `follows`: the question was asked pursuant to it.
        genre: Whether an answer or a statement is named.
        uin: Its UIN; None where the text gives no number.
        answered: The day it was given, as the text has it.
        key: Its key, where it is in the corpus and certain; else None.
        reason: Why it is known to be that one, or why it is not known.
        label: What it is, to read, such as "refers to Question 15306, not in this corpus".
        url: Official page, where day tabled and UIN are known.
    """

    role: str
    genre: Genre
    uin: str | None
    answered: date | None
    key: str | None
    reason: str
    label: str
    url: str | None


@dataclass(frozen=True, slots=True)
class PointedFrom:
    """An answer that does nothing but point to this one, citable by itself."""

    key: str
    uin: str | None
    house: House | None
    asker: Member | None
    minister: Member | None
    tabled: date | None
    answered: date | None
    question: str
    cite_as: str


@dataclass(frozen=True, slots=True)
class LaterAnswer:
    """A later answer that comes close in meaning to another: what is quoted may not be the last word.

    Attributes:
        key: Of its record.
        answering_body: As it was called on the day.
        minister: Who gave it.
        answered: When.
        text: Its passage that comes close, word for word.
        ordinal: That passage's place in the answer, from 1.
        hash: 16 hex digits that name the passage's text.
        cite_as: Its citation in the House's own form.
        similarity: The cosine of the two passages, each with its heading and question, in [-1, 1].
    """

    key: str
    uin: str | None
    answering_body: str | None
    minister: Member | None
    answered: date
    text: str
    ordinal: int
    hash: str
    cite_as: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer, by its best passage. Primary key within a response: `rank`.

    Attributes:
        rank: From 1.
        score: What it is ranked by: meaning and words, and what the reranker adds; fit to compare hits of one
            search; 1 with `match` exact or words.
        key: Key of the record cited.
        kind: What the answer is as a whole.
        findings: What the answer says about itself, each once.
        passage: The passage to quote.
        question: The question as tabled.
        heading: The heading it was tabled under.
        citation: Of the passage.
        written: The citation as text to paste, by style: `house`, `member` and `oscola`.
        notes: What a reader of the citation must know, such as that the answer is not a full reply.
        also_given: Every other record with the same answer from the same body, newest first.
        genre: Whether it is an answer or a written statement.
        answerer: Whether it is a minister's; None where the body is not known.
        earlier_government: The government that gave it, where another has come since; None otherwise.
        pointed_to_by: The answers that point to this one instead of repeating it, in order of date.
        refers_to: The answers and statements that this one names.
        near_duplicates: Answers that say nearly the same and were found with this one: those that fit the question
            better first, then the newest. At most 20.
        near_duplicates_total: How many such answers pass the filters.
        differing: Where the words of the passage stand that one of `near_duplicates` lacks or has otherwise; empty
            where it is of an attachment.
        probability: How likely it is to answer the question, in [0, 1], by a calibration on judged questions; 1 with
            `match` exact or words, which finds words and no answer to a question.
        later: The newest later answer that comes close to it in meaning and to the question; None where there is
            none, and with `match` exact or words, which leave it to the whole answer to tell.
    """

    rank: int
    score: float
    key: str
    kind: AnswerKind
    findings: tuple[FindingName, ...]
    passage: HitPassage
    question: str
    heading: str | None
    citation: Citation
    written: dict[str, str]
    notes: tuple[str, ...]
    also_given: tuple[AlsoGiven, ...]
    genre: Genre = Genre.ANSWER
    answerer: AnswererKind | None = None
    earlier_government: str | None = None
    pointed_to_by: tuple[PointedFrom, ...] = ()
    refers_to: tuple[PointsTo, ...] = ()
    near_duplicates: tuple[NearDuplicate, ...] = ()
    near_duplicates_total: int = 0
    differing: tuple[Span, ...] = ()
    probability: float = 0.0
    later: LaterAnswer | None = None

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return hit_html(self)
