"""Text from outside that would be a script, if it were let: nothing that is served of it runs, or is mark-up."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import etree, html
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Dialog, Route

from retrieval.attachments.extracted import Part
from retrieval.attachments.texts import AttachmentText, AttachmentTexts
from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.records import Block, BlockKind
from retrieval.search import Searcher
from service.app import create_app
from service.settings import Settings
from service.web.static_files import hash_of
from tests.conftest import ToyEncoder
from tests.replay.invented import corrected, grouped, pursuant, question, statement, with_attachments

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SITE = "http://hostile.test"
RUN = "document.title='OWNED';alert(1)"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    f'\'><svg onload="{RUN}">',
    f"</title></style></script><script>{RUN}</script>",
    f'</textarea><iframe srcdoc="<script>{RUN}</script>">',
    f"]]><x:script xmlns:x='http://www.w3.org/1999/xhtml'>{RUN}</x:script>",
    f"[open](javascript:{RUN}) <javascript:{RUN}>",
    "{{ 7 * 191 }} {% raw %} ${7*191}",
)
HOSTILE = " ".join(PAYLOADS)
ESCAPED = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
QUOTED = "The hostile lantern was lit in district seven and the hostile lantern was put out again."
# Mark-up of the answer itself: what the source means as HTML, and what no answer should have.
ANSWER = (
    f'<p onclick="{RUN}" style="background:url(javascript:{RUN})">{QUOTED} {ESCAPED}</p>'
    f'<script>{RUN}</script><p>See <a href="javascript:{RUN}">the site</a>, <a href="JaVaScRiPt&#58;{RUN}">another'
    f'</a>, <a href="data:text/html,<script>{RUN}</script>">a third</a> and <a href=\'https://x.example/" '
    f"onmouseover=\"{RUN}'>a fourth</a>.</p><svg onload=\"{RUN}\"></svg><iframe srcdoc='<script>{RUN}</script>'>"
    f'</iframe><table><tr><td>{ESCAPED}</td><td onclick="{RUN}">lanterns</td></tr><tr><td>a</td><td>b</td></tr></table>'
    f'<ul><li>{ESCAPED}<img src=x onerror="{RUN}"></li></ul><form action="javascript:{RUN}"><button>go</button></form>'
)
MEMBER = {"id": 1, "name": f"Ann Invented {HOSTILE}", "party": f"Party {HOSTILE}", "memberFrom": f"Seat {HOSTILE}"}
TEXTS = {
    "heading": f"Hostile Lanterns {HOSTILE}",
    "questionText": f"To ask the Secretary of State, how many hostile lanterns {ESCAPED} were lit.",
    "answerText": ANSWER,
    "answeringBodyName": f"Department for Lanterns {HOSTILE}",
    "answeringBodyId": 901,
    "askingMemberId": 1,
    "askingMember": MEMBER,
    "answeringMemberId": 2,
    "answeringMember": {**MEMBER, "id": 2, "name": f"Ben Invented {HOSTILE}"},
}


def hostile_records() -> list[dict[str, Any]]:
    first = question(1, **TEXTS)
    attached = with_attachments(3) | TEXTS | {"heading": f"Attached {HOSTILE}"}
    attached["attachments"][0] |= {
        "title": f"Table {HOSTILE}",
        "url": f'https://qna.files.example/a"><script>{RUN}</script>.pdf',
    }
    both = grouped([8, 9], **{name: text for name, text in TEXTS.items() if name != "questionText"})
    before = f"<p>{QUOTED.replace('seven', 'six')} {ESCAPED}</p>"
    return [first, corrected(2, first_text=before, **TEXTS), attached, *both, pursuant(11, first, heading=HOSTILE)]


@pytest.fixture(scope="module")
def hostile_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index in which every text that a source can give tries to be a script."""
    folder = tmp_path_factory.mktemp("hostile")
    records = hostile_records()
    with closing(AttachmentTexts(folder / "data")) as texts:
        texts.keep(
            [
                AttachmentText(
                    url=records[2]["attachments"][0]["url"],
                    sha256="0" * 64,
                    size_bytes=1,
                    media_type="application/pdf",
                    fetched_on=date(2026, 11, 21),
                    extractor="invented 1",
                    blocks=(Block(BlockKind.PARAGRAPH, f"Attached lanterns {HOSTILE}"),),
                    parts=(Part(f"sheet {HOSTILE}", 0),),
                    left_out=HOSTILE,
                )
            ]
        )
    made = statement(50, title=f"Statement {HOSTILE}", text=ANSWER)
    for number, rows in enumerate((records, [made])):
        (folder / f"{number}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    sources = [str(folder / f"{number}.jsonl") for number in range(2)]
    report = build(sources, folder / "data", ToyEncoder(), now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert (report.counts.records, report.read.fault_count) == (7, 0), report.read
    return folder / "data"


@pytest.fixture
def hostile(hostile_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data=hostile_once), encoder=toy_encoder), headers=READER) as opened:
        yield opened


def keys_of(data: Path) -> list[str]:
    corpus = Corpus.open(data)
    return [str(key) for (key,) in corpus.store.rows("SELECT key FROM records ORDER BY key")]


