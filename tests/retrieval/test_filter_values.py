"""The values that a filter can ask for, held against a count by hand of the twelve records."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.filter_values import LISTED_FILTERS, FilterValue, filter_values
from retrieval.filters import Filters
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House

TYPES: dict[str, Any] = {
    "house": House,
    "kind": AnswerKind,
    "finding": FindingName,
    "genre": Genre,
    "answerer": AnswererKind,
}


@pytest.fixture
def corpus(built_once):
    return Corpus.open(built_once)


def counted(values):
    return [FilterValue(value, n) for value, n in sorted(Counter(values).items(), key=lambda one: (-one[1], one[0]))]


def test_values_come_by_falling_count_then_by_name(corpus):
    records = [corpus.store.record(number) for number in range(len(corpus.store))]
    assert list(filter_values(corpus.store, "house")) == counted(str(one.house) for one in records)
    assert list(filter_values(corpus.store, "answering_body")) == counted(one.answering_body for one in records)
    assert list(filter_values(corpus.store, "asker")) == counted(one.asker.name for one in records)
    assert list(filter_values(corpus.store, "party")) == counted(one.asker.party for one in records)
    assert list(filter_values(corpus.store, "minister")) == counted(one.answerer.name for one in records)


def test_a_finding_counts_each_record_once(corpus):
    found = [{name for name, _ in corpus.store.findings(number)} for number in range(len(corpus.store))]
    assert list(filter_values(corpus.store, "finding")) == counted(str(name) for names in found for name in names)


@pytest.mark.parametrize("name", LISTED_FILTERS)
def test_each_value_is_one_that_the_filter_takes_and_counts_what_it_lets_through(corpus, name):
    values = filter_values(corpus.store, name)
    assert values
    kind_of = TYPES.get(name, str)
    for one in values:
        asked: dict[str, Any] = {name: (kind_of(one.value),)}
        if name not in {"kind", "finding"}:
            asked["kind"] = tuple(AnswerKind)
        assert len(corpus.admitted(Filters(**asked))) == one.records


def test_values_are_found_by_words_or_their_beginnings_in_any_case(corpus):
    found = filter_values(corpus.store, "answering_body", "CARE heal")
    assert [one.value for one in found] == ["Department of Health and Social Care"]
    assert filter_values(corpus.store, "answering_body", "ealth") == ()


def test_a_filter_that_takes_days_or_words_has_no_list(corpus):
    with pytest.raises(QueryError, match="the values of 'heading' can't be listed: use one of house, answering_body"):
        filter_values(corpus.store, "heading")
