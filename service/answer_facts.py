"""Who asked and answered, when, and what an answer is: its facts in words, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from retrieval.answer_results import Answer
from retrieval.records import Genre
from service.phrases import FINDINGS, badges, capital, no_minister, on, person

LACKING: Final = "not in the source"


def all_facts(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the facts of an answer or a statement, and what it says about itself, in the order in which they are read.

    Args:
        answer: The answer or statement.

    Yields:
        A name of a few words, and what is known, such as `("Tabled", "18 July 2023")`.
    """
    yield from facts(answer)
    if answer.corrections:
        yield "Corrected in", ", ".join(answer.corrections)
    yield "What it is", capital(badges(answer.kind, (), answer.genre))
    yield from _remarks(answer)


def facts(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield who and when of an answer or a statement; what the source does not give is said to be missing.

    Args:
        answer: The answer or statement.

    Yields:
        As `all_facts`.
    """
    is_statement = answer.genre is Genre.STATEMENT
    done = "Made" if is_statement else "Answered"
    other = no_minister(answer.answerer, answer.answering_body)
    yield f"{done} by", f"{person(answer.minister, lacking=LACKING)}{f'; {other}' if other else ''}"
    yield "Body" if is_statement else "Answering body", answer.answering_body or LACKING
    if not is_statement:
        yield "Asked by", person(answer.asker, lacking=LACKING)
    yield "House", f"{answer.house or LACKING}{' (worked out)' if 'house' in answer.inferred else ''}"
    yield "UIN", answer.uin or LACKING
    if not is_statement:
        yield "Tabled", on(answer.tabled, LACKING)
    if answer.due:
        yield "Due", f"{on(answer.due)}{' (named day)' if answer.is_named_day else ''}"
    if answer.holding_answered:
        yield "Holding answer", on(answer.holding_answered)
    yield done, on(answer.answered, LACKING)
    if answer.corrected:
        yield "Corrected", on(answer.corrected)


def _remarks(answer: Answer) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(found.name for found in answer.findings):
        places = [str(found.passage) for found in answer.findings if found.name is name and found.passage]
        where = f" (passage {', '.join(places)})" if places else ""
        yield "Finding", f"{capital(FINDINGS[name])}{where}"
    if answer.disagreement:
        yield "Note", f"{answer.disagreement}: read the answer to judge"
    if answer.has_interest:
        yield "Interest", "the asker has declared one"
    if answer.grouped_with:
        yield "Grouped with", ", ".join(other.uin for other in answer.grouped_with)
