"""What Prometheus is told: how many, how long, how old, and never what was asked."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from retrieval.corpus import Corpus
from retrieval.reranking import RerankerIdentity
from retrieval.search import Searcher
from retrieval.stages import Stage
from service.app import create_app
from service.dependencies import Readiness
from service.metrics import Metrics, Refusal
from service.settings import Settings

MARKER = "zyzzyva"
QUESTION = "village bus services in rural areas"


@pytest.fixture
def watched(built_once, toy_encoder):
    """Give a client of a service that tells its metrics."""
    with TestClient(create_app(Settings(data=built_once, metrics=True), encoder=toy_encoder)) as opened:
        yield opened


def samples(text):
    """Return, by the name of a metric, the values of its samples by their labels' values, in the order given."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found.setdefault(one.name, {})[tuple(one.labels.values())] = one.value
    return found


def told(client):
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    return samples(response.text)


def of(metrics):
    return samples(metrics.written().decode())


def test_without_the_setting_there_is_no_such_path(client: TestClient):
    response = client.get("/metrics")
    assert (response.status_code, response.json()["title"]) == (404, "Not found")


def test_metrics_are_no_part_of_the_interface_that_is_promised(watched: TestClient):
    assert "/metrics" not in watched.get("/openapi.json").json()["paths"]


def test_requests_are_counted_by_method_route_and_status(watched: TestClient):
    watched.get("/v1/search", params={"q": QUESTION})
    watched.get("/v1/search", params={"q": QUESTION, "limit": "many"})
    watched.post("/v1/search", json={"query": QUESTION})
    watched.head("/healthz")
    watched.get("/v1/answers/commons-2025-01-13-205")
    watched.get("/v1/answers/unknown")
    watched.get(f"/{MARKER}")
    watched.request(MARKER.upper(), "/v1/search")
    found = told(watched)
    assert found["despatch_requests_total"] == {
        ("GET", "/v1/search", "200"): 1,
        ("GET", "/v1/search", "422"): 1,
        ("POST", "/v1/search", "200"): 1,
        ("HEAD", "/healthz", "200"): 1,
        ("GET", "/v1/answers/{key}", "200"): 1,
        ("GET", "/v1/answers/{key}", "404"): 1,
        ("GET", "(no route)", "404"): 1,
        ("OTHER", "/v1/search", "405"): 1,
    }
    assert found["despatch_request_seconds_count"] == {
        ("/v1/search",): 4,
        ("/healthz",): 1,
        ("/v1/answers/{key}",): 2,
        ("(no route)",): 1,
    }
    assert not [name for name in found if name.endswith("_created")]
    # The one that asks.
    assert found["despatch_requests_under_way"] == {(): 1}


def test_no_metric_has_a_word_of_what_was_asked(watched: TestClient):
    for path in ("/v1/search", "/", "/v1/export", "/timeline", f"/{MARKER}", f"/v1/answers/{MARKER}"):
        watched.get(path, params={"q": MARKER, MARKER: MARKER}, headers={"X-Request-ID": MARKER, "User-Agent": MARKER})
    watched.post("/v1/search", json={"query": MARKER})
    assert MARKER not in watched.get("/metrics").text.lower()


def test_each_stage_of_a_search_is_timed(watched: TestClient):
    before = told(watched)["despatch_stage_seconds_count"]
    assert before == {(str(stage),): 0 for stage in Stage}
    watched.get("/v1/search", params={"q": QUESTION})
    watched.get("/v1/search", params={"q": QUESTION, "match": "words"})
    after = told(watched)
    expected = {(str(stage),): 1 for stage in Stage} | {("rerank",): 0, ("json",): 2}
    assert after["despatch_stage_seconds_count"] == expected
    assert 0 < after["despatch_stage_seconds_sum"][("encode",)] < after["despatch_request_seconds_sum"][("/v1/search",)]


class Naming:
    """A reranker that has a name."""

    identity = RerankerIdentity("reads again", "0" * 64)


