"""The protocol over standard input and output and over HTTP: real processes, real sockets, the SDK's own client."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest
from mcp.shared.exceptions import MCPError

from retrieval.build import build
from tests.conftest import ToyEncoder

ROOT = Path(__file__).parents[3]
MARKER = "zyzzyva"
BUSES = "commons-2025-01-13-205"
CALLS = [
    ("search_answers", {"query": "bus services in rural areas"}),
    ("get_answer", {"key": BUSES}),
    ("get_thread", {"key": BUSES}),
    ("get_history", {"key": BUSES}),
    ("cite", {"key": BUSES, "style": "member"}),
    ("similar_questions", {"text": "what bus services there are in rural areas"}),
    ("verify_quote", {"text": "bus services in rural areas"}),
    ("list_filters", {}),
    ("coverage", {}),
    ("get_answer", {"key": "nothing-like-it"}),
]
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "a test", "version": "1"},
    },
}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_every_tool_gives_the_same_over_each_transport(over_either, built_once, assistant, mode):
    with over_either(built_once, mode) as other:
        assert other.tools().tools == assistant.tools().tools
        for tool, arguments in CALLS:
            there, here = other.call(tool, **arguments), assistant.call(tool, **arguments)
            assert (there.is_error, there.text, there.data) == (here.is_error, here.text, here.data), tool
        assert other.client.instructions == assistant.client.instructions
        assert other.client.server_info.name == "despatch-box"


def test_many_calls_at_once_are_each_answered(over_either, built_once):
    import anyio

    with over_either(built_once) as assistant:

        async def all_at_once():
            found: dict[str, str] = {}

            async def ask(key):
                found[key] = (await assistant.client.call_tool("get_answer", {"key": key})).structured_content["key"]

            async with anyio.create_task_group() as group:
                for number in range(1, 13):
                    group.start_soon(ask, str(number))
            return found

        found = assistant._portal.call(all_at_once)
    assert len(set(found.values())) == len(found) == 12


def test_a_new_index_is_taken_up_between_two_calls(over_either, small_data, built_of, invented, tmp_path):
    source = tmp_path / "more.jsonl"
    source.write_text(json.dumps(invented(77)), encoding="utf-8")
    with over_either(small_data, DESPATCH_RELOAD_SECONDS="0.1") as assistant:
        assert assistant.call("get_answer", key="77").is_error
        build([str(source)], small_data, ToyEncoder(), add=True, now=datetime(2026, 11, 22, tzinfo=UTC))
        deadline = time.monotonic() + 60
        while assistant.call("get_answer", key="77").is_error:
            assert time.monotonic() < deadline
        assert assistant.call("coverage").data["searched"]["records"] == 13


def started(command) -> tuple[subprocess.Popen[str], IO[str], IO[str]]:
    """Start a server; return its process, its standard input and its standard output."""
    process = subprocess.Popen(
        [command.command, *command.args],
        env=command.env,
        cwd=command.cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdin
    assert process.stdout
    return process, process.stdin, process.stdout


def exchange(command, *messages: object, replies: int) -> tuple[int, list[str], str]:
    """Write lines to a server, wait for so many replies, end its standard input.

    Returns:
        The exit code, every line of standard output, and the log.
    """
    process, requests, answers = started(command)
    for one in messages:
        requests.write(f"{one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)}\n")
    requests.flush()
    lines = [answers.readline() for _ in range(replies)]
    out, log = process.communicate(timeout=60)
    return process.returncode, [*(line.rstrip("\n") for line in lines), *out.splitlines()], log


def test_standard_output_carries_the_protocol_alone_and_no_log_has_what_was_asked(command, built_once):
    def call(number, tool, **arguments):
        params = {"name": tool, "arguments": arguments}
        return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}

    code, lines, log = exchange(
        command(built_once),
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        call(2, "search_answers", query=MARKER),
        call(3, "search_answers", qeury=MARKER),
        call(4, "get_answer", key=MARKER),
        call(5, MARKER),
        f'{{"broken": "{MARKER}"',
        {"jsonrpc": "2.0", "id": 6, "method": MARKER, "params": {"query": MARKER}},
        {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": ["not", MARKER]}},
        {"jsonrpc": "2.0", "id": 8, "method": "ping"},
        replies=8,
    )
    assert code == 0
    replies = {reply.get("id"): reply for reply in map(json.loads, lines)}
    assert {reply["jsonrpc"] for reply in replies.values()} == {"2.0"}
    assert {1, 2, 3, 4, 5, 6, 7, 8} <= set(replies)
    assert replies[2]["result"]["structuredContent"]["outcome"] == "nothing_close"
    assert [replies[number]["result"]["isError"] for number in (3, 4)] == [True, True]
    assert all("error" in replies[number] for number in (5, 6, 7))
    assert "Serving 12 answered questions to an assistant" in log
    assert "search_answers: nothing_close" in log
    assert MARKER not in log


def test_what_a_library_prints_goes_to_the_log(command, built_once):
    server = command(built_once)
    server.args[1] = server.args[1].replace(
        "serve_stdio(",
        "from retrieval import search\n"
        "before = search.Searcher.search\n"
        "def noisy(*a, **k):\n"
        "    print('a stray line')\n"
        "    return before(*a, **k)\n"
        "search.Searcher.search = noisy\n"
        "serve_stdio(",
    )
    params = {"name": "search_answers", "arguments": {"query": "buses"}}
    _, lines, log = exchange(
        server,
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params},
        replies=2,
    )
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert "a stray line" in log


def test_the_first_reply_does_not_wait_for_the_model(command, built_once):
    server = command(built_once)
    server.args[1] = server.args[1].replace(
        "serve_stdio(read_settings(data=sys.argv[1]), encoder=ToyEncoder())",
        "import time\n"
        "from service import reloading\n"
        "reloading.SentenceEncoder = lambda name: time.sleep(3) or ToyEncoder()\n"
        "reloading.reranker_named = lambda name: None\n"
        "serve_stdio(read_settings(data=sys.argv[1]))",
    )
    process, requests, answers = started(server)
    call = {"name": "get_answer", "arguments": {"key": "1"}}
    for message in (
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/list"},
    ):
        requests.write(json.dumps(message) + "\n")
        requests.flush()
    replies = [json.loads(answers.readline())["id"] for _ in range(3)]
    process.communicate(timeout=60)
    # What needs the index comes last, though it was asked before the list of tools.
    assert replies == [1, 3, 2]


def test_without_an_index_an_assistant_is_told_what_to_do(over_stdio, tmp_path, built_of):
    with over_stdio(tmp_path / "nothing") as assistant:
        told = assistant.call("search_answers", query="buses")
    assert told.is_error
    assert "No snapshot" in told.text
    assert "despatch" in told.text
    assert "Nothing to search" in (tmp_path / "stderr.txt").read_text(encoding="utf-8")


def test_a_fault_while_opening_is_told_and_nobody_waits_for_ever(command, built_once):
    server = command(built_once)
    server.args[1] = server.args[1].replace(
        "serve_stdio(",
        f"from service import reloading\n"
        f"def broken(*a): raise RuntimeError('{MARKER}')\n"
        f"reloading.Opener.open = broken\n"
        f"serve_stdio(",
    )
    params = {"name": "coverage", "arguments": {}}
    _, lines, log = exchange(
        server,
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params},
        replies=2,
    )
    told = json.loads(lines[-1])["result"]
    assert told["isError"] is True
    assert "the index could not be opened" in told["content"][0]["text"]
    assert "builtins.RuntimeError" in log
    assert MARKER not in log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_without_a_traceback(command, built_once, number):
    server = command(built_once)
    process, requests, answers = started(server)
    requests.write(json.dumps(INITIALIZE) + "\n")
    requests.flush()
    assert json.loads(answers.readline())["id"] == 1
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert out == ""
    assert "Traceback" not in err


def test_the_command_that_an_assistant_starts_speaks_the_protocol(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main()", "mcp", "--data", str(tmp_path)],
        input=json.dumps(INITIALIZE) + "\n",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["result"]["serverInfo"]["title"] == "Despatch Box"
    assert "This is for an AI assistant" not in ran.stderr


HEADERS = {"content-type": "application/json", "accept": "application/json, text/event-stream"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"host": "answers.example.org"}, 200),
        ({"host": "ANSWERS.example.org:8443"}, 200),
        ({"host": "other.example.org:9000"}, 200),
        ({"host": "other.example.org"}, 421),
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": "localhost:8000@evil.example"}, 421),
        ({"origin": "http://localhost:6274"}, 200),
        ({"origin": "https://answers.example.org"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "file://localhost"}, 403),
        ({"origin": ""}, 403),
    ],
)
def test_only_requests_for_a_name_of_this_service_from_its_own_pages_are_answered(guarded, headers, status):
    found, answered, content = guarded.ask("POST", "/mcp", json.dumps(INITIALIZE), {**HEADERS, **headers})
    assert found == status
    if status == 200:
        # A draft or a quotation could be told from it.
        assert answered["cache-control"] == "no-store"
        assert json.loads(content)["result"]["serverInfo"]["name"] == "despatch-box"
    else:
        assert answered["content-type"] == "application/problem+json"
        assert "DESPATCH_ALLOWED_HOSTS" in json.loads(content)["detail"]


@pytest.fixture(scope="module")
def guarded(built_once):
    from tests.service.conftest import Running

    server = Running(built_once, DESPATCH_ALLOWED_HOSTS="answers.example.org, other.example.org:9000")
    yield server
    server.stop()


def test_the_rest_of_the_service_is_open_under_any_name(guarded):
    assert guarded.ask("GET", "/healthz", headers={"host": "anything.example"})[0] == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "OPTIONS"])
def test_no_stream_is_kept_open_and_no_session_is_kept(guarded, method):
    status, headers, content = guarded.ask(method, "/mcp", headers={"accept": "text/event-stream"})
    assert status == 405
    assert headers["allow"] == "POST"
    if method != "HEAD":
        assert "use POST" in json.loads(content)["detail"]


def test_a_form_of_another_sites_page_is_refused(guarded):
    headers = {**HEADERS, "content-type": "text/plain"}
    assert guarded.ask("POST", "/mcp", json.dumps(INITIALIZE), headers)[0] == 400


def test_half_a_surrogate_pair_gets_an_error(guarded):
    call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_answer","arguments":{"key":"\\ud800"}}}'
    status, _, content = guarded.ask("POST", "/mcp", call, HEADERS)
    assert status == 400
    assert "error" in json.loads(content)


@pytest.mark.parametrize("version", [{}, {"mcp-protocol-version": "2026-07-28"}])
def test_a_body_that_is_far_too_long_is_an_error_of_the_protocol_that_says_why(guarded, version):
    status, headers, content = guarded.ask("POST", "/mcp", json.dumps({"x": "y" * 70_000}), {**HEADERS, **version})
    assert status == 413
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    told = "Request too large: the body is larger than 65536 bytes, and a call needs less: send less text"
    assert json.loads(content) == {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": told}}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_can_say_that_a_call_was_too_long(over_http, built_once, mode):
    with (
        over_http(built_once, mode) as assistant,
        pytest.raises(MCPError, match="the body is larger than 65536 bytes"),
    ):
        assistant.call("search_answers", query="buses " * 12_000)


def test_a_client_that_leaves_before_its_body_is_whole_is_no_fault(start, built_once):
    server = start(built_once)
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{")
    assert server.ask("GET", "/healthz")[0] == 200
    _, _, log = server.stop()
    assert "Traceback" not in log
    assert "fault" not in log


def test_no_log_of_the_service_has_what_an_assistant_asked(start, built_once):
    server = start(built_once)

    def call(method, **params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        return server.ask("POST", "/mcp", body, HEADERS)[0]

    assert call("tools/call", name="search_answers", arguments={"query": MARKER}) == 200
    assert call("tools/call", name="get_answer", arguments={MARKER: MARKER}) == 200
    assert call("tools/call", name=MARKER, arguments={}) in {200, 400}
    assert call(MARKER, query=MARKER) in {200, 400, 404}
    assert server.ask("POST", "/mcp", f'{{"{MARKER}"', HEADERS)[0] == 400
    assert server.ask("POST", "/mcp", "{}", {**HEADERS, "host": MARKER})[0] == 421
    _, _, log = server.stop()
    assert "POST /mcp 200 " in log
    assert "POST /mcp 421 " in log
    assert "service" not in log.split("Stopped.")[1]
    assert MARKER not in log
