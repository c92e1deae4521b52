"""A key that an answer had before leads on to the key it has now, on every path that takes one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retrieval.build import build
from retrieval.encoders import Encoder
from service.app import create_app
from service.settings import Settings
from tests.replay.invented import question

OLD, NEW = "commons-2026-06-02-1", "commons-2026-06-03-1"


@pytest.fixture
def moved_client(tmp_path: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service whose one question was first read with another day, and so under another key."""
    data, source = tmp_path / "data", tmp_path / "q.jsonl"
    for day in ("2026-06-02", "2026-06-03"):
        source.write_text(json.dumps(question(1, dateTabled=day)), encoding="utf-8")
        build([str(source)], data, toy_encoder, add=True)
    with TestClient(create_app(Settings(data=data), encoder=toy_encoder), follow_redirects=False) as opened:
        yield opened


@pytest.mark.parametrize("rest", ["", "/citation", "/citation?style=oscola&paragraph=1", "/history", "/thread"])
def test_an_old_key_is_sent_on_to_the_new_one(moved_client: TestClient, rest: str):
    moved = moved_client.get(f"/v1/answers/{OLD}{rest}")
    assert (moved.status_code, moved.content) == (308, b"")
    assert moved.headers["location"] == f"/v1/answers/{NEW}{rest}"
    assert moved_client.get(moved.headers["location"]).status_code == 200


def test_an_old_key_in_capitals_is_sent_on_too(moved_client: TestClient):
    assert moved_client.get(f"/v1/answers/{OLD.upper()}").headers["location"] == f"/v1/answers/{NEW}"


@pytest.mark.parametrize("key", [NEW, NEW.upper(), "1", "id-1"])
def test_the_key_of_now_and_parliaments_id_are_answered_at_once(moved_client: TestClient, key: str):
    found = moved_client.get(f"/v1/answers/{key}")
    assert (found.status_code, found.json()["key"]) == (200, NEW)


def test_a_head_request_is_sent_on_as_well(moved_client: TestClient):
    moved = moved_client.head(f"/v1/answers/{OLD}")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/answers/{NEW}")


def test_a_parameter_that_is_refused_is_refused_under_the_new_key_at_the_latest(moved_client: TestClient):
    assert moved_client.get(f"/v1/answers/{OLD}/citation?style=oscola&style=ris").status_code == 422
    moved = moved_client.get(f"/v1/answers/{OLD}?full=1")
    assert moved_client.get(moved.headers["location"]).json()["field"] == "full"
