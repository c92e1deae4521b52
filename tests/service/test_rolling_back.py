"""`despatch rollback`: what it tells, and that a running service takes up what was gone back to."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.snapshot import current_name

if TYPE_CHECKING:
    from tests.service.conftest import Despatch, Running

SECONDS = 30.0


@pytest.fixture
def two(small_data: Path, seeds: str, toy_encoder: Encoder) -> tuple[Path, str, str]:
    """Give a directory with two snapshots, and their names: first the one before."""
    before = str(current_name(small_data))
    now = datetime(2026, 11, 21, 13, tzinfo=UTC)
    return small_data, before, build([seeds], small_data, toy_encoder, now=now).snapshot


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


def test_going_back_says_what_it_did_and_what_to_do_next(despatch: Despatch, two: tuple[Path, str, str]):
    data, before, now = two
    told = plain(despatch("rollback", "--data", data, terminal=True, width=200).out)
    assert (
        f"Went back to {before} in the place of {now}: 12 answers and statements, indexed on 2026-11-21 12:00Z." in told
    )
    assert "Every file of it was checked. It was built with the model toy." in told
    assert f"Next: despatch sync --data {data}" in told
    assert current_name(data) == before
    again = despatch("rollback", "--to", before, "--data", data, terminal=True, width=200)
    assert f"Nothing to do: {before} is served already" in plain(again.out)


def test_going_back_is_one_object_when_piped(despatch: Despatch, two: tuple[Path, str, str]):
    data, before, now = two
    assert despatch("rollback", "--data", data).json == {
        "snapshot": before,
        "before": now,
        "changed": True,
        "created": "2026-11-21T12:00:00+00:00",
        "records": 12,
        "put_aside": None,
    }


def test_a_damaged_index_is_refused_with_the_command_that_mends_it(despatch: Despatch, two: tuple[Path, str, str]):
    data, before, now = two
    (data / "snapshots" / now / "vectors.faiss").write_bytes(b"")
    refused = despatch("coverage", "--data", data)
    assert (refused.code, refused.out) == (3, "")
    assert "vectors.faiss is not as it was published: go back to another snapshot with" in refused.err
    assert f"`despatch rollback --data {data}`" in refused.err
    listed = plain(despatch("rollback", "--list", "--data", data, terminal=True, width=200).out)
    assert f"{now} (served) Can't be used: " in listed
    assert f"{before} 12 answers and statements, indexed on 2026-11-21 12:00Z with the model toy." in listed
    assert despatch("rollback", "--data", data).code == 0
    assert despatch("coverage", "--data", data).json["records"] == 12


def test_a_pointer_that_was_damaged_is_said_to_be_mended(despatch: Despatch, two: tuple[Path, str, str]):
    data, _, now = two
    whole = (data / "current").read_bytes()
    (data / "current").write_bytes(re.sub(rb'("manifest_sha256":")\w', rb"\g<1>g", whole))
    told = plain(despatch("rollback", "--data", data, terminal=True, width=200).out)
    assert f"What points to {now} was damaged, and is mended" in told
    assert (data / "current").read_bytes() == whole


def test_a_journal_that_was_put_aside_is_told_with_the_sync_that_goes_on_without_it(
    despatch: Despatch, two: tuple[Path, str, str]
):
    data, _, now = two
    (data / "sync.sqlite").write_bytes(b"no journal at all" * 100)
    told = plain(despatch("rollback", "--data", data, terminal=True, width=300).out)
    assert f"had under way was damaged. It is kept as {data}/sync.sqlite.damaged." in told
    assert f"Say from when in the next sync, or it is refused. Next: despatch sync --from DATE --data {data}" in told
    (data / "sync.sqlite").write_bytes(b"no journal at all" * 100)
    (data / "asked.json").write_text('[{"first": "2026-06-01", "last": null, "houses": ["Commons"], "bodies": []}]')
    assert despatch("rollback", "--to", now, "--data", data).json["put_aside"] == f"{data}/sync.sqlite.damaged"
    (data / "sync.sqlite").write_bytes(b"no journal at all" * 100)
    whole = (data / "current").read_bytes()
    (data / "current").write_bytes(whole.replace(b'"manifest_sha256":"', b'"manifest_sha256":"g'))
    told = plain(despatch("rollback", "--data", data, terminal=True, width=300).out)
    assert f"What points to {now} was damaged, and is mended" in told
    assert "sync.sqlite.damaged. The next sync fetches it again." in told


def test_slips_are_told(despatch: Despatch, two: tuple[Path, str, str], tmp_path: Path):
    data, before, _ = two
    wrong = despatch("rollback", "--to", "yesterday", "--data", data)
    assert wrong.code == 2
    assert "--to: there is no snapshot 'yesterday'" in wrong.err
    assert before in wrong.err
    both = despatch("rollback", "--to", before, "--list", "--data", data)
    assert (both.code, "leave one out" in both.err) == (2, True)
    nowhere = despatch("rollback", "--data", tmp_path / "none")
    assert (nowhere.code, "there is none to go back to" in nowhere.err) == (3, True)
    assert {one["name"] for one in json.loads(despatch("rollback", "--list", "--data", data).out)["snapshots"]} == set(
        two[1:]
    )


def test_a_running_service_takes_up_what_was_gone_back_to(
    start: Callable[..., Running], despatch: Despatch, two: tuple[Path, str, str]
):
    data, before, now = two
    server = start(data, DESPATCH_RELOAD_SECONDS="0.1")

    def ready() -> str:
        return str(json.loads(server.ask("GET", "/readyz")[2])["snapshot"])

    assert ready() == now
    despatch("rollback", "--data", data)
    deadline = time.monotonic() + SECONDS
    while ready() != before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ready() == before
