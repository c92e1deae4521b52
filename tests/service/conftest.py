"""The service over twelve invented records, asked within this process."""

from __future__ import annotations

import http.client
import io
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from retrieval.build import build
from retrieval.encoders import Encoder, EncoderIdentity, TokenVectors
from retrieval.sync.client import ParliamentService
from retrieval.sync.engine import sync
from retrieval.sync.request import SyncRequest
from service.app import create_app
from service.cli import make_app, run
from service.settings import Settings
from service.terminal import Terminal
from tests.conftest import ToyEncoder
from tests.replay.invented import correcting_statement, one_of_each, pursuant, question, statement
from tests.replay.server import ReplayServer

BUSES, BUSES_BEFORE = "commons-2025-01-13-205", "commons-2024-09-02-102"
DENTISTS, VETERANS = "commons-2025-03-03-520", "lords-2025-02-03-hl77"

ROOT = Path(__file__).parents[2]

# Each leaves out the best answer to `three_topics`, and no two neighbours leave the same.
NARROWINGS = [
    ("answered_from", ["2025-02-01"], [VETERANS, DENTISTS]),
    ("answered_to", ["2025-01-19"], [BUSES_BEFORE]),
    ("tabled_from", ["2025-01-14"], [VETERANS, DENTISTS]),
    ("tabled_to", ["2025-01-12"], [BUSES_BEFORE]),
    ("house", ["lOrds"], [VETERANS]),
    ("answering_body", ["health"], [DENTISTS]),
    ("answering_body", ["11"], [VETERANS]),
    ("answering_body", ["Ministry of Defence", "17"], [VETERANS, DENTISTS]),
    ("minister", ["Dee Placeholder"], [BUSES_BEFORE, DENTISTS]),
    ("asker", ["fictional"], [BUSES_BEFORE]),
    ("party", ["Crossbench"], [VETERANS]),
    ("party", ["Crossbench", "Conservative"], [VETERANS, BUSES_BEFORE]),
    ("kind", ["holding"], []),
    ("finding", ["corrected"], [DENTISTS]),
    ("heading", ["waiting LISTS"], [DENTISTS]),
    ("genre", ["statement"], []),
]


@pytest.fixture
def three_keys() -> list[str]:
    """Give the keys of the answers close to `three_topics`, best first."""
    return [BUSES, VETERANS, DENTISTS]


@pytest.fixture(params=[pytest.param(one, id=f"{one[0]}={','.join(one[1])}") for one in NARROWINGS])
def narrowing(request: pytest.FixtureRequest) -> tuple[str, list[str], list[str]]:
    """Give a filter, its values, and the keys of all close answers to `three_topics` that pass it, best first."""
    given: tuple[str, list[str], list[str]] = request.param
    return given


@dataclass(frozen=True)
class Run:
    """How one command ended, and what it told."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """Return standard output as the one object that it must be."""
        assert self.out.count("\n") == 1
        found: dict[str, object] = json.loads(self.out)
        return found


Despatch = Callable[..., Run]


@pytest.fixture
def despatch(toy_encoder: Encoder, other_encoder: Encoder) -> Despatch:
    """Run one command line, with toy encoders in the place of models."""

    def load(name: str) -> Encoder:
        return {"toy": toy_encoder, "another": other_encoder}[name]

    def ran(*arguments: object, terminal: bool = False, stdin: bytes = b"", width: int = 80) -> Run:
        out, err = io.StringIO(), io.StringIO()
        screen, errors = Terminal(out, terminal=terminal, width=width), Terminal(err, terminal=False)
        app = make_app(load, screen, errors, io.BytesIO(stdin), lambda name: None)
        return Run(run(app, [str(argument) for argument in arguments], errors), out.getvalue(), err.getvalue())

    return ran


PROGRAM = """
import sys
from service.app import serve
from service.settings import read_settings
from tests.conftest import ToyEncoder
serve(read_settings(data=sys.argv[1], host=sys.argv[2], port=0), encoder=ToyEncoder())
"""


class Running:
    """A server in a process of its own, with a toy encoder."""

    def __init__(self, data: Path, host: str = "127.0.0.1", *, program: str = PROGRAM, **environment: str) -> None:
        """Start it, and wait until it says where it listens."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(data), host],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr
        self._heard: queue.Queue[str] = queue.Queue()
        # Read all the time: a server whose log nobody reads stops when the pipe is full.
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,))
        self._reader.start()
        self.said: list[str] = []
        while not self.said or not ("Try: curl" in self.said[-1] or "nothing to search" in self.said[-1]):
            self.line()
        found = re.search(r"http://([^ ]+):(\d+)", self.said[0])
        assert found, self.said
        self.host, self.port = found[1].strip("[]"), int(found[2])
        self.address = f"http://{found[1]}:{found[2]}"

    def _read(self, log: IO[str]) -> None:
        for line in log:
            self._heard.put(line)
        self._heard.put("")

    def line(self, *, holding: str = "") -> str:
        """Wait for the next line of standard error that holds some text, and return it."""
        while True:
            line = self._heard.get(timeout=60)
            assert line, "".join(self.said)
            self.said.append(line)
            if holding in line:
                return line

    def ask(
        self, method: str, target: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Make one request; return status, headers and body."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, dict(response.getheaders()), content

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Send a signal; return the exit code, standard output and standard error."""
        self.process.send_signal(number)
        out, _ = self.process.stdout.read() if self.process.stdout else "", self.process.wait(timeout=30)
        self._reader.join()
        while line := self._heard.get():
            self.said.append(line)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return self.process.returncode, out, "".join(self.said)


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Start servers, and stop those that a test leaves running."""
    started: list[Running] = []

    def run_one(data: Path, host: str = "127.0.0.1", *, program: str = PROGRAM, **environment: str) -> Running:
        started.append(Running(data, host, program=program, **environment))
        return started[-1]

    yield run_one
    for one in started:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="module")
