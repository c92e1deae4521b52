"""What `despatch build` takes beside sources, and what it tells of changes; every record is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.snapshot import current_name
from retrieval.sources import READERS
from service.building import readers_with
from tests.replay.clipping import question_row
from tests.replay.invented import corrected, question

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

TABLE = """Frage,Antwort,Kammer,Nummer,Am
"To ask the Secretary of State, how many invented kites flew.",Nine invented kites flew.,Commons,55,2026-06-01
"""
MAPPING = """
licence = "OPL-UK-3.0"

[columns]
question = "Frage"
answer = "Antwort"
house = "Kammer"
uin = "Nummer"
tabled_on = "Am"
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "table.toml").write_text(MAPPING, encoding="utf-8")
    path = tmp_path / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_table_is_read_by_its_mapping(despatch: Despatch, table: Path, tmp_path: Path):
    data = tmp_path / "d"
    told = despatch("build", table, "--mapping", table.with_suffix(".toml"), "--data", data, "--model", "toy")
    assert (told.code, told.json["records"]) == (0, 1), told.err
    assert despatch("show", "commons-2026-06-01-55", "--data", data).json["text"] == "Nine invented kites flew."
    assert despatch("verify", "--data", data).json["sound"] is True


def test_columns_that_no_mapping_names_are_told(despatch: Despatch, table: Path, tmp_path: Path):
    table.write_text(TABLE.replace("Am\n", "Am,Notiz\n").replace("2026-06-01\n", "2026-06-01,-\n"), encoding="utf-8")
    line = ("build", table, "--mapping", table.with_suffix(".toml"), "--data", tmp_path / "d", "--model", "toy")
    assert despatch(*line).json["notices"] == [{"path": str(table), "notice": "columns that are not read: Notiz"}]
    shown = " ".join(despatch(*line, terminal=True).out.split())
    assert "1 thing to know:" in shown
    assert "columns that are not read: Notiz" in shown


def test_a_mapping_that_is_not_there_is_named_before_anything_is_read(despatch: Despatch, table: Path, tmp_path: Path):
    told = despatch("build", table, "--mapping", tmp_path / "none.toml", "--data", tmp_path / "d", "--model", "toy")
    assert told.code == 4
    assert str(tmp_path / "none.toml") in told.err
    assert not (tmp_path / "d").exists()


def test_a_mapping_goes_before_all_other_readers_and_takes_the_place_of_its_own(table: Path):
    readers = readers_with(table.with_suffix(".toml"))
    assert readers[0].name == "mapped-table"
    assert len({reader.name for reader in readers}) == len(readers)
    assert {reader.name for reader in READERS} <= {reader.name for reader in readers}
    assert readers_with(None) is READERS


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def test_a_build_tells_what_was_added_changed_corrected_and_removed(despatch: Despatch, tmp_path: Path):
    data, source = tmp_path / "d", tmp_path / "q.jsonl"
    first = despatch("build", write(source, question(1), question(2), question(3)), "--data", data, "--model", "toy")
    counts = ("added", "changed", "corrected", "removed", "texts_reused")
    assert [first.json[name] for name in counts] == [3, 0, 0, 0, 0]
    write(source, corrected(1), question(2), question(4))
    second = despatch("build", source, "--data", data, "--model", "toy", terminal=True)
    assert "Added                1" in second.out
    assert "Changed              1, of these corrected: 1" in second.out
    assert "Removed              1" in second.out
    assert "and 2 used again" in second.out


def test_what_a_source_cut_short_is_asked_for_by_the_next_sync(despatch: Despatch, tmp_path: Path):
    data = tmp_path / "d"
    long = question(7, answerText="<p>" + "Invented words without end. " * 30 + "</p>")
    source = write(tmp_path / "q.jsonl", question(1), question_row(long))
    line = ("build", source, "--data", data, "--model", "toy")
    told = despatch(*line)
    assert (told.json["clipped"], told.json["queued"]) == (1, 1)
    assert despatch(*line).json["queued"] == 0
    (data / "sync.sqlite").unlink()
    shown = despatch(*line, terminal=True).out
    assert "1 record that was cut short is asked for by the next `despatch sync`." in shown


def test_as_many_snapshots_are_kept_as_are_asked_for(despatch: Despatch, tmp_path: Path, small_source: str):
    data = tmp_path / "d"
    line = ("build", small_source, "--data", data, "--model", "toy", "--keep")
    for keep, there in ((3, 1), (3, 2), (3, 3), (3, 3), (1, 1)):
        told = despatch(*line, keep)
        assert told.json["snapshot"] == current_name(data)
        assert len(list((data / "snapshots").iterdir())) == there


def test_a_number_of_snapshots_that_can_not_be_is_told_before_the_model_is_loaded(
    despatch: Despatch, tmp_path: Path, small_source: str
):
    told = despatch("build", small_source, "--data", tmp_path / "d", "--model", "no such", "--keep", "0")
    assert (told.code, told.err) == (
        2,
        "despatch: --keep: 0 is not between 1 and 1,000: give the number of snapshots to keep\n",
    )
