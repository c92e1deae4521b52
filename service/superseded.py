"""Sends who asks by a key of before on to the key of now."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request, Response

from service.dependencies import Key, ReadyCorpus

_PREFIXES: Final = ("/v1/answers/", "/answers/")

MOVED: Final[dict[int | str, dict[str, Any]]] = {
    HTTPStatus.PERMANENT_REDIRECT.value: {
        "description": "The answer has another key now, since more is known of it.",
        "headers": {
            "Location": {
                "description": "The same under the key of now.",
                "required": True,
                "schema": {"type": "string", "format": "uri-reference"},
            }
        },
    }
}
"""How the description of a route tells of it."""


class Superseded(Exception):
    """A key that once was an answer's, which has another now.

    Args:
        key: The key of now.
    """

    def __init__(self, key: str) -> None:
        """Keep the key."""
        self.key = key
        super().__init__(key)


def by_key_of_now(corpus: ReadyCorpus, key: Key) -> None:
    """Go on only with the key of now, or with Parliament's own id, which stays.

    Raises:
        Superseded: If the key was an answer's once.
        UnknownKey: If it never was.
    """
    asked = key.strip().lower()
    now = corpus.store.record(corpus.store.number_of(key)).key
    if asked != now and not asked.removeprefix("id-").isdigit():
        raise Superseded(now)


async def moved(request: Request, error: Exception) -> Response:
    """Answer with the way to the same under the key of now."""
    assert isinstance(error, Superseded)  # Registered for nothing else.
    prefix = next(one for one in _PREFIXES if request.url.path.startswith(one))
    rest = request.url.path.removeprefix(prefix).partition("/")[2]
    path = f"{prefix}{quote(error.key, safe='')}{f'/{rest}' if rest else ''}"
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(status_code=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": path + query})
