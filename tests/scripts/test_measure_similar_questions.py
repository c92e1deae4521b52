from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from scripts.measure_similar_questions import main, read_drafts, read_parts

LABELS = Path(__file__).parents[1] / "data"


@pytest.fixture
def labels(built_once: Path, tmp_path: Path) -> list[str]:
    """Label drafts on two of the twelve records, one that is not there and one that nobody had tabled."""
    store = Corpus.open(built_once).store
    records = [store.record(number) for number in range(2)]
    drafts = [
        *({"id": record.api_id, "draft": record.question} for record in records),
        {"id": 987654, "draft": "what is not in the index"},
        {"id": None, "draft": "whether zebras yodel"},
    ]
    (tmp_path / "drafts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in drafts), encoding="utf-8")
    (tmp_path / "parts.jsonl").write_text(json.dumps({"id": 987654, "spoken_of": [True]}) + "\n", encoding="utf-8")
    return ["--drafts", str(tmp_path / "drafts.jsonl"), "--parts", str(tmp_path / "parts.jsonl")]


def test_a_draft_in_the_words_of_a_question_is_found_first_by_every_way(
    built_once: Path, labels: list[str], toy_encoder: Encoder, capsys: pytest.CaptureFixture[str]
):
    assert main(["--data", str(built_once), *labels, "--json"], lambda name: toy_encoder, lambda: None) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["drafts"], told["paraphrases"], told["not_in_index"]) == (4, 2, 1)
    assert told["ranks"]["similar questions"] == {"recall@1": 1.0, "recall@5": 1.0, "recall@20": 1.0, "MRR": 1.0}
    assert told["ranks"]["words alone, as for questions that wait"]["recall@5"] == 1.0
    assert told["never_tabled"] == {"nothing_close": 1}
    assert set(told["parts"].values()) == {0}


def test_the_table_has_a_line_for_each_way(
    built_once: Path, labels: list[str], toy_encoder: Encoder, capsys: pytest.CaptureFixture[str]
):
    assert main(["--data", str(built_once), *labels], lambda name: toy_encoder, lambda: None) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "paraphrases: 2 (not in the index: 1)"
    assert lines[3] == "  similar questions: recall@1 1.000, recall@5 1.000, recall@20 1.000, MRR 1.000"
    assert lines[5] == "never tabled: nothing close 1"
    assert len(lines) == 7


def test_the_committed_labels_are_40_paraphrases_20_other_drafts_and_74_parts():
    drafts = read_drafts(LABELS / "similar_question_labels.jsonl")
    assert len({draft.draft for draft in drafts}) == 60
    assert len({draft.id for draft in drafts if draft.id}) == 40
    parts = read_parts(LABELS / "part_labels.jsonl")
    assert (len(parts), sum(len(one.spoken_of) for one in parts), sum(sum(one.spoken_of) for one in parts)) == (
        *(30, 74),
        45,
    )
