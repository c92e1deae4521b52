"""A real server on this machine: how it starts, what it logs and how it ends."""

import asyncio
import errno
import gc
import json
import re
import signal
import socket
import weakref
from typing import ClassVar

import pytest

from retrieval.errors import QueryError
from service import server
from service.app import serve
from service.dependencies import Readiness
from service.server import listen, refusal
from service.settings import read_settings

MARKER = "zyzzyva"


class Listening:
    """In the place of a server: it opens what is served, says that it listens, and serves nothing else then."""

    seen: ClassVar[list[bool]]

    def __init__(self, config, *given, listening, **named):
        self.app, self.listening = config.app, listening

    def run(self, sockets):
        asyncio.run(self.opened())

    async def opened(self):
        async with self.app.router.lifespan_context(self.app):
            corpus = weakref.ref(self.app.state.readiness.searcher.corpus)
            Listening.seen = [self.is_looked_at(corpus)]
            self.listening()
            Listening.seen.append(self.is_looked_at(corpus))
            self.app.state.readiness = Readiness(None)
            Listening.seen.append(corpus() is None)

    @staticmethod
    def is_looked_at(corpus):
        return any(one is corpus() for one in gc.get_objects())


def test_what_is_served_at_first_is_passed_over_when_cycles_are_looked_for_and_freed_all_the_same(
    built_once, toy_encoder, monkeypatch
):
    given_back = []
    monkeypatch.setattr(server, "DrainingServer", Listening)
    monkeypatch.setattr(server, "give_back_large_blocks", lambda: given_back.append(True))
    # Of the whole process: another test may want to read the log.
    monkeypatch.setattr("logging.config.dictConfig", lambda config: None)
    thresholds = gc.get_threshold()
    try:
        serve(read_settings(data=built_once, port=0), encoder=toy_encoder)
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
    assert Listening.seen == [True, False, True]
    assert given_back == [True]


def test_a_server_says_where_it_listens_answers_and_ends_quietly(start, built_once):
    server = start(built_once)
    assert re.fullmatch(
        r"Despatch Box listens on http://127\.0\.0\.1:\d+: snapshot \S+, 12 answered questions, "
        r"10 distinct answers, toy in exact\n",
        server.said[0],
    )
    command = f"curl --get http://127.0.0.1:{server.port}/v1/search --data-urlencode"
    assert server.said[1:] == [f"Try: {command} 'q=bus services in rural areas'\n"]
    status, headers, content = server.ask("GET", "/v1/search?q=councils+powers+to+run+bus+services+in+rural+areas")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert "server" not in headers
    assert json.loads(content)["outcome"] == "found"
    code, out, err = server.stop()
    assert (code, out) == (0, "")
    assert err.endswith("Stopped.\n")
    assert "Traceback" not in err


def test_no_word_of_a_question_reaches_the_output_of_a_real_server(start, built_once):
    server = start(built_once)
    json_type = {"content-type": "application/json"}
    asked = [
        ("GET", f"/v1/search?q={MARKER}", None, None),
        ("POST", "/v1/search", json.dumps({"query": MARKER}), json_type),
        ("GET", f"/v1/search?q=x&{MARKER}=x", None, None),
        ("GET", f"/v1/search?q=x&limit={MARKER}", None, None),
        ("POST", "/v1/search", json.dumps({"query": "x", "party": [MARKER]}), json_type),
        ("POST", "/v1/search", MARKER, json_type),
        ("GET", f"/v1/answers/{MARKER}", None, None),
        ("GET", f"/{MARKER}", None, None),
        ("GET", "/v1/search?q=" + MARKER * 15_000, None, None),
        (MARKER.upper(), "/", None, None),
        ("GET", f"//{MARKER}?q={MARKER}#{MARKER}", None, None),
    ]
    assert [server.ask(*one)[0] for one in asked] == [200, 200, 422, 422, 422, 400, 404, 404, 422, 405, 404]
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(f"{MARKER} {MARKER}\r\n\r\n".encode())
        assert b"400 Bad Request" in connection.recv(1000)
    _, out, err = server.stop()
    assert MARKER not in (out + err).lower()
    assert "GET /v1/search 200 " in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_told_twice_to_stop_ends_without_a_traceback(start, built_once, number):
    server = start(built_once)
    server.process.send_signal(number)
    code, _, err = server.stop(number)
    assert code in (0, -number)
    assert "Traceback" not in err


def test_a_question_far_too_long_for_a_url_is_still_told_why(start, built_once):
    status, headers, content = start(built_once).ask("GET", "/v1/search?q=" + "a" * 100_000)
    assert (status, headers["content-type"]) == (422, "application/problem+json")
    assert "has 100000 characters" in json.loads(content)["detail"]


def test_a_head_request_has_the_length_but_no_body(start, built_once):
    status, headers, content = start(built_once).ask("HEAD", "/v1/coverage")
    assert (status, content) == (200, b"")
    assert int(headers["content-length"]) > 500


def test_with_only_the_seeds_a_server_offers_five_questions(start, tmp_path, seeds, toy_encoder):
    from retrieval.build import build

    build([seeds], tmp_path / "data", toy_encoder)
    server = start(tmp_path / "data")
    assert server.said[1] == "sample: 11 Home Office questions. Questions to try:\n"
    assert len(server.said) == 8
    assert server.said[-1].endswith(f"--data-urlencode 'q={server.said[2].strip()}'\n")


def test_without_a_snapshot_a_server_starts_and_says_what_is_lacking(start, tmp_path):
    server = start(tmp_path)
    assert "but has nothing to search: " in server.said[0]
    assert "`despatch build SOURCE..." in server.said[0]
    assert server.said[0].endswith(". It is searched as soon as it is there\n")
    assert server.ask("GET", "/healthz")[0] == 200
    assert server.ask("GET", "/readyz")[0] == 503


def test_with_a_snapshot_of_another_model_nothing_is_promised(start, tmp_path, small_source, other_encoder):
    from retrieval.build import build

    build([small_source], tmp_path / "data", other_encoder)
    server = start(tmp_path / "data")
    assert "but has nothing to search: " in server.said[0]
    assert "run `despatch upgrade --data " in server.said[0]
    assert "as soon as" not in server.said[0]


def test_a_server_can_listen_on_ipv6(start, built_once):
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        return  # This machine has no IPv6.
    server = start(built_once, "::1")
    assert server.said[0].startswith("Despatch Box listens on http://[::1]:")
    assert server.ask("GET", "/healthz")[0] == 200


def test_what_is_written_to_a_connection_is_sent_at_once() -> None:
    with (
        listen(read_settings(host="127.0.0.1", port=0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
    ):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
            assert connection.getpeername() == client.getsockname()


def test_a_port_in_use_is_named_with_the_option_that_helps(tmp_path, toy_encoder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(QueryError) as raised:
            serve(read_settings(data=tmp_path, port=port), encoder=toy_encoder)
    assert str(raised.value) == (
        f"port: {port} on 127.0.0.1 is in use: stop what listens there, or choose another with --port"
    )


def test_a_port_that_the_system_keeps_is_named_with_the_option_that_helps():
    told = refusal(read_settings(port=80), PermissionError(errno.EACCES, "Permission denied"))
    assert str(told) == "port: 80 on 127.0.0.1 is reserved to the system: choose one above 1023 with --port"


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a..b", "a" * 70])
def test_an_address_that_is_not_this_machines_is_named(tmp_path, toy_encoder, host):
    with pytest.raises(QueryError, match=f"host: '{host}' is not an address of this machine"):
        serve(read_settings(data=tmp_path, host=host, port=0), encoder=toy_encoder)
