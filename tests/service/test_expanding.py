"""What was looked for beside the question's own words, on every surface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from retrieval.build import build
from retrieval.encoders import Encoder
from service.app import create_app
from service.settings import Settings
from tests.replay.invented import question

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

ASKED = "what is paid by the ILB"
EXPANDED = {"words": "ILB", "added": "Invented Lantern Board", "start": 20, "end": 23}


@pytest.fixture
def lanterns(tmp_path: Path, toy_encoder: Encoder) -> Path:
    """Build two answers that explain a short form."""
    texts = ["The Invented Lantern Board (ILB) pays for oil.", "Ask the Invented Lantern Board (ILB) for a candle."]
    lines = [json.dumps(question(number, answerText=text)) for number, text in enumerate(texts, start=1)]
    (tmp_path / "lanterns.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([str(tmp_path / "lanterns.jsonl")], tmp_path / "data", toy_encoder)
    return tmp_path / "data"


@pytest.fixture
def client(lanterns: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data=lanterns), encoder=toy_encoder)) as opened:
        yield opened


def test_a_response_lists_what_was_looked_for_too(client: TestClient):
    assert client.get("/v1/search", params={"q": ASKED}).json()["expanded"] == [EXPANDED]
    assert client.post("/v1/search", json={"query": ASKED, "expand": "on"}).json()["expanded"] == [EXPANDED]
    assert client.get("/v1/search", params={"q": "who pays"}).json()["expanded"] == []


def test_expansion_can_be_switched_off(client: TestClient):
    assert client.get("/v1/search", params={"q": ASKED, "expand": "OFF"}).json()["expanded"] == []
    assert client.post("/v1/search", json={"query": ASKED, "expand": "off"}).json()["expanded"] == []
    wrong = client.get("/v1/search", params={"q": ASKED, "expand": "maybe"})
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "expand: 'maybe' is not one of on, off")


def test_the_command_tells_what_it_looked_for_too_and_how_to_do_without(despatch: Despatch, lanterns: Path):
    data = ("--data", lanterns, "--model", "toy")
    told = despatch("search", ASKED, *data, terminal=True, width=200).out
    assert "Also looked for: Invented Lantern Board (ILB). To switch that off, add --no-expand" in told
    assert "Also looked for" not in despatch("search", ASKED, "--no-expand", *data, terminal=True, width=200).out
    assert despatch("search", ASKED, *data).json["expanded"] == [EXPANDED]
    assert despatch("search", ASKED, "--no-expand", *data).json["expanded"] == []
