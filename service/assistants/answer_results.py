"""What the tools for assistants give of whole answers: passages, threads, histories and citations."""

from __future__ import annotations

from datetime import date

from retrieval.citations import CitationStyle
from retrieval.differences import DiffUnit, SegmentKind
from retrieval.records import AnswerKind, House
from service.assistants.results import About, Later, Part, Passage, Result


class Other(Part):
    """Another record that belongs to an answer."""

    key: str
    uin: str | None = None
    asked_by: str | None = None
    answered: date | None = None


class Reference(Part):
    """Another answer or statement that is named."""

    label: str
    key: str | None = None
    """Its key, where it is in the index and certain."""
    url: str | None = None


class AttachedFile(Part):
    """A file that came with an answer."""

    number: int
    title: str
    url: str
    read: bool
    """Whether its text is among the passages."""


class WholeAnswer(Result, About):
    """One answer or statement, passage by passage."""

    passages: tuple[Passage, ...]
    """Those of this page, in order."""
    passages_total: int
    """How many there are on all pages, those of attachments included."""
    due: date | None = None
    holding_answered: date | None = None
    attachments: tuple[AttachedFile, ...] = ()
    also_given: tuple[Other, ...] = ()
    """Other questions that got the same words; at most 10."""
    also_given_total: int = 0
    pointed_to_by: tuple[Other, ...] = ()
    """Answers that do nothing but point to this one; at most 10."""
    refers_to: tuple[Reference, ...] = ()
    """At most 20."""
    corrections: tuple[str, ...] = ()
    """Keys of the statements that correct it."""
    has_history: bool = False
    """Whether get_history has more than this text."""
    later: Later | None = None
    """Read it before you say that this is the answer."""


class ThreadEntry(Part):
    """One question of a thread."""

    key: str
    kind: AnswerKind
    is_asked_for: bool = False
    house: House | None = None
    uin: str | None = None
    heading: str | None = None
    question: str | None = None
    asked_by: str | None = None
    answered_by: str | None = None
    tabled: date | None = None
    answered: date | None = None
    follows: tuple[str, ...] = ()
    """Keys of the earlier ones that it was asked pursuant to."""
    cite_as: str


class ThreadOf(Result):
    """The questions asked pursuant to one another, in the order tabled."""

    key: str
    items: tuple[ThreadEntry, ...]
    items_total: int
    not_found: tuple[Reference, ...] = ()
    """What they name and the index does not hold, or not for certain; at most 20."""


class PastText(Part):
    """One text that an answer has had, or the part of it on this page."""

    number: int
    kind: AnswerKind
    since: date | None = None
    """From when it stood, where that is known."""
    origin: str
    is_current: bool
    """Whether it is the text that stands: no other may be quoted as the answer."""
    first_paragraph: int
    """Where this part begins, from 1."""
    paragraphs: tuple[str, ...]
    """Word for word."""
    paragraphs_total: int


class Changed(Part):
    """A run of words that was taken out or put in between two texts."""

    before: int
    after: int
    unit: DiffUnit
    kind: SegmentKind
    text: str


class HistoryOf(Result):
    """The texts that an answer has had, oldest first, and what changed."""

    key: str
    cite_as: str
    url: str | None = None
    texts_total: int
    first_text_known: bool
    """False where it was corrected and nobody gives the text before that."""
    notes: tuple[str, ...] = ()
    """What is not known of its texts."""
    corrections: tuple[str, ...] = ()
    """Keys of the statements that correct it."""
    texts: tuple[PastText, ...]
    changes: tuple[Changed, ...]


class Cited(Result):
    """The citation of an answer, ready to paste."""

    key: str
    paragraph: int | None = None
    written: dict[CitationStyle, str]
    """By form, the citation: copy it as it is."""
    notes: tuple[str, ...] = ()
    """What a reader must be told beside it, most serious first."""
    must_say: tuple[str, ...] = ()
    later: Later | None = None
    """Read it before you say that this is the answer."""
    url: str | None = None
    accessed: date
    """The day on which the source was read."""
    not_in_source: tuple[str, ...] = ()
