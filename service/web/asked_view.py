"""A tabled question compared with a draft, as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from retrieval.similar_results import (
    AskedBefore,
    Likeness,
    QuestionState,
    SimilarQuestions,
    StandingAnswer,
    TabledQuestion,
)
from service.asked_page import LIKENESSES, PRACTICE, can_be_referred_to, compared_line, session_line, whence
from service.phrases import capital, on, person
from service.web.marks import marked

FAULT_TITLES: Final = {"text": "Your draft", "house": "House", "answering_body": "Answering body"}
"""What a field of the form is called, by its name."""

_TONES: Final[Mapping[QuestionState, str]] = {
    QuestionState.ANSWERED: "",
    QuestionState.POINTER: "",
}
_SHORT: Final = {
    QuestionState.ANSWERED: "Answered",
    QuestionState.REFUSED: "Says only that it is not held or too costly",
    QuestionState.POINTER: "Points to another answer",
    QuestionState.WILL_WRITE: "Promise to write only",
    QuestionState.HOLDING: "Holding answer only",
    QuestionState.PROROGATION: "No reply before prorogation",
    QuestionState.AWAITING: "Awaiting an answer",
}
_CLOSE: Final = (Likeness.SAME_WORDING, Likeness.NEARLY_THE_SAME)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as the page shows it.

    Attributes:
        lead: Who gave it, when, and how long ago.
        text: Its passage nearest to the draft.
        context: What that stands under.
        more: How much more there is of it; empty where there is none.
        remarks: What a reader must know of it.
        href: The page of the whole answer.
    """

    lead: str
    text: str
    context: str
    more: str
    remarks: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A tabled question as the page shows it. Primary key: `rank`.

    Attributes:
        title: Its heading.
        badges: Each with its tone: a class of the style sheet, or nothing.
        question: As tabled, the words that differ marked.
        differs: Whether any are.
        whence: Who asked whom, and when.
        state: What it has got, in words.
        answers: What it has got, and what that leads to.
        rule: What it means for the rule against repeats.
        notes: What must be known beside the citation.
        others: The others in the same words.
    """

    rank: int
    title: str
    badges: tuple[tuple[str, str], ...]
    question: Markup
    differs: bool
    whence: str
    state: str
    answers: tuple[AnswerView, ...]
    rule: str
    cited: str
    notes: tuple[str, ...]
    url: str | None
    others: tuple[str, ...]


def view_of(question: TabledQuestion) -> QuestionView:
    """Return a tabled question as the page shows it."""
    clipped = " (cut short in the source)" if question.question_is_clipped else ""
    answers = [answer_view(answer) for answer in (question.answer, question.leads_to) if answer]
    return QuestionView(
        rank=question.rank,
        title=question.heading or "No heading in the source",
        badges=(
            (capital(LIKENESSES[question.likeness]), "warn" if question.likeness in _CLOSE else ""),
            (_SHORT[question.state], _TONES.get(question.state, "warn")),
        ),
        question=marked(question.question, question.differing) + clipped,
        differs=bool(question.differing),
        whence=whence(question),
        state=question.state_told,
        answers=tuple(answers),
        rule=question.rule_told,
        cited=question.cite_as,
        notes=question.answer.notes if question.answer else (),
        url=question.url,
        others=tuple(_other(one) for one in question.also_asked),
    )


def answer_view(answer: StandingAnswer) -> AnswerView:
    """Return an answer as the page shows it."""
    minister = person(answer.minister, lacking="Minister's name not in the source")
    body = answer.answering_body or "answering body not known"
    given = f"answered {on(answer.answered)}, {answer.age.told}" if answer.answered else f"answered {answer.age.told}"
    remarks = [PRACTICE] if can_be_referred_to(answer) else []
    remarks += [f"By an earlier government: {answer.earlier_government}."] if answer.earlier_government else []
    others = answer.passages - 1
    return AnswerView(
        lead=f"{minister}, {body}: {given}",
        text=answer.text,
        context=answer.context or "",
        more=f"Passage {answer.ordinal} of {answer.passages}." if others else "",
        remarks=tuple(remarks),
        href=f"/answers/{answer.key}",
    )


def lines_of(found: SimilarQuestions) -> tuple[str, ...]:
    """Return what a reader must know of the comparison as a whole."""
    return compared_line(found), session_line(found)


def _other(one: AskedBefore) -> str:
    who = person(one.asker, lacking="Asker's name not in the source")
    tabled = f"tabled {on(one.tabled)}" if one.tabled else "day tabled not known"
    return f"{who}: {one.uin or 'no UIN in the source'}, {tabled}"
