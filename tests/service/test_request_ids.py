"""Each request has an id: whoever had a problem quotes it, and whoever reads the log finds it."""

import asyncio
import re

import pytest
from fastapi.testclient import TestClient

from service.request_ids import RequestIds, request_id

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("given", ["a", "7f9c2ba4e88f827d", "01JD-x.y_z:3", "A" * 64])
def test_a_plain_id_of_the_callers_is_taken_and_sent_back(client: TestClient, given):
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "-a", "a b", "A" * 65, "a\tb", "a;b", "<b>", "a=b", "é".encode()])
def test_any_other_gives_way_to_one_made_here(client: TestClient, given):
    made = client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)


def test_of_two_ids_neither_is_taken(client: TestClient):
    made = client.get("/healthz", headers=[("X-Request-ID", "one"), ("X-Request-ID", "two")])
    assert re.fullmatch(r"[0-9a-f]{16}", made.headers["x-request-id"])


def test_requests_without_one_get_one_each(client: TestClient):
    assert len({client.get("/healthz").headers["x-request-id"] for _ in range(5)}) == 5


def test_a_problem_has_the_id_of_its_request(client: TestClient):
    for path, status in (("/v1/search", 422), ("/nowhere", 404), ("/v1/answers/unknown", 404)):
        response = client.get(path, headers={"X-Request-ID": "quote-me"})
        assert (response.status_code, response.json()["request_id"]) == (status, "quote-me")
        assert response.headers["x-request-id"] == "quote-me"


def test_a_page_of_a_fault_gives_the_id_to_quote_and_one_of_a_mistake_does_not(failing_client: TestClient):
    headers = {**READER, "X-Request-ID": "quote-me"}
    fault = failing_client.get("/", params={"q": "buses"}, headers=headers)
    assert (fault.status_code, fault.headers["x-request-id"]) == (500, "quote-me")
    assert "<p>If you report this, quote the reference quote-me.</p>" in fault.text
    mistake = failing_client.get("/nowhere", headers=headers)
    assert (mistake.status_code, "quote-me" in mistake.text) == (404, False)


async def unused(*given):
    raise AssertionError(given)


def test_there_is_an_id_within_a_request_and_none_outside_of_one():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope["type"], request_id()))

    wrapped = RequestIds(app)

    async def ask():
        await wrapped({"type": "lifespan"}, unused, unused)
        await wrapped({"type": "http", "headers": [(b"x-request-id", b"mine")]}, unused, unused)
        seen.append(("after", request_id()))

    asyncio.run(ask())
    assert seen == [("lifespan", ""), ("http", "mine"), ("after", "")]
