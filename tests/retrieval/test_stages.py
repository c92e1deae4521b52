"""A searcher tells whoever watches of each stage it goes through, and searches the same when nobody does."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from retrieval.choices import Match, Mode
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.reranking import RerankerIdentity
from retrieval.search import Searcher
from retrieval.stages import UNWATCHED, Stage

QUESTION = "giving local councils powers to run village bus services"
FAST = [
    Stage.ENCODE,
    Stage.MEANING,
    Stage.WORDS,
    Stage.EVIDENCE,
    Stage.FUSION,
    Stage.COLLAPSE,
    Stage.JUDGE,
    Stage.MARK,
    Stage.HITS,
    Stage.BESIDE,
]


class Watched:
    """Keeps what it is told, and that no stage lies within another."""

    def __init__(self):
        self.told = []
        self.now = None

    @contextmanager
    def stage(self, name):
        assert self.now is None, f"{name} begins within {self.now}"
        self.now = name
        try:
            yield
        finally:
            self.told.append(name)
            self.now = None


class Indifferent:
    """Finds nothing more relevant than anything else."""

    identity = RerankerIdentity("indifferent", "0" * 64)

    def fits(self, question, passage):
        return bool(question) and bool(passage)

    def relevance(self, question, passages):
        return np.zeros(len(passages), dtype=np.float32)


@pytest.fixture
def watched():
    return Watched()


@pytest.fixture
def searcher(built_once, toy_encoder, watched):
    return Searcher(Corpus.open(built_once), toy_encoder, built_once, Indifferent(), stages=watched)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"mode": Mode.FAST}, FAST),
        ({"mode": Mode.FULL}, [*FAST[:5], Stage.RERANK, *FAST[5:]]),
        ({"mode": Mode.FAST, "group": False}, FAST),
        ({"match": Match.WORDS}, [Stage.WORDED]),
    ],
)
def test_a_search_goes_through_its_stages_once_each_and_in_order(searcher, watched, asked, expected):
    searcher.search(QUESTION, **asked)
    assert watched.told == expected


def test_a_ranking_without_a_threshold_goes_through_those_that_rank(searcher, watched):
    searcher.rank(QUESTION, mode=Mode.FAST)
    assert watched.told == FAST[:6]


def test_a_stage_that_fails_ends_and_the_fault_passes_through(searcher, watched):
    with pytest.raises(QueryError):
        searcher.search("(village", match=Match.WORDS)
    assert watched.told == [Stage.WORDED]


def test_a_search_that_is_watched_finds_what_one_that_is_not_finds(searcher, built_once, toy_encoder):
    alone = Searcher(Corpus.open(built_once), toy_encoder, built_once, Indifferent())
    assert alone.stages is UNWATCHED
    found, other = (one.search(QUESTION) for one in (searcher, alone))
    assert found.hits
    assert replace(found, took_ms=0.0) == replace(other, took_ms=0.0)
