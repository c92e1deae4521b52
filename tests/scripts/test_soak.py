from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from retrieval.build import build
from retrieval.encoders import Encoder, SentenceEncoder
from retrieval.models import DEFAULT_MODEL
from retrieval.snapshot import open_snapshot
from scripts import soak
from scripts.served import NotStarted, served


def test_what_is_served_is_published_again_whole_under_another_name(small_data: Path) -> None:
    before = open_snapshot(small_data).manifest
    names = [soak.published_again(small_data, number) for number in (1, 2)]
    after = open_snapshot(small_data).manifest
    assert names == [f"{before.name}+1", f"{before.name}+2"]
    assert after.name == names[-1]
    assert after.files == before.files


@pytest.mark.parametrize(("later", "growth"), [(100.0, 0.0), (110.0, 60.0)])
def test_growth_is_in_megabytes_an_hour_and_of_the_second_half_alone(later: float, growth: float) -> None:
    first = [(0.0, 20.0), (1.0, 90.0), (2.0, 95.0)]
    second = [(10.0, 100.0), (15.0, (100.0 + later) / 2), (20.0, later)]
    assert soak.Seen(own=first + second).growth() == pytest.approx(growth, abs=1e-9)


def test_of_too_little_no_growth_is_told() -> None:
    assert str(soak.Seen(own=[(0.0, 20.0)]).growth()) == "nan"


def test_the_memory_of_this_process_is_told_in_two_parts() -> None:
    own, files = soak.resident(os.getpid())
    assert own > 1
    assert files > 1


def test_a_server_that_can_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotStarted, match="no-such-option"), served(["--no-such-option"], tmp_path / "log.txt"):
        pass


@pytest.mark.model
def test_a_soak_tells_that_no_request_failed_and_each_snapshot_was_taken_up(
    tmp_path: Path, small_source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    encoder: Encoder = SentenceEncoder(DEFAULT_MODEL)
    build([small_source], tmp_path / "data", encoder)
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"query": "buses in rural areas"}\n{"query": "dentists"}\n', "utf-8")
    said = ["--data", str(tmp_path / "data"), "--questions", str(questions), "--minutes", "0.1", "--window", "0.05"]
    assert soak.main([*said, "--share", "0.2", "--every", "4", "--capacity", "0.5"]) == 0
    told = capsys.readouterr().out
    assert "0 refused; failed: none" in told
    assert "snapshots taken up" in told
    assert len(re.findall(r"\n\| 0[.]\d+ \| [1-9]", told)) == 2, "what it can do is found out for each window"
    assert told.count("\n| 0.") == 2
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["data", "questions.jsonl"]
