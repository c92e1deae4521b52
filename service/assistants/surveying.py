"""What the index holds, for assistants: the filters with their values, and the months that are covered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from retrieval.completeness import MonthCoverage
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.filter_values import LISTED_FILTERS, FilterValue, filter_values
from retrieval.results import Outcome
from retrieval.search import Searcher
from service.assistants import facts, survey_results
from service.assistants.inputs import Coverage, ListFilters
from service.assistants.paging import page
from service.phrases import count
from service.schemas import Limits

_COMMONEST: Final = 5
_NONE_THERE: Final = "Where records name a Member by id alone, give the id. Otherwise try fewer or other words."
_ALL_OF: Final = ("house", "kind", "finding", "genre", "answerer")


def list_filters(searcher: Searcher, asked: ListFilters) -> survey_results.FilterList:
    """Return the filters with their commonest values, or the values of one.

    Raises:
        QueryError: If `contains` comes without a filter, or the cursor can't be used.
    """
    corpus = searcher.corpus
    if asked.filter is None:
        if asked.contains is not None:
            raise QueryError("contains", "it needs `filter`, the filter to look in: give both")
        everything = [_filter(corpus, name) for name in Limits.model_fields]
        message = "The filters of search_answers. To list all values of one, call again with `filter`."
        return _list(corpus, everything, asked, message)
    values = filter_values(corpus.store, asked.filter, asked.contains or "")
    which = f" with {asked.contains!r}" if asked.contains else ""
    message = f"{count(len(values), 'value')} of {asked.filter}{which}, those of most records first."

    def made(chosen: Sequence[FilterValue], start: int, cursor: str | None) -> survey_results.FilterList:
        info = survey_results.FilterInfo(name=str(asked.filter), values=_values(chosen), values_total=len(values))
        common = _common(corpus, message, cursor, is_found=bool(values))
        return survey_results.FilterList(**common, advice=None if values else _NONE_THERE, filters=(info,))

    return page(values, asked.cursor, (corpus.manifest.name, f"list_filters {asked.filter} {asked.contains}"), made)


def _list(
    corpus: Corpus, everything: Sequence[survey_results.FilterInfo], asked: ListFilters, message: str
) -> survey_results.FilterList:
    def made(chosen: Sequence[survey_results.FilterInfo], start: int, cursor: str | None) -> survey_results.FilterList:
        return survey_results.FilterList(**_common(corpus, message, cursor), filters=tuple(chosen))

    return page(everything, asked.cursor, (corpus.manifest.name, "list_filters"), made)


def _filter(corpus: Corpus, name: str) -> survey_results.FilterInfo:
    description = Limits.model_fields[name].description
    if name not in LISTED_FILTERS:
        return survey_results.FilterInfo(name=name, description=description)
    values = filter_values(corpus.store, name)
    shown = values if name in _ALL_OF else values[:_COMMONEST]
    return survey_results.FilterInfo(
        name=name, description=description, values=_values(shown), values_total=len(values)
    )


def _values(values: Sequence[FilterValue]) -> tuple[survey_results.Value, ...]:
    return tuple(survey_results.Value(value=one.value, records=one.records) for one in values)


def coverage(searcher: Searcher, asked: Coverage) -> survey_results.Covered:
    """Return what is indexed, and a page of the months.

    Raises:
        QueryError: If the cursor can't be used.
    """
    corpus = searcher.corpus
    found = corpus.coverage()
    months = sorted(found.months, key=lambda one: (one.month, one.genre, one.house), reverse=True)
    message = f"What is indexed: {found.records:,} answered questions and statements."

    def made(chosen: Sequence[MonthCoverage], start: int, cursor: str | None) -> survey_results.Covered:
        return survey_results.Covered(
            **_common(corpus, message, cursor, is_found=bool(found.records)),
            answers=found.answers,
            passages=found.passages,
            unanswered=found.unanswered,
            by_genre=found.by_genre,
            by_kind=found.by_kind,
            by_finding=found.by_finding,
            missing_facts=found.missing_facts,
            bodies_total=len(found.by_answering_body),
            months=tuple(_month(one) for one in chosen),
            months_total=len(months),
        )

    return page(months, asked.cursor, (corpus.manifest.name, "coverage"), made)


def _month(one: MonthCoverage) -> survey_results.Month:
    return survey_results.Month(
        genre=one.genre,
        house=one.house,
        month=one.month,
        listed=one.listed,
        held=one.held,
        unanswered=one.unanswered,
        complete=one.complete,
        lacks=one.lacks or None,
    )


def _common(corpus: Corpus, message: str, cursor: str | None, *, is_found: bool = True) -> dict[str, Any]:
    searched = facts.indexed(corpus)
    nothing = Outcome.NOTHING_CLOSE if searched.records else Outcome.CORPUS_EMPTY
    return {
        "outcome": Outcome.FOUND if is_found else nothing,
        "message": message,
        "next_cursor": cursor,
        "searched": searched,
        "snapshot": corpus.manifest.name,
        "licence": facts.licence_told(corpus.licence),
    }
