"""Load on an HTTP service: distinct questions from many clients at once, and what became of each.

    python -m scripts.load http://127.0.0.1:8000 --questions plain.queries.jsonl --clients 1 16 200 1 --seconds 20

Each client asks, waits for the answer, and asks the next question on the same connection. With `--rate` questions come
at even intervals whatever becomes of those before, and the time of each counts from when it was due, so that a wait for
a free client is in it ("coordinated omission", Gil Tene, 2013). Times are of answers with status 200, in milliseconds
from the first byte sent to the last received, refusals (503) apart. The last of `--clients 1 16 200 1` shows recovery.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

import numpy as np

OURS = "/v1/search?q={question}&mode={mode}&limit=10"
_TIMEOUT_SECONDS = 60.0
_HEAD_BYTES = 1 << 16
ANSWERED = ("answered", "a second", "p50 ms", "p95 ms", "p99 ms", "worst ms")
HEADS = ("mode", "clients", *ANSWERED, "503", "503 without Retry-After", "p99 ms to a 503", "failed")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back to one request. `retry_after` is the header's text, empty where there is none."""

    status: int
    retry_after: str
    body: bytes


@dataclass(slots=True)
class Tally:
    """What became of the requests of one load.

    Attributes:
        answered: Milliseconds to each answer with status 200.
        refused: Milliseconds to each 503.
        untold: How many 503s did not say when to come again.
        failed: Everything else: how many by status, or by the kind of failure where none came.
        seconds: How long the load lasted, to the last answer.
    """

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    untold: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def note(self, reply: Reply, milliseconds: float) -> None:
        """Count one reply."""
        if reply.status == 200:
            self.answered.append(milliseconds)
        elif reply.status == 503:
            self.refused.append(milliseconds)
            self.untold += not reply.retry_after.isdecimal()
        else:
            self.failed[str(reply.status)] += 1

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answered) / self.seconds if self.seconds else 0.0

    def cells(self) -> tuple[str, ...]:
        """Return the figures of one line of the table, from `answered` on."""
        p50, p95, p99, worst = percentiles(self.answered)
        failed = ", ".join(f"{kind}: {count}" for kind, count in sorted(self.failed.items())) or "0"
        refused = percentiles(self.refused)[2]
        times = [f"{value:.1f}" for value in (p50, p95, p99, worst)]
        counts = [str(len(self.refused)), str(self.untold), f"{refused:.1f}", failed]
        return (str(len(self.answered)), f"{self.rate:.1f}", *times, *counts)


