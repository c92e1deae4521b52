from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest

from retrieval.errors import MalformedRecord, SourceNotFound
from scripts.held_out import words
from scripts.training_set import (
    LAY_QUESTIONS,
    RELATED_QUESTIONS,
    Pair,
    PairKind,
    TrainingSet,
    read_judged,
    read_written,
)
from tests.scripts.training import HELD_OUT, ORDINARY, SIBLINGS, TrainingFiles, held_out_words_in, written


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TrainingFiles:
    return written(tmp_path_factory.mktemp("training"))


@pytest.fixture
def found(files: TrainingFiles) -> TrainingSet:
    return files.training_set()


def all_pairs(found: TrainingSet) -> list[Pair]:
    return [pair for kind in PairKind for back in (False, True) for pair in found.pairs(kind, kept_back=back)]


def api_ids(found: TrainingSet, pairs: list[Pair]) -> set[int]:
    return {found.records[pair.record].api_id or 0 for pair in pairs}


def test_what_is_held_out_is_counted_by_its_reason(found: TrainingSet) -> None:
    assert found.held_out.counts() == {
        "named by a judged collection": 2,
        "answer nearly repeats a judged one": 1,
        "question nearly repeats a judged one or a query": 2,
    }
    held = {record.api_id for record in found.records if record.key in found.held_out.reasons}
    assert held == set(HELD_OUT)


def test_no_pair_of_any_kind_touches_a_held_out_record(found: TrainingSet) -> None:
    pairs = all_pairs(found)
    for kind in PairKind:
        assert any(pair.kind is kind for pair in pairs)
    assert not api_ids(found, pairs) & set(HELD_OUT)
    assert [pair for pair in pairs if held_out_words_in(pair.query)] == []
    everyone = {*ORDINARY, *(number for row in SIBLINGS for number in row)}
    assert api_ids(found, [pair for pair in pairs if pair.kind is PairKind.TABLED]) == everyone


def test_a_question_written_for_training_that_repeats_a_query_is_left_out(found: TrainingSet) -> None:
    asked = [pair for pair in all_pairs(found) if found.records[pair.record].api_id == 1]
    assert [pair.query for pair in asked if pair.kind is PairKind.LAY] == ["lay one 1", "lay two 1"]
    assert [pair.query for pair in asked if pair.kind is PairKind.RELATED] == ["related one 1"]


def test_whole_clusters_are_kept_back_and_none_of_them_is_trained_on(found: TrainingSet) -> None:
    trained = {int(found.cluster_of[pair.record]) for kind in PairKind for pair in found.pairs(kind)}
    back = {int(found.cluster_of[pair.record]) for kind in PairKind for pair in found.pairs(kind, kept_back=True)}
    assert back
    assert not trained & back
    for number, cluster in enumerate(found.cluster_of):
        assert found.kept_back(number) == found.kept_back(int(cluster))


def test_answers_that_nearly_repeat_one_another_are_one_cluster_and_others_are_not(found: TrainingSet) -> None:
    number_of = {record.api_id: number for number, record in enumerate(found.records)}
    clusters = [{int(found.cluster_of[number_of[api_id]]) for api_id in row} for row in SIBLINGS]
    assert [len(of_row) for of_row in clusters] == [1, 1, 1]
    siblings = {cluster for of_row in clusters for cluster in of_row}
    assert len(siblings) == 3
    alone = [int(found.cluster_of[number_of[api_id]]) for api_id in ORDINARY]
    assert len(set(alone)) == len(alone)
    assert not set(alone) & siblings


def test_a_chain_of_near_repeats_is_one_cluster(found: TrainingSet) -> None:
    text_of = {
        number: found.records[number].answer_text for number in range(len(found.records)) if found.allowed[number]
    }
    for one, other in combinations(text_of, 2):
        mine, theirs = set(words(text_of[one])), set(words(text_of[other]))
        if 10 * len(mine & theirs) >= 7 * max(len(mine), len(theirs)):
            assert found.cluster_of[one] == found.cluster_of[other]


