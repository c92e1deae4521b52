from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "measure_references.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_references", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_references"] = module
    spec.loader.exec_module(module)
    return module


measure_references = loaded()

# Invented questions: (UIN, question, answer) by id.
ASKED = "To ask the Secretary of State for Ferries, how many lanterns were lit."
FOLLOWING = "To ask the Secretary of State for Ferries, pursuant to the Answer of 3 May 2024 to Question 4711, why."
PAPERS = {
    1: ("4711", ASKED, "Forty lanterns were lit."),
    2: ("4712", ASKED, "I refer the hon. Member to the answer given to Question UIN 4711 on 3 May 2024."),
    3: ("4713", FOLLOWING, "The quay is long."),
    4: ("4714", ASKED, "I refer the hon. Member to the answer given to Question UIN 4711."),
    5: ("4715", ASKED, "I refer the hon. Member to the answer given to Question UIN 9 on 3 May 2024."),
    6: (None, ASKED, "None."),
}


def target(uin: str, day: str | None, record: int | None, role: str = "refers_to") -> dict[str, object]:
    return {"role": role, "genre": "answer", "uin": uin, "answered": day, "tabled": None, "record": record}


LABELS = [
    {"id": 1, "sample": "pool", "targets": [target("8", None, None)]},
    {"id": 2, "sample": "pool", "targets": [target("4711", "2024-05-03", 1)]},
    {"id": 3, "sample": "pool", "targets": [target("4711", "2024-05-04", 1, "follows")]},
    {"id": 4, "sample": "pool", "targets": [target("4711", None, 1)]},
    {"id": 5, "sample": "digits", "targets": []},
    {"id": 99, "sample": "pool", "targets": []},
]


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    labels, records = tmp_path / "labels.jsonl", tmp_path / "records.jsonl"
    labels.write_text("".join(json.dumps(label) + "\n" for label in LABELS) + "\n", encoding="utf-8")
    questions = (
        {
            "id": number,
            "house": "Commons",
            "uin": uin,
            "dateTabled": "2024-05-01T00:00:00",
            "dateAnswered": "2024-05-03T00:00:00",
            "questionText": question,
            "answerText": f"<p>{answer}</p>",
            "isWithdrawn": False,
        }
        for number, (uin, question, answer) in PAPERS.items()
    )
    records.write_text("".join(json.dumps({"value": one}) + "\n" for one in questions), encoding="utf-8")
    return ["--labels", str(labels), "--records", str(records), "--records", str(records)]


def test_the_figures_count_what_is_named_and_where_it_leads(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert measure_references.main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["records"], told["without_uin"], told["labels"], told["labels_not_in_records"]) == (5, 1, 6, 1)
    assert told["pointers"] == {
        "records": 3,
        "named": 3,
        "with_uin": 3,
        "with_date": 2,
        "with_link": 0,
        "in_corpus": 2,
        "resolved": 1,
    }
    assert told["follow_up_questions"]["records"] == told["follow_up_questions"]["resolved"] == 1
    assert told["mentions"] == {
        "follows by_date": 1,
        "refers_to by_date": 1,
        "refers_to no_date": 1,
        "refers_to not_in_corpus": 1,
    }


def test_labels_are_held_against_mentions_days_and_targets(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    measure_references.main([*arguments, "--json"])
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["figures"]["all"]}
    figures = {name: [row["right"], row["extra"], row["missed"]] for name, row in rows.items()}
    assert figures == {"mentions": [3, 1, 1], "days answered": [1, 2, 1], "resolution": [2, 0, 1]}
    assert (rows["resolution"]["precision"], rows["mentions"]["recall"]) == (1.0, 0.75)


def test_the_table_shows_the_halves_and_the_errors_of_the_development_half(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert measure_references.main([*arguments, "--errors", "odd"]) == 0
    told = capsys.readouterr().out
    assert "records: 5\nwithout uin: 1\n" in told
    assert "  even ids (held out)             precision  recall    TP    FP    FN\n" in told
    assert "    mentions                          1.000   1.000     2     0     0\n" in told
    assert told.endswith(
        "1: missed [\"('refers_to', 'answer', '8', None)\"], extra []\n"
        "5: missed [], extra [\"('refers_to', 'answer', '9', None)\"]\n"
    )


def test_a_measure_of_nothing_is_a_dash(tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    measure_references.main(["--labels", str(empty), *arguments[2:]])
    assert "    resolution                            -       -     0     0     0" in capsys.readouterr().out