def percentiles(milliseconds: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the 50th, 95th and 99th percentile and the greatest, by linear interpolation; NaN of nothing."""
    if not milliseconds:
        return (float("nan"),) * 4
    p50, p95, p99, worst = np.percentile(milliseconds, (50, 95, 99, 100))
    return float(p50), float(p95), float(p99), float(worst)


class Connection:
    """One keep-alive connection of HTTP/1.1, opened when first needed and again after it broke.

    It reads as much of the protocol as a JSON service speaks: a Content-Length or chunks, nothing compressed.

    Args:
        address: Such as `http://127.0.0.1:8000`.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._prefix = parts.path.rstrip("/")
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, target: str) -> Reply:
        """Make one GET request.

        Raises:
            OSError: If the connection can't be made or breaks.
            EOFError: If it ends before the answer does.
            ValueError: If what comes is no answer of HTTP.
        """
        if self._streams and self._streams[0].at_eof():
            await self.close()  # A server may end a connection that was idle for some seconds.
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=_HEAD_BYTES)
        reader, writer = self._streams
        head = f"GET {self._prefix}{target} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nAccept: */*\r\n\r\n"
        writer.write(head.encode("ascii"))
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        named = (line.partition(":") for line in lines[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in named}
        body = await _body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return Reply(int(lines[0].split()[1]), headers.get("retry-after", ""), body)

    async def close(self) -> None:
        """Let go of the connection; the next request makes another."""
        if self._streams is not None:
            writer, self._streams = self._streams[1], None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


async def load(
    address: str | Sequence[str], targets: Iterator[str], *, clients: int, seconds: float, rate: float | None = None
) -> Tally:
    """Ask until the time is up; what was asked by then is waited for.

    Args:
        address: Of the service; of several processes of one, which the clients share out among them.
        targets: Paths with their questions, without end.
        clients: How many ask at once, each on a connection of its own.
        seconds: How long new questions are asked.
        rate: Questions a second, all clients together; without it, each client asks as fast as it is answered.
    """
    tally, started = Tally(), time.perf_counter()
    turns = itertools.count()
    addresses = [address] if isinstance(address, str) else address

    async def client(address: str) -> None:
        connection = Connection(address)
        try:
            while True:
                due = started + next(turns) / rate if rate else time.perf_counter()
                if due >= started + seconds:
                    return
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await _ask(connection, next(targets), due, tally)
        finally:
            await connection.close()

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(client(addresses[number % len(addresses)]))
    tally.seconds = time.perf_counter() - started
    return tally


async def _ask(connection: Connection, target: str, due: float, tally: Tally) -> None:
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            reply = await connection.get(target)
        tally.note(reply, (time.perf_counter() - due) * 1000)
    except (OSError, EOFError, ValueError, IndexError, asyncio.LimitOverrunError) as error:
        tally.failed[type(error).__name__] += 1
        await connection.close()
        # A service that is gone refuses at once: without a pause the loop would only count refusals.
        await asyncio.sleep(0.05)


def read_questions(paths: Sequence[Path], name: str = "query") -> list[str]:
    """Read the questions of files of JSON Lines, `.gz` or plain, each once, in an order that is always the same."""
    found: dict[str, None] = {}
    for path in paths:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found.update((json.loads(line)[name], None) for line in raw.splitlines() if line.strip())
    questions = list(found)
    random.Random(0).shuffle(questions)
    return questions


def targets(template: str, questions: Sequence[str], mode: str = "") -> Iterator[str]:
    """Yield paths without end: each question once, then all of them again."""
    for question in itertools.cycle(questions):
        yield template.format(question=quote_plus(question), mode=mode)


def line(*cells: object) -> str:
    """Return one line of a Markdown table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="where the service listens, such as http://127.0.0.1:8000")
    parser.add_argument("--questions", nargs="+", type=Path, required=True, help='files of {"query": ...}, a line each')
    parser.add_argument("--field", default="query", help="what a line has its question under")
    parser.add_argument("--modes", nargs="+", default=["fast"], help="fast, full, or both")
    parser.add_argument("--clients", nargs="+", type=int, default=[1, 16, 200, 1], help="how many at once, in turn")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each load lasts")
    parser.add_argument("--rate", type=float, help="questions a second, whatever becomes of those before")
    parser.add_argument("--template", default=OURS, help="the path to ask, with {question} and {mode} in it")
    parser.add_argument("--warm-up", type=int, default=20, help="questions asked first, one by one, and not counted")
    parser.add_argument("--json", type=Path, help="also write every time to this file")
    given = parser.parse_args(arguments)
    try:
        asyncio.run(_levels(given))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


async def _levels(given: argparse.Namespace) -> None:
    questions, kept = read_questions(given.questions, given.field), []
    print(line(*HEADS), line(*["---"] * len(HEADS)), sep="\n", flush=True)
    for mode in given.modes:
        asked = targets(given.template, questions, mode)
        warming, connection = Tally(), Connection(given.address)
        for _ in range(given.warm_up):
            await _ask(connection, next(asked), time.perf_counter(), warming)
        await connection.close()
        for clients in given.clients:
            tally = await load(given.address, asked, clients=clients, seconds=given.seconds, rate=given.rate)
            print(line(mode, clients, *tally.cells()), flush=True)
            kept.append({"mode": mode, "clients": clients, "seconds": tally.seconds, "answered": tally.answered})
            kept[-1] |= {"refused": tally.refused, "untold": tally.untold, "failed": dict(tally.failed)}
    if given.json:
        given.json.write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