def test_a_sibling_pair_has_another_question_and_an_answer_of_the_same_cluster(found: TrainingSet) -> None:
    tabled = {pair.query: pair.record for pair in all_pairs(found) if pair.kind is PairKind.TABLED}
    pairs = [pair for pair in all_pairs(found) if pair.kind is PairKind.SIBLING]
    assert {api_id for api_id in api_ids(found, pairs) if api_id in SIBLINGS[0]}
    for pair in pairs:
        asker = tabled[pair.query]
        assert asker != pair.record
        assert found.cluster_of[asker] == found.cluster_of[pair.record]
    # A stock answer given to hundreds does not crowd out the rest.
    of_largest = [pair for pair in pairs if found.records[pair.record].api_id in SIBLINGS[2]]
    assert len(of_largest) == 16


def test_the_same_seed_makes_the_same_pairs(files: TrainingFiles) -> None:
    one, again, other = (files.training_set(seed).pairs(PairKind.SIBLING) for seed in (3, 3, 4))
    assert one == again
    assert one != other


def test_a_varied_question_has_no_words_of_its_own(found: TrainingSet) -> None:
    query = "What steps she is taking to count the invented lanterns of eleven northern districts in winter."
    seen = {found.varied(query) for _ in range(200)}
    assert query in seen
    assert query.lower().rstrip(".") in seen
    assert len(seen) > 4
    for made in seen:
        assert made
        assert set(words(made)) <= set(words(query))
    assert {found.varied("is it") for _ in range(50)} == {"is it"}


def test_a_passage_has_its_question_before_it_and_a_bare_one_has_not(found: TrainingSet) -> None:
    number = next(n for n, record in enumerate(found.records) if record.api_id == 5)
    (row,) = found.rows(number)
    assert "question5a" in found.passage(row)
    assert "answer5a" in found.passage(row)
    assert found.bare_passage(row) == found.records[number].answer_text


def test_judged_files_name_records_by_id_by_key_and_by_the_id_of_a_query(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "dev-sib-12", "query": "one"}\n{"id": "plain-x", "query": "two"}\n')
    (tmp_path / "qrels").write_text("dev-sib-12 0 34 1\nplain-x 0 commons-2024-09-02-56 1\nplain-x 0 78 0\n")
    judged = read_judged([tmp_path / "q.jsonl"], [tmp_path / "qrels"])
    assert judged.record_ids == {"12", "34", "78", "commons-2024-09-02-56"}
    assert judged.queries == ("one", "two")


@pytest.mark.parametrize(
    "line", ["not JSON", '{"id": "one", "q": ["a"]}', '{"id": 1}', '{"id": 1, "q": "a"}', '{"id": 1, "q": [2]}', "[]"]
)
def test_a_malformed_line_of_questions_is_an_error_with_its_file_and_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "lay.jsonl"
    path.write_text('{"id": 1, "q": ["a question"]}\n\n' + line + "\n", encoding="utf-8")
    with pytest.raises(MalformedRecord, match=r"lay\.jsonl.*3.*each line must be"):
        read_written(path)


def test_questions_written_for_training_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="can't be read"):
        read_written(tmp_path / "lay.jsonl")


def test_questions_are_gathered_by_their_record(tmp_path: Path) -> None:
    path = tmp_path / "lay.jsonl"
    path.write_text('{"id": 1, "q": ["a\u2028b"]}\n{"id": 2, "q": []}\n{"id": 1, "q": ["c"]}\n', encoding="utf-8")
    assert read_written(path) == {1: ["a\u2028b", "c"], 2: []}


@pytest.mark.parametrize(("path", "least", "repeats"), [(LAY_QUESTIONS, 5_000, 5), (RELATED_QUESTIONS, 3_000, 0)])
def test_the_committed_questions_are_one_or_two_a_record_and_hardly_any_comes_twice(
    path: Path, least: int, repeats: int
) -> None:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(lines) > least
    ids = [line["id"] for line in lines]
    assert len(set(ids)) == len(ids)
    questions = [question for line in lines for question in line["q"]]
    assert all(isinstance(question, str) and question.strip() == question != "" for question in questions)
    assert {len(line["q"]) for line in lines} <= {1, 2}
    folded = [" ".join(question.lower().split()) for question in questions]
    # As the shipped models were trained: five were written twice, by different hands.
    assert len(folded) - len(set(folded)) <= repeats
    assert read_written(path) == {line["id"]: line["q"] for line in lines}


def test_no_answer_has_questions_of_both_kinds() -> None:
    assert not read_written(LAY_QUESTIONS).keys() & read_written(RELATED_QUESTIONS).keys()
