"""Traces of requests and stages, checked with the SDK's own exporter: who did what, and never what was asked."""

import http.server
import json
import sys
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from retrieval.errors import QueryError
from service.app import create_app
from service.settings import Settings
from service.tracing import Tracing

MARKER = "zyzzyva"
QUESTION = "village bus services in rural areas"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Traced:
    """A client of a service that is traced, and what its traces tell."""

    def __init__(self, client, exporter, tracing):
        self.client, self.exporter, self._tracing = client, exporter, tracing

    def spans(self):
        self._tracing._provider.force_flush()
        return sorted(self.exporter.get_finished_spans(), key=lambda span: span.start_time)


@pytest.fixture
def traced(built_once, toy_encoder):
    exporter = InMemorySpanExporter()
    tracing = Tracing(exporter)
    with TestClient(create_app(Settings(data=built_once), encoder=toy_encoder, tracing=tracing)) as client:
        yield Traced(client, exporter, tracing)


def everything_of(spans):
    return json.dumps([json.loads(span.to_json()) for span in spans]).lower()


def test_a_search_is_a_span_with_a_span_for_each_of_its_stages(traced):
    response = traced.client.get("/v1/search", params={"q": QUESTION}, headers={"X-Request-ID": "quote-me"})
    assert response.status_code == 200
    request, *stages = traced.spans()
    assert (request.name, request.kind, request.parent) == ("GET /v1/search", SpanKind.SERVER, None)
    assert dict(request.attributes) == {
        "http.request.method": "GET",
        "http.route": "/v1/search",
        "http.response.status_code": 200,
        "despatch.request_id": "quote-me",
    }
    expected = "encode meaning words evidence fusion collapse judge mark hits beside json".split()
    assert [span.name for span in stages] == [f"search.{stage}" for stage in expected]
    assert {span.parent.span_id for span in stages} == {request.context.span_id}
    assert {len(span.attributes) for span in stages} == {0}
    assert request.resource.attributes["service.name"] == "despatch-box"


def test_a_request_goes_on_the_trace_of_its_caller(traced):
    traced.client.get(
        "/healthz", headers={"traceparent": CALLER, "tracestate": f"x={MARKER}", "baggage": f"q={MARKER}"}
    )
    (span,) = traced.spans()
    assert format(span.context.trace_id, "032x") == "0af7651916cd43dd8448eb211c80319c"
    assert format(span.parent.span_id, "016x") == "b7ad6b7169203331"
    assert MARKER not in everything_of([span])


def test_a_header_that_is_no_trace_begins_a_trace_of_its_own(traced):
    traced.client.get("/healthz", headers={"traceparent": MARKER})
    (span,) = traced.spans()
    assert span.parent is None


def test_no_span_has_a_word_of_what_was_asked(traced):
    client = traced.client
    client.get("/v1/search", params={"q": MARKER}, headers={"user-agent": MARKER, "referer": MARKER})
    client.get("/v1/search", params={"q": "x", "minister": MARKER})
    client.post("/v1/search", json={"query": MARKER})
    client.get("/v1/search", params={"q": f"({MARKER}", "match": "words"})
    client.get(f"/v1/answers/{MARKER}")
    client.get(f"/{MARKER}")
    client.request(MARKER.upper(), "/v1/search")
    client.post("/v1/similar-questions", json={"text": MARKER})
    assert client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": MARKER}).status_code == 421
    spans = traced.spans()
    names = [span.name for span in spans if span.kind is SpanKind.SERVER]
    assert names == [
        "GET /v1/search",
        "GET /v1/search",
        "POST /v1/search",
        "GET /v1/search",
        "GET /v1/answers/{key}",
        "GET (no route)",
        "OTHER /v1/search",
        "POST /v1/similar-questions",
        "POST /mcp",
    ]
    assert MARKER not in everything_of(spans)


def test_a_fault_is_told_by_its_type_alone(built_once, failing_client: TestClient):
    exporter = InMemorySpanExporter()
    tracing = Tracing(exporter)
    app: Any = failing_client.app
    encoder = app.state.readiness.searcher.encoder
    with TestClient(create_app(Settings(data=built_once), encoder=encoder, tracing=tracing)) as client:
        assert client.get("/v1/search", params={"q": MARKER}).status_code == 500
        spans: Any = Traced(client, exporter, tracing).spans()
    assert [(span.name, span.status.status_code, span.attributes["error.type"]) for span in spans] == [
        ("GET /v1/search", StatusCode.ERROR, "500"),
        ("search.encode", StatusCode.ERROR, "RuntimeError"),
    ]
    assert MARKER not in everything_of(spans)


def test_what_is_asked_outside_of_a_request_makes_no_span(traced):
    traced.client.app.state.readiness.searcher.search(QUESTION)
    assert traced.spans() == []


def test_the_process_at_large_is_not_traced(traced):
    traced.client.get("/healthz")
    with trace.get_tracer("some library").start_as_current_span("its own") as span:
        assert not span.is_recording()
    assert [one.name for one in traced.spans()] == ["GET /healthz"]


TAKEN: list[tuple[str, bytes]] = []


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what is sent, as a collector would."""

    def do_POST(self):
        TAKEN.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *given):
        pass


def test_by_the_environment_spans_go_to_the_collector_it_names(monkeypatch, built_once, toy_encoder):
    with http.server.HTTPServer(("127.0.0.1", 0), Collector) as collector:
        TAKEN.clear()
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "despatch-two")
        with TestClient(create_app(Settings(data=built_once, traces=True), encoder=toy_encoder)) as client:
            client.get("/v1/search", params={"q": MARKER})
        collector.shutdown()
    sent = b"".join(body for _, body in TAKEN)
    assert {path for path, _ in TAKEN} == {"/v1/traces"}
    for told in (b"despatch-two", b"GET /v1/search", b"search.encode"):
        assert told in sent
    assert MARKER.encode() not in sent


class Stuck(InMemorySpanExporter):
    """Sends nothing until it is shut down, as to a collector that is gone."""

    def __init__(self):
        super().__init__()
        self.ended = threading.Event()

    def export(self, spans):
        self.ended.wait(30)
        return super().export(spans)

    def shutdown(self):
        self.ended.set()


def test_a_collector_that_does_not_answer_does_not_hold_up_the_end(built_once, toy_encoder):
    stuck = Stuck()
    with TestClient(create_app(Settings(data=built_once), encoder=toy_encoder, tracing=Tracing(stuck))) as client:
        client.get("/healthz")
    assert stuck.ended.is_set()


def test_where_the_extra_is_not_installed_the_command_to_install_it_is_told(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "service.tracing")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(QueryError) as raised:
        create_app(Settings(data=tmp_path, traces=True))
    assert (raised.value.field, raised.value.reason) == (
        "traces",
        "opentelemetry.sdk.trace is not installed: run `pip install 'despatch-box[otel]'`, or unset DESPATCH_TRACES",
    )
