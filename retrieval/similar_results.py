"""What comes back when a draft is compared with the questions that were tabled, the same on every surface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retrieval.citations import Citation, Licence
from retrieval.hit_results import PointsTo, Span
from retrieval.records import AnswerKind, FindingName, House, Member
from retrieval.results import Outcome, Searched


class Likeness(StrEnum):
    """How like the draft a tabled question is.

    `same_wording`: the same words, case, punctuation, pronouns and the formula aside. `nearly_the_same`: very close
    in meaning, with the same names and numbers. `similar`: close. `weak`: less close, and shown only where nothing
    is closer.
    """

    SAME_WORDING = "same_wording"
    NEARLY_THE_SAME = "nearly_the_same"
    SIMILAR = "similar"
    WEAK = "weak"


class QuestionState(StrEnum):
    """What a tabled question has got.

    `answered`: a reply of substance. `refused`: a reply that says only that the information is not held or would cost
    too much. `pointer`: a reply that only points to another. `will_write`: a promise to write. `holding`: a holding
    answer. `prorogation`: none before Parliament was prorogued or dissolved. `awaiting`: nothing yet.
    """

    ANSWERED = "answered"
    REFUSED = "refused"
    POINTER = "pointer"
    WILL_WRITE = "will_write"
    HOLDING = "holding"
    PROROGATION = "prorogation"
    AWAITING = "awaiting"


@dataclass(frozen=True, slots=True)
class AnswerAge:
    """How long ago an answer was given.

    Attributes:
        days: Days from the day it was given to today; None where that day is not known, or is after today.
        told: The same in words, such as `7 weeks ago`.
        is_under_three_months: Whether fewer than three months have gone by, by the calendar. Departments may refer
            back to such an answer: a practice, not a rule. None as for `days`.
        session: The session of Parliament in which it was given; None where the table of sessions does not say.
        is_same_session: Whether that is the session of today; None where the table of sessions does not say.
    """

    days: int | None
    told: str
    is_under_three_months: bool | None
    session: str | None
    is_same_session: bool | None


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """The answer that a question has got, as it stands. Primary key: `key`.

    Attributes:
        question: What it answers.
        text: Its passage that comes nearest to the draft, word for word.
        ordinal: That passage's place in the answer, from 1.
        hash: 16 hex digits that name the text of the passage.
        context: A list's lead-in or a table's headers; not part of the quotation.
        passages: How many passages the answer has.
        answering_body: As it was called on the day.
        earlier_government: The government that gave it, where another has come since; None otherwise.
        age: How long ago it was given, and in which session.
        also_given: How many other questions got the same answer from the same body.
        citation: Of the passage.
        written: The citation as text to paste, by style: `house`, `member` and `oscola`.
        notes: What a reader of the citation must know.
        refers_to: The answers and statements that it names.
    """

    key: str
    kind: AnswerKind
    findings: tuple[FindingName, ...]
    question: str
    text: str
    ordinal: int
    hash: str
    context: str | None
    passages: int
    minister: Member | None
    answering_body: str | None
    answered: date | None
    corrected: date | None
    earlier_government: str | None
    age: AnswerAge
    also_given: int
    citation: Citation
    written: dict[str, str]
    notes: tuple[str, ...]
    refers_to: tuple[PointsTo, ...]


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """Another question in the same words that got the same answer, or that waits for one likewise."""

    key: str
    house: House | None
    uin: str | None
    asker: Member | None
    tabled: date | None
    answered: date | None
    due: date | None


@dataclass(frozen=True, slots=True)
class TabledQuestion:
    """A question that was tabled, compared with the draft. Primary key within a response: `rank`.

    Attributes:
        rank: From 1.
        likeness: How like the draft it is.
        score: What it is ranked by within its likeness, at most 1; fit to compare questions of one response.
        key: Of its record; of the newest where the same question got the same answer again.
        question: As tabled.
        question_is_clipped: Whether the source cut it short, which happens only to one without an answer.
        differing: Where the words of `question` stand that the draft lacks or has otherwise; only where most words
            are the same, and else empty.
        due: The day on which its answer is or was due; None is not known.
        url: Its official page; None where its number or the day tabled is not known.
        state: What it has got.
        state_told: The same in words, with the day.
        rule_told: What that means for the Commons rule against repeating a question, in words.
        answer: What it has got, holding answers and pointers too; None while it waits.
        leads_to: Where `answer` only points elsewhere: the newest answer that it leads to; None where that is not
            here, or not certain.
        cite_as: The question as text to paste: the answer's citation in the form for Members, or, where there is no
            answer, our own form with the day tabled.
        also_asked: The others in the same words that got the same answer or wait as well, the newest first.
    """

    rank: int
    likeness: Likeness
    score: float
    key: str
    house: House | None
    uin: str | None
    heading: str | None
    question: str
    question_is_clipped: bool
    differing: tuple[Span, ...]
    asker: Member | None
    answering_body: str | None
    tabled: date | None
    due: date | None
    url: str | None
    state: QuestionState
    state_told: str
    rule_told: str
    answer: StandingAnswer | None
    leads_to: StandingAnswer | None
    cite_as: str
    also_asked: tuple[AskedBefore, ...]


@dataclass(frozen=True, slots=True)
class PartOfDraft:
    """A lettered part of the draft, and whether an answer here speaks of it. Primary key: its place.

    Attributes:
        label: Such as `(b)`.
        text: The words that stand after the label; of the last part those that all parts may share, too.
        is_answered: Whether some answer that is close to the draft, or to this part, has a sentence that speaks of
            it. By a rule that is right for seven parts in ten: read the answer.
        told: The same in words.
        nearest: The answer that comes nearest to the part; None where there is none at all.
    """

    label: str
    text: str
    is_answered: bool
    told: str
    nearest: StandingAnswer | None


@dataclass(frozen=True, slots=True)
class SimilarQuestions:
    """Whether a draft has been asked before: the tabled questions nearest to it, and what they have got.

    Attributes:
        filters: The filters that were set, by name.
        outcome: `found`: a question is the same, nearly the same or similar. `weak`: the nearest are less close.
            `nothing_close`, `filtered_out` and `corpus_empty`: as for a search.
        message: The outcome in plain words.
        matches: The questions, those in the same wording first, then those nearly the same, then by falling score.
        parts: The lettered parts of the draft, in order; none where it has no two.
        today: The day that ages and sessions are reckoned by.
        session_today: The session of today; None where the table of sessions does not vouch for it.
        sessions_known_to: The last day that the table of sessions vouches for.
        advice: Who has the last word, and what holds for the Lords.
        searched: What was looked through of the questions that are answered.
        awaiting: How many questions that wait for an answer were looked through beside those.
        snapshot: Name of the snapshot.
        licence: Of the text.
        took_ms: Milliseconds.
    """

    filters: dict[str, str | list[str]]
    outcome: Outcome
    message: str
    matches: tuple[TabledQuestion, ...]
    parts: tuple[PartOfDraft, ...]
    today: date
    session_today: str | None
    sessions_known_to: date
    advice: str
    searched: Searched
    awaiting: int
    snapshot: str
    licence: Licence
    took_ms: float
