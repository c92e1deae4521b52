"""Clients that send or read too slowly, on real sockets, and what a server with little patience makes of them."""

import json
import select
import socket
import time
from contextlib import suppress

import pytest
from prometheus_client.parser import text_string_to_metric_families

BODY = json.dumps({"query": "bus services in rural areas", "match": "exact"}).encode()
HEAD = b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(
    BODY
)


@pytest.fixture(scope="module")
def server(start_once, built_once):
    patience = {"DESPATCH_RECEIVE_SECONDS": "0.3", "DESPATCH_SEND_SECONDS": "0.3", "DESPATCH_CONNECTIONS": "3"}
    return start_once(built_once, DESPATCH_LOG_FORMAT="json", DESPATCH_METRICS="true", **patience)


def connected(server):
    return socket.create_connection((server.host, server.port), timeout=20)


def rest_of(connection):
    """Read all there is until the server ends the connection."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def answer_of(connection):
    """Read all there is; return status, headers and the problem."""
    head, _, content = rest_of(connection).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, json.loads(content)


def line_of(server, named):
    """Return the one line that the log has of the request of an id."""
    line = json.loads(server.line(holding=named))
    assert line["request_id"] == named
    return line


def counted(server, name, **labels):
    """Return the value of a metric."""
    for family in text_string_to_metric_families(server.ask("GET", "/metrics")[2].decode()):
        for sample in family.samples:
            if (sample.name, sample.labels) == (name, labels):
                return sample.value
    return 0


def trickled(connection, data, pause):
    """Send one byte after the other until all are sent or the server has enough; return how many were sent."""
    for place in range(len(data)):
        try:
            connection.sendall(data[place : place + 1])
        except OSError:
            return place
        time.sleep(pause)
    return len(data)


def test_a_head_that_trickles_in_is_ended_with_a_problem(server):
    with connected(server) as connection:
        connection.sendall(b"GET /healthz HTT")
        status, headers, problem = answer_of(connection)
    assert (status, headers["content-type"], headers["connection"]) == (408, "application/problem+json", "close")
    assert problem == {
        "type": "urn:despatch-box:problem:request-timeout",
        "title": "Request timeout",
        "status": 408,
        "detail": "the request took too long to arrive: send it again",
        "instance": "",
        "request_id": headers["x-request-id"],
    }
    logged = line_of(server, headers["x-request-id"])
    assert (logged["event"], logged["method"], logged["route"], logged["status"]) == (
        *("request", "OTHER", "(no route)", 408),
    )
    assert logged["ms"] >= 300
    assert logged["message"].startswith("OTHER (no route) 408 ")
    assert logged["snapshot"]


def test_each_byte_of_a_head_gives_no_new_time(server):
    with connected(server) as connection:
        trickled(connection, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: 1\r\n\r\n", 0.05)
        # Bytes that come after the end can have the system reset the connection before the answer is read.
        with suppress(ConnectionResetError):
            assert rest_of(connection).startswith(b"HTTP/1.1 408 ")


def test_a_client_that_says_nothing_is_ended_without_a_word(server):
    with connected(server) as connection:
        assert rest_of(connection) == b""


def test_a_body_that_never_ends_is_ended_with_a_problem(server):
    with connected(server) as connection:
        connection.sendall(HEAD.replace(b"\r\n\r\n", b"\r\nX-Request-ID: slow-body\r\n\r\n") + BODY[:5])
        status, headers, problem = answer_of(connection)
    assert (status, problem["title"]) == (408, "Request timeout")
    assert headers["x-request-id"] == problem["request_id"] == "slow-body"
    # The application had it already: there is one line of it, with the status that the client got.
    logged = line_of(server, "slow-body")
    assert (logged["method"], logged["status"]) == ("POST", 408)
    server.ask("GET", "/healthz", headers={"X-Request-ID": "next-one"})
    server.line(holding="next-one")
    assert len([line for line in server.said if "slow-body" in line]) == 1


def test_who_leaves_while_still_sending_is_logged_without_a_status(server):
    with connected(server) as connection:
        connection.sendall(HEAD.replace(b"\r\n\r\n", b"\r\nX-Request-ID: left-early\r\n\r\n") + BODY[:5])
        time.sleep(0.1)
    logged = line_of(server, "left-early")
    assert (logged["method"], logged["route"], logged["status"]) == ("POST", "(no route)", 0)


def test_what_is_refused_below_the_application_is_counted_by_its_reason(server):
    def now():
        reasons = ("too_slow", "not_http", "too_many_connections", "too_many_from_address")
        refused = [counted(server, "despatch_refused_total", reason=reason) for reason in reasons]
        labels = {"method": "OTHER", "route": "(no route)"}
        return refused, [counted(server, "despatch_requests_total", status=one, **labels) for one in ("400", "408")]

    refused, requests = now()
    for sent in (b"GET /healthz HTT", b"\x16\x03\x01\r\n\r\n", HEAD + BODY[:5]):
        with connected(server) as connection:
            connection.sendall(sent)
            rest_of(connection)
    assert now() == ([refused[0] + 2, refused[1] + 1, *refused[2:]], [requests[0] + 1, requests[1] + 1])


def test_a_connection_too_many_is_counted_once_whether_it_is_told_leaves_at_once_or_is_closed_without_a_word(server):
    def now():
        return counted(server, "despatch_refused_total", reason="too_many_connections")

    before, held = now(), list[socket.socket]()
    while len(held) < 3:
        connection = connected(server)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        if connection.recv(65536).startswith(b"HTTP/1.1 200 "):
            held.append(connection)  # One that has asked may stay idle longer.
        else:
            connection.close()
            before += 1  # An earlier one was still on its way out.
    waiting = [connected(server) for _ in range(3)]
    with connected(server) as beyond, suppress(ConnectionResetError):
        assert rest_of(beyond) == b""
    waiting[0].close()
    waiting[1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    for told in waiting[1:]:
        assert answer_of(told)[0] == 503
        told.close()
    for connection in held:
        connection.close()
    deadline = time.monotonic() + 20
    while server.ask("GET", "/healthz")[0] != 200:
        before += 1  # This one was too many too.
        assert time.monotonic() < deadline
    assert now() == before + 4


def test_who_asks_for_another_protocol_is_answered_in_this_one_and_nothing_is_said_of_libraries(server):
    upgrade = b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    with connected(server) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + upgrade + b"X-Request-ID: upgrade\r\n\r\n")
        assert rest_of(connection).startswith(b"HTTP/1.1 200 OK")
    assert line_of(server, "upgrade")["status"] == 200
    assert "WebSocket" not in "".join(server.said)


def test_a_body_that_takes_its_time_in_bounds_is_answered(server):
    with connected(server) as connection:
        connection.sendall(HEAD)
        time.sleep(0.15)
        connection.sendall(BODY)
        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_a_long_body_has_more_time_the_more_of_it_has_come(server):
    # Of 4,096 bytes a second: 40,000 bytes buy ten seconds.
    body = json.dumps({"query": "x" * 40_000}).encode()
    head = HEAD.replace(b"Content-Length: %d" % len(BODY), b"Content-Length: %d" % len(body))
    with connected(server) as connection:
        connection.sendall(head + body[:-1])
        time.sleep(0.6)
        connection.sendall(body[-1:])
        assert connection.recv(12) == b"HTTP/1.1 422"


def test_who_goes_on_sending_after_a_refusal_is_ended(server):
    head = HEAD.replace(b"Content-Length: %d" % len(BODY), b"Content-Length: 9000000")
    with connected(server) as connection:
        connection.sendall(head + b"x")
        assert connection.recv(12) == b"HTTP/1.1 413"
        sent = trickled(connection, b"x" * 400, 0.05)
    assert sent < 400


def test_who_never_reads_a_long_answer_is_ended(server):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((server.host, server.port))
    with connection:
        connection.settimeout(20)
        # More requests than any buffer between the two has room for answers to.
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
        # It is told of a reset without reading.
        ends = select.poll()
        ends.register(connection, 0)
        assert ends.poll(20_000)


def test_who_reads_an_answer_slowly_gets_all_of_it(server):
    whole = server.ask("GET", "/openapi.json")[2]
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((server.host, server.port))
    with connection:
        connection.settimeout(20)
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        parts = []
        for _ in range(5):
            time.sleep(0.1)
            parts.append(connection.recv(8192))
        parts.append(rest_of(connection))
    assert b"".join(parts).partition(b"\r\n\r\n")[2] == whole


def test_one_connection_too_many_is_told_to_come_again_and_room_is_made(server):
    held = [connected(server) for _ in range(3)]
    with connected(server) as one_more:
        one_more.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        status, headers, problem = answer_of(one_more)
    assert (status, headers["retry-after"], problem["title"]) == (503, "1", "Too many connections")
    assert problem["detail"] == "too many connections are open: try again in a moment"
    logged = line_of(server, headers["x-request-id"])
    assert (logged["method"], logged["status"]) == ("OTHER", 503)
    for connection in held:
        connection.close()
    deadline = time.monotonic() + 20
    while server.ask("GET", "/healthz")[0] != 200:
        assert time.monotonic() < deadline
    assert counted(server, "despatch_refused_total", reason="too_many_connections") >= 1


def test_one_address_takes_no_more_than_its_share_of_the_connections(start, built_once):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
        try:
            # Nothing is sent: the system only chooses from which of its addresses it would be.
            way_out.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but its own loopback")
        address = way_out.getsockname()[0]
    shared = start(built_once, "0.0.0.0", DESPATCH_CONNECTIONS_PER_ADDRESS="2")
    held = [socket.create_connection((address, shared.port), 20) for _ in range(3)]
    held[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    status, headers, problem = answer_of(held[-1])
    # Others are let in.
    assert shared.ask("GET", "/healthz")[0] == 200
    for connection in held:
        connection.close()
    assert (status, headers["retry-after"], problem["title"]) == (503, "1", "Too many connections")
    told = "too many connections are open from this address: use those again, or close some"
    assert problem["detail"] == told


def test_what_is_not_http_is_told_so_as_a_problem(server):
    with connected(server) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        status, headers, problem = answer_of(connection)
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert problem["detail"] == "the request is not HTTP/1.1, or its head is longer than 256 KiB"


def test_a_head_longer_than_any_question_is_refused(server):
    with connected(server) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (257 * 1024))
        status, _, problem = answer_of(connection)
    assert (status, problem["title"]) == (400, "Bad request")


def test_a_chunk_that_is_none_is_refused_while_the_body_is_read(server):
    head = HEAD.replace(b"Content-Length: %d" % len(BODY), b"Transfer-Encoding: chunked")
    with connected(server) as connection:
        connection.sendall(head + b"5\r\n" + BODY[:5] + b"\r\nnot a number\r\n")
        assert answer_of(connection)[0] == 400


def test_a_chunked_body_is_read_as_any_other(server):
    head = HEAD.replace(b"Content-Length: %d" % len(BODY), b"Connection: close\r\nTransfer-Encoding: chunked")
    with connected(server) as connection:
        chunks = b"".join(b"1;ext=x\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"
        connection.sendall(head + chunks)
        status, _, found = answer_of(connection)
    assert (status, found["query"]) == (200, "bus services in rural areas")


def test_thousands_of_parameters_are_counted_in_one_pass(server):
    # Where each name is looked for among all the others, this takes minutes, and holds up everyone else.
    many = "&".join(f"a{number}=1" for number in range(20_000))
    status, _, content = server.ask("GET", f"/v1/search?q=buses&{many}")
    assert (status, len(json.loads(content)["errors"])) == (422, 20)


def test_after_all_of_that_the_log_has_no_traceback_and_the_server_answers(server):
    assert server.ask("GET", "/healthz")[0] == 200
    assert "Traceback" not in "".join(server.said)
