"""The command that reads the files which came with answers; every record is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.replay.invented import with_attachments

if TYPE_CHECKING:
    from tests.service.conftest import Despatch


@pytest.fixture
def data(despatch: Despatch, tmp_path: Path) -> Path:
    source = tmp_path / "q.json"
    source.write_text(json.dumps(with_attachments(1, count=2)), encoding="utf-8")
    assert despatch("build", source, "--data", tmp_path / "data", "--model", "toy").code == 0
    return tmp_path / "data"


def test_files_of_other_servers_are_not_fetched_and_counted_with_the_reason(despatch: Despatch, data: Path) -> None:
    told = despatch("attachments", "--data", data, "--model", "toy")
    assert told.code == 0, told.err
    assert (told.json["attachments"], told.json["with_text"], told.json["failed"]) == (2, 0, 0)
    reasons = told.json["without_text"]
    assert isinstance(reasons, dict)
    assert sum(reasons.values()) == 2
    again = despatch("attachments", "--data", data, "--model", "toy")
    assert (again.json["known"], again.json["left"], again.json["published"]) == (2, 0, False)


@pytest.mark.parametrize("limit", ["0", "many", "-1"])
def test_a_limit_that_is_no_number_of_files_is_a_mistake(despatch: Despatch, data: Path, limit: str) -> None:
    told = despatch("attachments", "--limit", limit, "--data", data, "--model", "toy")
    assert told.code == 2
    assert "--limit" in told.err


def test_without_an_index_there_is_nothing_to_fetch_for(despatch: Despatch, tmp_path: Path) -> None:
    told = despatch("attachments", "--data", tmp_path / "none", "--model", "toy")
    assert told.code == 3
    assert "nothing has been built there" in told.err
