"""Whether a draft has been asked before, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from retrieval.records import AnswerKind
from retrieval.similar_results import (
    AskedBefore,
    Likeness,
    PartOfDraft,
    SimilarQuestions,
    StandingAnswer,
    TabledQuestion,
)
from service.phrases import capital, completeness, count, licence_lines, on, person
from service.terminal import indented, unbroken, words

LIKENESSES: Final = {
    Likeness.SAME_WORDING: "the same words",
    Likeness.NEARLY_THE_SAME: "nearly the same question",
    Likeness.SIMILAR: "similar",
    Likeness.WEAK: "less close",
}
"""What each likeness is called in words."""

PRACTICE: Final = "Under three months old: the department may refer back to it (practice, not a rule)."
"""What is said of a young answer."""

_GAPS_NAMED = 3
_OTHERS_NAMED = 5
_MARGIN = 4


def asked_page(found: SimilarQuestions, *, data: str = "") -> Iterator[RenderableType]:
    """Yield the tabled questions nearest to a draft, line by line.

    Args:
        found: What the comparison found.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    yield words(found.message, "bold")
    for question in found.matches:
        yield Text()
        yield from _question(question, data)
    if found.parts:
        yield Text()
        yield words("Parts of the draft", "bold")
        for part in found.parts:
            yield from indented(_part(part), 2)
    yield Text()
    yield words(found.advice)
    yield words(session_line(found))
    yield words(compared_line(found))
    searched = found.searched
    if searched.records:
        yield words(
            completeness(
                searched.gaps,
                searched.checked_at,
                compared=(searched.compared_from, searched.compared_to),
                most=_GAPS_NAMED,
            )
        )
    yield Text()
    yield from (words(line, "dim") for line in licence_lines(found.licence))


def compared_line(found: SimilarQuestions) -> str:
    """Return what the draft was compared with: how many questions with an answer, and how many that wait."""
    answered = count(found.searched.passed, "answered question")
    waiting = count(found.awaiting, "question that waits", "questions that wait")
    return f"Compared with {answered} and {waiting} for an answer."


def session_line(found: SimilarQuestions) -> str:
    """Return in which session today is, or why that is not known."""
    if found.session_today:
        return f"Today, {on(found.today)}, is in the session of {found.session_today}."
    known_to = on(found.sessions_known_to)
    return f"In which session today is, {on(found.today)}, is not known: the table of sessions ends on {known_to}."


def whence(question: TabledQuestion) -> str:
    """Return who asked a question of whom, and when, as far as the source says."""
    asker = person(question.asker, lacking="Asker's name not in the source")
    to = question.answering_body or "answering body not known"
    tabled = f"tabled {on(question.tabled)}" if question.tabled else "day tabled not known"
    number = f"{question.house or 'House not known'}, {question.uin or 'no UIN in the source'}"
    return f"{asker}, to {to}; {number}, {tabled}."


def can_be_referred_to(answer: StandingAnswer) -> bool:
    """Return whether a department may refer back to an answer: a reply, and a young one."""
    return answer.kind is AnswerKind.SUBSTANTIVE and bool(answer.age.is_under_three_months)


def others_told(others: tuple[AskedBefore, ...]) -> str:
    """Return who else asked in the same words; nothing where nobody did."""
    if not others:
        return ""
    named = [f"{one.uin or one.key}{f' ({one.asker.name})' if one.asker and one.asker.name else ''}" for one in others]
    more = len(named) - _OTHERS_NAMED
    return f"Also asked: {', '.join(named[:_OTHERS_NAMED])}{f' and {more:,} more' if more > 0 else ''}."


def _question(question: TabledQuestion, data: str) -> Iterator[RenderableType]:
    heading = f"{question.heading}: " if question.heading else ""
    clipped = " (cut short in the source)" if question.question_is_clipped else ""
    likeness = capital(LIKENESSES[question.likeness])
    yield Text.assemble(
        Text(f"{question.rank:>2}  ", style="bold"), words(f"{likeness}. "), words(question.state_told, "bold")
    )
    lines: list[RenderableType] = [words(f"{heading}{question.question}{clipped}"), words(whence(question), "dim")]
    if question.differing:
        there = "; ".join(question.question[span.start : span.end] for span in question.differing)
        lines.append(words(f"Other words there: {there}"))
    if others := others_told(question.also_asked):
        lines.append(words(others))
    if question.answer:
        lines += _answer(question.answer)
    if question.leads_to:
        lines += _answer(question.leads_to)
    lines.append(words(question.rule_told))
    lines.append(words(f"Cite as: {question.cite_as}"))
    if question.answer:
        lines.append(unbroken(f"Whole answer: despatch show {question.answer.key}{data}", "dim"))
    if question.url:
        lines.append(unbroken(question.url, "dim"))
    yield from indented(lines, _MARGIN)


def _answer(answer: StandingAnswer) -> list[RenderableType]:
    minister = person(answer.minister, lacking="Minister's name not in the source")
    government = f" By an earlier government: {answer.earlier_government}." if answer.earlier_government else ""
    practice = f" {PRACTICE}" if can_be_referred_to(answer) else ""
    return [
        words(f"{minister}, {answer.age.told}.{government}{practice}"),
        *indented([words(answer.text, "italic")], 2),
    ]


def _part(part: PartOfDraft) -> list[RenderableType]:
    lines: list[RenderableType] = [words(f"{part.label} {part.text}"), words(part.told)]
    if part.nearest:
        lines += indented([words(part.nearest.text, "italic"), words(part.nearest.written["member"], "dim")], 2)
    return lines
