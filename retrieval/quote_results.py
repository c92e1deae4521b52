"""What the check of a quotation, or of every quotation in a briefing, looks like on every surface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retrieval.citations import Citation, Licence
from retrieval.differences import Segment
from retrieval.hit_results import AlsoGiven, AttachmentSource, Span
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre
from retrieval.results import Searched


class QuoteOutcome(StrEnum):
    """What became of a quotation, the gravest first.

    `since_corrected`: the words stood in an answer that has been corrected, and stand there no longer.
    `since_replaced`: likewise in a holding answer, or in a text that the source changed without saying so.
    `differs`: an answer or a statement has nearly these words. `in_question`: they are of a question, not of a
    minister. `not_found`: nothing like them is indexed, which does not say that no minister has said them.
    `word_for_word`: an answer or a statement has them, as it is served now. `not_checked`: the quotation can't be
    looked for. `corpus_empty`: nothing is indexed.
    """

    SINCE_CORRECTED = "since_corrected"
    SINCE_REPLACED = "since_replaced"
    DIFFERS = "differs"
    IN_QUESTION = "in_question"
    NOT_FOUND = "not_found"
    WORD_FOR_WORD = "word_for_word"
    NOT_CHECKED = "not_checked"
    CORPUS_EMPTY = "corpus_empty"


class QuoteSource(StrEnum):
    """What kind of text a quotation was found in; a statement counts as an answer."""

    ANSWER = "answer"
    ATTACHMENT = "attachment"
    PAST_TEXT = "past_text"
    QUESTION = "question"


class Exactness(StrEnum):
    """How far the same words are the same characters.

    `character`: all of them. `typography`: but for the form of quotation marks, dashes, spaces and ligatures.
    `words`: the words and figures are the same, but capitals, accents or punctuation are not; or the writer put
    something in, in square brackets; or raised figures differ; or the words run across paragraphs or cells of a table.
    """

    CHARACTER = "character"
    TYPOGRAPHY = "typography"
    WORDS = "words"


class Crossing(StrEnum):
    """What quoted words run across in the text, where the quotation has no break: `table` is its cells or rows."""

    PARAGRAPHS = "paragraphs"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class QuotedPart:
    """A stretch of a quotation without an ellipsis or an insertion, beside the words it stands for.

    Attributes:
        quoted: As quoted.
        wording: As it stands in the text; empty where nothing there is like it.
        span: Where `wording` stands in the text: of an answer in its `text`, of a question in its `question`, of a
            past text in its `text` in the history, of an attachment in the texts of its passages, one a line.
        segments: Where words, capitals or punctuation differ, what would put the quotation right: what is the same,
            what is to be taken out of it (`removed`), and what it lacks (`added`). Those that are the same or added
            make up `wording` exactly.
    """

    quoted: str
    wording: str
    span: Span
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class QuotedPassage:
    """A passage that the quotation stands in. Primary key within an answer: `ordinal`.

    Attributes:
        ordinal: Its place among the answer's passages and those of its attachments, from 1.
        hash: 16 hex digits that name its text and survive rebuilds.
    """

    ordinal: int
    hash: str


@dataclass(frozen=True, slots=True)
class QuoteChange:
    """What became of quoted words that an answer no longer has.

    Attributes:
        corrected_on: The day on which the answer was corrected, or a holding answer replaced; None is not known.
        stood_from: The day from which the words stood; None is not known.
        kind: What the text that had them was, as a whole.
        text: Its number in the answer's history.
        origin: Where that text came from: the source's first text, or a reading of the source on a day.
        now: What changed from the words quoted to those that are served in their place; empty where nothing like
            them is there now.
    """

    corrected_on: date | None
    stood_from: date | None
    kind: AnswerKind
    text: int
    origin: str
    now: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class QuoteMatch:
    """A text in which a quotation stands, or nearly. Primary key within a result: `key`, `source` and `standing`.

    Attributes:
        standing: How it stands there.
        told: The same in plain words.
        source: What kind of text it is.
        exactness: How far the same words are the same characters; None where words differ.
        likeness: 1 less the share of words that differ, in [0, 1].
        words_differing: How many words must be changed, put in or taken out.
        differs_in_numbers: Whether a number, an amount or a date is among them.
        differs_in_negation: Whether a word such as "not" is among them, or one and its opposite.
        omits_negation: Whether an ellipsis or an insertion leaves out a word such as "not" within a sentence.
        inserts_negation: Whether square brackets put in a word such as "not".
        inserts_number: Whether they put in a number, an amount or a date.
        differs_in_raised_figures: Whether a raised figure, the mark of a footnote or a power, is in one alone.
        runs_across: What the words run across in the text, where the quotation has no break; else None.
        inserted: What square brackets put in, in order; not in the text.
        omitted: The words of the text that ellipses and insertions stand for, in order.
        parts: The quotation, part by part.
        passages: The passages of the answer, or of its attachment, that it stands in, in order; none of a question,
            of a past text, or of the header of a table.
        attachment: The file that it stands in; None for the answer's own words.
        change: Of words that the answer no longer has, what became of them; else None.
        key: Key of the record.
        question: As tabled; empty for a statement.
        citation: Of the passage, or of the answer where it stands in several.
        written: The citation as text to paste, by style: `house`, `member` and `oscola`.
        notes: What a reader of the citation must know.
        also_given: Every other record with the same answer from the same body, newest first.
        answerer: Whether it is a minister's; None where the body is not known.
    """

    standing: QuoteOutcome
    told: str
    source: QuoteSource
    exactness: Exactness | None
    likeness: float
    words_differing: int
    differs_in_numbers: bool
    differs_in_negation: bool
    omits_negation: bool
    inserts_negation: bool
    inserts_number: bool
    differs_in_raised_figures: bool
    runs_across: Crossing | None
    inserted: tuple[str, ...]
    omitted: tuple[str, ...]
    parts: tuple[QuotedPart, ...]
    passages: tuple[QuotedPassage, ...]
    attachment: AttachmentSource | None
    change: QuoteChange | None
    key: str
    genre: Genre
    kind: AnswerKind
    findings: tuple[FindingName, ...]
    answerer: AnswererKind | None
    question: str
    citation: Citation
    written: dict[str, str]
    notes: tuple[str, ...]
    also_given: tuple[AlsoGiven, ...]


@dataclass(frozen=True, slots=True)
class QuoteResult:
    """The check of one quotation; the same object on every surface.

    Attributes:
        text: The quotation as given.
        key: The answer it was looked for in; None for all that is indexed.
        outcome: What became of it.
        message: The outcome in plain words.
        found: Whether an answer or a statement has these very words as it is served now.
        matches: The gravest first, then the likest, then the newest; at most 5.
        more: How many further answers have the words; punctuation is not compared in those.
        searched: What was looked through.
        snapshot: Name of the snapshot.
        licence: Of the text.
    """

    text: str
    key: str | None
    outcome: QuoteOutcome
    message: str
    found: bool
    matches: tuple[QuoteMatch, ...]
    more: int
    searched: Searched
    snapshot: str
    licence: Licence


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """One quotation of a briefing. Primary key within it: `number`.

    Attributes:
        number: Its place among the quotations, from 1.
        span: Where it stands in the briefing, its marks included.
        text: The quotation without its marks.
        unclosed: Whether its closing mark is missing: it is then taken to end with the paragraph.
        outcome: As of a quotation that is checked alone; so are the rest.
    """

    number: int
    span: Span
    text: str
    unclosed: bool
    outcome: QuoteOutcome
    message: str
    found: bool
    matches: tuple[QuoteMatch, ...]
    more: int


@dataclass(frozen=True, slots=True)
class BriefingResult:
    """The check of every quotation in a briefing; the same object on every surface.

    Attributes:
        outcome: The gravest of those below; `not_checked` where there is no quotation.
        message: How many quotations came to what, in plain words.
        total: How many quotations the briefing has.
        quotations: Those that were checked, in order.
        counts: By outcome, how many of those.
        next_first: The number of the first quotation that was not checked, to go on with as `first`; None if all were.
        searched: What was looked through.
        snapshot: Name of the snapshot.
        licence: Of the text.
    """

    outcome: QuoteOutcome
    message: str
    total: int
    quotations: tuple[CheckedQuotation, ...]
    counts: dict[str, int]
    next_first: int | None
    searched: Searched
    snapshot: str
    licence: Licence
