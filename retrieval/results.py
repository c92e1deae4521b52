"""What a search, an answer and the coverage of a corpus look like on every surface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retrieval.citations import Citation, Licence
from retrieval.encoders import EncoderIdentity
from retrieval.records import AnswerKind, Attachment, FindingName, GroupedQuestion, House, Member, Provenance


class Outcome(StrEnum):
    """What kind of answer a response is.

    `found`: the best hit is close. `weak`: there are hits, none of them close. `nothing_close`: no close match
    in what is indexed. `filtered_out`: there are close matches, but the filters leave them out.
    `corpus_empty`: nothing is indexed.
    """

    FOUND = "found"
    WEAK = "weak"
    NOTHING_CLOSE = "nothing_close"
    FILTERED_OUT = "filtered_out"
    CORPUS_EMPTY = "corpus_empty"


class Match(StrEnum):
    """How a question is matched; only `meaning` is there yet."""

    MEANING = "meaning"
    WORDS = "words"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: from code point `start` up to, not including, code point `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HitPassage:
    """The passage of a hit.

    Attributes:
        text: Word for word from the answer; a table row's cells are parted by tabs.
        ordinal: Its place among the answer's passages, from 1.
        hash: 16 hex digits that name the text and survive rebuilds.
        context: A list's lead-in or a table's headers; not part of the quotation.
        before: The passage before it in the answer.
        after: The passage after it.
        answering_sentence: The sentence of `text` nearest to the question, in the first 20 hits; None after.
        findings: What this passage says about the answer.
    """

    text: str
    ordinal: int
    hash: str
    context: str | None
    before: str | None
    after: str | None
    answering_sentence: Span | None
    findings: tuple[FindingName, ...]


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
class Hit:
    """One answer, by its best passage. Primary key within a response: `rank`.

    Attributes:
        rank: From 1.
        score: Cosine of question and passage, in [-1, 1].
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Close matches that the search held back.

    Attributes:
        kind: Their kind.
        finding: For substantive answers, the finding that is all they say.
        count: How many answers, up to 50.
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
        complete: Whether the corpus is known to hold every answer in its dates.
        lacking: By fact that a filter asks for, how many records lack it and so fail the filter.
        sample: Set where only the seed documents are loaded.
    """

    records: int
    passed: int
    houses: tuple[House, ...]
    first_answered: date | None
    last_answered: date | None
    complete: bool
    lacking: dict[str, int]
    sample: Sample | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The response to one question; the same object on every surface.

    Attributes:
        query: The question as asked.
        filters: The filters that were set, by name.
        outcome: What kind of answer this is.
        message: The outcome in plain words.
        hits: By falling score; at most as many as the limit.
        near_misses: The nearest answers that were not close enough, best first; at most 3, and none where the
            outcome is `found`.
        left_out: Close matches held back by kind.
        searched: What was looked through.
        snapshot: Name of the snapshot.
        licence: Of the text.
        took_ms: Milliseconds.
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


@dataclass(frozen=True, slots=True)
class FoundIn:
    """A finding of an answer and the passage that shows it; None where it belongs to the whole answer."""

    name: FindingName
    passage: int | None


@dataclass(frozen=True, slots=True)
class AnswerPassage:
    """One passage of a whole answer."""

    ordinal: int
    text: str
    context: str | None
    hash: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question in full. Primary key: `key`."""

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
