"""A real server that asks for keys, counts requests and fails writes nothing that was asked, and no key, to any log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.errors import QueryError, UnexpectedResponse
from service.client import Client
from service.keys import KeyFile

if TYPE_CHECKING:
    from tests.service.conftest import Running

MARKER = "zyzzyva"
FAILING = """
import sys
from service.app import serve
from service.settings import read_settings
from tests.conftest import ToyEncoder
from tests.service.conftest import FailingEncoder
settings = read_settings(data=sys.argv[1], host=sys.argv[2], port=0)
serve(settings, encoder=FailingEncoder(ToyEncoder().identity))
"""
JSON = {"content-type": "application/json"}
MCP = {**JSON, "accept": "application/json, text/event-stream"}


def test_no_log_has_a_word_of_what_was_asked_nor_a_key(start: Callable[..., Running], built_once: Path, tmp_path: Path):
    keys = KeyFile(tmp_path / "keys.json")
    key = keys.add("library", date(2026, 11, 23))
    server = start(
        built_once,
        program=FAILING,
        DESPATCH_REQUIRE_KEY="true",
        DESPATCH_KEYS_FILE=str(keys.path),
        DESPATCH_TRUSTED_PROXIES="127.0.0.1",
        DESPATCH_ADDRESS_LIMIT="1",
    )
    search = f"/v1/search?q={MARKER}"
    sent = {"Authorization": f"Bearer {key}"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    tool = {**call, "params": {"name": "search_answers", "arguments": {"query": MARKER}}}
    away = {"X-Forwarded-For": "203.0.113.7", "Referer": f"http://{MARKER}/", "User-Agent": MARKER}
    asked: list[tuple[str, str, str | None, dict[str, str]]] = [
        ("GET", search, None, {}),
        ("GET", search, None, {"Authorization": f"Bearer {MARKER}"}),
        ("GET", search, None, {"X-API-Key": f"{key}x"}),
        ("GET", search, None, away),
        ("GET", search, None, away),
        ("GET", search, None, sent),
        ("POST", "/v1/search", json.dumps({"query": MARKER}), {**JSON, **sent}),
        ("POST", "/v1/search", json.dumps({"query": "x", "kind": [MARKER]}), {**JSON, **sent}),
        ("POST", "/v1/similar-questions", json.dumps({"text": MARKER}), {**JSON, **sent}),
        ("GET", f"/?q={MARKER}", None, {"Accept": "text/html", **sent}),
        ("GET", f"/v1/coverage?key={key}&{MARKER}=1", None, sent),
        ("POST", "/mcp", json.dumps(tool), {**MCP, **sent}),
        ("POST", "/mcp", json.dumps(tool), MCP),
        ("POST", "/mcp", f'{{"{MARKER}"', {**MCP, **sent}),
    ]
    found = [server.ask(*one)[0] for one in asked]
    assert found == [401, 401, 401, 401, 429, 500, 500, 422, 500, 500, 422, 200, 401, 400]
    # The client of Python sends its key with each call, and tells what it is told without one.
    with Client(server.address, key=key) as client:
        assert client.coverage().records == 12
    with (
        Client(server.address) as client,
        pytest.raises(UnexpectedResponse, match="answered 401: reading here needs a key"),
    ):
        client.coverage()
    _, out, log = server.stop()
    assert MARKER not in (out + log).lower()
    assert key not in out + log
    # It did say what went wrong, and where.
    assert "Unexpected fault in /v1/search\nbuiltins.RuntimeError\n" in log
    assert log.count("in encode_queries") >= 4


@pytest.mark.parametrize("key", ["", " ", "with\nline", "clé"])
def test_what_can_not_be_a_key_is_told_before_anything_is_sent_and_not_repeated(key: str):
    with pytest.raises(QueryError, match=r"^key: it can't be a key: give it as `despatch keys add` showed it$"):
        Client(key=key)
