"""A service that is told to stop says so, answers what it was asked, and ends within a stated time."""

import asyncio
import json
import signal
import threading
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access_log import AccessLog
from service.app import create_app
from service.draining import ClosesWhenDraining, Drain, break_off
from service.settings import Settings

# Encodes nothing with the word "slowly" in it before a file is there, and says by another that it was asked to.
PROGRAM = """
import os, sys, time
from pathlib import Path
from service.app import serve
from service.settings import read_settings
from tests.conftest import ToyEncoder

class Waiting(ToyEncoder):
    def encode_queries(self, texts):
        folder = Path(os.environ["FOLDER"])
        if any("slowly" in text for text in texts):
            (folder / "asked").touch()
            while not (folder / "go on").exists():
                time.sleep(0.01)
        return super().encode_queries(texts)

serve(read_settings(data=sys.argv[1], host=sys.argv[2], port=0), encoder=Waiting())
"""
SLOW, QUICK = "/v1/search?q=village+bus+services+slowly", "/v1/search?q=village+bus+services"


class Asking(threading.Thread):
    """Asks one question and keeps what came of it."""

    def __init__(self, server, target):
        super().__init__(daemon=True)
        self.server, self.target = server, target
        self.came: Any = None

    def run(self):
        try:
            self.came = self.server.ask("GET", self.target)
        except OSError as error:
            self.came = error


def until(is_so):
    for _ in range(3000):
        found = is_so()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it never came so")


def refuses(server):
    try:
        server.ask("GET", "/healthz")
    except ConnectionError:
        return True
    return False


def waiting_server(start, data, folder, **environment):
    """Start a server, and ask it something that it does not answer yet."""
    server = start(data, program=PROGRAM, FOLDER=str(folder), **environment)
    slow = Asking(server, SLOW)
    slow.start()
    until((folder / "asked").exists)
    return server, slow


def test_a_request_under_way_when_the_service_is_told_to_stop_is_answered(start, built_once, tmp_path):
    server, slow = waiting_server(
        start, built_once, tmp_path, DESPATCH_DRAIN_SECONDS="60", DESPATCH_METRICS="true", DESPATCH_LOG_FORMAT="json"
    )
    assert server.ask("GET", "/readyz")[0] == 200
    server.process.send_signal(signal.SIGTERM)
    status, headers, content = until(lambda: (found := server.ask("GET", "/readyz"))[0] == 503 and found)
    assert (headers["connection"], json.loads(content)["title"]) == ("close", "Draining")
    # A load balancer has not noticed yet: what it sends is answered.
    assert [server.ask("GET", path)[0] for path in ("/healthz", QUICK)] == [200, 200]
    assert b"\ndespatch_draining 1.0\n" in server.ask("GET", "/metrics")[2]
    server.process.send_signal(signal.SIGTERM)
    until(lambda: refuses(server))
    assert slow.is_alive()
    (tmp_path / "go on").touch()
    slow.join(30)
    status, _, content = slow.came
    assert (status, json.loads(content)["query"]) == (200, "village bus services slowly")
    assert server.process.wait(30) == 0
    _, _, err = server.stop()
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["event"] for line in lines if line["event"] != "request"] == ["started", "draining", "stopped"]
    assert sum(line["event"] == "request" and line["route"] == "/v1/search" for line in lines) == 2


def test_a_request_that_never_ends_is_broken_off_when_its_time_is_over(start, built_once, tmp_path):
    server, slow = waiting_server(start, built_once, tmp_path, DESPATCH_DRAIN_SECONDS="0", DESPATCH_FINISH_SECONDS="1")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    slow.join(30)
    status, headers, content = slow.came
    assert (status, headers["content-type"]) == (503, "application/problem+json")
    assert json.loads(content)["detail"] == (
        "the service was told to stop, and this took too long to finish: ask again soon"
    )
    err = server.stop()[2]
    assert "Traceback" not in err
    assert "GET /v1/search 503 " in err
    assert err.endswith("WARNING Breaking off what did not finish in time\n")


def test_a_service_that_was_not_told_to_stop_is_ready_and_one_that_was_is_not(built_once, toy_encoder):
    app = create_app(Settings(data=built_once), encoder=toy_encoder)
    with TestClient(app) as client:
        before = client.get("/readyz")
        assert (before.status_code, "connection" in before.headers) == (200, False)
        app.state.drain.begin()
        after = client.get("/readyz")
        assert (after.status_code, after.headers["connection"]) == (503, "close")
        assert after.json()["detail"] == (
            "this service was told to stop, and finishes what it was asked: ask another, or try again soon"
        )
        assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.parametrize(
    ("has_ended", "threads", "is_broken_off"),
    [
        (False, [], True),
        (True, [threading.main_thread(), threading.Thread(daemon=True)], False),
        (True, [threading.main_thread(), threading.Thread(daemon=False)], True),
    ],
    ids=["the server is still at it", "the process ends by itself", "a thread still answers"],
)
def test_what_holds_the_end_up_is_broken_off_and_told(caplog, has_ended, threads, is_broken_off):
    codes: list[int] = []
    break_off(has_ended, threads, codes.append)
    told = ["Breaking off what did not finish in time"]
    assert (codes, caplog.messages) == (([0], told) if is_broken_off else ([], []))


def sent_by(app, begun):
    """Return what is sent of a request whose answering is cancelled, before or after the response began."""
    sent = []

    async def cancelled(scope, receive, send):
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise asyncio.CancelledError

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/v1/search", "query_string": b"", "headers": []}
    asyncio.run(app(cancelled)(scope, nothing, send))
    return sent


async def nothing():
    return {"type": "http.request", "body": b"", "more_body": False}


def test_a_request_that_is_broken_off_is_told_so_unless_its_response_has_begun():
    start, body = sent_by(AccessLog, begun=False)
    assert (start["status"], dict(start["headers"])[b"cache-control"]) == (503, b"no-store")
    assert json.loads(body["body"])["title"] == "Broken off"
    assert [message["type"] for message in sent_by(AccessLog, begun=True)] == ["http.response.start"]


def test_that_it_stops_is_told_once():
    told = []
    drain = Drain(lambda: told.append("told"))
    assert not drain.has_begun
    drain.begin()
    drain.begin()
    assert (drain.has_begun, told) == (True, ["told"])


def test_what_is_no_request_passes_as_it_is():
    passed = []

    async def app(scope, receive, send):
        passed.append(scope)
        await send({"type": "http.response.start", "headers": []})

    async def send(message):
        passed.append(message)

    drain = Drain()
    drain.begin()
    asyncio.run(ClosesWhenDraining(app, drain)({"type": "lifespan"}, nothing, send))
    assert passed == [{"type": "lifespan"}, {"type": "http.response.start", "headers": []}]
