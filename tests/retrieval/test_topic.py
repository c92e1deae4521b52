"""The answers on a topic are those that a search for it finds, all that give the same words among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.filters import EVERY_KIND, Filters
from retrieval.records import House
from retrieval.search import Searcher
from retrieval.topic import Topic, meant_topic, worded_topic
from tests.conftest import ToyEncoder

BUSES = "giving local councils powers to run village bus services in rural areas"


@pytest.fixture
def searcher(built_once: Path, toy_encoder: ToyEncoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


def keys(corpus: Corpus, topic: Topic) -> list[str]:
    return [corpus.store.record(number).key for number in topic.records.tolist()]


def test_every_answer_that_has_the_words_is_on_the_topic(searcher: Searcher):
    found = worded_topic(searcher.corpus, "rural  areas", Filters(), Match.EXACT)
    assert (found.query, found.total, found.at_least) == ("rural areas", 1, False)
    assert keys(searcher.corpus, found) == [
        "commons-2024-09-02-101",
        "commons-2024-09-02-102",
        "commons-2025-01-13-205",
    ]
    assert found.message == "1 answer has these words."
    assert [searcher.corpus.store.passage_at(row).passage.ordinal for row in found.rows.tolist()] == [1, 1, 1]


def test_what_is_left_out_by_default_is_told(searcher: Searcher):
    found = worded_topic(searcher.corpus, "has not proved possible", Filters(), Match.EXACT)
    assert (found.total, len(found.records), sum(one.count for one in found.left_out)) == (0, 0, 2)
    whole = worded_topic(searcher.corpus, "has not proved possible", Filters(kind=EVERY_KIND), Match.EXACT)
    assert (whole.total, whole.left_out) == (2, ())


def test_by_meaning_all_questions_with_a_close_answer_are_on_the_topic(searcher: Searcher):
    found = meant_topic(searcher, BUSES, Filters())
    assert found.match is Match.MEANING
    assert not found.at_least
    assert found.total == len({int(searcher.corpus.store.group_of_record[n]) for n in found.records.tolist()}) == 1
    assert keys(searcher.corpus, found) == [
        "commons-2024-09-02-101",
        "commons-2024-09-02-102",
        "commons-2025-01-13-205",
    ]
    assert found.message == "1 answer is close in meaning."
    texts = {searcher.corpus.store.passage_at(row).passage.text for row in found.rows.tolist()}
    assert texts == {"The Government is giving local councils powers to run bus services in rural areas."}


def test_by_meaning_there_may_be_more_where_the_nearest_end_with_close_ones(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("retrieval.search.CLOSE_COUNTED", 1)
    monkeypatch.setattr("retrieval.search._NEAR_MISSES", 1)
    found = meant_topic(searcher, f"{BUSES}, a scheme that has housed homeless veterans since 2023", Filters())
    assert (found.total, found.at_least) == (1, True)
    assert found.message == "At least 1 answer is close in meaning: those nearest, as no more are looked at."


def test_by_meaning_only_what_passes_the_filters_is_on_the_topic(searcher: Searcher):
    assert keys(searcher.corpus, meant_topic(searcher, BUSES, Filters(party=("Labour",)))) == ["commons-2024-09-02-101"]
    found = meant_topic(searcher, BUSES, Filters(house=(House.LORDS,)))
    assert (found.total, found.at_least, len(found.rows)) == (0, False, 0)
    assert found.message == "There are close matches in what is indexed, but the filters leave them out."


def test_a_passage_is_on_the_topic_only_if_its_row_is(searcher: Searcher):
    found = worded_topic(searcher.corpus, "rural areas", Filters(), Match.EXACT)
    rows = range(len(searcher.corpus.store.record_of_row))
    assert [row for row in rows if found.has_row(row)] == found.rows.tolist()


def test_a_question_that_cannot_be_asked_is_refused(searcher: Searcher):
    with pytest.raises(QueryError, match="it is empty"):
        meant_topic(searcher, " ", Filters())
    with pytest.raises(QueryError, match="has no whole set"):
        worded_topic(searcher.corpus, "buses", Filters(), Match.MEANING)