def start_once() -> Iterator[Callable[..., Running]]:
    """Start servers that all tests of a module share, as starting one takes seconds."""
    started: list[Running] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name.startswith("DESPATCH_"):
                patch.delenv(name)

        def run_one(data: Path, host: str = "127.0.0.1", **environment: str) -> Running:
            started.append(Running(data, host, **environment))
            return started[-1]

        yield run_one
    for one in started:
        one.stop()


class FailingEncoder:
    """Fails on every question with an exception that holds the question."""

    def __init__(self, identity: EncoderIdentity) -> None:
        """Take the identity of the encoder that the snapshot was built with."""
        self.identity = identity
        self.precision = "none"

    def fits(self, text: str) -> bool:
        """Read anything."""
        return bool(text)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float32]:
        """Fail."""
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Fail."""
        try:
            raise KeyError(texts[0])
        except KeyError as error:
            raise RuntimeError(f"can't encode {texts}") from error

    def encode_tokens(self, texts: Sequence[str], *, in_context: bool = True) -> list[TokenVectors]:
        """Fail."""
        raise RuntimeError(f"can't encode {texts}")


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a directory once from a server with invented records of every kind; tests do not change it."""
    church = {"answeringBodyId": 9, "answeringBodyName": "Church Commissioners"}
    link = "https://questions-statements.parliament.uk/written-questions/detail/2026-05-11/777"
    refers = f'<p>I refer the hon. Member to the answer given to <a href="{link}">Question 777</a> on 18 May 2026.</p>'
    questions = [
        *one_of_each(),
        question(20, **church, answerText="<p>The invented belfry fund paid for nine invented bells.</p>"),
        question(21, answerText=refers),
        pursuant(22, {"uin": "778", "dateAnswered": "2026-05-19", "heading": "Invented Lanterns: Oil"}),
    ]
    statements = [statement(50), correcting_statement(52, 5)]
    data = tmp_path_factory.mktemp("filled") / "data"
    with (
        ReplayServer(questions, statements=statements) as server,
        ParliamentService(server.url, requests_per_second=500) as service,
    ):
        now = datetime(2026, 11, 22, 8, tzinfo=UTC)
        sync(data, ToyEncoder, SyncRequest(first=date(2026, 6, 1)), service, now=lambda: now)
    return data


LANTERN_FUND = (
    "The lantern fund pays for {} lanterns in the halls of every county, and is kept under review by Ministers."
)
LANTERN_OIL = "The oil for a lantern is paid for by the council that owns the hall in which it hangs from the beam."
CANDLES = "Halls without a beam may be lit by candles, which are not within the responsibility of the Department."


@pytest.fixture(scope="session")
def lanterns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build answers on lanterns under two governments and from seven bodies, one of them given again."""
    fund, oil = (f"<p>{text}</p>" for text in (LANTERN_FUND, LANTERN_OIL))
    given = [
        ("2023-01-10", fund.format(90), "Department for Transport"),
        ("2023-11-14", fund.format(100) + oil, "Department for Transport"),
        ("2024-07-30", f"<p>{CANDLES}</p>{fund.format(80)}", "Department for Transport"),
        ("2024-08-13", fund.format(100) + oil, "Department for Transport"),
        *[(f"2024-09-{10 + number}", oil, f"Ministry of Lantern Number {number}") for number in range(6)],
        ("2024-09-20", fund.format(120) + oil, "Department for Transport"),
    ]
    questions = [
        question(
            1000 + number,
            dateTabled="2023-01-09",
            dateAnswered=day,
            answerText=text,
            answeringBodyName=body,
            answeringBodyId=900 + number,
            heading=f"Lanterns: Number {number}",
        )
        for number, (day, text, body) in enumerate(given, start=1)
    ]
    folder = tmp_path_factory.mktemp("lanterns")
    source = folder / "lanterns.jsonl"
    source.write_text("".join(f"{json.dumps(one)}\n" for one in questions), encoding="utf-8")
    build([str(source)], folder / "data", ToyEncoder(), now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    return folder / "data"


@pytest.fixture
def lanterns_client(lanterns: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service over answers on lanterns."""
    with TestClient(create_app(Settings(data=lanterns), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def filled_client(filled_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service over records of every kind."""
    with TestClient(create_app(Settings(data=filled_once), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def client(built_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of the service."""
    with TestClient(create_app(Settings(data=built_once), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def failing_client(built_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service whose encoder fails."""
    encoder = FailingEncoder(toy_encoder.identity)
    with TestClient(create_app(Settings(data=built_once), encoder=encoder)) as opened:
        yield opened


@pytest.fixture
def seeds_client(tmp_path: Path, seeds: str, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of the service with only the seed documents loaded."""
    build([seeds], tmp_path / "data", toy_encoder)
    with TestClient(create_app(Settings(data=tmp_path / "data"), encoder=toy_encoder)) as opened:
        yield opened
