"""The answer that a question has got, by its passage nearest to a draft, with its citation, age and state."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.citation_wording import ABBREVIATIONS
from retrieval.citations import CitationStyle, long_date, notes, written
from retrieval.citing import page_url
from retrieval.corpus import Corpus
from retrieval.records import AnswerKind, FindingName, Genre, Record
from retrieval.references import one_line
from retrieval.repeating import age_of
from retrieval.similar_results import QuestionState, StandingAnswer
from retrieval.store import StoredPassage

_PROSE: Final = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
_STATES: Final = {
    AnswerKind.SUBSTANTIVE: QuestionState.ANSWERED,
    AnswerKind.POINTER: QuestionState.POINTER,
    AnswerKind.WILL_WRITE: QuestionState.WILL_WRITE,
    AnswerKind.HOLDING: QuestionState.HOLDING,
    AnswerKind.PROROGATION: QuestionState.PROROGATION,
}
_REFUSALS: Final = {
    FindingName.NOT_HELD: "the information is not held",
    FindingName.DISPROPORTIONATE_COST: "finding out would cost too much",
}


class StandingAnswers:
    """The answers of one corpus as they stand on a day.

    Args:
        corpus: An opened snapshot.
        today: The day that their age is reckoned to.
    """

    def __init__(self, corpus: Corpus, today: date) -> None:
        """Keep both."""
        self._corpus = corpus
        self.today = today

    def state(self, number: int) -> QuestionState:
        """Return what the question of record `number` has got."""
        status = self._corpus.store.status(number)
        return QuestionState.REFUSED if status.bare else _STATES[status.kind]

    def nearest(self, number: int, vector: NDArray[np.float32]) -> StandingAnswer | None:
        """Return the answer of record `number`, by the passage of it that comes nearest to a vector of shape (d,).

        Returns:
            None where it has no passage of its own, as when all that it says is in a file that came with it.
        """
        passages = [one for one in self._corpus.store.passages(number) if not one.passage.attachment]
        if not passages:
            return None
        best = int(self._corpus.index.search(vector, 1, np.array([one.row for one in passages]))[0][0])
        return self.by(next(one for one in passages if one.row == best))

    def led_to(self, key: str, vector: NDArray[np.float32]) -> StandingAnswer | None:
        """Return the newest answer that the pointer with this key leads to; None where none is known for certain."""
        rows = self._corpus.store.rows(
            "SELECT t.number FROM pointers p JOIN records t ON t.key = p.target WHERE p.source = ?"
            " ORDER BY t.answered DESC, t.key LIMIT 1",
            (key,),
        )
        return self.nearest(int(str(rows[0][0])), vector) if rows else None

    def by(self, stored: StoredPassage) -> StandingAnswer:
        """Return the answer that a passage is in, by that passage."""
        corpus, number, passage = self._corpus, stored.record, stored.passage
        record = corpus.store.record(number)
        citation = corpus.citation(record.key, passage.ordinal)
        return StandingAnswer(
            key=record.key,
            kind=corpus.store.status(number).kind,
            findings=corpus.findings_of(number)[1],
            question=record.question,
            text=passage.text,
            ordinal=passage.ordinal,
            hash=passage.hash,
            context=passage.context or None,
            passages=sum(not one.passage.attachment for one in corpus.store.passages(number)),
            minister=record.answerer,
            answering_body=citation.answering_body,
            answered=record.answered,
            corrected=record.corrected,
            earlier_government=citation.earlier_government,
            age=age_of(record.answered, self.today),
            also_given=len(corpus.store.members_of_group(int(corpus.store.group_of_record[number]))) - 1,
            citation=citation,
            written={str(style): written(citation, style) for style in _PROSE},
            notes=tuple(dict.fromkeys(note for style in _PROSE for note in notes(citation, style))),
            refers_to=corpus.relations.refers_to(number),
        )


def state_told(
    state: QuestionState, record: Record, answer: StandingAnswer | None, leads_to: StandingAnswer | None, today: date
) -> str:
    """Return what a question has got, in plain words.

    Args:
        state: What it has got.
        record: The question.
        answer: The same as an answer; None while it waits.
        leads_to: Where the answer only points elsewhere: what it leads to.
        today: Tells a day that is due from one that has gone by.
    """
    if state is QuestionState.AWAITING:
        return _awaiting(record, today)
    on = f" on {long_date(record.answered)}" if record.answered else ", on a day that is not known"
    if state is QuestionState.REFUSED:
        said = [told for name, told in _REFUSALS.items() if answer and name in answer.findings]
        return f"Answered{on}, but only to say that {' and that '.join(said) or 'it will not be answered'}."
    if state is QuestionState.POINTER:
        if leads_to is None:
            return f"Answered{on} only by pointing to another answer, which is not here or not certain."
        given = f" of {long_date(leads_to.answered)}" if leads_to.answered else ""
        return f"Answered{on} by pointing to the answer{given} that is shown with it."
    corrected = f", corrected on {long_date(record.corrected)}" if record.corrected else ""
    return {
        QuestionState.ANSWERED: f"Answered{on}{corrected}.",
        QuestionState.HOLDING: f"Only a holding answer was given{on}. It is not a reply.",
        QuestionState.PROROGATION: f"No reply: Parliament was prorogued or dissolved first. Said{on}.",
        QuestionState.WILL_WRITE: f"Answered{on} only with a promise to write.",
    }[state]


def cited_question(record: Record) -> str:
    """Return a question without an answer as text to paste: our own form, as no guide has one.

    `HC Written Question 194793, tabled 18 July 2023, due 25 July 2023, not answered when read on 21 July 2023 <URL>`.
    """
    is_given = "house" not in record.inferred
    house = ABBREVIATIONS[record.house] if record.house and is_given else ""
    days = [f"tabled {long_date(record.tabled)}"] if record.tabled else []
    days += [f"due {long_date(record.due)}"] if record.due else []
    days += [f"not answered when read on {long_date(record.provenance.read_on)}"]
    number = one_line(record.uin) if record.uin else "(no UIN in the source)"
    url = official_url(record)
    return f"{house}Written Question {number}, {', '.join(days)}{f' <{url}>' if url else ''}"


def official_url(record: Record) -> str | None:
    """Return the official page of a question that is not answered; None where UIN or day tabled is not known."""
    if not (record.uin and record.tabled):
        return None
    return page_url(Genre.ANSWER, record.tabled, one_line(record.uin))


def _awaiting(record: Record, today: date) -> str:
    held = f" A holding answer was given on {long_date(record.holding_answered)}." if record.holding_answered else ""
    if record.due is None:
        return f"Not answered yet. The source does not say when the answer is due.{held}"
    verb = "due" if record.due >= today else "it was due"
    return f"Not answered yet: {verb} {long_date(record.due)}.{held}"
