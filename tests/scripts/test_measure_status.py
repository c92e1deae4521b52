from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "measure_status.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_status", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_status"] = module
    spec.loader.exec_module(module)
    return module


measure_status = loaded()

ANSWERS = {
    1: "<p>The information requested is not held centrally.</p>",
    2: "<p>Forty lanterns were lit.</p>",
    3: "<p>I refer the hon. Member to the answer given to Question UIN 4711 on 3 March 2024.</p>",
}
LABELS = [
    {"id": 1, "sample": "random", "kind": "substantive", "findings": ["not_held"], "bare": True},
    {"id": 2, "sample": "random", "kind": "substantive", "findings": ["not_held"], "bare": False},
    {"id": 3, "sample": "pool", "kind": "substantive", "findings": [], "bare": False},
    {"id": 9, "sample": "pool", "kind": "holding", "findings": [], "bare": False},
]


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    labels, records = tmp_path / "labels.jsonl", tmp_path / "records.jsonl"
    labels.write_text("".join(json.dumps(label) + "\n" for label in LABELS), encoding="utf-8")
    questions = (
        {
            "id": number,
            "house": "Commons",
            "uin": str(number),
            "dateTabled": "2024-05-01T00:00:00",
            "dateAnswered": "2024-05-03T00:00:00",
            "questionText": "To ask the Secretary of State for Ferries, how many lanterns were lit.",
            "answerText": answer,
            "isWithdrawn": False,
            "answerIsHolding": False,
            "answerIsCorrection": False,
        }
        for number, answer in ANSWERS.items()
    )
    records.write_text("".join(json.dumps({"value": one}) + "\n" for one in questions), encoding="utf-8")
    return ["--labels", str(labels), "--records", str(records)]


def test_the_figures_count_what_is_right_extra_and_missed(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert measure_status.main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["labels"], told["not_in_records"]) == (4, 1)
    rows = {row["name"]: row for row in told["figures"]["all"]}
    assert [rows["not_held"][part] for part in ("right", "extra", "missed")] == [1, 0, 1]
    assert (rows["not_held"]["precision"], rows["not_held"]["recall"]) == (1.0, 0.5)
    assert (rows["pointer"]["extra"], rows["pointer"]["recall"]) == (1, None)
    assert rows["bare"]["right"] == 1
    even = {row["name"]: row for row in told["figures"]["even ids (test)"]}
    assert [even["not_held"][part] for part in ("right", "extra", "missed")] == [0, 0, 1]


def test_the_table_says_what_is_absent_and_the_errors_name_the_rules(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert measure_status.main([*arguments, "--errors", "odd"]) == 0
    told = capsys.readouterr().out
    assert "4 labels, 1 of them not in the records" in told
    assert "not_held                        1.000   0.500     1     0     1" in told
    assert told.endswith("3: missed ['substantive'], extra ['pointer', 'refers_elsewhere']; rules: refer-to-answer\n")