INERT = set(
    "a abbr article aside b blockquote body br button caption cite code col colgroup datalist dd del details div dl dt "
    "em fieldset figcaption figure footer form h1 h2 h3 h4 h5 head header hr html i img input ins kbd label legend li "
    "link main mark meta nav noscript ol optgroup option output p picture pre q s search section select small source "
    "span strong style sub summary sup table tbody td template textarea tfoot th thead time title tr u ul".split()
)
CHART = {"svg", "g", "path", "rect", "line", "circle", "text", "desc", "defs", "tspan", "polyline", "polygon"}
SAFE = re.compile(r"(?:https?://|mailto:|/(?!/)|[#?]|$)", re.IGNORECASE)
ADDRESSES = {"href", "src", "action", "formaction", "poster", "cite", "data", "background", "xlink:href", "srcset"}


def active_parts(text: str) -> list[str]:
    """Return what in a page could run or load something that is not ours, read as a browser reads it."""
    found = []
    # `html5lib` is not here: libxml2's reader finds every element and attribute that a browser would, and more.
    for element in html.document_fromstring(text).iter():
        if not isinstance(element.tag, str):
            continue
        attributes = {str(name): str(value) for name, value in element.attrib.items()}
        if element.tag == "script" and (
            attributes.get("src", "").startswith("/static/") or is_ours(element.text or "")
        ):
            continue
        if element.tag not in INERT | CHART:
            found.append(f"<{element.tag}>")
        for name, value in attributes.items():
            if name.startswith("on") or name in {"srcdoc", "style"} or (name in ADDRESSES and not SAFE.match(value)):
                found.append(f"{element.tag} {name}={value[:60]}")
    return found


def is_ours(script: str) -> bool:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" == hash_of("before.js")


def addresses(keys: list[str]) -> list[str]:
    query = "hostile lanterns lit in district seven"
    return [
        *(f"/answers/{key}" for key in keys),
        f"/?q={query}",
        f"/?q={query}&facets=answering_body,minister,party,heading&sort=newest",
        "/?q=hostile+lantern&match=exact&kind=all",
        f"/?q={query}&minister=nobody+{PAYLOADS[0]}",
        *(f"/?q={payload}" for payload in PAYLOADS),
        f"/?{PAYLOADS[1]}=1",
        f"/timeline?q={query}",
        "/timeline?q=hostile+lantern&match=exact",
        f"/timeline?q={PAYLOADS[0]}",
        "/coverage",
        "/asked",
        "/quotes",
        f"/answers/{PAYLOADS[0]}",
        f"/{PAYLOADS[3]}",
    ]


def test_the_hostile_texts_are_really_in_the_index(hostile: TestClient, hostile_once: Path):
    keys = keys_of(hostile_once)
    assert len(keys) == 7
    answer = hostile.get(f"/v1/answers/{keys[0]}").text
    assert "onerror" in answer
    assert "<script>" in answer


def test_the_check_finds_what_runs():
    clean = (
        "<!doctype html><title>x</title><p class=a>&lt;script&gt;<a href='/x'>y</a><a href='https://x.example'>z</a>"
    )
    assert active_parts(clean) == []
    for bad in (
        *PAYLOADS[:5],
        f'<a href="javascript:{RUN}">x</a>',
        '<a href=" data:text/html,x">x</a>',
        '<a href="//evil.example">x</a>',
        '<p style="background:red">x</p>',
        "<object data=/x></object>",
    ):
        assert active_parts(clean + bad) != [], bad


def test_no_page_has_a_script_of_a_text(hostile: TestClient, hostile_once: Path):
    for address in addresses(keys_of(hostile_once)):
        page = hostile.get(address)
        assert page.headers["content-type"] == "text/html; charset=utf-8", address
        assert active_parts(page.text) == [], address
        assert "1337" not in page.text, address


def test_what_a_reader_sends_comes_back_as_text(hostile: TestClient):
    for path, form in (
        ("/asked", {"text": f"how many hostile lanterns {HOSTILE}"}),
        ("/quotes", {"text": f'They said "{QUOTED}" and "{HOSTILE}".'}),
        ("/quotes", {"text": f"> {QUOTED.replace('seven', HOSTILE)}"}),
    ):
        page = hostile.post(path, data=form)
        assert page.status_code == 200, page.text[-600:]
        assert active_parts(page.text) == [], path
        assert "1337" not in page.text


@pytest.mark.parametrize("query", ["hostile lanterns lit in district seven", PAYLOADS[0], PAYLOADS[5]])
def test_a_feed_is_whole_xml_whose_text_is_text(hostile: TestClient, query: str):
    feed = hostile.get("/v1/feed.atom", params={"q": query})
    assert feed.status_code == 200
    root = etree.fromstring(feed.content)
    spaces = {etree.QName(element).namespace for element in root.iter(etree.Element)}
    assert spaces <= {"http://www.w3.org/2005/Atom", "http://a9.com/-/spec/opensearch/1.1/"}
    for element in root.iter("{*}summary", "{*}content", "{*}title", "{*}rights", "{*}subtitle"):
        if element.get("type") == "html":
            assert active_parts(f"<div>{element.text}</div>") == []
        assert element.get("type") != "xhtml"
    assert [one for one in root.iter("{*}link") if not SAFE.match(one.get("href", ""))] == []


