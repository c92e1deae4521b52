"""The Python client: what a real server answers, as the library's own objects and errors."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from retrieval.build import build
from retrieval.choices import Match, Mode, Sort
from retrieval.citations import CitationStyle
from retrieval.corpus import Corpus
from retrieval.counting import counts
from retrieval.encoders import Encoder
from retrieval.errors import (
    DespatchError,
    NoSnapshot,
    NotAvailableYet,
    QueryError,
    ServiceUnreachable,
    UnexpectedResponse,
    UnknownKey,
    UnknownName,
)
from retrieval.exporting import ExportRow, export
from retrieval.facets import Dimension
from retrieval.filters import EVERY_KIND, Filters
from retrieval.quotations import verify_quote
from retrieval.records import FindingName, House
from retrieval.results import SearchResult
from retrieval.search import Searcher
from retrieval.similar_results import SimilarQuestions
from retrieval.timeline import Timeline, timeline
from retrieval.topic import topic_of
from retrieval.worded_search import Page
from service.client import Client
from service.responses import WrittenCitation
from tests.replay.invented import question
from tests.service.conftest import Running

Start = Callable[..., Running]


@pytest.fixture(scope="module")
def remote(start_once: Start, built_once: Path) -> Iterator[Client]:
    running = start_once(built_once)
    with Client(f"http://{running.host}:{running.port}/") as client:
        yield client


@pytest.fixture
def local(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[Client]:
    """Serve one canned answer to everything, and give a client of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with Client(f"http://127.0.0.1:{server.server_address[1]}", timeout_seconds=5) as client:
                yield client
        finally:
            server.shutdown()
            thread.join()


def untimed(result: SearchResult) -> SearchResult:
    return replace(result, took_ms=0.0)


def test_a_search_is_the_one_that_the_library_makes(remote: Client, local: Searcher, three_topics: str):
    assert untimed(remote.search(three_topics)) == untimed(local.search(three_topics))
    lords = Filters(house=(House.LORDS,), answered_from=date(2025, 1, 1))
    assert untimed(remote.search(three_topics, lords)) == untimed(local.search(three_topics, lords))
    plain: dict[str, Any] = {
        "mode": Mode.FAST,
        "fresh": False,
        "group": False,
        "expand": False,
        "understand": True,
        "limit": 2,
    }
    assert untimed(remote.search(three_topics, **plain)) == untimed(local.search(three_topics, **plain))


def test_pages_of_a_whole_set_follow_one_another(remote: Client, local: Searcher):
    every = Filters(kind=EVERY_KIND)
    asked: dict[str, Any] = {"match": Match.WORDS, "sort": Sort.OLDEST, "limit": 2, "facets": [Dimension.HOUSE]}
    first = remote.search("the", every, **asked)
    assert untimed(first) == untimed(local.search("the", every, **asked))
    second = remote.search("the", every, cursor=first.next_cursor, **asked)
    assert untimed(second) == untimed(local.search("the", every, cursor=first.next_cursor, **asked))
    assert {hit.key for hit in first.hits}.isdisjoint(hit.key for hit in second.hits)


def test_every_other_call_gives_what_the_library_gives(remote: Client, local: Searcher):
    corpus, key = local.corpus, "commons-2025-03-03-520"
    assert remote.answer(key) == corpus.answer(key)
    assert remote.answer("10") == corpus.answer(key)
    cited = corpus.citation(key, 2)
    assert remote.citation(key, CitationStyle.RIS, 2) == WrittenCitation.of(cited, CitationStyle.RIS, corpus.sample)
    assert remote.citation(key).style is CitationStyle.HOUSE
    assert remote.history(key) == corpus.history(key)
    assert remote.thread(key) == corpus.thread(key)
    assert remote.coverage() == corpus.coverage()
    found = remote.counts([Dimension.MONTH, Dimension.FINDING], query="rural areas")
    assert found == counts(corpus, [Dimension.MONTH, Dimension.FINDING], query="rural areas")
    bodies = Filters(house=(House.COMMONS,), finding=(FindingName.CORRECTED,))
    assert remote.counts([Dimension.HOUSE], bodies) == counts(corpus, [Dimension.HOUSE], bodies)


def test_a_draft_is_compared_as_in_the_library(remote: Client, local: Searcher):
    def told(found: SimilarQuestions) -> SimilarQuestions:
        return replace(found, took_ms=0.0)

    draft = "To ask the Secretary of State for Transport, what steps are being taken on bus services in rural areas."
    found = remote.similar_questions(draft, limit=3)
    assert told(found) == told(local.similar_questions(draft, limit=3))
    assert found.matches
    narrowed: dict[str, Any] = {"house": (House.LORDS,), "answering_body": ("Ministry of Defence",)}
    assert told(remote.similar_questions(draft, **narrowed)) == told(local.similar_questions(draft, **narrowed))


