"""Nothing that a user asked is written to any log, whatever goes wrong."""

import asyncio
import logging

import pytest
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from service.access_log import AccessLog
from service.body_limit import BodyLimit

MARKER = "zyzzyva"
READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def ask_everything(client: TestClient) -> list[int]:
    json_headers = {"content-type": "application/json"}
    responses = [
        client.get("/v1/search", params={"q": MARKER}),
        client.post("/v1/search", json={"query": MARKER}),
        client.get("/v1/search", params={"q": "x", MARKER: "x"}),
        client.get("/v1/search", params={"q": "x", "limit": MARKER}),
        client.get("/v1/search", params={"q": "x", "minister": MARKER}),
        client.post("/v1/search", json={"query": "x", MARKER: "x"}),
        client.post("/v1/search", json={"query": "x", "kind": [MARKER]}),
        client.post("/v1/search", content=f'{{"query": "{MARKER}"', headers=json_headers),
        client.post("/v1/search", content=MARKER * 20_000, headers=json_headers),
        client.get("/v1/search", params={"q": MARKER, "match": "exact"}),
        client.get("/v1/search", params={"q": f"({MARKER}", "match": "words"}),
        client.get("/v1/search", params={"q": "x", "match": "exact", "cursor": MARKER}),
        client.get("/v1/export", params={"q": MARKER}),
        client.get("/v1/export", params={"q": f"{MARKER}*"}),
        client.get("/v1/feed.atom", params={"q": MARKER}),
        client.get("/v1/feed.atom", params={"q": "x", "minister": MARKER}),
        client.get("/v1/counts", params={"q": MARKER, "by": "month"}),
        client.post("/v1/collection", json={"items": [{"key": MARKER, "passage": "0" * 16, "note": MARKER}]}),
        client.post("/v1/collection", json={"items": [{"key": MARKER, "passage": MARKER, "note": MARKER}]}),
        client.post("/v1/collection/export", json={"items": [], "format": MARKER}),
        client.post("/basket/export", files={"items": (None, MARKER)}),
        client.get("/v1/counts", params={"by": MARKER}),
        client.get("/v1/timeline", params={"q": MARKER}),
        client.get("/timeline", params={"q": MARKER, "match": "exact"}),
        client.get("/timeline.svg", params={"q": MARKER, "match": "exact"}),
        client.get("/timeline.svg", params={"q": MARKER, "size": MARKER}),
        client.get(f"/v1/answers/{MARKER}"),
        client.get(f"/{MARKER}"),
        client.request(MARKER.upper(), "/v1/search"),
        client.get("/v1/search", params={"q": "x"}, headers={"user-agent": MARKER, "referer": MARKER}),
    ]
    return [response.status_code for response in responses]


def test_no_log_has_a_word_of_what_was_asked(client: TestClient, caplog, capfd):
    caplog.set_level(logging.DEBUG, logger="service")
    statuses = ask_everything(client)
    new = [200, 422, 422, 200, 422, 200, 422, 200, 200, 422, 422, 422, 422, 200, 200, 200, 422]
    assert statuses == [200, 200, 422, 422, 422, 422, 422, 400, 413, *new, 404, 404, 405, 200]
    written = caplog.text + "".join(capfd.readouterr())
    assert MARKER not in written.lower()
    ours = [
        one.getMessage().rpartition(" ms")[0].rsplit(" ", 1)[0]
        for one in caplog.records
        if one.name == "service.access_log"
    ]
    assert ours == [
        "GET /v1/search 200",
        "POST /v1/search 200",
        "GET /v1/search 422",
        "GET /v1/search 422",
        "GET /v1/search 422",
        "POST /v1/search 422",
        "POST /v1/search 422",
        "POST /v1/search 400",
        "POST /v1/search 413",
        "GET /v1/search 200",
        "GET /v1/search 422",
        "GET /v1/search 422",
        "GET /v1/export 200",
        "GET /v1/export 422",
        "GET /v1/feed.atom 200",
        "GET /v1/feed.atom 422",
        "GET /v1/counts 200",
        "POST /v1/collection 200",
        "POST /v1/collection 422",
        "POST /v1/collection/export 422",
        "POST /basket/export 422",
        "GET /v1/counts 422",
        "GET /v1/timeline 200",
        "GET /timeline 200",
        "GET /timeline.svg 200",
        "GET /timeline.svg 422",
        "GET /v1/answers/{key} 404",
        "GET (no route) 404",
        "OTHER /v1/search 405",
        "GET /v1/search 200",
    ]


