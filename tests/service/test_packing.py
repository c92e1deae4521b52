"""`despatch pack` and `despatch unpack`: one snapshot, from one directory to another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.snapshot import current_name

if TYPE_CHECKING:
    from tests.service.conftest import Despatch


def test_a_pack_holds_what_another_machine_needs_to_answer_the_same(
    despatch: Despatch, filled_once: Path, tmp_path: Path
):
    file, other = tmp_path / "answers.despatch", tmp_path / "other"
    packed = despatch("pack", file, "--data", filled_once)
    assert packed.code == 0, packed.err
    assert packed.json["snapshot"] == current_name(filled_once)
    assert (packed.json["file"], packed.json["bytes"]) == (str(file), file.stat().st_size)
    unpacked = despatch("unpack", file, "--data", other)
    assert unpacked.json == {"snapshot": current_name(filled_once), "records": 16, "unanswered": 1}
    assert despatch("coverage", "--data", other).json == despatch("coverage", "--data", filled_once).json
    question = ("search", "The Department lit 13 invented lanterns", "--model", "toy")
    found = [despatch(*question, "--data", data).json for data in (filled_once, other)]
    assert found[0]["hits"] == found[1]["hits"]
    assert found[0]["searched"] == found[1]["searched"]


def test_packing_and_unpacking_say_what_to_do_next(despatch: Despatch, filled_once: Path, tmp_path: Path):
    file, other = tmp_path / "answers.despatch", tmp_path / "other"
    name = current_name(filled_once)
    packed = despatch("pack", file, "--data", filled_once, terminal=True, width=200).out
    assert f"Packed {name} into {file} (1 MB)." in re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", packed))
    assert "On the other machine: despatch unpack answers.despatch --data DIR" in packed
    again = despatch("pack", file, "--data", filled_once, terminal=True, width=200).out
    assert "(1 MB), replacing the file that was there." in re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", again))
    unpacked = despatch("unpack", file, "--data", other, terminal=True, width=200).out
    assert f"Unpacked {name}: 16 answers and statements." in unpacked
    assert f'Next: despatch search "your question" --data {other}' in unpacked


def test_a_pack_that_was_changed_on_the_way_is_refused_and_nothing_is_served(
    despatch: Despatch, filled_once: Path, small_data: Path, tmp_path: Path
):
    file, before = tmp_path / "answers.despatch", current_name(small_data)
    despatch("pack", file, "--data", filled_once)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    told = despatch("unpack", file, "--data", small_data)
    assert (told.code, told.out) == (3, "")
    assert "copy it again, or pack again" in told.err
    assert current_name(small_data) == before


def test_a_file_that_is_no_pack_is_told_how_to_make_one(despatch: Despatch, small_source: str, tmp_path: Path):
    told = despatch("unpack", small_source, "--data", tmp_path / "d")
    assert told.code == 3
    assert f"{small_source} is not a pack" in told.err


def test_as_many_snapshots_are_kept_as_are_asked_for(despatch: Despatch, filled_once: Path, small_data: Path):
    file = small_data / "pack"
    despatch("pack", file, "--data", filled_once)
    assert despatch("unpack", file, "--data", small_data, "--keep", "1").code == 0
    assert [path.name for path in (small_data / "snapshots").iterdir()] == [current_name(filled_once)]


@pytest.mark.parametrize("keep", ["0", "1001", "all"])
def test_a_number_of_snapshots_that_can_not_be_is_a_mistake(despatch: Despatch, tmp_path: Path, keep: str):
    told = despatch("unpack", tmp_path / "none", "--data", tmp_path / "d", "--keep", keep)
    assert told.code == 2
    assert told.err.startswith("despatch: --keep: ")
    assert not (tmp_path / "d").exists()
