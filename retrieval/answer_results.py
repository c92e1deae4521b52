"""What a whole answer, a thread of questions and the coverage of a corpus look like on every surface."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from retrieval.citations import Citation, Licence
from retrieval.completeness import Gap, MonthCoverage
from retrieval.encoders import EncoderIdentity
from retrieval.frames import PASSAGE_COLUMNS, Table, as_pandas, as_polars, passage_table
from retrieval.notebook import answer_html
from retrieval.records import (
    AnswererKind,
    AnswerKind,
    Attachment,
    FindingName,
    Genre,
    GroupedQuestion,
    House,
    LinkedStatement,
    Member,
    Provenance,
)

if TYPE_CHECKING:
    import pandas
    import polars
from retrieval.hit_results import AlsoGiven, AttachmentSource, LaterAnswer, PointedFrom, PointsTo
from retrieval.results import Sample


@dataclass(frozen=True, slots=True)
class FoundIn:
    """A finding of an answer and the passage that shows it; None where it belongs to the whole answer."""

    name: FindingName
    passage: int | None


@dataclass(frozen=True, slots=True)
class AnswerPassage:
    """One passage of a whole answer, or of one attachment.

    Attributes:
        attachment: The file that it was read from; None for the answer's own words.
    """

    ordinal: int
    text: str
    context: str | None
    hash: str
    attachment: AttachmentSource | None = None


@dataclass(frozen=True, slots=True)
class AttachmentReading:
    """What was read of one attachment of an answer, apart from the answer. Primary key: `number`.

    Attributes:
        number: Its place among the answer's attachments, from 1.
        title: As the answer's source gives it.
        url: Where the file is.
        media_type: As the source gives it.
        fetched_on: The day on which it was asked for.
        sha256: Of the file that was read, in hex; empty where there was none.
        extractor: What read it, with version; empty where nothing did.
        reason: Why there is no text; None where there is some.
        left_out: What of it was not read; None where all was.
        passages: Its text, in order; the ordinals go on from those of the answer.
        rights: Always `not known`: the licence of answers does not say that it covers attachments.
    """

    number: int
    title: str
    url: str
    media_type: str | None
    fetched_on: date
    sha256: str
    extractor: str
    reason: str | None
    left_out: str | None
    passages: tuple[AnswerPassage, ...]
    rights: str = "not known"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question, or one statement, in full. Primary key: `key`.

    Attributes:
        minister: Who answered, with party, seat and post on that day.
        corrected_by: Who corrected it.
        inferred: Names of the facts that were worked out.
        from_register: Facts of Members that the member register gave and the source did not.
        kind_rule: The rule that decided the kind.
        disagreement: In what the source's flag and the text differ.
        provenance: Where the copy that is served was read.
        copies: Where other copies of it were read.
        linked: The papers that a statement is linked to.
        corrections: Keys of the statements by which Parliament says that this answer was corrected.
        has_history: Whether there is more than this text to see at `history`.
        later: The newest later answer that comes close in meaning to a passage of this one; None where there is none.
        passages: The answer's own words; those of attachments are in `attachment_texts` alone.
        attachment_texts: What was read of the attachments, where they were fetched.
    """

    key: str
    api_id: int | None
    house: House | None
    uin: str | None
    heading: str | None
    question: str
    asker: Member | None
    minister: Member | None
    answering_body: str | None
    tabled: date | None
    due: date | None
    holding_answered: date | None
    answered: date | None
    corrected: date | None
    is_named_day: bool | None
    has_interest: bool | None
    grouped_with: tuple[GroupedQuestion, ...]
    attachments: tuple[Attachment, ...]
    inferred: tuple[str, ...]
    kind: AnswerKind
    kind_rule: str
    disagreement: str | None
    findings: tuple[FoundIn, ...]
    text: str
    passages: tuple[AnswerPassage, ...]
    citation: Citation
    also_given: tuple[AlsoGiven, ...]
    provenance: Provenance
    snapshot: str
    sample: Sample | None
    licence: Licence
    genre: Genre = Genre.ANSWER
    statement_id: int | None = None
    answerer: AnswererKind | None = None
    earlier_government: str | None = None
    corrected_by: Member | None = None
    from_register: tuple[str, ...] = ()
    pointed_to_by: tuple[PointedFrom, ...] = ()
    refers_to: tuple[PointsTo, ...] = ()
    copies: tuple[Provenance, ...] = ()
    linked: tuple[LinkedStatement, ...] = ()
    corrections: tuple[str, ...] = ()
    has_history: bool = False
    attachment_texts: tuple[AttachmentReading, ...] = ()
    later: LaterAnswer | None = None

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return answer_html(self)

    def to_table(self) -> Table:
        """Return the passages as columns, one a row; needs no other library."""
        return passage_table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the passages as a table of pandas.

        Raises:
            LibraryMissing: If pandas is not installed.
        """
        return as_pandas(self.to_table(), PASSAGE_COLUMNS)

    def to_polars(self) -> polars.DataFrame:
        """Return the passages as a table of polars.

        Raises:
            LibraryMissing: If polars is not installed.
        """
        return as_polars(self.to_table(), PASSAGE_COLUMNS)


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """One question of a thread.

    Attributes:
        key: Key of its record.
        follows: Keys of the earlier ones that it was asked pursuant to.
        is_asked_for: Whether it is the one whose thread was asked for.
        cite_as: Its citation in the House's own form.
    """

    key: str
    house: House | None
    uin: str | None
    heading: str | None
    question: str
    asker: Member | None
    minister: Member | None
    tabled: date | None
    answered: date | None
    kind: AnswerKind
    follows: tuple[str, ...]
    is_asked_for: bool
    cite_as: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A question with those that it follows and those that follow it, in order of the day tabled.

    Attributes:
        key: The one whose thread it is.
        items: All of them, that one included.
        not_found: What the questions name and the corpus does not hold, or not for certain.
    """

    key: str
    items: tuple[ThreadItem, ...]
    not_found: tuple[PointsTo, ...]
    snapshot: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a corpus holds.

    Attributes:
        records: Answered questions.
        answers: Distinct answers: the same text from the same body counts once.
        passages: Quotable pieces of the answers, those of repeated answers included.
        houses: Houses that occur, inferred ones included.
        first_answered: Earliest date of an answer.
        last_answered: Latest date of an answer.
        complete: Whether the corpus is known to hold every answer in its dates.
        by_kind: Records of each kind.
        bare: Records that say only that the information is not held or would cost too much.
        by_finding: Records with each finding.
        by_answering_body: Records of each body; those without a body are in `missing_facts`.
        missing_facts: By fact, in how many records the source does not give it.
        inferred_facts: By fact, in how many of those records it was worked out; a filter takes it, a citation
            does not.
        sources: What was read, as the user named it.
        model: The encoder.
        precision: Its arithmetic at build.
        snapshot: Name of the snapshot.
        sample: Set where only the seed documents are loaded.
        licence: Of the text.
        by_genre: Answers and statements.
        unanswered: Questions that are kept and wait for an answer.
        months: By genre, House and month, what Parliament's list holds and what is here.
        gaps: What may be missing; empty only where `complete`.
        checked_at: When the least recently checked of the months was compared; None if one never was.
        pointers: Answers that do nothing but point to another.
        pointers_resolved: Of those, the ones whose target is here.
    """

    records: int
    answers: int
    passages: int
    houses: tuple[House, ...]
    first_answered: date | None
    last_answered: date | None
    complete: bool
    by_kind: dict[str, int]
    bare: int
    by_finding: dict[str, int]
    by_answering_body: dict[str, int]
    missing_facts: dict[str, int]
    inferred_facts: dict[str, int]
    sources: tuple[str, ...]
    model: EncoderIdentity
    precision: str
    snapshot: str
    sample: Sample | None
    licence: Licence
    by_genre: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    months: tuple[MonthCoverage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    checked_at: datetime | None = None
    pointers: int = 0
    pointers_resolved: int = 0
