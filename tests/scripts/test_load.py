from __future__ import annotations

import asyncio
import gzip
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "load.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("load", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["load"] = module
    spec.loader.exec_module(module)
    return module


load = loaded()

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;name=value\r\n}\r\n0\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n"
RUDE = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\noops"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
IDLE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nidle"
NONSENSE = b"nonsense\r\n\r\n"


class Fake:
    """A server that gives one answer after another, and remembers what it was asked and on which connection."""

    def __init__(self, answers: list[bytes], seconds: float = 0.0) -> None:
        self.answers, self.seconds = answers, seconds
        self.asked: list[str] = []
        self.connections = 0
        self.at_once = self.most_at_once = 0
        self.open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                answer = self.answers[len(self.asked) % len(self.answers)]
                self.asked.append(head.split()[1].decode())
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                await asyncio.sleep(self.seconds)
                self.at_once -= 1
                writer.write(answer)
                if answer in (LAST, CUT, IDLE, NONSENSE):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            await writer.wait_closed()
            self.open.discard(writer)

    def run(self, use: Callable[[str], Awaitable[object]]) -> object:
        async def main() -> object:
            server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
            found = await use(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            server.close()
            while self.open:
                await asyncio.sleep(0.001)
            return found

        return asyncio.run(main())


def test_each_reply_is_counted_as_what_it_was() -> None:
    fake = Fake([OK, CHUNKED, LAST, BUSY, RUDE, BROKEN, CUT, NONSENSE])

    async def use(address: str) -> object:
        tally, connection = load.Tally(), load.Connection(address)
        for _ in range(8):
            await load._ask(connection, "/", 0.0, tally)
        await connection.close()
        return tally

    tally = fake.run(use)
    assert isinstance(tally, load.Tally)
    assert (len(tally.answered), len(tally.refused), tally.untold) == (3, 2, 1)
    assert tally.failed == Counter({"500": 1, "IncompleteReadError": 1, "IndexError": 1})
    # One connection until it is closed or breaks: after the third reply, and after the seventh.
    assert fake.connections == 3


def test_the_body_of_a_reply_is_whole_in_chunks_or_not() -> None:
    async def use(address: str) -> object:
        connection = load.Connection(address)
        found = [await connection.get("/"), await connection.get("/"), await connection.get("/")]
        await connection.close()
        return found

    assert Fake([OK, CHUNKED, BUSY]).run(use) == [
        load.Reply(200, "", b"{}"),
        load.Reply(200, "", b"{}"),
        load.Reply(503, "2", b""),
    ]


def test_a_connection_that_the_server_ended_while_it_was_idle_is_made_anew() -> None:
    fake = Fake([IDLE])

    async def use(address: str) -> object:
        connection, found = load.Connection(address), []
        for _ in range(3):
            found.append((await connection.get("/")).body)
            while not connection._streams[0].at_eof():
                await asyncio.sleep(0.001)
        await connection.close()
        return found

    assert fake.run(use) == [b"idle"] * 3
    assert fake.connections == 3


def test_as_many_ask_at_once_as_there_are_clients_and_no_question_is_asked_twice_before_all_were() -> None:
    fake = Fake([OK], seconds=0.01)
    questions = [f"question {number}?" for number in range(500)]

    async def use(address: str) -> object:
        asked = load.targets("/s?q={question}&mode={mode}", questions, "fast")
        return await load.load(address, asked, clients=4, seconds=0.1)

    tally = fake.run(use)
    assert isinstance(tally, load.Tally)
    assert (fake.connections, fake.most_at_once) == (4, 4)
    told = [parse_qs(urlsplit(one).query) for one in fake.asked]
    assert [one["q"][0] for one in told] == questions[: len(told)]
    assert {one["mode"][0] for one in told} == {"fast"}
    assert len(tally.answered) == len(told)
    assert tally.rate == pytest.approx(len(told) / tally.seconds)


def test_at_a_rate_the_wait_for_a_free_client_is_in_the_time() -> None:
    fake = Fake([OK], seconds=0.05)

    async def use(address: str) -> object:
        return await load.load(address, load.targets("/", ["a"]), clients=1, seconds=0.1, rate=100)

    tally = fake.run(use)
    assert isinstance(tally, load.Tally)
    # Ten were due within a tenth of a second; one client gets each answer 50 ms after the one before.
    assert len(tally.answered) == len(fake.asked) == 10
    assert tally.answered[-1] > 10 * 50 - 100
    assert tally.answered == sorted(tally.answered)


def test_the_clients_are_shared_out_among_the_processes_of_a_service() -> None:
    fake, gone = Fake([OK], seconds=0.01), "http://127.0.0.1:9"

    async def use(address: str) -> object:
        asked = load.targets("/", ["a"])
        return await load.load([address, gone], asked, clients=5, seconds=0.1)

    tally = fake.run(use)
    assert isinstance(tally, load.Tally)
    # The other process is not there: two of the five clients were for it.
    assert (fake.connections, set(tally.failed)) == (3, {"ConnectionRefusedError"})


def test_a_service_that_is_not_there_is_counted_as_such() -> None:
    tally = asyncio.run(load.load("http://127.0.0.1:9", load.targets("/", ["a"]), clients=2, seconds=0.01))
    assert (tally.answered, set(tally.failed), tally.rate) == ([], {"ConnectionRefusedError"}, 0.0)


def test_figures_are_percentiles_of_what_was_counted() -> None:
    tally = load.Tally(answered=[float(number) for number in range(101)], refused=[7.0], untold=1, seconds=2.0)
    tally.failed["500"] += 3
    assert tally.cells() == ("101", "50.5", "50.0", "95.0", "99.0", "100.0", "1", "1", "7.0", "500: 3")
    assert load.Tally().cells() == ("0", "0.0", "nan", "nan", "nan", "nan", "0", "0", "nan", "0")
    assert len(load.HEADS) == 2 + len(tally.cells())


def test_questions_are_read_each_once_and_always_in_one_order(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": str(place), "query": one}) + "\n" for place, one in enumerate("abcab"))
    (tmp_path / "plain.jsonl").write_text(lines + "\n", encoding="utf-8")
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(b'{"text": "d"}\n'))
    found = load.read_questions([tmp_path / "plain.jsonl"])
    assert sorted(found) == ["a", "b", "c"]
    assert found == load.read_questions([tmp_path / "plain.jsonl"])
    assert load.read_questions([tmp_path / "packed.jsonl.gz"], "text") == ["d"]


def test_each_load_in_turn_is_a_line_of_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"query": "lamps & lanterns?"}\n', encoding="utf-8")
    fake = Fake([OK, BUSY])

    async def use(address: str) -> object:
        given = [address, "--questions", str(questions), "--clients", "1", "2", "--seconds", "0.05", "--modes", "full"]
        return await asyncio.to_thread(load.main, [*given, "--warm-up", "2", "--json", str(tmp_path / "times.json")])

    assert fake.run(use) == 0
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head.split(" | ")[:3] == ["| mode", "clients", "answered"]
    assert [one.split(" | ")[:2] for one in lines] == [["| full", "1"], ["| full", "2"]]
    kept = json.loads((tmp_path / "times.json").read_text(encoding="utf-8"))
    assert [(one["clients"], one["failed"], one["untold"]) for one in kept] == [(1, {}, 0), (2, {}, 0)]
    # The two of the warm-up are in no line.
    assert sum(len(one["answered"]) + len(one["refused"]) for one in kept) == len(fake.asked) - 2
    assert fake.asked[0] == "/v1/search?q=lamps+%26+lanterns%3F&mode=full&limit=10"


def test_ctrl_c_ends_a_load_without_ado(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(coroutine: object) -> None:
        coroutine.close()  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(load.asyncio, "run", stopped)
    assert load.main(["http://127.0.0.1:9", "--questions", "none"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"
