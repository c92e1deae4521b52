from __future__ import annotations

import gzip
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from retrieval.errors import MalformedRecord, SourceNotFound
from tests.replay.invented import question, statement
from tests.replay.reading import read_values
from tests.replay.server import ReplayServer

ROOT = Path(__file__).parents[2]
PATH = "/writtenquestions/questions"


def address(server):
    return server.url.removeprefix("http://").removesuffix("/api")


def test_requests_are_kept_in_order_with_parameters_headers_and_times(fetch):
    with ReplayServer([question(1)]) as server:
        fetch(server.url + PATH, members=[3, 4], sessionStatus="Any")
        fetch(f"{server.url}{PATH}/1")
        first, second = server.requests
    assert first.path == "/api/writtenquestions/questions"
    assert first.query == {"members": ["3", "4"], "sessionStatus": ["Any"]}
    assert first.headers["user-agent"] == "replay-test"
    assert second.path == "/api/writtenquestions/questions/1"
    assert first.at < second.at


def test_one_connection_serves_many_requests():
    with ReplayServer([question(1)]) as server:
        connection = http.client.HTTPConnection(address(server), timeout=10)
        connection.request("GET", "/api" + PATH)
        connection.getresponse().read()
        opened = connection.sock
        connection.request("GET", "/api" + PATH)
        assert json.load(connection.getresponse())["totalResults"] == 1
        assert connection.sock is opened
        connection.close()


def test_leaving_closes_connections_that_are_kept_alive():
    with ReplayServer([question(1)]) as server:
        connection = http.client.HTTPConnection(address(server), timeout=10)
        connection.request("GET", "/api" + PATH)
        connection.getresponse().read()
    assert connection.sock is not None
    assert connection.sock.recv(1) == b""
    connection.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "replay"]


def test_many_clients_are_served_while_records_change(fetch):
    totals: list[tuple[int, int]] = []

    def read():
        for _ in range(20):
            data = fetch(server.url + PATH, sessionStatus="Any", take=1000).data
            totals.append((data["totalResults"], len(data["results"])))

    with ReplayServer(question(id) for id in range(1, 51)) as server:
        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for id in range(51, 101):
            server.put(question(id))
        for reader in readers:
            reader.join()
        assert len(server.requests) == 80
    assert all(total == length for total, length in totals)
    assert min(totals)[0] >= 50
    assert max(totals)[0] <= 100


def test_a_client_that_goes_away_is_no_fault(fetch):
    with ReplayServer([question(1)]) as server:
        host, port = address(server).split(":")
        for _ in range(3):
            with socket.create_connection((host, int(port))) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.sendall(b"GET /api/writtenquestions/questions HTTP/1.1\r\nHost: x\r\n")
        assert fetch(server.url + PATH).status == 200


def test_a_fault_in_the_server_is_raised_on_leaving(fetch):
    broken = question(1) | {"dateAnswered": 5}
    server = ReplayServer([broken])
    with pytest.raises(TypeError), server, pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        fetch(server.url + PATH, answeredWhenFrom="2026-06-01")


def write(path, records, pack=False):
    text = "".join(json.dumps(record) + "\n" for record in records).encode()
    path.write_bytes(gzip.compress(text) if pack else text)
    return path


@contextmanager
def running(*arguments, end=signal.SIGINT):
    command = [sys.executable, "-m", "tests.replay", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(end)
            assert process.wait(30) == 0


def test_the_command_serves_records_from_files_until_it_is_interrupted(tmp_path, fetch):
    questions = write(tmp_path / "questions.jsonl.gz", [{"value": question(1), "links": []}, question(2)], pack=True)
    rows = write(tmp_path / "rows.jsonl", [question(1) | {"heading": "Invented Heading of a Row"}])
    statements = write(tmp_path / "statements.jsonl", [statement(3)])
    with running("--questions", questions, "--list-rows", rows, "--statements", statements) as process:
        url = process.stdout.readline().strip()
        data = fetch(url + PATH, sessionStatus="Any").data
        made = fetch(url + "/writtenstatements/statements/3").data["value"]["uin"]
        member = fetch(process.stdout.readline().strip() + "/Members/5").data["value"]["id"]
    assert member == 5
    assert [item["value"]["heading"] for item in data["results"]] == [
        "Invented Lanterns: District 2",
        "Invented Heading of a Row",
    ]
    assert made == "HCWS3"


def test_the_command_takes_a_day_that_decides_the_current_session(tmp_path, fetch):
    questions = write(tmp_path / "questions.jsonl", [question(1, dateTabled="2025-02-03"), question(2)])
    with running("--questions", questions, "--today", "2025-03-01", end=signal.SIGTERM) as process:
        url = process.stdout.readline().strip()
        assert [item["value"]["id"] for item in fetch(url + PATH).data["results"]] == [1]


def test_the_command_says_what_is_wrong_with_a_file(tmp_path):
    questions = write(tmp_path / "questions.jsonl", [question(1), {"id": 2}])
    command = [sys.executable, "-m", "tests.replay", "--questions", str(questions)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"{questions}:2: no id or no UIN; give records as the API gives them\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "no id or no UIN"),
        ('{"id": 1, "uin": null, "dateTabled": "2026-06-01"}', "no id or no UIN"),
        ('{"value": {"id": 1, "uin": "5", "dateTabled": null}}', "no day tabled or made"),
    ],
)
def test_a_line_that_is_no_record_is_named(tmp_path, line, reason):
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps(question(1)) + "\n\n" + line + "\n", "utf-8")
    with pytest.raises(MalformedRecord, match=reason) as caught:
        list(read_values(path))
    assert caught.value.line == 3


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceNotFound, match="no such file"):
        list(read_values(tmp_path / "nothing.jsonl"))
