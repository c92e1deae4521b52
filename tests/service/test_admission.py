"""Who is let in, and how often, asked of the whole service."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from service.admission import COSTS, key_in
from service.app import create_app
from service.body_limit import MAX_BODY_BYTES
from service.keys import KeyFile
from service.rate_limit import RateLimiter
from service.settings import Settings, read_settings

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FAR = ("203.0.113.7", 50_000)
ANSWER = "/v1/answers/commons-2025-01-13-205"
MCP = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ASKING_MCP = {"accept": "application/json, text/event-stream", "host": "127.0.0.1"}

Opened = Callable[..., TestClient]


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def opened(built_once: Path, toy_encoder: Encoder, keys: KeyFile, monkeypatch) -> Iterator[Opened]:
    """Open a service for clients at addresses, such as `opened(("192.0.2.1", 1), key_limit=5)`; time stands still."""
    monkeypatch.setattr("service.admission.RateLimiter", lambda: RateLimiter(clock=lambda: 1_000.0))
    with ExitStack() as stack:
        apps: dict[str, Any] = {}

        def one(address: tuple[str, int] = FAR, **given: Any) -> TestClient:
            if not apps:
                settings = Settings(data=built_once, keys_file=keys.path, **given)
                apps["app"] = create_app(settings, encoder=toy_encoder)
                stack.enter_context(TestClient(apps["app"]))
            # Only the first is entered: the others ask the same running service from elsewhere.
            return TestClient(apps["app"], client=address)

        yield one


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


# Keys


def test_without_settings_everything_is_open_and_no_limit_is_told_on_this_machine(opened: Opened):
    client = opened(("127.0.0.1", 1))
    found = client.get("/v1/search", params={"q": "buses"})
    assert found.status_code == 200
    assert [name for name in found.headers if name.startswith("ratelimit")] == []


def test_where_a_key_is_needed_nothing_is_read_without_one(opened: Opened, keys: KeyFile):
    key = keys.add("library", date(2026, 11, 23))
    client = opened(require_key=True)
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/", {"headers": READER}),
        ("GET", "/", {"headers": {"Accept": "application/json"}}),
        ("GET", "/openapi.json", {}),
        ("GET", "/v1/search?q=buses", {}),
        ("HEAD", ANSWER, {}),
        ("POST", "/v1/search", {"json": {"query": "buses"}}),
        ("GET", "/v1/feed.atom?q=buses", {}),
        ("GET", "/nowhere", {}),
        ("POST", "/mcp", {"json": MCP, "headers": ASKING_MCP}),
    ]
    for method, path, given in calls:
        refused = client.request(method, path, **given)
        assert refused.status_code == 401, path
        assert refused.headers["www-authenticate"] == 'Bearer realm="Despatch Box"'
        assert refused.headers["cache-control"] == "no-store"
        with_key = {**given, "headers": {**given.get("headers", {}), **bearer(key)}}
        assert client.request(method, path, **with_key).status_code == (404 if path == "/nowhere" else 200), path


def test_whether_the_service_is_well_is_told_without_a_key_as_are_style_sheets(opened: Opened, keys: KeyFile):
    keys.add("library", date(2026, 11, 23))
    client = opened(require_key=True, address_limit=1)
    page = client.get("/", headers=READER)
    static = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert static
    for path in ["/healthz", "/readyz", *static, "/healthz"]:
        assert client.get(path).status_code == 200


def test_who_lacks_a_key_is_told_how_programs_and_people_get_in(opened: Opened, keys: KeyFile):
    keys.add("library", date(2026, 11, 23))
    client = opened(require_key=True)
    refused = client.get(ANSWER)
    told = refused.json()
    assert told.pop("request_id") == refused.headers["x-request-id"]
    assert told == {
        "type": "urn:despatch-box:problem:key-needed",
        "title": "Key needed",
        "status": 401,
        "detail": (
            "reading here needs a key, which programs send as `Authorization: Bearer KEY`; whoever runs the service "
            "makes keys with `despatch keys add`, or puts a login for people in front of it"
        ),
        "instance": ANSWER,
    }
    page = client.get("/", headers=READER)
    assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "<h1>Key needed</h1>" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.parametrize("is_needed", [True, False])
def test_a_key_that_is_not_known_is_refused_even_where_none_is_needed(opened: Opened, keys: KeyFile, is_needed: bool):
    keys.add("library", date(2026, 11, 23))
    client = opened(require_key=is_needed)
    for headers in (bearer("despatch_guess"), {"X-API-Key": "despatch_guess"}, bearer("\xe9")):
        refused = client.get(
            ANSWER, headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        )
        assert (refused.status_code, refused.json()["title"]) == (401, "Unknown key")
        assert refused.headers["www-authenticate"] == 'Bearer realm="Despatch Box", error="invalid_token"'
        assert "guess" not in refused.text


def test_where_there_are_no_keys_what_a_login_in_front_passes_on_is_let_through(opened: Opened):
    client = opened()
    assert client.get(ANSWER, headers=bearer("of-another-system")).status_code == 200


def test_a_removed_key_is_refused_even_where_no_key_is_left_and_none_is_needed(opened: Opened, keys: KeyFile):
    key = keys.add("library", date(2026, 11, 23))
    client = opened()
    assert client.get(ANSWER, headers=bearer(key)).status_code == 200
    keys.remove("library")
    for headers in (bearer(key), {"X-API-Key": key}):
        refused = client.get(ANSWER, headers=headers)
        assert (refused.status_code, refused.json()["title"]) == (401, "Unknown key")
    assert client.get(ANSWER).status_code == 200


def test_a_login_of_another_kind_is_no_key(opened: Opened, keys: KeyFile):
    key = keys.add("library", date(2026, 11, 23))
    client = opened()
    assert client.get(ANSWER, headers={"Authorization": "Basic bWU6c2VjcmV0"}).status_code == 200
    both = {"Authorization": "Basic bWU6c2VjcmV0", "X-API-Key": key}
    assert client.get(ANSWER, headers=both).headers["ratelimit-policy"].startswith('"key"')


def test_a_key_made_or_removed_counts_from_the_next_request_on(opened: Opened, keys: KeyFile):
    first = keys.add("library", date(2026, 11, 23))
    client = opened(require_key=True)
    second = keys.add("press", date(2026, 11, 23))
    assert client.get(ANSWER, headers=bearer(second)).status_code == 200
    keys.remove("library")
    assert client.get(ANSWER, headers=bearer(first)).status_code == 401
    keys.remove("press")
    assert client.get(ANSWER, headers=bearer(second)).status_code == 401
    keys.path.unlink()
    assert client.get(ANSWER, headers=bearer(second)).status_code == 401


def test_a_file_spoilt_while_it_runs_changes_nothing_and_is_told_in_the_log(opened: Opened, keys: KeyFile, caplog):
    key = keys.add("library", date(2026, 11, 23))
    client = opened(require_key=True)
    keys.path.write_text("{", "utf-8")
    for _ in range(2):
        assert client.get(ANSWER, headers=bearer(key)).status_code == 200
        assert client.get(ANSWER).status_code == 401
    told = [one for one in caplog.messages if one.startswith("The keys stay as they were: keys_file:")]
    assert len(told) == 1


def test_a_service_that_needs_a_key_does_not_start_without_one_or_with_a_file_it_can_not_read(tmp_path: Path):
    with pytest.raises(
        QueryError, match=r"there is none in .*keys\.json: run `despatch keys add NAME` first"
    ) as raised:
        create_app(Settings(data=tmp_path, require_key=True))
    assert raised.value.field == "require_key"
    (tmp_path / "keys.json").write_text("{", "utf-8")
    with pytest.raises(QueryError, match="is not as it was written"):
        create_app(Settings(data=tmp_path))


def test_neither_a_key_nor_what_was_asked_with_it_is_logged(opened: Opened, keys: KeyFile, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    key = keys.add("library", date(2026, 11, 23))
    client = opened(key_limit=8)
    for sent in (key, key, "despatch_zyzzyva", ""):
        client.get("/v1/search", params={"q": "zyzzyva"}, headers=bearer(sent) if sent else {})
    assert [one.rsplit(" ", 2)[0] for one in caplog.messages if one.startswith("GET")] == [
        "GET /v1/search 200",
        "GET (no route) 429",
        "GET (no route) 401",
        "GET /v1/search 200",
    ]
    written = "".join(line for line in caplog.text.splitlines() if "HTTP Request" not in line) + "".join(
        capfd.readouterr()
    )
    assert "zyzzyva" not in written
    assert key not in written


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"Authorization": "Bearer abc"}, b"abc"),
        ({"authorization": "bearer   abc "}, b"abc"),
        ({"Authorization": "Bearer"}, None),
        ({"Authorization": "Bearer ", "X-API-Key": "abc"}, b"abc"),
        ({"Authorization": "Basic abc"}, None),
        ({"X-API-Key": " "}, None),
        ({}, None),
    ],
)
def test_a_key_is_sent_in_either_header_and_nowhere_else(headers: dict[str, str], found: bytes | None):
    assert key_in(Headers(headers)) == found


def test_a_key_in_the_address_where_proxies_would_log_it_is_an_unknown_parameter(opened: Opened, keys: KeyFile):
    key = keys.add("library", date(2026, 11, 23))
    found = opened().get(ANSWER, params={"api_key": key})
    assert (found.status_code, found.json()["field"]) == (422, "api_key")


# Limits


def test_an_address_is_told_its_limit_what_is_left_and_when_to_come_again(opened: Opened):
    client = opened(address_limit=12)
    found = client.get("/v1/search", params={"q": "buses"})
    assert found.headers["ratelimit-policy"] == '"address";q=12;w=60'
    assert found.headers["ratelimit"] == '"address";r=7;t=35'
    assert client.get("/v1/search", params={"q": "buses"}).status_code == 200
    refused = client.get("/v1/search", params={"q": "buses"})
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
    assert refused.headers["retry-after"] == "15"
    assert refused.headers["ratelimit"] == '"address";r=2;t=10'
    assert refused.headers["cache-control"] == "no-store"
    told = refused.json()
    assert told.pop("request_id") == refused.headers["x-request-id"]
    assert told == {
        "type": "urn:despatch-box:problem:too-many-requests",
        "title": "Too many requests",
        "status": 429,
        "detail": "this address has asked too often: wait 15 seconds, as Retry-After says; this call counts as 5",
        "instance": "/v1/search",
    }
    assert client.get(ANSWER).status_code == 200
    page = client.get("/", headers=READER)
    assert (page.status_code, "<h1>Too many requests</h1>" in page.text) == (429, True)


def test_each_path_that_costs_more_is_one_that_there_is_and_costs_it(opened: Opened):
    for number, (path, cost) in enumerate(COSTS.items()):
        client = opened((f"203.0.113.{number}", 1), address_limit=1_000)
        # What they need is not sent, so that nothing is worked out. One of the two there is.
        found = client.post(path, headers=READER), client.get(path, headers=READER)
        assert [one.headers["ratelimit"].partition(";t")[0] for one in found] == [
            f'"address";r={1_000 - times * cost}' for times in (1, 2)
        ]
        assert {one.status_code for one in found} != {404}


def test_each_address_has_a_limit_of_its_own_and_a_whole_ipv6_network_has_one(opened: Opened):
    def left(address: str) -> str:
        found = opened((address, 1), address_limit=10).get(ANSWER).headers
        return found.get("ratelimit", "none").partition(";t")[0]

    assert [left("203.0.113.7"), left("203.0.113.7"), left("203.0.113.8")] == [
        f'"address";r={number}' for number in (9, 8, 9)
    ]
    networks = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:203.0.113.8"]
    assert [left(one) for one in networks] == [f'"address";r={number}' for number in (9, 8, 9, 8)]
    assert [left(one) for one in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "testclient")] == ["none"] * 5


def test_a_key_has_one_limit_wherever_it_is_used_and_does_not_use_up_the_addresss(opened: Opened, keys: KeyFile):
    key, other = keys.add("library", date(2026, 11, 23)), keys.add("press", date(2026, 11, 23), per_minute=2)
    free = keys.add("front-page", date(2026, 11, 23), per_minute=0)
    here, there = opened(FAR, key_limit=3, address_limit=1), opened(("127.0.0.1", 1))
    policy = "ratelimit-policy"
    assert here.get(ANSWER, headers=bearer(key)).headers[policy] == '"key";q=3;w=60'
    assert [there.get(ANSWER, headers=bearer(key)).status_code for _ in range(3)] == [200, 200, 429]
    assert here.get(ANSWER, headers=bearer(other)).headers[policy] == '"key";q=2;w=60'
    assert policy not in here.get(ANSWER, headers=bearer(free)).headers
    assert [here.get(ANSWER).status_code for _ in range(2)] == [200, 429]
    told = here.get(ANSWER).json()["detail"]
    assert told.endswith("as Retry-After says. A key has a limit of its own")
    assert here.get(ANSWER, headers=bearer(key)).json()["detail"].startswith("this key has asked too often")


def test_who_guesses_keys_is_soon_told_to_wait(opened: Opened, keys: KeyFile):
    keys.add("library", date(2026, 11, 23))
    client = opened(address_limit=3, require_key=True)
    found = [client.get(ANSWER, headers=bearer(f"despatch_{number}")).status_code for number in range(5)]
    assert found == [401, 401, 401, 429, 429]


def test_a_limit_of_nought_is_none(opened: Opened):
    assert "ratelimit" not in opened(address_limit=0).get(ANSWER).headers


def test_a_forwarded_address_is_believed_of_a_named_proxy_alone(opened: Opened):
    def left(address: str, forwarded: str) -> str:
        client = opened((address, 1), address_limit=10, trusted_proxies=("127.0.0.1", "10.0.0.0/8"))
        return client.get(ANSWER, headers={"X-Forwarded-For": forwarded}).headers["ratelimit"].partition(";t")[0]

    # Through the proxies named, each address counts for itself.
    assert left("127.0.0.1", "198.51.100.1") == '"address";r=9'
    assert left("10.1.2.3", "198.51.100.2") == '"address";r=9'
    assert left("10.1.2.3", "198.51.100.1") == '"address";r=8'
    # What the client itself put in front of what the proxy says is passed over.
    assert left("127.0.0.1", "192.0.2.99, 198.51.100.1") == '"address";r=7'
    # From elsewhere it is not looked at.
    assert left("203.0.113.7", "198.51.100.3") == '"address";r=9'
    assert left("203.0.113.7", "198.51.100.4") == '"address";r=8'


def test_a_feed_links_to_what_a_named_proxy_says_that_readers_use_and_no_other(opened: Opened):
    def links(address: str) -> list[str]:
        client = opened((address, 1), trusted_proxies=("127.0.0.1",))
        feed = client.get("/v1/feed.atom?q=buses", headers={"X-Forwarded-Proto": "https", "Host": "box.example"}).text
        return sorted(set(re.findall(r"https?://box\.example/", feed)))

    assert links("127.0.0.1") == ["https://box.example/"]
    assert links("203.0.113.7") == ["http://box.example/"]


def test_all_whom_a_proxy_names_by_no_address_share_a_limit(opened: Opened):
    def left(forwarded: str) -> str:
        client = opened(("127.0.0.1", 1), address_limit=10, trusted_proxies=("127.0.0.1",))
        return client.get(ANSWER, headers={"X-Forwarded-For": forwarded}).headers["ratelimit"].partition(";t")[0]

    assert [left("unknown"), left("_hidden"), left("198.51.100.1")] == [f'"address";r={one}' for one in (9, 8, 9)]


def test_a_proxy_elsewhere_that_is_not_named_is_told_of_once_and_without_its_address(opened: Opened, caplog):
    forwarded = {"X-Forwarded-For": "198.51.100.1"}
    for address in ("10.1.2.3", "203.0.113.7", "203.0.113.8", "127.0.0.1"):
        opened((address, 1), trusted_proxies=("10.0.0.0/8",)).get(ANSWER, headers=forwarded)
    told = [one for one in caplog.messages if "that DESPATCH_TRUSTED_PROXIES does not name" in one]
    assert len(told) == 1
    assert "from an address on another machine" in told[0]
    assert "203.0.113" not in caplog.text


def test_nothing_is_said_of_proxies_where_all_that_forward_are_named(opened: Opened, caplog):
    client = opened(("10.1.2.3", 1), trusted_proxies=("10.0.0.0/8",))
    client.get(ANSWER, headers={"X-Forwarded-For": "198.51.100.1"})
    opened(trusted_proxies=("10.0.0.0/8",)).get(ANSWER)
    assert "DESPATCH_TRUSTED_PROXIES" not in caplog.text


def test_behind_a_proxy_that_is_not_named_all_share_a_limit_and_the_log_says_so_once(opened: Opened, caplog):
    client = opened(("127.0.0.1", 1), address_limit=3)
    statuses = [
        client.get(ANSWER, headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code for number in range(4)
    ]
    assert statuses == [200, 200, 200, 429]
    assert len([one for one in caplog.messages if "that DESPATCH_TRUSTED_PROXIES does not name" in one]) == 1
    assert client.get(ANSWER).status_code == 200


def test_assistants_are_counted_too(opened: Opened):
    client = opened(address_limit=5)
    assert client.post("/mcp", json=MCP, headers=ASKING_MCP).status_code == 200
    refused = client.post("/mcp", json=MCP, headers=ASKING_MCP)
    assert (refused.status_code, refused.json()["title"]) == (429, "Too many requests")


def test_a_body_that_is_too_large_is_still_refused_after_the_key(opened: Opened, keys: KeyFile):
    key = keys.add("library", date(2026, 11, 23))
    client = opened(require_key=True)
    body = b"x" * (MAX_BODY_BYTES + 1)
    assert client.post("/v1/search", content=body).status_code == 401
    assert client.post("/v1/search", headers=bearer(key), content=body).status_code == 413


# Settings


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("REQUIRE_KEY", "perhaps", "'perhaps' is neither true nor false"),
        ("ADDRESS_LIMIT", "-1", "'-1' is too small: at least 0 is needed"),
        ("KEY_LIMIT", "many", "'many' is not a whole number"),
        ("TRUSTED_PROXIES", "127.0.0.1 proxy.example", "'proxy.example' is not an address: write that of a proxy"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "'10.0.0.1/8' is not an address"),
        ("TRUSTED_PROXIES", "*", "'*' is not an address"),
        ("CORS_ORIGINS", "*", "'*' is not an origin: write the scheme and host of each site"),
        ("CORS_ORIGINS", "https://a.example/", "'https://a.example/' is not an origin"),
        ("CORS_ORIGINS", "null", "'null' is not an origin"),
    ],
)
def test_a_setting_that_can_not_be_used_is_told_at_the_start(monkeypatch, name: str, value: str, reason: str):
    monkeypatch.setenv(f"DESPATCH_{name}", value)
    with pytest.raises(QueryError) as raised:
        read_settings()
    assert raised.value.field == name.lower()
    assert raised.value.reason.startswith(reason)
    assert raised.value.reason.endswith(f"(set DESPATCH_{name} to another value)")


def test_settings_of_lists_come_from_the_environment_parted_by_commas(monkeypatch):
    monkeypatch.setenv("DESPATCH_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    monkeypatch.setenv("DESPATCH_CORS_ORIGINS", "https://a.example,http://[::1]:8080")
    settings = read_settings()
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    assert settings.cors_origins == ("https://a.example", "http://[::1]:8080")


def test_by_default_no_key_is_needed_no_proxy_believed_and_no_site_let_in():
    settings = Settings()
    assert (settings.require_key, settings.keys_file) == (False, None)
    assert (settings.trusted_proxies, settings.cors_origins) == ((), ())
    assert settings.address_limit == 600
