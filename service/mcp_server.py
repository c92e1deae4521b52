"""The Model Context Protocol over one searcher: lists the tools, runs them in threads, and tells what went wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import anyio.to_thread
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from retrieval.errors import DespatchError, StoreFault
from retrieval.search import Searcher
from service.access_log import without_texts
from service.assistants.failing import failure, failure_of, failure_of_faults
from service.assistants.results import Result
from service.assistants.texts import text_of
from service.assistants.tools import INSTRUCTIONS, TOOLS, Tool
from service.faults import faults

LOGGER: Final = logging.getLogger(__name__)

Ready = Callable[[], Awaitable[Searcher]]
"""Gives the searcher of this moment, or raises why there is none."""

# Nothing is changed, and nothing outside the index is asked.
_READ_ONLY: Final = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def mcp_server(ready: Ready) -> Server[Any]:
    """Return a server of the tools, for any transport.

    Args:
        ready: Asked once a call, so that a new snapshot is taken up between two.
    """

    async def listed(
        context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=list(_described().values()))

    async def called(context: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no such tool. Those there are: {', '.join(TOOLS)}")
        started = time.perf_counter()
        result = await _run(tool, params.arguments or {}, ready)
        state = "error" if result.is_error else result.structured_content["outcome"]
        LOGGER.info("%s: %s, %.1f ms", tool.name, state, (time.perf_counter() - started) * 1000)
        return result

    server = Server[Any](
        "despatch-box",
        title="Despatch Box",
        version=version("despatch-box"),
        instructions=INSTRUCTIONS,
        get_tool_input_schema=_input_schema,
        on_list_tools=listed,
        on_call_tool=called,
    )
    # Nothing that is asked is told to anyone: the SDK would hand it to a tracer that it finds set up.
    server.middleware.clear()
    return server


@cache
def _described() -> dict[str, types.Tool]:
    """Return the tools by name, as clients are told of them; to write their schemas takes a tenth of a second."""
    return {
        tool.name: types.Tool(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            input_schema=tool.input_schema(),
            output_schema=tool.output_schema(),
            annotations=_READ_ONLY,
        )
        for tool in TOOLS.values()
    }


def _input_schema(name: str) -> dict[str, Any] | None:
    tool = _described().get(name)
    return tool.input_schema if tool else None


async def _run(tool: Tool[Any], arguments: dict[str, Any], ready: Ready) -> types.CallToolResult:
    """Run a tool in a thread; whatever goes wrong becomes a result that says so, as the protocol wants it."""
    searcher: Searcher | None = None
    try:
        asked = tool.asked.model_validate(arguments)
        searcher = await ready()
        return await anyio.to_thread.run_sync(_done, tool, searcher, asked)
    except ValidationError as error:
        return failure_of_faults(faults(error.errors(include_url=False), tool.asked.model_fields))
    except DespatchError as error:
        if isinstance(error, StoreFault):
            LOGGER.warning("A call failed: %s", error, extra={"event": "store"})
        return failure_of(error, searcher)
    except Exception as error:  # noqa: BLE001 - the last place where a fault can be kept from the outside
        LOGGER.error("Unexpected fault in %s\n%s", tool.name, "".join(without_texts(error)))
        told = "this is a fault in Despatch Box, not in the call; its log says where it arose"
        return failure("Unexpected fault", told)


def _done(tool: Tool[Any], searcher: Searcher, asked: Any) -> types.CallToolResult:
    result: Result = tool.run(searcher, asked)
    return types.CallToolResult(content=[types.TextContent(text=text_of(result))], structured_content=result.data())
