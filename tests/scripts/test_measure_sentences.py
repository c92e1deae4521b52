from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.reranking import RerankerIdentity
from scripts.measure_sentences import figures, main
from scripts.sentence_ways import NEAREST, Case, Label, Ways, read_cases, read_labels

LABELS = Path(__file__).parents[1] / "data" / "sentence_labels.jsonl"
BUSES = "Funding of £12 million is shared out by population and mileage. Councils decide which routes to support."


class ByLength:
    """A reranker to which the shortest text is the most relevant."""

    identity = RerankerIdentity("by length", "0" * 64)

    def fits(self, question: str, passage: str) -> bool:
        return True

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return np.array([-len(passage) for passage in passages], dtype=np.float32)


@pytest.fixture
def labels(built_once: Path, tmp_path: Path) -> Path:
    """Label the passage of the twelve records that has two sentences on buses, and some that are not there."""
    store = Corpus.open(built_once).store
    row, api_id = next(
        (row, store.record(int(number)).api_id)
        for row, number in enumerate(store.record_of_row)
        if store.passage_at(row).passage.text == BUSES
    )
    digest = store.passage_at(row).passage.hash
    cases = [
        {"id": api_id, "passage_hash": digest, "question": "which routes do councils support", "sentences": [1]},
        {"id": api_id, "passage_hash": digest, "question": "how is funding shared out", "sentences": [1]},
        {"id": api_id, "passage_hash": digest, "question": "why are lanterns green", "sentences": []},
        {"id": api_id, "passage_hash": "0" * 16, "question": "what of another passage", "sentences": [0]},
        {"id": 987654, "passage_hash": digest, "question": "what of another answer", "sentences": [0]},
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in cases), encoding="utf-8")
    return path


@pytest.fixture
def case(built_once: Path, labels: Path, toy_encoder: Encoder) -> Case:
    return read_cases(read_labels(labels), Corpus.open(built_once), toy_encoder)[0]


def test_the_figures_count_how_often_a_labelled_sentence_is_chosen(
    built_once: Path, labels: Path, toy_encoder: Encoder, capsys: pytest.CaptureFixture[str]
):
    assert main(["--data", str(built_once), "--labels", str(labels), "--json"], lambda name: toy_encoder) == 0
    told = json.loads(capsys.readouterr().out)
    counts = ("labels", "labels_not_in_index", "cases_without_an_answering_sentence", "by_chance")
    assert [told[name] for name in counts] == [5, 2, 1, 0.5]
    right = {row["way"]: (row["right"], row["cases"], row["precision"]) for row in told["figures"]["all"]}
    assert right["first sentence"] == (0, 2, 0.0)
    assert right[NEAREST] == right["words in common"] == right["read in the passage: both"] == (1, 2, 0.5)
    assert not any("reranker" in way for way in right)
    halves = [rows[0]["cases"] for rows in told["figures"].values()]
    assert sorted(halves) == [0, 2, 2]


def test_the_table_has_a_line_for_each_way_and_half(
    built_once: Path, labels: Path, toy_encoder: Encoder, capsys: pytest.CaptureFixture[str]
):
    assert main(["--data", str(built_once), "--labels", str(labels)], lambda name: toy_encoder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "labels: 5",
        "labels not in index: 2",
        "cases without an answering sentence: 1",
        "by chance: 0.500",
    ]
    assert lines[5].startswith("all (2 cases)")
    nearest = [line for line in lines if line.startswith(f"  {NEAREST}  ")]
    assert nearest[0].split()[2:7] == ["0.500", "0.000", "to", "1.000", "+0.000"]
    assert len(nearest) == 3


def test_a_case_has_its_sentences_where_they_are_read(case: Case):
    assert " ".join(case.sentences) == BUSES
    assert case.evidence.endswith(BUSES)
    assert tuple(case.evidence[start:end] for start, end in case.spans) == case.sentences
    assert case.evidence == f"{case.about}\n{BUSES}"


def test_words_in_common_are_a_share_of_those_of_the_question(built_once: Path, case: Case, toy_encoder: Encoder):
    ways = Ways(toy_encoder, Corpus.open(built_once).lexical.stems, len).listed()
    assert ways["words in common"](case).tolist() == pytest.approx([0, 4 / 5])
    blended = ways["nearest vector, words in common"](case) - ways[NEAREST](case)
    assert blended.tolist() == pytest.approx([0, 0.3 * 4 / 5])


def test_a_reranker_reads_each_sentence_alone_and_behind_the_question_it_answered(case: Case, toy_encoder: Encoder):
    ways = Ways(toy_encoder, lambda text: (), len, ByLength()).listed()
    assert ways["reranker"](case).tolist() == [-len(one) for one in case.sentences]
    before = len(case.about) + 1
    assert ways["reranker, heading and question in front"](case).tolist() == [
        -before - len(one) for one in case.sentences
    ]


def test_neighbours_and_what_is_left_without_a_sentence_are_scored(case: Case, toy_encoder: Encoder):
    ways = Ways(toy_encoder, lambda text: (), len)
    question = toy_encoder.encode_queries([case.label.question])[0]
    one, two = case.sentences
    alone = toy_encoder.encode_documents([one, two]) @ question
    both = toy_encoder.encode_documents([f"{one} {two}"]) @ question
    assert ways.with_neighbour(case).tolist() == pytest.approx([alone[0], both[0]])
    assert ways.left_out(case).tolist() == pytest.approx([alone[1], alone[0]])


def test_the_interval_holds_the_share_and_the_gain_is_against_the_nearest_vector():
    nearest = np.array([True] * 30 + [False] * 70)
    better = np.array([True] * 50 + [False] * 50)
    first, second = figures({NEAREST: nearest, "better": better})
    assert (first.precision, first.gain, first.gain_low, first.gain_high) == (0.3, 0.0, 0.0, 0.0)
    assert second.precision == 0.5
    assert second.gain == pytest.approx(0.2)
    # The normal approximation: 0.5 plus and minus 1.96 times the root of 0.25 / 100.
    assert (second.low, second.high) == pytest.approx((0.402, 0.598), abs=0.02)
    assert (second.gain_low, second.gain_high) == pytest.approx((0.122, 0.278), abs=0.02)


def test_the_committed_labels_are_100_different_passages_without_a_word_of_the_answers():
    labels = read_labels(LABELS)
    assert len({label.id for label in labels}) == len({label.passage_hash for label in labels}) == len(labels) == 100
    assert sum(not label.sentences for label in labels) == 9
    assert all(list(label.sentences) == sorted(set(label.sentences)) for label in labels)
    keys = {key for line in LABELS.read_text(encoding="utf-8").splitlines() for key in json.loads(line)}
    assert keys == {"id", "passage_hash", "question", "sentences"}
    assert isinstance(labels[0], Label)