def test_a_quotation_is_checked_as_in_the_library(remote: Client, local: Searcher):
    quoted = "giving local councils powers to run bus services in rural areas"
    assert remote.verify_quote(quoted) == verify_quote(local.corpus, quoted)
    key = "commons-2025-03-03-520"
    assert remote.verify_quote(quoted, key) == verify_quote(local.corpus, quoted, key)
    assert remote.verify_quote(quoted, key) != remote.verify_quote(quoted)
    with pytest.raises(UnknownKey) as unknown:
        remote.verify_quote(quoted, "commons-1900-01-01-1")
    assert unknown.value.key == "commons-1900-01-01-1"


def test_a_timeline_and_its_pages_are_those_of_the_library(remote: Client, local: Searcher, three_topics: str):
    today = date.today()

    def here(query: str, filters: Filters, match: Match, page: Page) -> Timeline:
        return timeline(local.corpus, topic_of(local, query, filters, match), today, page)

    every = Filters(kind=EVERY_KIND)
    first = remote.timeline("the", every, match=Match.WORDS, sort=Sort.OLDEST, limit=2)
    assert first == here("the", every, Match.WORDS, Page(2, Sort.OLDEST))
    second = remote.timeline("the", every, match=Match.WORDS, sort=Sort.OLDEST, limit=2, cursor=first.next_cursor)
    assert second == here("the", every, Match.WORDS, Page(2, Sort.OLDEST, first.next_cursor))
    assert {one.key for one in first.entries}.isdisjoint(one.key for one in second.entries)
    assert remote.timeline(three_topics) == here(three_topics, Filters(), Match.MEANING, Page(20, Sort.NEWEST))


def test_an_export_comes_row_by_row(remote: Client, local: Searcher):
    every = Filters(kind=EVERY_KIND)
    rows = remote.export("the", every, match=Match.WORDS, sort=Sort.OLDEST)
    assert iter(rows) is rows
    assert list(rows) == list(export(local.corpus, "the", every, match=Match.WORDS, sort=Sort.OLDEST).rows)
    assert list(remote.export("zzzz")) == []


def test_a_result_from_afar_is_shown_and_tabled_alike(remote: Client, local: Searcher):
    afar, here = remote.search("village bus services"), local.search("village bus services")
    assert afar.hits[0]._repr_html_() == here.hits[0]._repr_html_()
    assert afar.to_polars().equals(here.to_polars())


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (lambda asked: asked.search(" "), QueryError),
        (lambda asked: asked.search("x", limit=500), QueryError),
        (lambda asked: asked.search("(x", match=Match.WORDS), QueryError),
        (lambda asked: asked.search("x", Filters(answering_body=("Home Ofice",))), UnknownName),
        (lambda asked: asked.answer("commons-1900-01-01-1"), UnknownKey),
        (lambda asked: asked.citation("9", CitationStyle.HOUSE, 99), QueryError),
        (lambda asked: list(asked.export("(x", match=Match.WORDS)), QueryError),
        (lambda asked: asked.counts([]), QueryError),
        (lambda asked: asked.similar_questions(" "), QueryError),
        (lambda asked: asked.verify_quote("..."), QueryError),
        (lambda asked: asked.timeline("x", sort=Sort.STANDING), QueryError),
    ],
)
def test_what_the_service_refuses_is_the_librarys_error_in_the_services_words(
    remote: Client, ask: Callable[[Client], object], kind: type[DespatchError]
):
    with pytest.raises(kind) as caught:
        ask(remote)
    assert type(caught.value) is kind
    assert len(str(caught.value)) > 20


def test_an_error_has_its_parts(remote: Client, local: Searcher):
    wrong = Filters(answering_body=("Ministry of Defense",))
    errors = []
    for searcher in (remote, local):
        with pytest.raises(UnknownName) as caught:
            searcher.search("x", wrong)
        errors.append((caught.value.field, caught.value.reason, caught.value.nearest, str(caught.value)))
    assert errors[0] == errors[1]
    assert errors[0][2] == ("Ministry of Defence",)
    with pytest.raises(UnknownKey) as unknown:
        remote.history("lords-1900-01-01-hl1")
    assert unknown.value.key == "lords-1900-01-01-hl1"
    assert str(unknown.value).startswith("no answer has the key 'lords-1900-01-01-hl1'")

    for key in ("", " ", "a/b", "../coverage"):
        with pytest.raises(UnknownKey):
            remote.answer(key)


