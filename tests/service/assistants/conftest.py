"""Clients of the protocol's own SDK, in this process, over standard input and output, and over HTTP."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult, ListToolsResult, TextContent

from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.search import Searcher
from service.assistants.paging import MAX_CHARACTERS
from service.assistants.tools import TOOLS
from service.mcp_server import mcp_server
from tests.conftest import ToyEncoder
from tests.replay.invented import question

if TYPE_CHECKING:
    from tests.service.conftest import Running

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

PROGRAM = """
import sys
from service.mcp_stdio import serve_stdio
from service.settings import read_settings
from tests.conftest import ToyEncoder
serve_stdio(read_settings(data=sys.argv[1]), encoder=ToyEncoder())
"""


@dataclass(frozen=True)
class Told:
    """What a call came to; an error has no data."""

    is_error: bool
    text: str
    data: dict[str, Any]
    characters: int

    @classmethod
    def of(cls, result: CallToolResult) -> Told:
        """Read a result, and hold it to the limit that all have."""
        assert [type(one) for one in result.content] == [TextContent]
        text = result.content[0]
        assert isinstance(text, TextContent)
        data = result.structured_content
        sent = len(json.dumps(text.text, ensure_ascii=False)) + len(
            json.dumps(data, ensure_ascii=False, separators=(",", ":")) if data is not None else ""
        )
        assert sent <= MAX_CHARACTERS
        return cls(result.is_error, text.text, data, sent)


class Assistant:
    """A client that is connected, for tests that are no coroutines."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        """Keep both."""
        self._portal, self.client = portal, client

    def call(self, tool: str, /, **arguments: Any) -> Told:
        """Call a tool, and hold what it gives to the schema it was listed with, as clients do, in errors too."""
        result = self._portal.call(self.client.call_tool, tool, arguments)
        if result.structured_content is not None:
            jsonschema.validate(result.structured_content, TOOLS[tool].output_schema(), jsonschema.Draft202012Validator)
        return Told.of(result)

    def tools(self) -> ListToolsResult:
        """List the tools."""
        return self._portal.call(self.client.list_tools)


Connected = Callable[..., Any]


@contextmanager
def connected(server: Any, mode: str = "auto") -> Iterator[Assistant]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server, mode=mode)) as client,
    ):
        yield Assistant(portal, client)


@pytest.fixture
def talking() -> Connected:
    """Connect a client to a server, a transport, an address or a command."""
    return connected


@pytest.fixture
def over(tmp_path: Path) -> Callable[[Path, Encoder], Any]:
    """Connect a client, in this process, to a server over a data directory."""

    def to(data: Path, encoder: Encoder) -> Any:
        searcher = Searcher.open(data, encoder)

        async def ready() -> Searcher:
            return searcher

        return connected(mcp_server(ready))

    return to


@pytest.fixture
def assistant(built_once: Path, toy_encoder: Encoder, over: Any) -> Iterator[Assistant]:
    """Give a client, in this process, of the twelve records."""
    with over(built_once, toy_encoder) as found:
        yield found


@pytest.fixture
def filled_assistant(filled_once: Path, toy_encoder: Encoder, over: Any) -> Iterator[Assistant]:
    """Give a client, in this process, of records of every kind."""
    with over(filled_once, toy_encoder) as found:
        yield found


@pytest.fixture
def command() -> Callable[..., StdioServerParameters]:
    """Make the command that an assistant starts, with a toy encoder."""

    def of(data: Path, **environment: str) -> StdioServerParameters:
        env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        return StdioServerParameters(command=sys.executable, args=["-c", PROGRAM, str(data)], env=env, cwd=ROOT)

    return of


@pytest.fixture
def over_stdio(command: Any, tmp_path: Path) -> Callable[..., Any]:
    """Connect a client to a process of its own over standard input and output; its log goes to `stderr.txt`."""

    @contextmanager
    def to(data: Path, mode: str = "auto", **environment: str) -> Iterator[Assistant]:
        with (
            (tmp_path / "stderr.txt").open("w") as log,
            connected(stdio_client(command(data, **environment), errlog=log), mode) as found,
        ):
            yield found

    return to


@pytest.fixture
def over_http(start: Callable[..., Running]) -> Callable[..., Any]:
    """Connect a client to a real server on loopback."""

    @contextmanager
    def to(data: Path, mode: str = "auto", **environment: str) -> Iterator[Assistant]:
        server = start(data, **environment)
        with connected(f"http://{server.host}:{server.port}/mcp", mode) as found:
            yield found

    return to


@pytest.fixture(params=["stdio", "http"])
def over_either(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Connect a client over each transport in turn."""
    to: Callable[..., Any] = request.getfixturevalue(f"over_{request.param}")
    return to


@pytest.fixture
def built_of(tmp_path: Path) -> Callable[..., Path]:
    """Build a data directory of invented questions."""

    def of(*values: dict[str, Any]) -> Path:
        source = tmp_path / "invented.jsonl"
        source.write_text("".join(f"{json.dumps(value)}\n" for value in values), encoding="utf-8")
        build([str(source)], tmp_path / "invented", ToyEncoder(), now=NOW)
        return tmp_path / "invented"

    return of


@pytest.fixture
def invented() -> Callable[..., dict[str, Any]]:
    """Make an invented question, with fields of the API in the place of its own."""
    return question
