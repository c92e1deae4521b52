from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.counting import Counts, counts
from retrieval.errors import QueryError
from retrieval.facets import Dimension
from retrieval.filters import EVERY_KIND, Filters

EVERYTHING = Filters(kind=EVERY_KIND)


@pytest.fixture
def corpus(built_once: Path) -> Corpus:
    return Corpus.open(built_once)


def told(found: Counts, name: str) -> list[tuple[str | None, int, int, int | None]]:
    return [(one.value, one.count, one.records, one.of) for one in found.by[name]]


def test_without_words_everything_that_passes_the_filters_is_counted(corpus: Corpus):
    found = counts(corpus, [Dimension.HOUSE, Dimension.KIND], EVERYTHING)
    assert (found.total, found.total_records, found.query, found.match) == (10, 12, None, None)
    assert found.message == "10 answers pass the filters."
    assert told(found, "house") == [("Commons", 9, 11, None), ("Lords", 1, 1, None)]
    assert told(found, "kind")[0] == ("substantive", 6, 8, None)
    assert {name for name, *_ in told(found, "kind")[1:]} == {"holding", "pointer", "prorogation", "will_write"}


def test_an_answer_to_several_questions_counts_once_for_each_value_it_has(corpus: Corpus):
    found = counts(corpus, [Dimension.MONTH, Dimension.PARTY, Dimension.MINISTER], query="rural areas")
    assert (found.total, found.total_records) == (1, 3)
    assert told(found, "party") == [("Conservative", 1, 1, 2), ("Labour", 1, 1, 2), ("Liberal Democrat", 1, 1, 1)]
    assert told(found, "minister")[0] == ("Dee Placeholder", 1, 2, 2)


def test_months_are_in_order_with_those_that_have_none_of_the_words(corpus: Corpus):
    found = counts(corpus, [Dimension.MONTH], query="rural areas")
    assert told(found, "month") == [
        ("2024-09", 1, 2, 1),
        ("2025-01", 1, 1, 1),
        ("2025-02", 0, 0, 1),
        ("2025-03", 0, 0, 1),
        ("2025-04", 0, 0, 1),
    ]


def test_what_has_no_value_is_counted_last_under_a_label(corpus: Corpus):
    found = counts(corpus, [Dimension.FINDING], EVERYTHING)
    last = found.by["finding"][-1]
    assert (last.value, last.label) == (None, "no finding")
    assert sum(1 for one in found.by["finding"] if one.value is None) == 1
    assert {one.value: one.count for one in found.by["finding"]}["not_held"] == 2


def test_counts_agree_with_those_of_each_value_as_a_filter(corpus: Corpus):
    found = counts(corpus, [Dimension.ANSWERING_BODY], EVERYTHING, query="the")
    assert len(found.by["answering_body"]) > 3
    for one in found.by["answering_body"]:
        assert one.value
        alone = counts(corpus, [Dimension.KIND], Filters(kind=EVERY_KIND, answering_body=(one.value,)), query="the")
        assert (alone.total, alone.total_records) == (one.count, one.records)


def test_what_is_left_out_by_default_is_told_beside_the_counts(corpus: Corpus):
    found = counts(corpus, [Dimension.KIND], query="has not proved possible")
    assert (found.total, found.by["kind"]) == (0, ())
    assert sum(one.count for one in found.left_out) == 2
    assert "kind=all shows them too" in found.message


def test_without_words_too_what_is_left_out_by_default_is_told_beside_the_counts(corpus: Corpus):
    found, whole = counts(corpus, [Dimension.KIND]), counts(corpus, [Dimension.KIND], EVERYTHING)
    left_out = sum(one.count for one in found.left_out)
    assert found.total + left_out == whole.total == 10
    assert {one.filter for one in found.left_out} == {
        "kind=holding",
        "kind=pointer",
        "kind=prorogation",
        "kind=will_write",
        "finding=not_held",
    }
    assert found.message == (
        f"{found.total} answers pass the filters. {left_out} more answers are left out, as they are not a reply or say "
        "nothing but a refusal: kind=all shows them too."
    )
    assert whole.left_out == ()


def test_filters_limit_what_is_counted(corpus: Corpus):
    found = counts(corpus, [Dimension.MONTH], Filters(answered_from=date(2025, 1, 1)), query="rural areas")
    assert (found.total, found.total_records) == (1, 1)
    assert told(found, "month")[0] == ("2025-01", 1, 1, 1)


def test_what_cannot_be_counted_is_refused(corpus: Corpus):
    with pytest.raises(QueryError, match="by: it is empty: name at least one of month, answering_body, finding"):
        counts(corpus, [])
    with pytest.raises(QueryError, match="has no whole set"):
        counts(corpus, [Dimension.MONTH], query="buses", match=Match.MEANING)
