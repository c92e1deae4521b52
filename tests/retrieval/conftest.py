"""What the tests of builds and snapshots share: questions to order, in the shape of Parliament's API, all invented."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from retrieval.build_report import Changes
from retrieval.gathering import Candidate, Standing
from retrieval.records import Provenance, Record
from retrieval.sources import Reader, Received
from retrieval.sources.api_json import ParliamentApi
from retrieval.sources.official_page import OfficialPage

DAY = date(2026, 11, 21)
SOURCE = "https://questions-statements-api.parliament.uk/api"


@dataclass(frozen=True, slots=True)
class Invented:
    """Makes questions, numbered from 1; what is not asked for otherwise follows from the number."""

    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def value(self, number: int, **fields: Any) -> dict[str, Any]:
        """Return question `number` as the API gives one, with `fields` in the place of its own."""
        made = {
            "id": number,
            "uin": str(1000 + number),
            "house": "Commons",
            "dateTabled": "2024-09-02T00:00:00",
            "dateAnswered": f"2024-09-{3 + number % 25:02}T00:00:00",
            "answeringBodyId": 27,
            "answeringBodyName": "Department for Transport",
            "askingMemberId": 9001,
            "askingMember": {"id": 9001, "name": "Ann Invented", "party": "Labour", "memberFrom": "Testford North"},
            "answeringMemberId": 9101,
            "answeringMember": {"id": 9101, "name": "Dee Placeholder", "party": "Labour", "memberFrom": "Mockham"},
            "heading": f"Roads: Number {number}",
            "questionText": f"To ask the Secretary of State for Transport, what she has done about road {number}.",
            "answerText": f"<p>The Department gave the council of road {number} a grant of {number} pounds for it.</p>",
        }
        return made | fields

    def raw(self, number: int, **fields: Any) -> bytes:
        """Return question `number` as JSON."""
        return json.dumps(self.value(number, **fields)).encode()

    def received(self, number: int, *, source: str = SOURCE, day: date = DAY, **fields: Any) -> Received:
        """Return question `number` as it is fetched."""
        provenance = Provenance("parliament-api", source, number, day)
        return Received("parliament-api", self.raw(number, **fields), provenance)

    def unanswered(self, number: int, **fields: Any) -> Received:
        """Return question `number` as it is fetched while it waits for an answer."""
        waiting = {"answerText": None, "dateAnswered": None, "answeringMember": None, "answeringMemberId": None}
        return self.received(number, **(waiting | fields))

    def changes(self, *received: Received, **withdrawn: Any) -> Changes:
        """Return what a refresh is told."""
        return Changes(received=received, **withdrawn)

    def file(self, path: Path, raws: Sequence[bytes]) -> str:
        """Write JSON Lines and return the path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(raw + b"\n" for raw in raws))
        return str(path)

    def candidate(self, received: Received, standing: Standing = Standing.READ, **more: Any) -> Candidate:
        """Return one copy of a question, as a build meets it."""
        readers: dict[str, Reader] = {"parliament-api": ParliamentApi(), "official-page": OfficialPage()}
        record = readers[received.reader].parse(received)
        assert isinstance(record, Record)
        return Candidate(received, record, standing, **more)

    def page(self, number: int, *, source: str = "page.html", day: date = DAY, **fields: Any) -> Received:
        """Return question `number` as Parliament's own page shows it."""
        value = self.value(number, **fields)
        tabled, answered = (date.fromisoformat(value[name][:10]) for name in ("dateTabled", "dateAnswered"))
        html = f"""<!DOCTYPE html><html><head>
<title>Written questions - Written questions, answers and statements - UK Parliament</title></head>
<body><main id="main-content"><h1>{value["heading"]}</h1>
<h2>Question for {value["answeringBodyName"]}</h2>
<p>UIN {value["uin"]}, tabled on {tabled:%-d %B %Y}</p>
<h2>Question</h2><p>{value["questionText"]}</p>
<h2>Answer</h2><p>Answered on</p><p>{answered:%-d %B %Y}</p>
<div>{value["answerText"]}</div></main></body></html>"""
        return Received("official-page", html.encode(), Provenance("official-page", source, 1, day))


@pytest.fixture(scope="session")
def invented() -> Invented:
    """Give what makes invented questions."""
    return Invented()


@contextmanager
def _small_files(most_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def disk_of() -> Callable[[int], AbstractContextManager[None]]:
    """Give a stand-in for a full disk: while it is in force, no file can grow past so many bytes."""
    return _small_files
