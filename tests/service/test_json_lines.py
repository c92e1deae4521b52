"""A log for programs: one JSON object a line, with what the line is about, and nothing that was asked."""

import io
import json
import logging
import re
import sys

import pytest
from fastapi.testclient import TestClient

from service.access_log import LOGGER as ACCESS
from service.json_lines import JsonLines
from service.logs import LOGGING, WithoutTexts, logging_as
from service.settings import LogFormat

MARKER = "zyzzyva"


@pytest.fixture
def lines():
    """Log requests as JSON, and give the lines read back."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    before = ACCESS.level
    ACCESS.addHandler(handler)
    ACCESS.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    ACCESS.removeHandler(handler)
    ACCESS.setLevel(before)


def record(message, *arguments, **extra):
    made = logging.LogRecord("service.somewhere", logging.WARNING, "", 0, message, arguments, extra.pop("info", None))
    made.__dict__.update(extra)
    return made


def test_a_line_has_its_time_in_utc_its_level_its_event_and_its_fields():
    made = record("took %d\nlines", 2, event="counted", fields={"lines": 2, "what": "ü"})
    made.created, made.msecs = 1795348799.0425, 42.9
    assert JsonLines().format(made) == (
        '{"time":"2026-11-22T11:59:59.042Z","level":"warning","event":"counted","message":"took 2\\nlines",'
        '"logger":"service.somewhere","lines":2,"what":"\\u00fc"}'
    )


def test_a_line_of_another_library_is_a_message():
    assert json.loads(JsonLines().format(record("plain")))["event"] == "message"


def test_an_exception_leaves_its_type_and_its_lines_and_not_its_text():
    try:
        raise ValueError(MARKER)
    except ValueError:
        made = record("it broke", info=sys.exc_info())
    alone = json.loads(JsonLines().format(made))
    assert WithoutTexts().filter(made)
    filtered = json.loads(JsonLines().format(made))
    for told in (alone, filtered):
        assert told["error"].startswith("builtins.ValueError\n")
        assert "test_json_lines.py" in told["error"]
        assert MARKER not in json.dumps(told)


def test_a_request_is_told_in_fields(client: TestClient, lines):
    client.get("/v1/answers/unknown", headers={"X-Request-ID": "quote-me"})
    (told,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    milliseconds = told.pop("ms")
    assert milliseconds > 0
    assert told.pop("message") == f"GET /v1/answers/{{key}} 404 {milliseconds:.1f} ms"
    snapshot = client.get("/readyz").json()["snapshot"]
    version = client.get("/openapi.json").json()["info"]["version"]
    assert told == {
        "level": "info",
        "event": "request",
        "logger": "service.access_log",
        "request_id": "quote-me",
        "method": "GET",
        "route": "/v1/answers/{key}",
        "status": 404,
        "snapshot": snapshot,
        "version": version,
    }


def test_a_fault_is_told_with_the_id_that_the_user_quotes(failing_client: TestClient, lines):
    quoted = failing_client.get("/v1/search", params={"q": MARKER}).json()["request_id"]
    fault, request = lines()
    assert (fault["event"], fault["level"], fault["route"]) == ("fault", "error", "/v1/search")
    assert (request["event"], request["status"]) == ("request", 500)
    assert fault["request_id"] == request["request_id"] == quoted
    assert "builtins.KeyError\n" in fault["message"]
    assert MARKER not in json.dumps([fault, request])


def test_no_line_has_a_word_of_what_was_asked(client: TestClient, lines):
    client.get("/v1/search", params={"q": MARKER}, headers={"referer": MARKER, "user-agent": MARKER})
    client.get("/v1/search", params={"q": "x", "minister": MARKER, MARKER: "x"})
    client.post("/v1/search", json={"query": MARKER, "kind": [MARKER]})
    client.post("/v1/search", content=MARKER, headers={"content-type": "application/json"})
    client.get(f"/{MARKER}")
    client.get(f"/v1/answers/{MARKER}")
    client.request(MARKER.upper(), "/v1/search")
    told = lines()
    assert [line["status"] for line in told] == [200, 422, 422, 400, 404, 404, 405]
    assert MARKER not in json.dumps(told).lower()


def test_text_is_the_log_as_it_always_was():
    assert logging_as(LogFormat.TEXT) is LOGGING


def test_as_json_every_handler_writes_json():
    made = logging_as(LogFormat.JSON)
    assert set(made["formatters"]) == {handler["formatter"] for handler in made["handlers"].values()}
    assert [one["()"] for one in made["formatters"].values()] == [JsonLines] * len(made["formatters"])
    assert {name: one for name, one in made.items() if name != "formatters"} == {
        name: one for name, one in LOGGING.items() if name != "formatters"
    }
