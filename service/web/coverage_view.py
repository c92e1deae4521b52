"""What is indexed and what is missing, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.answer_results import Coverage
from retrieval.completeness import MonthCoverage, compared_span
from retrieval.filters import Filters
from retrieval.records import AnswerKind, FindingName, Genre
from service.phrases import FINDINGS, KINDS, capital, completeness, count, fact, gap_told, held, month_named, on, span

MONTHS_SHOWN: Final = 24
_GAPS_NAMED: Final = 1
_MONTHS: Final = {Genre.ANSWER: "Questions by the month tabled", Genre.STATEMENT: "Statements by the month made"}


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of one House. Primary key: `month` and `house` within its table.

    Attributes:
        month: In words, such as `March 2024`.
        house: Its name.
        numbers: Listed by Parliament, held, waiting, withdrawn and failed, each as shown.
        complete: Whether all that was listed is here, in words.
        checked: When Parliament's list was last read, in words.
    """

    month: str
    house: str
    numbers: tuple[str, ...]
    complete: str
    checked: str


@dataclass(frozen=True, slots=True)
class MonthsTable:
    """The months of one kind of paper, newest first: the first few, and the rest. Primary key: `title`."""

    title: str
    newest: tuple[MonthRow, ...]
    earlier: tuple[MonthRow, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Names with their counts, the largest first. Primary key: `title`.

    Attributes:
        title: What is counted.
        name: Heading of the names.
        rows: Each name with its count as shown.
    """

    title: str
    name: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CoverageView:
    """The page of what is indexed. Primary key: `coverage.snapshot`.

    Attributes:
        coverage: The counts.
        summary: Sentences on the whole of it.
        completeness: Whether anything may be missing; empty where `gaps` says it.
        gaps: What may be missing, a line each.
        months: By month and House against Parliament's lists.
        counts: What the answers are, what they say, who gave them, and what the sources lack.
    """

    coverage: Coverage
    summary: tuple[str, ...]
    completeness: str
    gaps: tuple[str, ...]
    months: tuple[MonthsTable, ...]
    counts: tuple[Counted, ...]


def coverage_view(coverage: Coverage) -> CoverageView:
    """Return what the page of a corpus shows."""
    told = completeness(
        coverage.gaps, coverage.checked_at, compared=compared_span(coverage.months, Filters()), most=_GAPS_NAMED
    )
    has_many = len(coverage.gaps) > _GAPS_NAMED
    return CoverageView(
        coverage=coverage,
        summary=tuple(_summary(coverage)),
        completeness="" if has_many else told,
        gaps=tuple(f"{capital(gap_told(gap))}." for gap in coverage.gaps) if has_many else (),
        months=tuple(_months(coverage.months)),
        counts=tuple(one for one in _counts(coverage) if one.rows),
    )


def _summary(coverage: Coverage) -> Iterator[str]:
    statements = coverage.by_genre.get(Genre.STATEMENT, 0)
    houses = " and ".join(coverage.houses) or "House not known"
    yield f"{held(coverage.records, statements)}, {houses}."
    yield f"{count(coverage.answers, 'distinct answer')} in {count(coverage.passages, 'passage')}."
    yield span(coverage.first_answered, coverage.last_answered)
    if coverage.bare:
        yield f"{count(coverage.bare, 'answer')} with nothing but a refusal: not shown unless you ask for them."
    if coverage.pointers:
        points = count(coverage.pointers, "answer does nothing but point", "answers do nothing but point")
        yield f"{points} to another; of these, {coverage.pointers_resolved:,} to one that is here."
    if coverage.unanswered:
        yield f"{count(coverage.unanswered, 'question')} without an answer: kept, and not searched."


def _months(months: Sequence[MonthCoverage]) -> Iterator[MonthsTable]:
    for genre, title in _MONTHS.items():
        ours = sorted((one for one in months if one.genre is genre), key=lambda one: one.house)
        rows = [_row(one) for one in sorted(ours, key=lambda one: one.month, reverse=True)]
        if rows:
            yield MonthsTable(title, tuple(rows[:MONTHS_SHOWN]), tuple(rows[MONTHS_SHOWN:]))


def _row(month: MonthCoverage) -> MonthRow:
    listed = "not asked" if month.listed is None else f"{month.listed:,}"
    numbers = (month.held, month.unanswered, month.withdrawn, month.failed)
    return MonthRow(
        month_named(month.month),
        month.house,
        (listed, *(f"{number:,}" for number in numbers)),
        "Yes" if month.complete else f"No: {month.lacks}",
        on(month.checked_at.date(), "never") if month.checked_at else "never",
    )


def _counts(coverage: Coverage) -> Iterator[Counted]:
    kinds = {capital(KINDS[AnswerKind(name)]): number for name, number in coverage.by_kind.items()}
    findings = {capital(FINDINGS[FindingName(name)]): number for name, number in coverage.by_finding.items()}
    yield Counted("What the answers are", "Kind", _listed(kinds))
    yield Counted("What they say about themselves", "Finding", _listed(findings))
    yield Counted("Facts that the sources do not give", "Fact", _listed(_facts(coverage.missing_facts)))
    inferred = "Facts worked out: filters take them and citations leave them out"
    yield Counted(inferred, "Fact", _listed(_facts(coverage.inferred_facts)))
    yield Counted("Answering bodies", "Body", _listed(coverage.by_answering_body))


def _facts(counts: Mapping[str, int]) -> dict[str, int]:
    return {capital(fact(name)): number for name, number in counts.items() if number}


def _listed(counts: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{number:,}") for name, number in _largest_first(counts.items()))


def _largest_first(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda pair: (-pair[1], pair[0]))
