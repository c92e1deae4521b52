"""A searcher opened in one call: models are loaded when they are first wanted, once, and must be the right ones."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.choices import Match, Mode
from retrieval.encoders import Encoder
from retrieval.errors import ModelNotFound, NoSnapshot, OtherModel
from retrieval.opening import open_corpus
from retrieval.reranking import Reranker, RerankerIdentity
from retrieval.search import Searcher


class Loader:
    """Gives an encoder and a reranker, and remembers by which names it was asked for them."""

    def __init__(self, encoder: Encoder) -> None:
        self.asked: list[str] = []
        self._encoder = encoder

    def encoder(self, name: str) -> Encoder:
        self.asked.append(name)
        return self._encoder

    def reranker(self, name: str) -> Reranker:
        self.asked.append(name)
        return Level()


class Level:
    """A reranker to which all passages are alike."""

    @property
    def identity(self) -> RerankerIdentity:
        return RerankerIdentity("level", "0")

    def fits(self, question: str, passage: str) -> bool:
        return len(question) + len(passage) < 5_000

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros(len(passages), dtype=np.float32)


@pytest.fixture
def loader(toy_encoder: Encoder) -> Loader:
    return Loader(toy_encoder)


@pytest.fixture
def searcher(built_once: Path, loader: Loader) -> Searcher:
    return open_corpus(built_once, load_encoder=loader.encoder, load_reranker=loader.reranker, reranker="level")


def test_what_needs_no_model_loads_none(searcher: Searcher, loader: Loader):
    assert searcher.search("rural areas", match=Match.EXACT).total == 1
    assert searcher.corpus.answer("9").uin == "HL77"
    assert loader.asked == []


def test_a_search_by_meaning_loads_the_model_of_the_index_and_a_full_one_the_reranker_each_once(
    searcher: Searcher, loader: Loader, built_once: Path, toy_encoder: Encoder, three_topics: str
):
    fast = searcher.search(three_topics, mode=Mode.FAST)
    assert loader.asked == ["toy"]
    assert fast.hits == Searcher.open(built_once, toy_encoder).search(three_topics, mode=Mode.FAST).hits
    full = searcher.search(three_topics)
    assert full.hits == Searcher.open(built_once, toy_encoder, Level()).search(three_topics).hits
    searcher.search("buses")
    assert loader.asked == ["toy", "level"]


def test_without_a_reranker_none_is_loaded(built_once: Path, loader: Loader):
    searcher = open_corpus(built_once, reranker="none", load_encoder=loader.encoder)
    assert searcher.reranker is None
    assert searcher.search("village bus services").hits
    assert loader.asked == ["toy"]


def test_another_model_than_that_of_the_index_is_refused_when_it_is_wanted(built_once: Path, other_encoder: Encoder):
    searcher = open_corpus(built_once, model="other", load_encoder=lambda name: other_encoder, reranker="none")
    assert searcher.search("rural areas", match=Match.EXACT).total == 1
    with pytest.raises(OtherModel, match="was built with the model toy, not another"):
        searcher.search("buses")


def test_a_model_that_is_not_there_is_named_when_it_is_wanted(built_once: Path):
    searcher = open_corpus(built_once)
    with pytest.raises(ModelNotFound, match="toy"):
        searcher.search("buses")


def test_without_an_index_there_is_nothing_to_open(tmp_path: Path):
    with pytest.raises(NoSnapshot, match="despatch"):
        open_corpus(tmp_path)


def test_a_load_that_fails_is_tried_again_and_threads_share_one(built_once: Path, toy_encoder: Encoder):
    tries: list[str] = []

    def load(name: str) -> Encoder:
        tries.append(name)
        if len(tries) == 1:
            raise ModelNotFound("not yet")
        return toy_encoder

    searcher = open_corpus(built_once, reranker="none", load_encoder=load)
    with pytest.raises(ModelNotFound):
        searcher.search("buses")
    threads = [threading.Thread(target=searcher.search, args=("buses",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tries == ["toy", "toy"]


def test_the_lazy_models_answer_as_those_that_they_load(searcher: Searcher, toy_encoder: Encoder):
    encoder, reranker = searcher.encoder, searcher.reranker
    assert (encoder.identity, encoder.precision) == (toy_encoder.identity, "exact")
    assert encoder.fits("short")
    assert not encoder.fits("word " * 500)
    texts = ["village buses", "dentists"]
    assert np.array_equal(encoder.encode_documents(texts), toy_encoder.encode_documents(texts))
    (read,), (wanted,) = encoder.encode_tokens(["village buses"]), toy_encoder.encode_tokens(["village buses"])
    assert np.array_equal(read.vectors, wanted.vectors)
    assert reranker
    assert reranker.identity.name == "level"
    assert reranker.fits("a", "b")
    assert reranker.relevance("a", ["b", "c"]).tolist() == [0.0, 0.0]