def test_an_answer_is_found_by_a_key_of_before(start: Start, tmp_path: Path, toy_encoder: Encoder):
    data, source = tmp_path / "data", tmp_path / "q.jsonl"
    for day in ("2026-06-02", "2026-06-03"):
        source.write_text(json.dumps(question(1, dateTabled=day)), encoding="utf-8")
        build([str(source)], data, toy_encoder, add=True)
    running = start(data)
    with Client(f"http://{running.host}:{running.port}") as client:
        assert client.answer("commons-2026-06-02-1").key == "commons-2026-06-03-1"
        assert client.citation("commons-2026-06-02-1", CitationStyle.OSCOLA).citation.key == "commons-2026-06-03-1"
        assert Corpus.open(data).answer("1") == client.answer("1")


def test_a_service_without_an_index_says_what_to_do(start: Start, tmp_path: Path):
    running = start(tmp_path / "nothing")
    with Client(f"http://{running.host}:{running.port}") as client, pytest.raises(NoSnapshot, match="despatch"):
        client.search("buses")


def test_a_service_that_is_not_there_is_unreachable():
    with answering(200, b"{}") as client:
        pass
    with Client(client.url, timeout_seconds=5) as late, pytest.raises(ServiceUnreachable, match=r"is it running\?"):
        late.search("buses")


def test_a_service_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch):
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as silent:
        url = f"http://127.0.0.1:{silent.server_address[1]}"
        with Client(url, timeout_seconds=0.2) as client, pytest.raises(ServiceUnreachable, match="in time"):
            client.coverage()


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://host", "http://", "http://a b:x"])
def test_what_is_no_address_is_refused(url: str):
    with pytest.raises(QueryError, match="is no address of a service"):
        Client(url)


def test_something_else_than_despatch_box_is_recognised():
    with (
        answering(200, b'{"hello": "world"}') as client,
        pytest.raises(UnexpectedResponse, match="than a SearchResult"),
    ):
        client.search("buses")
    with answering(200, b"not json") as client, pytest.raises(UnexpectedResponse, match="its beginning"):
        client.coverage()
    with answering(502, b"<html>Bad gateway") as client, pytest.raises(UnexpectedResponse, match="502, without saying"):
        client.coverage()


def _problem(type: str, status: int, **more: object) -> bytes:
    told = {"type": f"urn:despatch-box:problem:{type}", "title": "T", "status": status, "detail": "because", **more}
    return json.dumps({"instance": "/v1/search", **told}).encode()


@pytest.mark.parametrize(
    ("body", "status", "kind", "text"),
    [
        (_problem("unexpected-fault", 500), 500, UnexpectedResponse, "127.0.0.1 answered 500: because"),
        (_problem("malformed-record", 500), 500, UnexpectedResponse, "127.0.0.1 answered 500: because"),
        (_problem("not-available-yet", 501, field="match"), 501, NotAvailableYet, "match: because"),
        (_problem("body-too-large", 413, field="body"), 413, QueryError, "body: because"),
        (_problem("from-the-future", 422, field="colour"), 422, QueryError, "colour: because"),
        (_problem("unknown-name", 422, field="asker"), 422, UnknownName, "asker: because"),
    ],
)
def test_each_problem_becomes_an_error(body: bytes, status: int, kind: type[DespatchError], text: str):
    with answering(status, body) as client, pytest.raises(kind) as caught:
        client.search("buses")
    assert (type(caught.value), str(caught.value)) == (kind, text)


def test_an_export_that_breaks_off_is_no_whole_one(local: Searcher):
    (row, *_) = export(local.corpus, "rural areas").rows
    line = json.dumps({name: str(value) if isinstance(value, date) else value for name, value in _facts(row).items()})
    short = f"{line}\n".encode()
    with answering(200, short, Despatch_Passages="2") as client, pytest.raises(UnexpectedResponse, match="are 2 rows"):
        list(client.export("rural areas"))
    with answering(200, short) as client, pytest.raises(UnexpectedResponse, match="are no rows, and sent 1"):
        list(client.export("rural areas"))
    broken = {"Content_Length": "9999", "Despatch_Passages": "1"}
    with answering(200, short, **broken) as client:
        rows = client.export("rural areas")
        assert next(rows) == row
        with pytest.raises(ServiceUnreachable, match="stopped answering"):
            next(rows)
    with answering(200, b'{"key": 1}\n') as client, pytest.raises(UnexpectedResponse, match="than a ExportRow"):
        list(client.export("rural areas"))


def _facts(row: ExportRow) -> dict[str, object]:
    return asdict(row)


def test_what_a_newer_service_adds_is_passed_over(remote: Client):
    import httpx2

    told = httpx2.get(f"{remote.url}/v1/coverage").json()
    with answering(200, json.dumps(told | {"invented": 1}).encode()) as client:
        assert client.coverage() == remote.coverage()