def ready(data, encoder, reranker=None):
    searcher = Searcher(Corpus.open(data), encoder, data, reranker)
    return searcher, lambda: Readiness(searcher)


def test_the_snapshot_that_is_served_is_told_with_its_age(built_once, toy_encoder):
    searcher, given = ready(built_once, toy_encoder)
    published = datetime(2026, 11, 21, 12, tzinfo=UTC)
    found = of(Metrics(given, now=lambda: published + timedelta(hours=2)))
    manifest = searcher.corpus.manifest
    assert found["despatch_ready"] == {(): 1}
    assert found["despatch_snapshot_info"] == {(manifest.name,): 1}
    assert found["despatch_snapshot_records"] == {(): 12}
    assert found["despatch_snapshot_passages"] == {(): manifest.counts.passages}
    assert found["despatch_snapshot_age_seconds"] == {(): 7200}
    newest = datetime.combine(searcher.corpus.last_answered, datetime.min.time(), UTC)
    assert found["despatch_newest_answer_age_seconds"] == {
        (): (published + timedelta(hours=2) - newest).total_seconds()
    }
    assert found["despatch_encoder_info"] == {("toy", "exact", "none"): 1}


def test_the_reranker_is_told_with_the_encoder(built_once, toy_encoder):
    _, given = ready(built_once, toy_encoder, Naming())
    assert of(Metrics(given))["despatch_encoder_info"] == {("toy", "exact", "reads again"): 1}


def test_without_a_snapshot_nothing_is_made_up(tmp_path, toy_encoder):
    with TestClient(create_app(Settings(data=tmp_path, metrics=True), encoder=toy_encoder)) as opened:
        found = told(opened)
    assert found["despatch_ready"] == {(): 0}
    served = {name for name in found if name.startswith(("despatch_snapshot", "despatch_newest", "despatch_encoder"))}
    assert served == set()


def test_where_no_day_of_an_answer_is_known_the_newest_has_no_age(built_once, toy_encoder):
    _, given = ready(built_once, toy_encoder)
    given().searcher.corpus.last_answered = None
    found = of(Metrics(given))
    assert found["despatch_snapshot_records"] == {(): 12}
    assert "despatch_newest_answer_age_seconds" not in found


def test_what_others_measure_is_told_by_plain_calls():
    metrics = Metrics(lambda: Readiness(None))
    before = of(metrics)
    assert before["despatch_refused_total"] == {(str(reason),): 0 for reason in Refusal}
    assert before["despatch_queue_waiting"] == {(): 0}
    # Nought would look like an index that finds nothing.
    assert math.isnan(before["despatch_recall_sample"][()])
    assert before["despatch_recall_samples_total"] == {(): 0}
    metrics.queue_waiting(7)
    metrics.refused(Refusal.QUEUE_FULL)
    metrics.refused(Refusal.QUEUE_FULL)
    metrics.recall_sampled(0.9)
    metrics.recall_sampled(1.0)
    after = of(metrics)
    assert after["despatch_queue_waiting"] == {(): 7}
    assert after["despatch_refused_total"][("queue_full",)] == 2
    assert after["despatch_recall_sample"] == {(): 1.0}
    assert after["despatch_recall_samples_total"] == {(): 2}


def test_two_applications_in_a_process_count_each_their_own(built_once, toy_encoder):
    apps = [create_app(Settings(data=built_once, metrics=True), encoder=toy_encoder) for _ in range(2)]
    with TestClient(apps[0]) as one, TestClient(apps[1]) as other:
        one.get("/healthz")
        counted = [told(client).get("despatch_requests_total", {}) for client in (one, other)]
    assert counted == [{("GET", "/healthz", "200"): 1}, {}]


def test_the_process_is_told_of_too(watched: TestClient):
    found = told(watched)
    assert found["process_resident_memory_bytes"][()] > 10_000_000
    assert found["process_open_fds"][()] > 0
    assert "python_info" in found
