"""What the tests of the replay server share: a client that knows nothing of the service."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.body)


def fetch_once(url: str, timeout: float = TIMEOUT_SECONDS, **parameters: Any) -> Response:
    """Make one GET request; a list as parameter is sent once for each of its items."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    query = urlencode(parameters, doseq=True)
    try:
        connection.request("GET", parts.path + (f"?{query}" if query else ""), headers={"User-Agent": "replay-test"})
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, headers, response.read())
    finally:
        connection.close()


@pytest.fixture
def fetch() -> Callable[..., Response]:
    return fetch_once


@pytest.fixture
def listed() -> Callable[..., list[int]]:
    """Return the ids in a list, in order; `sessionStatus=Any` unless told otherwise."""

    def ids(url: str, **parameters: Any) -> list[int]:
        response = fetch_once(url, **({"sessionStatus": "Any"} | parameters))
        assert response.status == 200, response.body
        return [item["value"]["id"] for item in response.data["results"]]

    return ids
