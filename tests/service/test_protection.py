"""What every response says to browsers, and which other sites' pages may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from retrieval.encoders import Encoder
from service.app import create_app
from service.keys import KeyFile
from service.protection import SAFE_HEADERS
from service.settings import Settings

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NOTES = "https://notes.example.org"
ANSWER = "/v1/answers/commons-2025-01-13-205"


@pytest.fixture
def opened(built_once: Path, toy_encoder: Encoder, tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Open a service with settings."""
    with ExitStack() as stack:

        def one(**given: Any) -> TestClient:
            settings = Settings(data=built_once, keys_file=tmp_path / "keys.json", **given)
            return stack.enter_context(TestClient(create_app(settings, encoder=toy_encoder)))

        yield one


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/search?q=buses", 200),
        ("HEAD", ANSWER, 200),
        ("GET", "/v1/feed.atom?q=buses", 200),
        ("GET", "/v1/export?q=bus", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/healthz", 200),
        ("GET", "/v1/search", 422),
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1/search", 405),
        ("GET", "/mcp", 405),
        ("POST", "/v1/search", 422),
    ],
)
def test_what_is_no_page_can_load_run_and_frame_nothing(client: TestClient, method: str, path: str, status: int):
    host = {"host": "127.0.0.1"} if path == "/mcp" else {}
    found = client.request(method, path, headers=host)
    assert found.status_code == status
    assert {name: found.headers[name] for name in SAFE_HEADERS} == dict(SAFE_HEADERS)
    assert "strict-transport-security" not in found.headers


def test_a_fault_has_the_safe_headers_too(failing_client: TestClient):
    found = failing_client.get("/v1/search", params={"q": "buses"})
    assert found.status_code == 500
    assert {name: found.headers[name] for name in SAFE_HEADERS} == dict(SAFE_HEADERS)


def test_a_page_keeps_its_own_policy_which_lets_in_no_text_as_script(client: TestClient):
    found = client.get("/", headers=READER)
    policy = dict(part.split(" ", 1) for part in found.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:"} & set(policy["script-src"].split())
    assert found.headers["x-content-type-options"] == "nosniff"


def test_no_other_sites_page_may_read_unless_it_is_named(client: TestClient):
    found = client.get(ANSWER, headers={"Origin": NOTES})
    assert found.status_code == 200
    assert [name for name in found.headers if name.startswith("access-control")] == []
    asked = client.options(ANSWER, headers={"Origin": NOTES, "Access-Control-Request-Method": "GET"})
    assert asked.status_code == 405
    assert [name for name in asked.headers if name.startswith("access-control")] == []


def test_the_pages_of_a_site_that_is_named_may_read_and_no_others(opened):
    client = opened(cors_origins=(NOTES,))
    found = client.get(ANSWER, headers={"Origin": NOTES})
    assert found.headers["access-control-allow-origin"] == NOTES
    assert "Origin" in found.headers["vary"]
    # A login kept by the browser is never sent along.
    assert "access-control-allow-credentials" not in found.headers
    for other in ("https://evil.example", "http://notes.example.org", f"{NOTES}.evil.example", "null"):
        refused = client.get(ANSWER, headers={"Origin": other})
        assert "access-control-allow-origin" not in refused.headers
        assert "Origin" in refused.headers["vary"]


def test_a_browser_may_ask_first_whether_a_key_can_be_sent_without_having_one(opened, tmp_path: Path):
    key = KeyFile(tmp_path / "keys.json").add("library", date(2026, 11, 23))
    client = opened(cors_origins=(NOTES,), require_key=True)
    asking = {"Origin": NOTES, "Access-Control-Request-Method": "POST"}
    asked = client.options(
        "/v1/search", headers={**asking, "Access-Control-Request-Headers": "authorization,content-type"}
    )
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, NOTES)
    assert client.options("/v1/search", headers={**asking, "Origin": "https://evil.example"}).status_code == 400
    refused = client.get(ANSWER, headers={"Origin": NOTES})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, NOTES)
    assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]
    assert client.get(ANSWER, headers={"Origin": NOTES, "Authorization": f"Bearer {key}"}).status_code == 200


def test_a_page_that_is_named_may_read_a_fault_and_a_refusal_too(built_once, failing_client, tmp_path: Path):
    encoder = failing_client.app.state.readiness.searcher.encoder
    with TestClient(create_app(Settings(data=built_once, cors_origins=(NOTES,)), encoder=encoder)) as client:
        fault = client.get("/v1/search", params={"q": "buses"}, headers={"Origin": NOTES})
        other = client.get("/v1/search", params={"q": "buses"}, headers={"Origin": "https://evil.example"})
    assert (fault.status_code, fault.headers["access-control-allow-origin"]) == (500, NOTES)
    assert fault.headers["vary"].split(", ").count("Origin") == 1
    assert "X-Request-ID" in fault.headers["access-control-expose-headers"]
    assert (other.status_code, "access-control-allow-origin" in other.headers) == (500, False)


def test_a_browser_that_asks_for_leave_is_logged_and_gets_an_id(opened, caplog):
    caplog.set_level("INFO")
    asking = {"Origin": NOTES, "Access-Control-Request-Method": "POST"}
    asked = opened(cors_origins=(NOTES,)).options("/v1/search", headers=asking)
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    assert asked.headers["x-request-id"]
    assert [one.rsplit(" ", 2)[0] for one in caplog.messages if one.startswith("OPTIONS")] == ["OPTIONS (no route) 200"]


def test_assistants_are_asked_by_no_other_sites_page_even_where_reading_is_open_to_it(opened):
    client = opened(cors_origins=(NOTES,))
    headers = {"accept": "application/json, text/event-stream", "host": "127.0.0.1", "origin": NOTES}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    assert client.post("/mcp", json=call, headers=headers).status_code == 403