def test_a_chart_has_no_script_of_a_department(hostile: TestClient):
    chart = hostile.get("/timeline.svg", params={"q": "hostile lantern", "match": "exact", "by": "answering_body"})
    chart = chart if chart.status_code == 200 else hostile.get("/timeline.svg?q=hostile+lantern&match=exact")
    assert chart.status_code == 200
    root = etree.fromstring(chart.content)
    names = {etree.QName(element).localname.lower() for element in root.iter(etree.Element)}
    assert names & {"script", "foreignobject", "iframe", "a", "image", "use", "set", "animate"} == set()
    assert [
        name for element in root.iter(etree.Element) for name in element.attrib if name.lower().startswith("on")
    ] == []


def collected(data: Path) -> list[dict[str, Any]]:
    corpus = Corpus.open(data)
    items: list[dict[str, Any]] = []
    for key in keys_of(data):
        items += [
            {"key": key, "passage": one.hash, "note": f"Note {HOSTILE}\n{HOSTILE}"}
            for one in corpus.answer(key).passages
        ]
    gone = {"key": HOSTILE[:150], "passage": "0" * 16, "note": HOSTILE, "text": HOSTILE, "citation": HOSTILE}
    return [*items, gone]


def test_files_of_a_basket_run_nothing_wherever_they_are_opened(hostile: TestClient, hostile_once: Path):
    items = collected(hostile_once)

    def asked(form: str) -> Response:
        return hostile.post("/v1/collection/export", json={"items": items, "format": form})

    page = asked("html")
    assert page.status_code == 200, page.text
    assert active_parts(page.text.replace("<style>", "<style >")) == []
    assert "attachment" in page.headers["content-disposition"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    written = asked("markdown").text
    # As CommonMark has it, mark-up within a text would be HTML of the page.
    assert active_parts(MarkdownIt("commonmark", {"html": True}).render(written)) == []
    for form in ("text", "bibtex", "ris", "csl-json", "csv"):
        found = asked(form)
        assert found.status_code == 200
        assert not found.headers["content-type"].startswith("text/html")
        assert found.headers["x-content-type-options"] == "nosniff"
        assert "attachment" in found.headers["content-disposition"]


def test_results_in_a_notebook_run_nothing(hostile_once: Path, toy_encoder: Encoder):
    corpus = Corpus.open(hostile_once)
    result = Searcher(corpus, toy_encoder, hostile_once).search(f"hostile lanterns lit in district seven {PAYLOADS[0]}")
    assert result.hits
    shown = [result._repr_html_(), *(hit._repr_html_() for hit in result.hits)]
    shown += [corpus.answer(key)._repr_html_() for key in keys_of(hostile_once)]
    for text in shown:
        assert active_parts(f"<div>{text}</div>") == []
        assert "OWNED" in text


def test_data_is_never_sent_as_a_page(hostile: TestClient, hostile_once: Path):
    key = keys_of(hostile_once)[0]
    for path in (
        f"/v1/answers/{key}",
        "/v1/search?q=hostile",
        "/v1/counts?by=answering_body",
        f"/v1/search?q={PAYLOADS[0]}",
    ):
        found = hostile.get(path)
        assert found.headers["content-type"] in {"application/json", "application/problem+json"}
        assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.browser
def test_no_script_of_a_text_runs_in_a_browser(chromium: Browser, hostile: TestClient, hostile_once: Path):
    key = keys_of(hostile_once)[0]
    ran: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    def answered(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        found = hostile.request(route.request.method, path, content=route.request.post_data_buffer, headers=READER)
        # Without the policy, which is a second wall: the escaping alone must hold.
        kept = {name: text for name, text in found.headers.items() if name in {"content-type", "location"}}
        route.fulfill(status=found.status_code, body=found.content, headers=kept)

    context = chromium.new_context()
    page = context.new_page()
    page.on("dialog", dismissed)
    page.route("**/*", answered)
    for address in (f"/answers/{key}", f"/?q=hostile+lanterns+{PAYLOADS[1]}"):
        page.goto(f"{SITE}{address}")
        assert page.title() != "OWNED"
        assert page.locator("main").inner_text().strip()
    # The basket draws what it kept of a page by script.
    item = {"key": key, "passage": "0" * 16, "ordinal": 1, "note": HOSTILE, "added": "2026-11-01"}
    page.goto(f"{SITE}/basket")
    page.evaluate(
        "items => localStorage.setItem('despatch-box.basket.v1', JSON.stringify({version: 1, items}))", [item]
    )
    page.reload()
    page.locator("#basket-items > li").wait_for()
    assert page.locator("#basket-items textarea").input_value() == HOSTILE
    assert page.title() != "OWNED"
    # That it would have been noticed: this one is let.
    page.set_content(f"<p>{PAYLOADS[1]}</p>")
    page.wait_for_function("document.title == 'OWNED'")
    context.close()
    assert ran == ["1"]
