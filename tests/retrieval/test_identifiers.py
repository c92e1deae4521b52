"""Questions about numbers of questions, and what else must be found because it was named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.closeness import Closeness
from retrieval.collapsing import alone
from retrieval.confidence import FOUND_BY_ANOTHER, FOUND_BY_DEFAULT, READ_AGAIN, WEAK_AT, probability
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder, EncoderIdentity
from retrieval.filters import EVERY_KIND, Filters
from retrieval.identifiers import identifiers_in
from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER, WEIGHTS_SHA256
from retrieval.ranking import Ranked
from retrieval.records import House
from retrieval.reranking import RerankerIdentity
from retrieval.results import Outcome
from retrieval.search import Searcher


@pytest.fixture
def searcher(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("14635", ("14635",)),
        ("UIN 14635", ("14635",)),
        ("uin: hl1234", ("HL1234",)),
        ("What was the answer to question 14635?", ("14635",)),
        ("questions 14635 and 14636", ("14635", "14636")),
        ("HCWS487", ("HCWS487",)),
        ("question 2024", ("2024",)),
        ("2024", ()),
        ("12", ()),
        ("pursuant to the Answer to Question 14635, what the cost was", ()),
        ("how many of the 5,600 were returned", ()),
        ("what was the answer", ()),
        ("", ()),
    ],
)
def test_a_question_is_about_a_number_only_where_it_asks_for_nothing_else(question: str, numbers: tuple[str, ...]):
    assert identifiers_in(question) == numbers


@pytest.mark.parametrize("question", ["205", "UIN 205", "What was the answer to question 205?"])
def test_the_number_of_a_question_finds_its_answer_first(searcher: Searcher, question: str) -> None:
    result = searcher.search(question)
    assert result.hits[0].citation.uin == "205"
    assert result.outcome in (Outcome.FOUND, Outcome.WEAK)


def test_the_number_of_a_question_that_the_filters_leave_out_is_not_brought_in(searcher: Searcher) -> None:
    newest = searcher.search("205").hits[0]
    filters = Filters(answered_to=newest.citation.answered.replace(year=2000) if newest.citation.answered else None)
    assert searcher.search("205", filters).hits == ()


@pytest.mark.parametrize(
    "question",
    ['"councils decide which routes"', '"Councils decide" completely different matters of chess', "mileage population"],
)
def test_quoted_words_and_a_few_words_that_all_stand_there_are_never_told_to_be_nowhere(
    searcher: Searcher, question: str
) -> None:
    result = searcher.search(question)
    assert result.outcome in (Outcome.FOUND, Outcome.WEAK)
    assert any("Councils decide which routes to support." in hit.passage.text for hit in result.hits)


def test_words_that_stand_nowhere_are_told_to_be_nowhere(searcher: Searcher) -> None:
    result = searcher.search('"councils decide which planets" chromodynamics')
    assert (result.outcome, result.hits) == (Outcome.NOTHING_CLOSE, ())


def test_filters_that_leave_nothing_out_are_never_the_reason_for_finding_nothing(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Closeness, "_probabilities", lambda self, ranked: [0.0] * len(ranked))
    monkeypatch.setattr(Closeness, "probability", lambda self, ranked: 1.0)
    question = "nothing of the kind whatsoever"
    assert searcher.search(question, Filters(kind=EVERY_KIND)).outcome is Outcome.NOTHING_CLOSE
    assert searcher.search(question, Filters(kind=EVERY_KIND, house=(House.LORDS,))).outcome is Outcome.FILTERED_OUT


def test_an_answer_that_was_not_read_is_no_likelier_than_those_that_were(searcher: Searcher) -> None:
    read = Ranked(1, 0.9, 1, cosine=0.2, relevance=-1.0)
    near = Ranked(2, 0.8, 2, cosine=0.9)
    far = Ranked(3, 0.7, 3, cosine=0.0)
    closeness = Closeness(searcher.corpus, searcher.encoder.identity, None)
    of_read, of_near, of_far = (one.chance for one in closeness.judged("x", alone([read, near, far])))
    assert of_near == of_read == closeness.probability(read)
    assert of_far == closeness.probability(far) < of_read
    assert [one.chance for one in closeness.judged("x", alone([near]))] == [closeness.probability(near)]


def test_the_default_models_are_known_by_their_weights() -> None:
    encoder = EncoderIdentity("a copy", WEIGHTS_SHA256[DEFAULT_MODEL], 384, 256)
    reranker = RerankerIdentity("a copy", WEIGHTS_SHA256[DEFAULT_RERANKER])
    ranked = Ranked(1, 0.5, 1, cosine=0.5, relevance=1.0)
    assert probability(ranked, encoder, reranker) == READ_AGAIN.probability(ranked)
    assert probability(ranked, encoder, replace(reranker, weights_sha256="0" * 64)) == FOUND_BY_DEFAULT.probability(
        ranked
    )
    assert probability(replace(ranked, relevance=None), encoder, reranker) == FOUND_BY_DEFAULT.probability(ranked)
    other = replace(encoder, name=DEFAULT_MODEL, weights_sha256="0" * 64)
    assert probability(ranked, other, reranker) == FOUND_BY_ANOTHER.probability(ranked)
    assert WEAK_AT > 0


def test_rows_are_looked_up_by_the_number_that_stands_on_the_paper(built_once: Path) -> None:
    corpus = Corpus.open(built_once)
    rows = corpus.rows_numbered("205")
    assert {corpus.store.record(int(n)).uin for n in corpus.store.record_of_row[rows]} == {"205"}
    assert corpus.rows_numbered("999999").tolist() == np.array([], dtype=np.int64).tolist()


@given(st.text(st.one_of(st.sampled_from("HLCWShluin 0123456789-,.٣²"), st.characters()), max_size=40))
def test_of_any_text_the_numbers_are_words_of_it_and_each_is_named_once(text: str) -> None:
    found = identifiers_in(text)
    assert len(set(found)) == len(found)
    assert all(number in text.upper() for number in found)
