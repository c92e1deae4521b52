"""Writes docs/mcp-transcript.md: what a client of the protocol's own SDK hears of each tool, on both transports.

python scripts/mcp_transcript.py            print it
python scripts/mcp_transcript.py --write    write it to docs/mcp-transcript.md

It indexes the seed documents into a temporary folder, starts `despatch mcp` and `despatch serve` as processes of their
own, and calls every tool over standard input and output and then over HTTP. It ends with an error if the two differ.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from retrieval.build import build
from retrieval.encoders import SentenceEncoder

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENT: Final = ROOT / "docs" / "mcp-transcript.md"
NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMAND: Final = [sys.executable, "-c", "from service.cli import main; main()"]
QUESTION: Final = "How many foreign national offenders were returned in a year?"
KEY: Final = "{key of the first hit}"

CALLS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("search_answers", {"query": QUESTION, "limit": 1}),
    ("search_answers", {"query": "subsidies for growing mangoes in greenhouses"}),
    ("search_answers", {"query": QUESTION, "answering_body": ["Hom Offce"]}),
    ("get_answer", {"key": KEY}),
    ("get_answer", {"key": "commons-1999-01-01-1"}),
    ("get_thread", {"key": KEY}),
    ("get_history", {"key": KEY}),
    ("cite", {"key": KEY, "paragraph": 3}),
    ("similar_questions", {"text": QUESTION, "limit": 1}),
    ("verify_quote", {"text": "over 5,500 foreign national offenders (FNOs) have been returned from the UK"}),
    ("list_filters", {"filter": "minister"}),
    ("coverage", {}),
]
"""Each tool, one that finds nothing, and two that are errors."""


async def transcript(server: StdioServerParameters | str) -> list[tuple[str, dict[str, Any], CallToolResult]]:
    """Call every tool in turn and return each call with what came of it."""
    told = []
    async with Client(server) as client:
        key = ""
        for tool, arguments in CALLS:
            given = {name: key if value == KEY else value for name, value in arguments.items()}
            result = await client.call_tool(tool, given)
            if not key:
                key = result.structured_content["hits"][0]["key"]
            told.append((tool, given, result))
    return told


@contextlib.contextmanager
def serving(data: Path) -> Iterator[str]:
    """Start the service on a free port, and give the address of the protocol."""
    command = [*COMMAND, "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stderr.readline() if process.stderr else ""
            found = re.search(r"http://[^ ,:]+:\d+", line)
            if not found:
                raise SystemExit(f"the service did not start: {line}")
            yield f"{found[0]}/mcp"
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


def written(stdio: list[tuple[str, dict[str, Any], CallToolResult]], tools: list[str]) -> str:
    """Return the document.

    Args:
        stdio: What was told; the same on both transports.
        tools: The names of the tools that are served.
    """
    lines = [
        "# What an assistant hears",
        "",
        "A client of the protocol's own SDK called each tool over the seed documents, over standard input and output "
        "(`despatch mcp`) and over HTTP (`/mcp`). Both gave the same results. This page is made by "
        "`python scripts/mcp_transcript.py --write`.",
        "",
        f"Tools: {', '.join(f'`{name}`' for name in tools)}.",
    ]
    for transport in ("standard input and output", "HTTP"):
        lines += ["", f"## Over {transport}"]
        for number, (tool, arguments, result) in enumerate(stdio, 1):
            lines += ["", f"### {number}. `{tool}` over {transport}", "", *_fenced("json", _json(arguments)), ""]
            text = result.content[0]
            assert isinstance(text, TextContent)
            lines += ["An error:" if result.is_error else "Text:", "", *_fenced("text", text.text)]
            if transport != "HTTP" and not result.is_error:
                lines += ["", "Structured content:", "", *_fenced("json", _json(result.structured_content))]
    return "\n".join(lines) + "\n"


def _fenced(language: str, text: str) -> list[str]:
    return [f"````{language}", text, "````"]


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


async def _names(server: StdioServerParameters) -> list[str]:
    async with Client(server) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


def made() -> str:
    """Return the document, from both transports.

    Raises:
        SystemExit: If the transports differ.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        data = Path(folder) / "data"
        # The result names its sources as they were given, so that must not be a path of this machine.
        report = build(["seeds"], data, SentenceEncoder(), now=NOW)
        server = StdioServerParameters(
            command=COMMAND[0], args=[*COMMAND[1:], "mcp", "--data", str(data)], env=dict(os.environ), cwd=ROOT
        )
        stdio = asyncio.run(transcript(server))
        with serving(data) as address:
            http = asyncio.run(transcript(address))
        for (tool, _, one), (_, _, other) in zip(stdio, http, strict=True):
            if (one.content, one.structured_content) != (other.content, other.structured_content):
                raise SystemExit(f"{tool} told something else over HTTP")
        names = asyncio.run(_names(server))
    return written(stdio, names).replace(str(report.snapshot), "20261122T120000Z-000000")


def main() -> None:
    """Print the document, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write it to docs/mcp-transcript.md")
    asked = parser.parse_args()
    document = made()
    if asked.write:
        DOCUMENT.write_text(document, encoding="utf-8")
    else:
        sys.stdout.write(document)


if __name__ == "__main__":
    main()
