"""What a search, an answer and the coverage of a corpus look like on every surface."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from retrieval.citations import Citation, Licence
from retrieval.completeness import Gap, MonthCoverage
from retrieval.encoders import EncoderIdentity
from retrieval.expansion import Expansion
from retrieval.facets import Count
from retrieval.frames import HIT_COLUMNS, PASSAGE_COLUMNS, Table, as_pandas, as_polars, hit_table, passage_table
from retrieval.freshness import Freshness
from retrieval.notebook import answer_html, hit_html, search_html
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


class Outcome(StrEnum):
    """What kind of answer a response is.

    `found`: the best hit is close. `weak`: there are hits, none of them close. `nothing_close`: no close match
    in what is indexed; with `match` exact or words, none at all. `filtered_out`: there are close matches, but the
    filters leave them out.
    `corpus_empty`: nothing is indexed.
    """

    FOUND = "found"
    WEAK = "weak"
    NOTHING_CLOSE = "nothing_close"
    FILTERED_OUT = "filtered_out"
    CORPUS_EMPTY = "corpus_empty"


class Match(StrEnum):
    """How a question is matched.

    `meaning`: the answers nearest to it, best first. `words`: every answer that has words and "phrases" joined by
    AND, OR and NOT. `exact`: every answer that has the whole query as one phrase. Case and accents are folded.
    """

    MEANING = "meaning"
    WORDS = "words"
    EXACT = "exact"


class Sort(StrEnum):
    """The order of answers by the day answered, other than by rank; one whose day is not known is last in each.

    `standing`: as `newest`, but the substantive answers of the present government come before all others.
    """

    NEWEST = "newest"
    OLDEST = "oldest"
    STANDING = "standing"


class Mode(StrEnum):
    """How much work a search does: `full` has a reranker read the best answers again, `fast` does not."""

    FULL = "full"
    FAST = "fast"


class Grouping(StrEnum):
    """Whether answers that nearly repeat one another share one place."""

    ON = "on"
    OFF = "off"


class Expanding(StrEnum):
    """Whether the short and long forms of the question's words are looked for too."""

    ON = "on"
    OFF = "off"


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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Close matches that the search held back.

    Attributes:
        kind: Their kind.
        finding: For substantive answers, the finding that is all they say.
        count: How many answers: up to 50, or all of them with `match` exact or words.
        filter: The filter that shows them, as in a URL.
    """

    kind: AnswerKind
    finding: FindingName | None
    count: int
    filter: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Said where only the two seed documents are loaded: what they are, and questions to try."""

    note: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looked through.

    Attributes:
        records: Records in the corpus.
        passed: Records that pass the filters.
        houses: Houses in the corpus, inferred ones included.
        first_answered: Earliest date of an answer, where dates are known.
        last_answered: Latest date of an answer likewise.
        complete: Whether every answer that the search could find is known to be here: the corpus was compared with
            Parliament's own lists, month by month, and holds all of what they hold.
        lacking: By fact that a filter asks for, how many records lack it and so fail the filter.
        sample: Set where only the seed documents are loaded.
        gaps: What may be missing; empty only where `complete`.
        checked_at: When the least recently checked of the months was compared; None if one never was.
        compared_from: First month tabled that was compared, as `2024-03`; what was tabled before is not spoken of
            where the search has no first day. None if no month was.
        compared_to: Last month likewise.
    """

    records: int
    passed: int
    houses: tuple[House, ...]
    first_answered: date | None
    last_answered: date | None
    complete: bool
    lacking: dict[str, int]
    sample: Sample | None
    gaps: tuple[Gap, ...] = ()
    checked_at: datetime | None = None
    compared_from: str | None = None
    compared_to: str | None = None


@dataclass(frozen=True, slots=True)
class UnderstoodFilter:
    """A filter that words of the question were taken for. Primary key within a response: `field` and `value`.

    Attributes:
        field: The filter, such as `answered_from`.
        value: As it would be given: a name, a House, or a day as YYYY-MM-DD.
        words: The words of `query` that were taken for it.
        start: Their first code point in `query`.
        end: The code point after their last.
        name_given: The name as the question has it, where it was taken for `value` misspelt; else None.
        applied: Whether it limited this search; False where all the understood filters together left nothing.
        without: Parameters, as in a URL, that ask the same without this filter and with the others: the topic that is
            left of the question as `q`, and the others spelled out.
    """

    field: str
    value: str
    words: str
    start: int
    end: int
    name_given: str | None
    applied: bool
    without: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The response to one question; the same object on every surface.

    Attributes:
        query: The question as asked.
        filters: The filters that were set, by name; those that were understood and applied are among them.
        outcome: What kind of answer this is.
        message: The outcome in plain words.
        hits: By falling score, or with `match` exact or words as `sort` says; at most as many as the limit.
        near_misses: The nearest answers that were not close enough, best first; at most 3, and none where the
            outcome is `found`.
        left_out: Close matches held back by kind.
        searched: What was looked through.
        snapshot: Name of the snapshot.
        licence: Of the text.
        took_ms: Milliseconds.
        understood: The filters that words of the question were taken for, in the order of the words.
        freshness: The time that the question asks for, which its answers are preferred by; None where it asks
            for none, or where that is switched off.
        match: How the question was matched.
        sort: The order of the hits; None where it is by score.
        total: With `match` exact or words, how many answers match in all, the same text from the same body counted
            once; None where the question is matched by meaning, which has no end.
        total_records: Likewise the answered questions and statements.
        total_passages: Likewise their passages that have the words: the rows of an export.
        next_cursor: Gives the next page as `cursor`; None where no further answer is known to be close, or to match.
        expanded: What was looked for beside the question's own words: the long form of a short one, or the reverse,
            as answers in the corpus explain them; in the order of those words.
        at_least: With `match` meaning, where facets, an order or a further page was asked for: how many close answers
            there are among the 200 nearest; None otherwise.
        at_least_is_all: Whether nothing further down is close: False where the 200 nearest end with close answers.
        facets: By dimension that was asked for, how many of the answers have each value: of all that match with
            `match` exact or words, of those that `at_least` counts with meaning.
    """

    query: str
    filters: dict[str, str | list[str]]
    outcome: Outcome
    message: str
    hits: tuple[Hit, ...]
    near_misses: tuple[Hit, ...]
    left_out: tuple[LeftOut, ...]
    searched: Searched
    snapshot: str
    licence: Licence
    took_ms: float
    understood: tuple[UnderstoodFilter, ...] = ()
    freshness: Freshness | None = None
    match: Match = Match.MEANING
    sort: Sort | None = None
    total: int | None = None
    total_records: int | None = None
    total_passages: int | None = None
    next_cursor: str | None = None
    expanded: tuple[Expansion, ...] = ()
    at_least: int | None = None
    at_least_is_all: bool = False
    facets: dict[str, tuple[Count, ...]] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return search_html(self)

    def to_table(self) -> Table:
        """Return the hits as columns, one a row; needs no other library."""
        return hit_table(self.hits)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the hits as a table of pandas.

        Raises:
            LibraryMissing: If pandas is not installed.
        """
        return as_pandas(self.to_table(), HIT_COLUMNS)

    def to_polars(self) -> polars.DataFrame:
        """Return the hits as a table of polars.

        Raises:
            LibraryMissing: If polars is not installed.
        """
        return as_polars(self.to_table(), HIT_COLUMNS)


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
