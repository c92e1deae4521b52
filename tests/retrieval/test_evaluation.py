from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.encoders import Encoder
from retrieval.errors import MalformedRecord, SourceNotFound
from retrieval.evaluation import Judgement, Query, evaluate, read_qrels, read_queries
from retrieval.search import Searcher


@pytest.fixture
def searcher(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


def test_judged_records_of_one_answer_count_as_one_item(searcher: Searcher) -> None:
    queries = [Query("q", "rural bus services funding population mileage")]
    judged = [Judgement("q", record, 1) for record in ("1", "2", "commons-2025-01-13-205")]
    found = evaluate(searcher, queries, judged)
    assert found.measures == {
        "MRR@10": 1.0,
        "Success@1": 1.0,
        "Success@5": 1.0,
        "Success@10": 1.0,
        "nDCG@10": 1.0,
        "R@100": 1.0,
    }
    assert (found.queries, found.judged, found.judged_items, found.hidden) == (1, 3, 1, 0)
    assert 0 < found.p50_ms <= found.p95_ms


def test_an_answer_at_the_second_place_scores_a_half(searcher: Searcher) -> None:
    query = Query("q", "rural bus services funding population mileage")
    second = searcher.rank(query.query)[1]
    record = searcher.corpus.store.record(int(searcher.corpus.store.record_of_row[second.row]))
    found = evaluate(searcher, [query], [Judgement("q", record.key, 1)])
    assert (found.measures["MRR@10"], found.measures["Success@1"], found.measures["Success@5"]) == (
        0.5,
        0.0,
        1.0,
    )
    assert found.measures["nDCG@10"] == pytest.approx(0.6309, abs=1e-4)


def test_hidden_and_absent_records_are_counted_and_stay_relevant(searcher: Searcher) -> None:
    judged = [Judgement("q", "6", 1), Judgement("q", "424242", 1), Judgement("q", "1", 0)]
    found = evaluate(searcher, [Query("q", "cycling to school"), Query("unjudged", "buses")], judged)
    assert (found.queries, found.judged, found.hidden, found.not_in_corpus) == (1, 2, 1, 1)
    assert found.measures["R@100"] == 0.0


def test_no_judged_question_measures_nothing(searcher: Searcher) -> None:
    found = evaluate(searcher, [Query("q", "buses")], [])
    assert (found.queries, found.measures["MRR@10"]) == (0, 0.0)


def test_progress_is_told(searcher: Searcher) -> None:
    told: list[tuple[int, int]] = []
    evaluate(searcher, [Query("q", "buses")], [Judgement("q", "1", 1)], lambda *done: told.append(done))
    assert told == [(1, 1)]


def test_query_and_judgement_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a", "query": "buses"}\n\n', encoding="utf-8")
    (tmp_path / "q.qrels").write_text("a 0 commons-1 1\na 0 2 0\n", encoding="utf-8")
    assert read_queries(tmp_path / "q.jsonl") == [Query("a", "buses")]
    assert read_qrels(tmp_path / "q.qrels") == [Judgement("a", "commons-1", 1), Judgement("a", "2", 0)]


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a", "query": "buses"}\n{"id": 1}\n', encoding="utf-8")
    (tmp_path / "q.qrels").write_text("a 0 1\n", encoding="utf-8")
    with pytest.raises(MalformedRecord, match=r"q\.jsonl:2"):
        read_queries(tmp_path / "q.jsonl")
    with pytest.raises(MalformedRecord, match=r"q\.qrels:1"):
        read_qrels(tmp_path / "q.qrels")
    with pytest.raises(SourceNotFound):
        read_qrels(tmp_path / "missing")
    (tmp_path / "latin").write_bytes(b"\xff\xfe")
    with pytest.raises(SourceNotFound):
        read_queries(tmp_path / "latin")
