"""The seed documents, read, built and asked with the real model, as a newcomer would."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.build import BuildReport, build
from retrieval.encoders import SentenceEncoder
from retrieval.results import Outcome
from retrieval.search import Searcher

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, seeds: str, encoder: SentenceEncoder) -> tuple[Path, BuildReport]:
    data = tmp_path_factory.mktemp("seeds") / "data"
    return data, build([seeds], data, encoder, now=datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture(scope="module")
def searcher(built: tuple[Path, BuildReport], encoder: SentenceEncoder) -> Searcher:
    return Searcher.open(built[0], encoder)


def test_the_seeds_hold_what_they_are_said_to_hold(built: tuple[Path, BuildReport], searcher: Searcher) -> None:
    report = built[1]
    assert (report.counts.records, report.counts.answers) == (11, 7)
    assert [Path(path).name for path, _ in report.read.ignored] == ["README.md"]
    assert report.read.faults == []
    store = searcher.corpus.store
    paragraphs = [block.text for number in range(len(store)) for block in store.record(number).answer]
    assert (len(paragraphs), len(set(paragraphs))) == (44, 27)


@pytest.mark.parametrize("question", ['"vile criminals"', '"remove these vile"', "asylum", "5,600", '"life jackets"'])
def test_what_stands_there_word_for_word_is_found(searcher: Searcher, question: str) -> None:
    result = searcher.search(question)
    assert result.outcome in (Outcome.FOUND, Outcome.WEAK)
    assert any(question.strip('"') in hit.passage.text for hit in result.hits)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "How many foreign national offenders were returned in a year?",
            "over 5,600 foreign national offenders",
        ),
        ("what security is there at asylum hotels", "All sites have security staff"),
        ("What happens to life jackets taken from small boats?", "disposed of by Border Force"),
        ("Who decides the age of an asylum seeker with no documents?", "make an initial age decision"),
        (
            "What has been done about the child abuse inquiry's recommendations?",
            "the response to the final recommendations",
        ),
    ],
)
def test_a_researchers_question_is_answered_first_by_the_right_passage(
    searcher: Searcher, question: str, words: str
) -> None:
    result = searcher.search(question)
    assert result.outcome is Outcome.FOUND
    assert words in result.hits[0].passage.text


def test_every_question_offered_with_the_sample_works(searcher: Searcher) -> None:
    sample = searcher.corpus.sample
    assert sample is not None
    assert [searcher.search(question).outcome for question in sample.questions] == [Outcome.FOUND] * 5


@pytest.mark.parametrize(
    "question",
    [
        "How much is spent on potholes in Cornwall?",
        "What is the fishing quota for cod?",
        "banana bread recipe",
    ],
)
def test_a_subject_that_the_seeds_do_not_touch_has_nothing_close(searcher: Searcher, question: str) -> None:
    result = searcher.search(question)
    assert (result.outcome, result.hits) == (Outcome.NOTHING_CLOSE, ())


def test_page_furniture_is_in_no_passage_name_or_citation(searcher: Searcher) -> None:
    store = searcher.corpus.store
    for number in range(len(store)):
        everything = str(searcher.corpus.answer(store.record(number).key))
        for furniture in ("Reticulating", "View Source", "Portrait"):
            assert furniture not in everything


def test_the_same_answer_given_twice_is_one_hit(searcher: Searcher) -> None:
    hit = searcher.search("What happens to life jackets taken from small boats?").hits[0]
    assert len(hit.also_given) == 1
    assert hit.also_given[0].asker is not None
    assert hit.also_given[0].asker.name == "Matt Vickers"


def test_the_encoder_truncates_no_passage(searcher: Searcher, encoder: SentenceEncoder) -> None:
    store = searcher.corpus.store
    for number in range(len(store)):
        assert all(encoder.fits(stored.passage.text) for stored in store.passages(number))


def test_the_encoder_counts_tokens_up_to_its_window(encoder: SentenceEncoder) -> None:
    assert encoder.fits("word " * 254)
    assert not encoder.fits("word " * 255)
