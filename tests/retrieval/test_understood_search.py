"""Searches with what was understood of the question, and without where that leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.freshness import FRESHNESS_WEIGHT, Freshness, FreshnessKind
from retrieval.results import Outcome, SearchResult
from retrieval.search import Searcher

BUSES = "giving local councils powers to run bus services in rural areas"
TODAY = date(2026, 11, 22)


@pytest.fixture
def searcher(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher(Corpus.open(built_once), toy_encoder, built_once, today=lambda: TODAY)


def without_time(result: SearchResult) -> SearchResult:
    return replace(result, took_ms=0.0)


def test_understood_filters_limit_the_search_and_are_listed(searcher: Searcher) -> None:
    asked = f"what has the Department for Transport said since last  year about {BUSES}"
    result = searcher.search(asked, understand=True)
    assert [hit.key for hit in result.hits] == ["commons-2025-01-13-205"]
    assert result.filters == {"answering_body": ["Department for Transport"], "answered_from": "2025-01-01"}
    assert result.query == " ".join(asked.split())
    assert [(one.field, one.value, one.applied) for one in result.understood] == [
        ("answering_body", "Department for Transport", True),
        ("answered_from", "2025-01-01", True),
    ]
    assert all(result.query[one.start : one.end] == one.words for one in result.understood)
    assert result.hits[0].score == searcher.search(BUSES, Filters(answered_from=date(2025, 1, 1))).hits[0].score


def test_the_way_to_do_without_a_filter_keeps_the_others(searcher: Searcher) -> None:
    asked = f"what did the Department for Transport say in January 2025 about {BUSES}"
    body, first, last = searcher.search(asked, understand=True).understood
    assert parse_qs(body.without) == {
        "q": [BUSES],
        "understand": ["false"],
        "answered_from": ["2025-01-01"],
        "answered_to": ["2025-01-31"],
    }
    # A month is one time, though it takes two filters.
    assert first.without == last.without
    assert parse_qs(first.without) == {
        "q": [BUSES],
        "understand": ["false"],
        "answering_body": ["Department for Transport"],
    }
    # It ranks by what the search ranked by: the words of the filter that is left are no part of the topic.
    whole = searcher.search(asked, understand=True, limit=1).hits[0]
    every = Filters(
        answering_body=("Department for Transport",), answered_from=date(2025, 1, 1), answered_to=date(2025, 1, 31)
    )
    left = searcher.search(BUSES, every, limit=1).hits[0]
    assert (left.key, left.score) == (whole.key, whole.score)


def test_filters_that_leave_nothing_are_not_applied_and_that_is_said(searcher: Searcher) -> None:
    asked = f"{BUSES}, said by Baroness Pretend"
    result = searcher.search(asked, understand=True)
    assert result.hits[0].key == "commons-2025-01-13-205"
    assert result.filters == {}
    assert [(one.field, one.value, one.applied) for one in result.understood] == [
        ("minister", "Baroness Pretend", False)
    ]
    assert result.message == (
        "The filters understood from the question left nothing, so they were not applied. "
        "Close matches in what is indexed."
    )
    plain = searcher.search(asked)
    assert without_time(replace(result, understood=(), message=plain.message)) == without_time(plain)


def test_filters_that_were_given_still_hold_where_understood_ones_are_not_applied(searcher: Searcher) -> None:
    filters = Filters(answered_to=date(2024, 12, 31))
    result = searcher.search(f"{BUSES}, said by Baroness Pretend", filters, understand=True)
    assert result.filters == {"answered_to": "2024-12-31"}
    assert [hit.key for hit in result.hits] == ["commons-2024-09-02-102"]


def test_nothing_close_either_way_says_both(searcher: Searcher) -> None:
    result = searcher.search("volcanoes on moons of Saturn, answered by Baroness Pretend", understand=True)
    assert result.outcome is Outcome.NOTHING_CLOSE
    assert result.message == (
        "The filters understood from the question left nothing, so they were not applied. "
        "No close match in what is indexed."
    )


def test_a_misspelt_name_is_listed_with_what_was_written(searcher: Searcher) -> None:
    (found,) = searcher.search(f"What has the Ministry of Defense said about {BUSES}?", understand=True).understood
    assert (found.value, found.name_given) == ("Ministry of Defence", "the Ministry of Defense")


@pytest.mark.parametrize(
    ("question", "freshness"),
    [
        (f"current policy on {BUSES}", Freshness(FreshnessKind.RECENT, ("current",))),
        (f"{BUSES} in 2024", Freshness(FreshnessKind.PERIOD, ("in 2024",), date(2024, 1, 1), date(2024, 12, 31))),
        (BUSES, None),
    ],
)
def test_the_time_that_a_question_asks_for_is_said_and_can_be_switched_off(
    searcher: Searcher, question: str, freshness: Freshness | None
) -> None:
    assert searcher.search(question).freshness == freshness
    assert searcher.search(question, fresh=False).freshness is None


def test_ranking_without_a_threshold_prefers_the_same_time_as_search_does(searcher: Searcher) -> None:
    asked = f"{BUSES} in 2024"
    scores = {one.row: one.score for one in searcher.rank(asked, fresh=False)}
    gains = {one.row: one.score - scores[one.row] for one in searcher.rank(asked)}
    assert max(gains.values()) == pytest.approx(FRESHNESS_WEIGHT)
    (hit,) = searcher.search(asked, limit=1, group=False).hits
    assert hit.score == round(searcher.rank(asked, depth=1)[0].score, 4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    st.sampled_from(
        [
            f"what has the Department for Transport said since 2025 about {BUSES}",
            f"{BUSES}, said by Eve Placeholder",
            f"what was asked in the Lords about {BUSES}",
            "homeless veterans, answered by Baroness Pretend in February 2025",
        ]
    ),
    st.builds(
        Filters,
        answered_to=st.none() | st.just(date(2025, 2, 28)),
        minister=st.sampled_from([(), ("Dee Placeholder",), ("Eve Placeholder",)]),
    ),
)
def test_what_is_understood_never_loosens_the_filters_and_off_it_changes_nothing(
    searcher: Searcher, question: str, filters: Filters
) -> None:
    allowed = {searcher.corpus.store.record(int(n)).key for n in searcher.corpus.admitted(filters)}
    assert {hit.key for hit in searcher.search(question, filters, understand=True).hits} <= allowed
    off = searcher.search(question, filters)
    assert off.understood == ()
    assert off.filters == {
        name: value.isoformat() if isinstance(value, date) else list(value) for name, value in filters.given().items()
    }
