from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.build import build
from retrieval.choices import Match, Sort
from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from retrieval.filters import EVERY_KIND, Filters
from retrieval.records import AnswerKind, FindingName
from retrieval.results import Outcome, SearchResult
from retrieval.search import Searcher
from retrieval.store import StoredPassage
from retrieval.wording import wording_of
from tests.retrieval.conftest import Invented

BUSES = ["commons-2025-01-13-205"]
EVERYTHING = Filters(kind=EVERY_KIND)


@pytest.fixture
def searcher(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


def exact(searcher: Searcher, query: str, filters: Filters = Filters()) -> SearchResult:
    return searcher.search(query, filters, match=Match.EXACT)


def keys(result: SearchResult) -> list[str]:
    return [hit.key for hit in result.hits]


def marked(result: SearchResult) -> list[list[str]]:
    return [[hit.passage.text[span.start : span.end] for span in hit.passage.matched] for hit in result.hits]


def of_answers(tmp_path: Path, invented: Invented, encoder: Encoder, answers: Sequence[str], **fields) -> Searcher:
    """Build one record an answer, numbered from 1."""
    raws = [invented.raw(number, answerText=text, **fields) for number, text in enumerate(answers, start=1)]
    build([invented.file(tmp_path / "answers.jsonl", raws)], tmp_path / "data", encoder)
    return Searcher.open(tmp_path / "data", encoder)


def test_an_exact_search_finds_every_answer_with_the_words_and_counts_answers_records_and_passages(searcher: Searcher):
    result = exact(searcher, '"BUS services in  rural areas"')
    assert keys(result) == BUSES
    assert (result.total, result.total_records, result.total_passages) == (1, 3, 3)
    assert (result.match, result.sort, result.next_cursor) == (Match.EXACT, Sort.NEWEST, None)
    assert (result.outcome, result.message) == (Outcome.FOUND, "1 answer has these words.")
    assert marked(result) == [["bus services in rural areas"]]
    assert result.hits[0].score == 1.0
    assert [other.uin for other in result.hits[0].also_given] == ["101", "102"]


@pytest.mark.parametrize("query", ["bus service", "services bus", "rural bus", "areas. Funding"])
def test_an_exact_search_has_no_stemming_keeps_the_order_and_stays_within_a_passage(searcher: Searcher, query):
    result = exact(searcher, query)
    assert (result.total, result.total_passages, keys(result)) == (0, 0, [])


def test_a_word_that_was_never_used_is_said_to_be_in_no_answer_that_is_indexed(searcher: Searcher):
    result = exact(searcher, "zeppelin")
    assert result.outcome is Outcome.NOTHING_CLOSE
    assert result.message == (
        "These words are in no answer that is indexed. Questions and headings were not looked in. "
        "What is indexed may be incomplete: there may be answers that are not in it."
    )
    assert not result.searched.complete
    assert result.searched.gaps
    assert "ministers" not in result.message


def test_what_is_left_out_by_default_is_counted_by_kind_and_one_filter_brings_it_all(searcher: Searcher):
    result = exact(searcher, "has not proved possible")
    assert (result.total, result.outcome) == (0, Outcome.FILTERED_OUT)
    assert result.message == (
        "These words are in no answer that is shown by default. 2 answers are left out, as they are not a reply or "
        "say nothing but a refusal: kind=all shows them too."
    )
    assert [(one.kind, one.count, one.filter) for one in result.left_out] == [
        (AnswerKind.HOLDING, 1, "kind=holding"),
        (AnswerKind.PROROGATION, 1, "kind=prorogation"),
    ]
    assert keys(exact(searcher, "has not proved possible", EVERYTHING)) == [
        "commons-2024-11-04-412",
        "commons-2024-05-20-999",
    ]


def test_a_bare_refusal_is_left_out_by_its_finding(searcher: Searcher):
    (left_out,) = exact(searcher, "not held centrally").left_out
    assert (left_out.finding, left_out.count, left_out.filter) == (FindingName.NOT_HELD, 2, "finding=not_held")


def test_a_pointer_with_the_words_is_counted_though_the_answer_it_points_to_is_shown(searcher: Searcher):
    result = searcher.search('"the answer given" OR rural', match=Match.WORDS)
    assert keys(result) == BUSES
    assert [(one.kind, one.count) for one in result.left_out] == [(AnswerKind.POINTER, 1)]
    assert result.message == (
        "1 answer matches. 1 more answer is left out, as it is not a reply or says nothing but a refusal: kind=all "
        "shows it too."
    )


def test_answers_that_fail_the_filters_are_counted_and_not_denied(searcher: Searcher):
    result = exact(searcher, "rural areas", Filters(answered_from=date(2025, 2, 1)))
    assert (result.outcome, result.total) == (Outcome.FILTERED_OUT, 0)
    assert result.message == (
        "These words are in no answer that is let through by the filters. 1 answer does not pass the filters."
    )
    assert result.left_out == ()


def test_words_joined_by_and_may_stand_in_different_passages_and_all_passages_with_one_are_counted(searcher: Searcher):
    result = searcher.search("scheme AND advice", match=Match.WORDS)
    assert keys(result) == ["lords-2025-02-03-hl77"]
    assert (result.total, result.total_records, result.total_passages) == (1, 1, 2)
    assert result.hits[0].passage.text.endswith("advice on work.")
    assert marked(result) == [["scheme", "advice"]]


def test_not_leaves_out_the_answer_wherever_in_it_the_word_stands(searcher: Searcher):
    assert keys(searcher.search("government NOT population", match=Match.WORDS)) == []
    assert keys(searcher.search("government NOT zeppelin", match=Match.WORDS)) == BUSES
    both = searcher.search("government OR waiting", match=Match.WORDS)
    assert keys(both) == ["commons-2025-03-03-520", *BUSES]


def test_the_order_is_by_day_answered_either_way_and_the_newest_record_is_cited(searcher: Searcher):
    newest = searcher.search("a OR the", EVERYTHING, match=Match.WORDS, limit=50)
    oldest = searcher.search("a OR the", EVERYTHING, match=Match.WORDS, limit=50, sort=Sort.OLDEST)
    days = [hit.citation.answered for hit in newest.hits]
    assert days == sorted(days, key=lambda day: day or date.min, reverse=True)
    assert keys(oldest) == keys(newest)[::-1]
    assert newest.total == len(newest.hits) > 5


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_joined_are_the_whole_set_without_repeats(searcher: Searcher, sort, limit):
    whole = searcher.search("a OR the", EVERYTHING, match=Match.WORDS, limit=200, sort=sort)
    joined, ranks, cursor = [], [], None
    while True:
        page = searcher.search("a OR the", EVERYTHING, match=Match.WORDS, limit=limit, sort=sort, cursor=cursor)
        assert page.total == whole.total
        joined += keys(page)
        ranks += [hit.rank for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert joined == keys(whole)
    assert ranks == list(range(1, len(joined) + 1))


def test_a_cursor_fits_one_search_of_one_snapshot_alone(searcher: Searcher, tmp_path, invented, toy_encoder):
    def page(searcher: Searcher, **other) -> SearchResult:
        given: dict[str, Any] = {
            "query": "the",
            "filters": EVERYTHING,
            "match": Match.WORDS,
            "limit": 1,
            "cursor": cursor,
        }
        return searcher.search(**(given | other))

    cursor = None
    cursor = page(searcher).next_cursor
    assert cursor
    assert page(searcher, limit=5).hits[0].rank == 2
    for other in ({"query": "a"}, {"filters": Filters()}, {"match": Match.EXACT}, {"sort": Sort.OLDEST}):
        with pytest.raises(QueryError, match="it belongs to a search with other words, filters, match or sort: start"):
            page(searcher, **other)
    elsewhere = of_answers(tmp_path, invented, toy_encoder, ["<p>The answer.</p>"])
    with pytest.raises(QueryError, match="what is indexed has changed since that page: start again"):
        page(elsewhere)
    for wrong in ("", "x", "é", "MS4x", cursor[:-4], f"{cursor}AAAA"):
        with pytest.raises(QueryError, match="is no cursor of a search"):
            page(searcher, cursor=wrong)


def test_words_in_the_headers_of_a_table_belong_to_its_first_row(searcher: Searcher):
    result = exact(searcher, "region")
    assert keys(result) == ["commons-2025-03-03-520"]
    assert (result.total_passages, marked(result)) == (1, [[]])
    assert result.hits[0].passage.text.startswith("North East")
    assert result.hits[0].passage.context is not None
    assert "Region" in result.hits[0].passage.context


def test_the_passage_with_most_of_the_words_in_its_own_text_is_shown_and_no_other_is_read(
    tmp_path, invented, toy_encoder, monkeypatch
):
    rows = "".join(f"<tr><td>Lantern {number}</td><td>{number * 10}</td></tr>" for number in range(1, 40))
    table = f"<table><tr><td>Lantern</td><td>Glass</td></tr>{rows}<tr><td>Lantern glass</td><td>7</td></tr></table>"
    searcher = of_answers(tmp_path, invented, toy_encoder, [table])
    read: list[int] = []
    store = searcher.corpus.store
    searcher.search("lantern OR glass OR 7", match=Match.WORDS)  # The headers are read when they are first wanted.
    passage_at = store.passage_at

    def counted(row: int) -> StoredPassage:
        read.append(row)
        return passage_at(row)

    monkeypatch.setattr(store, "passage_at", counted)
    result = searcher.search("lantern OR glass OR 7", match=Match.WORDS)
    assert (result.total, result.total_passages) == (1, 40)
    assert marked(result) == [["Lantern", "glass", "7"]]
    assert read == [39]


def test_how_many_of_the_words_stand_in_each_passage_leaves_out_headers_and_what_is_not_sought(searcher: Searcher):
    worded = searcher.corpus.worded
    query = "region OR waiting OR the NOT zeppelin"
    matched = worded.matched(wording_of(query, Match.WORDS, worded.words))
    texts = [set(worded.words(searcher.corpus.store.passage_at(int(row)).passage.text)) for row in matched.rows]
    assert matched.standing.tolist() == [len(words & {"region", "waiting", "the"}) for words in texts]
    assert 0 in matched.standing


def test_a_phrase_that_a_split_parts_is_found_where_it_begins(tmp_path, invented, toy_encoder):
    sentences = [f"Sentence {number} of this invented paragraph says nothing at all of note." for number in range(40)]
    searcher = of_answers(tmp_path, invented, toy_encoder, [f"<p>{' '.join(sentences)}</p>"])
    assert searcher.corpus.manifest.counts.passages > 1
    for number in range(39):
        result = exact(searcher, f"of note. Sentence {number + 1} of")
        assert (result.total, result.total_passages) == (1, 1), number
    assert exact(searcher, "of note. Sentence 40 of").total == 0


def test_marks_on_letters_and_unseen_characters_hide_no_word(tmp_path, invented, toy_encoder):
    texts = ["<p>The e\u0301cole of I\u0307zmir.</p>", "<p>The École of asy\u200elum.</p>"]
    searcher = of_answers(tmp_path, invented, toy_encoder, texts)
    assert exact(searcher, "ecole").total == 2
    assert exact(searcher, "école").total == 2
    assert marked(exact(searcher, "ecole of izmir")) == [["e\u0301cole of I\u0307zmir"]]
    assert marked(exact(searcher, "asylum")) == [["asy\u200elum"]]


PIECES = [
    "bus",
    "BUS",
    "buses",
    "café",
    "cafe",
    "5,600",
    "5",
    "600",
    "co-op",
    "op",
    "’s",
    "£",
    "the",
    "—",
    "(a)",
    "R&D",
]


def oracle_words(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower())
    return f" {' '.join(re.findall('[a-z0-9]+', ''.join(c for c in plain if not unicodedata.combining(c))))} "


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8), min_size=1, max_size=8), st.data())
def test_exactly_the_answers_whose_text_has_the_words_are_found(tmp_path_factory, invented, toy_encoder, texts, data):
    spoken = [f"Start {' '.join(pieces)}" for pieces in texts]
    folder = tmp_path_factory.mktemp("oracle")
    searcher = of_answers(folder, invented, toy_encoder, [f"<p>{text.replace('&', '&amp;')}</p>" for text in spoken])
    for _ in range(10):
        query = " ".join(data.draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3)))
        wanted = oracle_words(query)
        if not wanted.strip():
            continue
        expected = {str(1000 + number) for number, text in enumerate(spoken, start=1) if wanted in oracle_words(text)}
        result = searcher.search(query, EVERYTHING, match=Match.EXACT, limit=200)
        uins = {uin for hit in result.hits for uin in (hit.citation.uin, *(one.uin for one in hit.also_given))}
        assert uins == expected
        assert result.total_records == len(expected)
