"""What goes wrong is marked as an error, says what to do, and is never an empty success."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from mcp.shared.exceptions import MCPError

from retrieval.errors import NoSnapshot
from service.mcp_server import mcp_server

MARKER = "zyzzyva"


@pytest.mark.parametrize(
    ("arguments", "field", "told"),
    [
        ({}, "query", "query: it is missing: give it"),
        ({"query": " "}, "query", "query: it is empty: ask a question or name a topic in plain words"),
        ({"query": "x", "limit": 0}, "limit", "limit: '0' is too small: at least 1 is needed"),
        ({"query": "x", "limit": 21}, "limit", "limit: '21' is too large: at most 20 is possible"),
        ({"query": "x", "ministr": ["y"]}, "ministr", "did you mean minister"),
        ({"query": "x", "answered_from": "2024-13-01"}, "answered_from", "is not a date that exists"),
        ({"query": "x", "house": "Commons"}, "house", "is not a list"),
        ({"query": "x" * 20_000}, "query", "at most"),
        ({"query": "x", "match": "exact", "cursor": "abc"}, "cursor", "start again without a cursor"),
        ({"query": "(x", "match": "words"}, "query", "query:"),
        (
            {"query": "x", "answered_from": "2025-01-02", "answered_to": "2025-01-01"},
            "answered_to",
            "give the earlier date as answered_from",
        ),
    ],
)
def test_an_argument_that_can_not_be_used_is_named_with_the_next_step(assistant, arguments, field, told):
    found = assistant.call("search_answers", **arguments)
    assert found.is_error
    assert found.text.startswith((f"Error. Invalid arguments: {field}: ", f"Error. Query error: {field}: "))
    assert told in found.text


def test_a_name_that_is_not_there_is_told_the_nearest_and_where_to_look(assistant):
    found = assistant.call("search_answers", query="buses", answering_body=["Department for Transprot"])
    assert found.is_error
    assert "nearest: Department for Transport" in found.text
    assert found.text.endswith("To find the right name, call list_filters with filter=answering_body")


@pytest.mark.parametrize("tool", ["get_answer", "get_thread", "get_history", "cite"])
def test_a_key_that_is_not_there_is_an_error_with_nothing_close_and_the_dates(assistant, tool):
    found = assistant.call(tool, key="commons-1999-01-01-1")
    assert found.is_error
    assert "\nOutcome: nothing_close. It is not in what is indexed" in found.text
    assert "no answer has the key 'commons-1999-01-01-1'" in found.text
    assert "never make one up" in found.text
    assert "Known dates of answers: 24 May 2024 to 16 April 2025." in found.text


def test_a_question_that_waits_for_its_answer_is_told_as_that(filled_assistant, filled_once):
    from retrieval.corpus import Corpus

    key = str(Corpus.open(filled_once).store.rows("SELECT key FROM unanswered")[0][0])
    found = filled_assistant.call("get_answer", key=key)
    assert found.is_error
    assert "has no answer yet" in found.text
    assert "Tell the user that it waits for an answer." in found.text


def test_a_passage_that_is_not_in_the_answer_is_an_error(assistant):
    found = assistant.call("cite", key="10", paragraph=99)
    assert found.is_error
    assert found.text.startswith("Error. Query error: paragraph: 99 is not in this answer")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_answers", {"query": " "}),
        ("search_answers", {"query": "buses", "answering_body": ["Department for Transprot"]}),
        ("get_answer", {"key": "commons-1999-01-01-1"}),
        ("cite", {"key": "10", "paragraph": 99}),
    ],
)
def test_an_error_has_no_structured_content_that_a_client_would_hold_to_the_schema(assistant, tool, arguments):
    found = assistant.call(tool, **arguments)
    assert found.is_error
    assert found.data is None


def test_a_path_that_is_not_utf8_can_be_told(talking):
    async def ready():
        raise NoSnapshot("no snapshot in /caf\udce9")

    with talking(mcp_server(ready)) as assistant:
        assert assistant.call("coverage").text == "Error. No snapshot: no snapshot in /caf\\udce9"


@pytest.mark.parametrize("tool", ["get_answer", "get_thread", "get_history"])
def test_a_cursor_of_another_answer_is_refused(assistant, tool, built_once):
    from retrieval.corpus import Corpus
    from retrieval.cursors import cursor_at

    other = cursor_at(1, Corpus.open(built_once).manifest.name, f"{tool} another")
    found = assistant.call(tool, key="10", cursor=other)
    assert found.is_error
    assert found.text.endswith("start again without a cursor")


def test_a_tool_that_does_not_exist_is_an_error_of_the_protocol(assistant):
    with pytest.raises(MCPError, match="Those there are: search_answers, get_answer") as raised:
        assistant.call("delete_everything")
    assert raised.value.error.code == -32602


def test_without_an_index_every_call_says_what_to_do(talking, tmp_path: Path):
    async def ready():
        raise NoSnapshot(f"no snapshot in {tmp_path}: run `despatch sync --months 1`")

    with talking(mcp_server(ready)) as assistant:
        found = assistant.call("get_answer", key="1")
        assert found.is_error
        assert found.text == f"Error. No snapshot: no snapshot in {tmp_path}: run `despatch sync --months 1`"
        assert len(assistant.tools().tools) >= 7


def test_a_fault_tells_the_log_where_and_neither_it_nor_the_assistant_what_was_asked(talking, caplog):
    caplog.set_level(logging.DEBUG)

    async def ready():
        raise RuntimeError(f"can't search for {MARKER}")

    with talking(mcp_server(ready)) as assistant:
        found = assistant.call("search_answers", query=MARKER)
    assert found.is_error
    assert "this is a fault in Despatch Box" in found.text
    assert MARKER not in found.text
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("service")]
    assert "builtins.RuntimeError" in ours[0]
    assert MARKER not in "".join(ours)


def test_a_call_leaves_the_name_of_its_tool_in_the_log_and_nothing_that_was_asked(assistant, caplog):
    caplog.set_level(logging.INFO, logger="service")
    assistant.call("search_answers", query=MARKER)
    assistant.call("get_answer", key=MARKER)
    ours = [one.getMessage() for one in caplog.records if one.name == "service.mcp_server"]
    assert [line.rpartition(", ")[0] for line in ours] == ["search_answers: nothing_close", "get_answer: error"]
