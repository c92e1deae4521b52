"""Whether a request is a reader's, who gets a page, or a program's, which gets data."""

from __future__ import annotations

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

_FOR_PROGRAMS = ("/v1/", "/mcp", "/healthz", "/readyz", "/openapi.json")


class PageRoute(APIRoute):
    """The route of a page whose path has data too: a request for JSON, and not for HTML, is left to the data's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how well the route fits a request."""
        accepted = Headers(scope=scope).get("accept", "").lower() if scope["type"] == "http" else ""
        if "application/json" in accepted and "text/html" not in accepted:
            return Match.NONE, {}
        return super().matches(scope)


def is_for_a_reader(request: Request) -> bool:
    """Return whether what went wrong with a request is told on a page."""
    path: str = request.scope["path"]
    if path.startswith(_FOR_PROGRAMS):
        return False
    return "text/html" in request.headers.get("accept", "").lower()
