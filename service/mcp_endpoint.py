"""The path /mcp: the protocol for assistants over streamable HTTP, beside everything else that is served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

import mcp_types as types
from fastapi import FastAPI, Request, Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from retrieval.search import Searcher
from service.body_limit import limit_of
from service.dependencies import searcher_in
from service.faults import shown
from service.mcp_gate import Gate
from service.mcp_server import mcp_server
from service.not_kept import NOT_KEPT
from service.problems import Problem, problem
from service.settings import Settings

PATH: Final = "/mcp"


class McpEndpoint:
    """Answers the protocol's requests; each stands alone, so no client's state is kept.

    Args:
        settings: Says who may ask.
    """

    def __init__(self, settings: Settings) -> None:
        """Keep who may ask; the protocol is not spoken before `running`."""
        self._gate = Gate.of(settings.host, settings.allowed_hosts)
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[None]:
        """Speak the protocol over what the application serves at the time, until the end of the block."""

        async def ready() -> Searcher:
            return searcher_in(app.state.readiness)

        # One a start: it can't be started twice.
        self._manager = StreamableHTTPSessionManager(mcp_server(ready), json_response=True, stateless=True)
        async with self._manager.run():
            yield
        self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, if it may ask."""
        refused = self._refusal(Request(scope))
        if refused is not None:
            headers = {"Allow": "POST"} if refused.status == HTTPStatus.METHOD_NOT_ALLOWED else None
            await refused.response(headers)(scope, receive, send)
            return
        assert self._manager is not None  # No request comes before the start, or after the end.
        try:
            body = await Request(scope, receive).body()
        except HTTPException:
            # Only the limit of bodies raises it; clients tell their users what the protocol's own errors say.
            await _too_large()(scope, receive, _uncached(send))
        except ClientDisconnect:
            return
        else:
            await self._manager.handle_request(scope, _again(body, receive), _uncached(send))

    def _refusal(self, request: Request) -> Problem | None:
        """Return why a request may not ask; None if it may."""
        host, origin = request.headers.get("host"), request.headers.get("origin")
        step = "if clients use it for this service, add it to DESPATCH_ALLOWED_HOSTS"
        if not self._gate.takes_host(host):
            told = f"host: {shown(host or '')} is not a name of this service: {step}"
            return problem(request, HTTPStatus.MISDIRECTED_REQUEST, "Unknown host", told)
        if not self._gate.takes_origin(origin):
            told = f"origin: {shown(origin)} is not a page of this service: {step.replace('it ', 'its host ', 1)}"
            return problem(request, HTTPStatus.FORBIDDEN, "Foreign origin", told)
        if request.method != "POST":
            told = "this path speaks the Model Context Protocol: use POST, from an assistant or an editor"
            return problem(request, HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed", told)
        return None


def _too_large() -> Response:
    told = f"Request too large: the body is larger than {limit_of(PATH)} bytes, and a call needs less: send less text"
    error = types.JSONRPCError(jsonrpc="2.0", id=None, error=types.ErrorData(code=types.INVALID_REQUEST, message=told))
    content = error.model_dump_json(by_alias=True, exclude_unset=True)
    return Response(content, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, media_type="application/json")


def _again(body: bytes, receive: Receive) -> Receive:
    """Return how to receive a request whose body was read."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return whole.pop() if whole else await receive()

    return received


def _uncached(send: Send) -> Send:
    """Return how to send a response that no cache keeps: a draft or a quotation can be told from it."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(NOT_KEPT)
        await send(message)

    return sent


class McpRoute(Route):
    """The route to an endpoint, which the log can tell by its path."""

    def __init__(self, endpoint: McpEndpoint) -> None:
        """Take every method: the endpoint says which it answers."""
        super().__init__(PATH, endpoint, include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as any route, and leave word of it in the scope."""
        match, child = super().matches(scope)
        return match, {**child, "route": self}
