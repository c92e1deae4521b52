from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval import reranking, retriever
from retrieval.asking import Ask
from retrieval.build import build
from retrieval.choices import Mode
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.freshness import FRESHNESS_WEIGHT, Freshness, FreshnessKind, freshness_bonus
from retrieval.fusion import candidates, fused, meaning_weight_of
from retrieval.ranking import Ranked, best_answers
from retrieval.reranking import RERANKED, RerankerIdentity
from retrieval.retriever import Retriever
from retrieval.search import Searcher
from tests.conftest import ToyEncoder
from tests.retrieval.conftest import Invented

THINGS = ("lanterns", "ferries", "orchards", "bridges", "kettles", "harbours", "meadows", "tunnels")
VERBS = ("repaired", "counted", "painted", "closed", "inspected")
COUNT = 60
CHANCE = random.Random(8)
QUESTIONS = st.lists(st.sampled_from((*THINGS, *VERBS, "council", "grant")), min_size=1, max_size=5).map(" ".join)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
INVENTED = Invented()


class LengthReranker:
    """Holds that long passages answer best."""

    identity = RerankerIdentity("length", "0" * 64)

    def fits(self, question: str, passage: str) -> bool:
        return True

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return np.array([len(passage) / 20 - 5 for passage in passages], dtype=np.float32)