def test_a_head_request_is_logged_as_one(client: TestClient, caplog):
    caplog.set_level(logging.INFO, logger="service")
    client.head("/healthz")
    assert caplog.messages[-1].startswith("HEAD /healthz 200 ")


def test_an_unexpected_fault_tells_the_log_where_and_the_user_nothing(failing_client: TestClient, caplog, capfd):
    caplog.set_level(logging.DEBUG, logger="service")
    for response in (
        failing_client.get("/v1/search", params={"q": MARKER}),
        failing_client.post("/v1/search", json={"query": MARKER}),
    ):
        assert response.status_code == 500
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json() == {
            "type": "urn:despatch-box:problem:unexpected-fault",
            "title": "Unexpected fault",
            "status": 500,
            "detail": "this is a fault in Despatch Box, not in the request; the service's log says where it arose",
            "instance": "/v1/search",
            "request_id": response.headers["x-request-id"],
        }
        assert f"\nRequest {response.headers['x-request-id']}\n" in caplog.text
    written = caplog.text + "".join(capfd.readouterr())
    assert MARKER not in written
    assert "Unexpected fault in /v1/search\nbuiltins.RuntimeError\n" in caplog.text
    assert "builtins.KeyError\n" in caplog.text
    assert "in encode_queries" in caplog.text


def test_a_reader_is_told_of_an_unexpected_fault_on_a_page_with_the_safe_headers(failing_client: TestClient, caplog):
    caplog.set_level(logging.DEBUG, logger="service")
    response = failing_client.get("/", params={"q": MARKER}, headers=READER)
    assert (response.status_code, response.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "<h1>Unexpected fault</h1>" in response.text
    assert MARKER not in response.text + caplog.text


def test_where_the_page_of_a_fault_fails_too_the_fault_is_told_as_data(failing_client: TestClient, caplog, monkeypatch):
    def failing(*given: object, **context: object) -> None:
        raise ValueError(MARKER)

    monkeypatch.setattr("service.handlers.render", failing)
    response = failing_client.get("/", params={"q": "x"}, headers=READER)
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["title"] == "Unexpected fault"
    assert MARKER not in caplog.text
    assert "Unexpected fault in the page that tells of it\nbuiltins.ValueError\n" in caplog.text


def ask_directly(app, headers=(), chunks=(b"",)):
    """Send a request to an ASGI application and return the messages it sends."""
    sent = []
    left = list(chunks)

    async def receive():
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": list(headers)}
    asyncio.run(app(scope, receive, send))
    return sent


def test_a_fault_after_the_response_began_is_logged_and_adds_nothing(caplog):
    async def half_way(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError(MARKER)

    assert [message["type"] for message in ask_directly(AccessLog(half_way))] == ["http.response.start"]
    assert "builtins.RuntimeError" in caplog.text
    assert MARKER not in caplog.text


async def read_all(scope, receive, send):
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.mark.parametrize("claimed", [b"10", b"-1", b"x", "٣".encode(), b""])
def test_a_body_is_counted_whatever_its_header_claims(claimed):
    headers = [(b"content-length", claimed)]
    with pytest.raises(HTTPException) as raised:
        ask_directly(BodyLimit(read_all), headers, [b"a" * 40_000, b"a" * 40_000])
    assert raised.value.status_code == 413
    assert ask_directly(BodyLimit(read_all), headers, [b"a" * 40_000, b"a" * 25_536])[0]["status"] == 200


@pytest.mark.parametrize("claimed", [b"65537", b"9" * 5000])
def test_a_body_that_claims_to_be_too_large_is_not_read(claimed):
    chunks = [b"a", b"a"]
    with pytest.raises(HTTPException):
        ask_directly(BodyLimit(read_all), [(b"content-length", claimed)], chunks)
