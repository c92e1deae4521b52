"""Over HTTP there is nothing but reading: no call changes anything, and none is for administrators."""

from __future__ import annotations

from pathlib import Path

from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from retrieval.encoders import Encoder
from service.app import _PAGES, _ROUTES, create_app
from service.settings import Settings

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# To keep what is asked out of addresses, or because it is too long for one.
SENT = {
    *("/v1/search", "/v1/similar-questions", "/v1/verify-quote", "/v1/verify-briefing", "/v1/collection"),
    *("/v1/collection/export", "/basket/export", "/asked", "/quotes"),
}


def test_every_call_over_http_is_a_known_one_that_reads(tmp_path: Path):
    routes = [route for part in (*_PAGES, *_ROUTES) for route in part.router.routes if isinstance(route, APIRoute)]
    operations = {(route.path, method) for route in routes for method in route.methods or ()}
    assert {method for _, method in operations} == {"GET", "POST"}
    assert {path for path, method in operations if method == "POST"} == SENT
    with TestClient(create_app(Settings(data=tmp_path)), base_url="http://127.0.0.1") as client:
        for path in (
            {path for path, _ in operations} | SENT | {"/", "/mcp", "/timeline", "/basket", "/static/x/pages.css"}
        ):
            for method in ("PUT", "PATCH", "DELETE", "TRACE"):
                assert client.request(method, path).status_code == 405, (method, path)
        for path in ("/admin", "/v1/admin", "/v1/keys", "/v1/reload", "/v1/build", "/debug", "/docs", "/redoc", "/env"):
            assert client.get(path).status_code == 404, path


def test_no_call_over_http_changes_anything_on_the_disk(built_once: Path, toy_encoder: Encoder):
    def files() -> dict[Path, tuple[int, int]]:
        return {
            path: (path.stat().st_mtime_ns, path.stat().st_size) for path in built_once.rglob("*") if path.is_file()
        }

    app = create_app(Settings(data=built_once), encoder=toy_encoder)
    with TestClient(app) as client:
        before = files()
        assert before
        key = "commons-2025-01-13-205"
        for path in (
            "/",
            f"/answers/{key}",
            "/timeline?q=buses",
            "/coverage",
            f"/v1/answers/{key}",
            "/v1/export?q=bus",
        ):
            assert client.get(path, headers=READER).status_code == 200, path
        assert (
            client.post("/asked", data={"text": "how many buses run in rural areas"}, headers=READER).status_code == 200
        )
        assert client.post("/quotes", data={"text": '"village bus services"'}, headers=READER).status_code == 200
        assert client.post("/v1/search", json={"query": "buses"}).status_code == 200
        for path in SENT:
            client.post(path, json={})
        assert files() == before
