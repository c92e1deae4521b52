"""A browser, and a service for it to look at."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from retrieval.attachments.extracted import Part
from retrieval.attachments.texts import AttachmentText, AttachmentTexts
from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.records import Block, BlockKind
from service.app import create_app
from service.settings import Settings
from tests.conftest import ToyEncoder
from tests.replay.invented import (
    corrected,
    correcting_statement,
    grouped,
    holding,
    pointer,
    pursuant,
    question,
    statement,
    unanswered,
    with_attachments,
)

if TYPE_CHECKING:
    from tests.service.conftest import Running

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, without a window; for one module, as other tests can't use asyncio while it runs."""
    with sync_playwright() as playwright:
        # The tests may run as root, as in CI, where Chromium has no sandbox.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(start_once: Callable[..., Running], filled_once: Path) -> str:
    """Serve records of every kind in a process of its own, and give its address."""
    running = start_once(filled_once)
    return running.address


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Open pages, such as `new_page(360, dark=True, script=False)`. What a page complains of is a fault."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(width: int = 1440, height: int = 900, *, dark: bool = False, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport=ViewportSize(width=width, height=height),
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            locale="en-GB",
        )
        opened.append(context)
        if script:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in opened:
        context.close()
    # A page that was not there, or was refused, is no fault of the page's code.
    assert [one for one in complaints if "Failed to load resource" not in one] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Open one page on a wide screen."""
    return new_page()


@pytest.fixture(scope="session")
def faults_of_access() -> Callable[[Page], list[str]]:
    """Give a function that looks over a page with axe, and tells its serious faults with where they are."""
    axe = Axe()

    def found(page: Page) -> list[str]:
        violations = axe.run(page).response["violations"]
        return [
            f"{one['id']}: {node['html']}" for one in violations if one["impact"] in SERIOUS for node in one["nodes"]
        ]

    return found


WRITTEN = (
    "To ask the Secretary of State for Invented Affairs, how many lanterns were (a) lit and (b) put out in each of "
    "(i) the north and (ii) the south in the last two years."
)
LAID_OUT = (
    '<p>The Department publishes its counts on <a href="https://lanterns.example/counts?year=1&amp;part=2">its site'
    '</a> and takes letters at <a href="mailto:lamps@example.org">its office</a>. They are made once a year.</p>'
    "<p>Lanterns are counted by these three, in this order:</p>"
    "<ul><li>the wardens of the north</li><li>those of the south<ul><li>of its coast</li></ul></li></ul>"
    "<p>The table below has the lanterns that were lit in the two years:</p>"
    "<table><tr><td>Year</td><td>Region</td><td>Lanterns</td></tr>"
    "<tr><td rowspan=2>2024</td><td>North</td><td>1,024</td></tr><tr><td>South</td><td>2,048</td></tr>"
    "<tr><td>2025</td><td>North &lt;new&gt;</td><td>4,096</td></tr></table>"
)
WIDE = "".join(
    f"<tr>{''.join(f'<td>{cell} of the district number {column}</td>' for column in range(9))}</tr>"
    for cell in ("Lanterns", "12 wicks", "14 wicks")
)
NEARLY = (
    "<p>The Department gives every warden of an invented lantern a new wick at the start of each winter, and takes the "
    "old ones back when the nights grow short again. Wardens who need more than that can ask the stores of their "
    "district, which have wicks of every size that is in use. In the last winter for which there are figures, the "
    "stores gave out {} wicks beyond those that every warden has.</p>"
)


@pytest.fixture(scope="session")
def pages_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build invented records whose pages differ once: tables, links, corrections, threads, groups and files.

    Those with the ids 40 and 60 are read twice: a holding answer that was followed by a reply, and a question that was
    first read with another day, and so had another key.
    """
    folder = tmp_path_factory.mktemp("pages")
    plain, laid_out = question(1), question(2, questionText=WRITTEN, answerText=LAID_OUT, heading="Lanterns <counted>")
    follows = pursuant(11, plain)
    unknown = {"uin": "777", "dateAnswered": "2026-05-18", "heading": "Invented Lanterns: Oil"}
    together = grouped([8, 9])
    together[0]["groupedQuestions"].append("7007")
    together[0]["groupedQuestionsDates"].append({"questionUin": "7007", "dateTabled": "2026-06-05T00:00:00"})
    questions = [
        *(plain, laid_out, unanswered(3), holding(4), corrected(5), corrected(6, first_text="")),
        *(with_attachments(7, count=2), *together, pointer(10, plain), follows, pursuant(12, follows)),
        *(
            pointer(13, unknown),
            pursuant(14, unknown),
            question(40),
            question(60),
            question(30, answerText=f"<table>{WIDE}</table>"),
        ),
        *grouped(range(80, 93)),
    ]
    nearly = [question(id, answerText=NEARLY.format(id), heading=f"Invented Wicks: {id}") for id in (70, 71)]
    moved = question(60, dateTabled="2026-05-28")
    with closing(AttachmentTexts(folder / "data")) as texts:
        texts.keep([*_read_of_attachments()])
    statements = [statement(50), correcting_statement(52, 5)]
    read = {20: [[holding(40), moved]], 21: [[*questions, *nearly], statements]}
    for day, files in read.items():
        sources = [folder / f"{day}-{number}.jsonl" for number in range(len(files))]
        for source, records in zip(sources, files, strict=True):
            source.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
        now = datetime(2026, 11, day, 12, tzinfo=UTC)
        build([str(one) for one in sources], folder / "data", ToyEncoder(), add=True, now=now)
    return folder / "data"


def _read_of_attachments() -> Iterator[AttachmentText]:
    """Yield what was read of the two files of answer 7: the words of one, and why there are none of the other."""
    said = tuple(Block(BlockKind.PARAGRAPH, f"Invented lanterns were counted on page {page}.") for page in (1, 2))
    parts = (Part("page 1", 0), Part("page 2", 1))
    for number, blocks, reason in ((1, said, None), (2, (), "it has pictures of pages and no text")):
        yield AttachmentText(
            url=f"https://qna.files.example/invented/7-{number}.pdf",
            sha256="0" * 64,
            size_bytes=1007,
            media_type="application/pdf",
            fetched_on=date(2026, 11, 21),
            extractor="invented 1",
            blocks=blocks,
            parts=parts if blocks else (),
            reason=reason,
            left_out="the pages from the third on" if blocks else None,
        )


@pytest.fixture
def pages_client(pages_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service over those records that asks for pages, as a browser does."""
    reader = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    app = create_app(Settings(data=pages_once), encoder=toy_encoder)
    with TestClient(app, headers=reader, follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages_site(start_once: Callable[..., Running], pages_once: Path) -> str:
    """Serve those records in a process of its own, for all the tests of a module, and give its address."""
    running = start_once(pages_once)
    return running.address
