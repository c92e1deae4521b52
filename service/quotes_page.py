"""Quotations that were checked, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from retrieval.quote_results import (
    BriefingResult,
    CheckedQuotation,
    QuoteMatch,
    QuoteOutcome,
    QuoteResult,
    QuoteSource,
)
from service.briefing import citation_lines, sample_block
from service.phrases import completeness, licence_lines, span
from service.related import compared
from service.terminal import indented, unbroken, words

VERDICTS: Final = {
    QuoteOutcome.WORD_FOR_WORD: "Word for word",
    QuoteOutcome.DIFFERS: "Differs",
    QuoteOutcome.SINCE_CORRECTED: "Since corrected",
    QuoteOutcome.SINCE_REPLACED: "Since replaced",
    QuoteOutcome.IN_QUESTION: "Words of a question, not of a minister",
    QuoteOutcome.NOT_FOUND: "Not found in what is indexed",
    QuoteOutcome.NOT_CHECKED: "Not checked",
    QuoteOutcome.CORPUS_EMPTY: "Nothing is indexed",
}
"""By outcome, what stands at the head of a quotation."""
_MARKED: Final = "To put a quotation right, take out what is marked [-so-] and put in what is marked {+so+}."
_GAPS_NAMED: Final = 3
_SHOWN_IN_BRIEFING: Final = 1


def quote_page(result: QuoteResult, *, data: str = "") -> Iterator[RenderableType]:
    """Yield the check of one quotation.

    Args:
        result: The check.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    yield words(VERDICTS[result.outcome], "bold")
    yield words(result.message)
    if any(part.segments for match in result.matches for part in match.parts):
        yield words(_MARKED, "dim")
    for match in result.matches:
        yield Text()
        yield from _match(match, data, is_told=match is not result.matches[0])
    yield from _end(result, data)


def briefing_page(result: BriefingResult, *, data: str = "") -> Iterator[RenderableType]:
    """Yield the check of each quotation in a briefing.

    Args:
        result: The checks.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    yield words(result.message, "bold")
    if any(part.segments for one in result.quotations for match in one.matches for part in match.parts):
        yield words(_MARKED, "dim")
    for quotation in result.quotations:
        yield Text()
        yield from _quotation(quotation, data)
    yield from _end(result, data)


def _quotation(quotation: CheckedQuotation, data: str) -> Iterator[RenderableType]:
    yield words(f"{quotation.number}. {VERDICTS[quotation.outcome]}", "bold")
    lines: list[RenderableType] = [words(f"“{quotation.text}”")]
    if quotation.unclosed:
        lines.append(words("Its closing mark is missing: it is taken to end with the paragraph."))
    lines.append(words(quotation.message))
    for match in quotation.matches[:_SHOWN_IN_BRIEFING]:
        lines += _match(match, data, is_told=False)
    yield from indented(lines, 4)


def _match(match: QuoteMatch, data: str, *, is_told: bool) -> Iterator[RenderableType]:
    if is_told:
        yield words(match.told)
    for part in match.parts:
        if part.segments:
            yield compared(part.segments)
        elif is_told:
            yield words(part.wording)
    if match.change and match.change.now:
        yield words("What changed since in the answer:")
        yield compared(match.change.now)
    elif match.change:
        yield words("Nothing like these words is in the answer now.")
    yield from citation_lines(replace(match.citation, paragraph=None))
    places = ", ".join(str(one.ordinal) for one in match.passages)
    if places and match.source is not QuoteSource.QUESTION:
        yield words(f"Passage {places}.", "dim")
    command = "history" if match.source is QuoteSource.PAST_TEXT else "show"
    yield unbroken(f"Whole answer: despatch {command} {match.key}{data}", "dim")


def _end(result: QuoteResult | BriefingResult, data: str) -> Iterator[RenderableType]:
    searched = result.searched
    yield Text()
    yield words(span(searched.first_answered, searched.last_answered), "dim")
    compared_span = (searched.compared_from, searched.compared_to)
    yield words(completeness(searched.gaps, searched.checked_at, compared=compared_span, most=_GAPS_NAMED), "dim")
    yield from sample_block(searched.sample, data)
    yield from (words(line, "dim") for line in licence_lines(result.licence))