def made(number: int) -> bytes:
    one, other, third = CHANCE.sample(THINGS, 3)
    verb = CHANCE.choice(VERBS)
    return INVENTED.raw(
        number,
        dateTabled=f"{2015 + number % 10}-09-02T00:00:00",
        dateAnswered=f"{2015 + number % 10}-09-{3 + number % 25:02}T00:00:00",
        heading=f"{one.title()} and {other}",
        questionText=f"To ask the Secretary of State for Transport, how many {one} were {verb} near the {third}.",
        answerText=f"<p>In area {number} the council {verb} {number} {one}, and a grant was paid for {other}.</p>",
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retriever")
    source = INVENTED.file(folder / "questions.jsonl", [made(number) for number in range(1, COUNT + 1)])
    build([source], folder / "data", ToyEncoder(), now=NOW)
    return folder / "data"


@pytest.fixture(scope="module")
def corpus(data: Path) -> Corpus:
    return Corpus.open(data)


def ask(text: str, filters: Filters = Filters(), mode: Mode = Mode.FAST, freshness: Freshness | None = None) -> Ask:
    return Ask(text, filters, 10, mode, group=False, freshness=freshness)


def vector_of(text: str) -> NDArray[np.float32]:
    made: NDArray[np.float32] = ToyEncoder().encode_queries([text])[0]
    return made


def ranked(corpus: Corpus, asked: Ask, depth: int = 500, *, reranker: LengthReranker | None = None) -> list[Ranked]:
    return Retriever(corpus, reranker).ranking(asked, vector_of(asked.text))(depth)


@pytest.fixture
def shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each arm bring in so little that most answers follow by meaning alone."""
    monkeypatch.setattr(retriever, "candidates", lambda *given, **named: candidates(*given, **(named | {"depth": 6})))


@pytest.mark.usefixtures("shallow")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=QUESTIONS, small=st.integers(1, 70), more=st.integers(1, 70), mode=st.sampled_from(Mode))
def test_a_deeper_ranking_begins_with_a_shallower_one(
    corpus: Corpus, question: str, small: int, more: int, mode: Mode
) -> None:
    ranking = Retriever(corpus, LengthReranker()).ranking(ask(question, mode=mode), vector_of(question))
    short, long = ranking(small), ranking(small + more)
    assert long[:small] == short
    assert len(short) == min(small, COUNT)
    assert len({one.group for one in long}) == len(long)
    scores = [one.score for one in long]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.usefixtures("shallow")
def test_a_ranking_that_was_asked_for_more_before_gives_the_same_as_a_fresh_one(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, made = ask("lanterns painted"), list[int]()

    def counted(*given: Any, limit: int, **named: Any) -> list[Ranked]:
        made.append(limit)
        return best_answers(*given, limit=limit, **named)

    monkeypatch.setattr(retriever, "best_answers", counted)
    fresh = [ranked(corpus, asked, depth) for depth in (20, 30, 10, 25, 40)]
    made.clear()
    ranking = Retriever(corpus).ranking(asked, vector_of(asked.text))
    assert [ranking(depth) for depth in (20, 30, 10, 25, 40)] == fresh
    # Deeper than ever is made anew; what was made is not made again.
    assert len(made) == 3
    assert made == sorted(made)


@pytest.mark.usefixtures("shallow")
def test_what_neither_arm_brought_in_follows_by_meaning(corpus: Corpus) -> None:
    question = "lanterns painted"
    head = fused(
        candidates(corpus.index, corpus.lexical, question, vector_of(question), depth=6),
        corpus.group_of_row,
        meaning_weight=meaning_weight_of(question),
    )
    found = ranked(corpus, ask(question))
    assert 6 <= len(head) < COUNT == len(found)
    assert found[: len(head)] == head
    cosines = [one.cosine for one in found[len(head) :]]
    assert cosines == sorted(cosines, reverse=True)


@settings(max_examples=25, deadline=None)
@given(
    question=QUESTIONS,
    first=st.dates(date(2015, 1, 1), date(2025, 1, 1)),
    last=st.dates(date(2015, 1, 1), date(2025, 1, 1)),
)
def test_in_fast_mode_a_filter_only_removes(corpus: Corpus, question: str, first: date, last: date) -> None:
    filters = Filters(answered_from=min(first, last), answered_to=max(first, last))
    passing = set(corpus.store.group_of_record[corpus.admitted(filters)].tolist())
    whole, kept = ranked(corpus, ask(question)), ranked(corpus, ask(question, filters))
    assert kept == [one for one in whole if one.group in passing]


@settings(max_examples=20, deadline=None)
@given(question=QUESTIONS)
def test_the_reranker_never_brings_in_an_answer_from_below_those_that_it_reads(corpus: Corpus, question: str) -> None:
    before = ranked(corpus, ask(question))
    after = ranked(corpus, ask(question, mode=Mode.FULL), reranker=LengthReranker())
    assert {one.group for one in after[:RERANKED]} == {one.group for one in before[:RERANKED]}
    assert after[RERANKED:] == before[RERANKED:]
    assert all(one.relevance is not None for one in after[:RERANKED])
    least = min(one.score for one in after[:RERANKED])
    assert all(one.score <= least for one in after[RERANKED:])


def test_the_reranker_reads_only_in_full_mode(corpus: Corpus) -> None:
    fast = ranked(corpus, ask("grant for lanterns"), reranker=LengthReranker())
    assert fast == ranked(corpus, ask("grant for lanterns", mode=Mode.FULL))
    assert all(one.relevance is None for one in fast)


def test_the_reranker_reads_the_passage_with_its_heading_and_question(corpus: Corpus) -> None:
    class Remembering(LengthReranker):
        read: Sequence[str] = ()

        def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
            self.read = passages
            return super().relevance(question, passages)

    reader = Remembering()
    found = ranked(corpus, ask("ferries", mode=Mode.FULL), reranker=reader)
    assert len(reader.read) == min(reranking.RERANKED, COUNT)
    best = found[0]
    stored = corpus.store.passage_at(best.row)
    record = corpus.store.record(stored.record)
    assert max(reader.read, key=len).splitlines()[0] == record.heading
    assert max(reader.read, key=len).splitlines()[-1] == stored.passage.text


RECENT = Freshness(FreshnessKind.RECENT, ("latest",))
PERIOD = Freshness(FreshnessKind.PERIOD, ("in 2018",), date(2018, 1, 1), date(2018, 12, 31))


@settings(max_examples=20, deadline=None)
@given(question=QUESTIONS, freshness=st.sampled_from([RECENT, PERIOD]))
def test_each_answer_gains_what_its_day_is_worth(corpus: Corpus, question: str, freshness: Freshness) -> None:
    plain = {one.group: one for one in ranked(corpus, ask(question))}
    timed = ranked(corpus, ask(question, freshness=freshness))
    assert {one.group for one in timed} == set(plain)
    for one in timed:
        number = corpus.store.record_of_row[one.row]
        bonus = freshness_bonus(freshness, corpus.answered_days[[number]], corpus.last_answered)[0]
        assert one == replace(plain[one.group], score=one.score)
        assert one.score == pytest.approx(plain[one.group].score + FRESHNESS_WEIGHT * float(bonus), abs=1e-6)
    assert [(-one.score, one.row) for one in timed] == sorted((-one.score, one.row) for one in timed)


def answered(number: int, day: str, body: str) -> bytes:
    """Return an answer whose words are the same whatever its number, so that only day and body tell it apart."""
    return INVENTED.raw(
        number,
        dateTabled=f"{day}T00:00:00",
        dateAnswered=f"{day}T00:00:00",
        answeringBodyId=len(body),
        answeringBodyName=body,
        heading="Lanterns",
        questionText="To ask the Secretary of State, how many lanterns there are.",
        answerText="<p>The latest count has 41 lanterns alight on winter evenings, as the councils reported.</p>",
    )


def corpus_of(tmp_path: Path, *raws: bytes) -> Corpus:
    build([INVENTED.file(tmp_path / "questions.jsonl", raws)], tmp_path / "data", ToyEncoder(), now=NOW)
    return Corpus.open(tmp_path / "data")


def bodies(corpus: Corpus, asked: Ask) -> list[str | None]:
    return [
        corpus.store.record(int(corpus.store.record_of_row[one.row])).answering_body for one in ranked(corpus, asked)
    ]


IN_2016 = replace(PERIOD, first=date(2016, 1, 1), last=date(2016, 12, 31))
IN_2025 = replace(PERIOD, first=date(2025, 1, 1), last=date(2025, 12, 31))
OLD, NEW = "Department for Roads", "Department for Ferries"


@pytest.mark.parametrize(
    ("freshness", "order"),
    [(None, [OLD, NEW]), (RECENT, [NEW, OLD]), (IN_2016, [OLD, NEW]), (IN_2025, [NEW, OLD])],
)
def test_of_answers_of_equal_evidence_that_of_the_time_asked_for_goes_first(
    tmp_path: Path, freshness: Freshness | None, order: list[str]
) -> None:
    corpus = corpus_of(tmp_path, answered(1, "2016-05-01", OLD), answered(2, "2025-05-01", NEW))
    one, other = ranked(corpus, ask("latest lanterns"))
    assert one.score == other.score
    assert bodies(corpus, ask("latest lanterns", freshness=freshness)) == order


def test_a_search_asks_for_the_time_that_the_question_names_unless_that_is_off(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, answered(1, "2016-05-01", OLD), answered(2, "2025-05-01", NEW))
    searcher = Searcher(corpus, ToyEncoder(), today=lambda: date(2026, 11, 21))
    question = "how many lanterns alight has the latest count as the councils reported"

    def found(question: str, *, fresh: bool) -> list[str | None]:
        hits = searcher.search(question, fresh=fresh, group=False).hits
        return [hit.citation.answering_body for hit in hits]

    assert found(question, fresh=True) == [NEW, OLD]
    assert found(question, fresh=False) == [OLD, NEW]
    assert found(question.replace("latest", "2025") + " in 2025", fresh=True) == [NEW, OLD]
    assert found(question.replace("latest", "2016") + " in 2016", fresh=True) == [OLD, NEW]


def test_an_answer_given_again_lately_is_a_recent_one(tmp_path: Path) -> None:
    # Cited as its newest record, though its best passage is that of the earliest.
    given = (answered(1, "2016-05-01", OLD), answered(2, "2018-05-01", NEW), answered(3, "2025-05-01", OLD))
    corpus = corpus_of(tmp_path, *given)
    assert bodies(corpus, ask("lanterns", freshness=RECENT)) == [OLD, NEW]
    assert bodies(corpus, ask("lanterns", freshness=replace(IN_2016, last=date(2017, 1, 1)))) == [OLD, NEW]
    # What the filters leave out doesn't make it recent.
    assert bodies(corpus, ask("lanterns", Filters(answered_to=date(2019, 1, 1)), freshness=RECENT)) == [NEW, OLD]


def test_the_same_sources_and_question_give_the_same_hits_twice(data: Path, tmp_path: Path) -> None:
    again = tmp_path / "data"
    build([data.parent / "questions.jsonl"], again, ToyEncoder(), now=NOW)
    one, other = (Searcher(Corpus.open(folder), ToyEncoder(), folder, LengthReranker()) for folder in (data, again))
    for question in (
        "how many lanterns were painted in the area of the council near the bridges",
        'how many ferries were counted in the area, and "a grant was paid for" them by the council',
        "in which latest area the council inspected orchards and a grant was paid for harbours",
    ):
        first, second = one.search(question), other.search(question)
        assert first.hits
        assert second.hits == first.hits
        assert one.search(question).hits == first.hits
