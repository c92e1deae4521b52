"""What the service counts and times for Prometheus: names, numbers and nothing that anyone asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from retrieval.errors import StoreFault
from retrieval.stages import Stage
from service.access_log import Served
from service.dependencies import Readiness

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

# In seconds. Bounds lie closest where searches lie: 10 ms to half a second.
_OF_REQUESTS: Final = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10)
_OF_STAGES: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)


class Refusal(StrEnum):
    """Why a request was refused for the sake of the others."""

    QUEUE_FULL = "queue_full"
    """As many wait already as may."""

    RATE_LIMIT = "rate_limit"
    """Whoever asks has asked too often."""

    UNKNOWN_KEY = "unknown_key"
    """It has no key where one is needed, or one that is not known."""

    TOO_MANY_CONNECTIONS = "too_many_connections"
    """As many connections are open as may be."""

    TOO_MANY_FROM_ADDRESS = "too_many_from_address"
    """As many are open from one address as may be."""

    TOO_SLOW = "too_slow"
    """It took too long to arrive."""

    NOT_HTTP = "not_http"
    """It can't be read as HTTP."""


class Metrics:
    """The metrics of one application, in a registry of its own; safe to use from several threads.

    Labels take values of the code's own (routes, methods, stages, reasons), so that there are few, and no path,
    question or address among them.

    Args:
        ready: Gives what is served when the metrics are read.
        now: Gives the time, which ages go by.
    """

    def __init__(self, ready: Callable[[], Readiness], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Register every metric, those with known labels at nought: to an alert an absent one looks well."""
        self._registry = registry = _Registry()
        self._requests = Counter(
            "despatch_requests",
            "Requests answered, by method, route and status; status 0 is a client that left while it was sending.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "despatch_request_seconds",
            "Seconds from the first byte of a request to the last of its response, by route.",
            ("route",),
            registry=registry,
            buckets=_OF_REQUESTS,
        )
        self._under_way = Gauge("despatch_requests_under_way", "Requests being answered now.", registry=registry)
        self._stages = Histogram(
            "despatch_stage_seconds",
            "Seconds that each stage of a search took; stages do not overlap.",
            ("stage",),
            registry=registry,
            buckets=_OF_STAGES,
        )
        self._waiting = Gauge("despatch_queue_waiting", "Requests that wait for their turn.", registry=registry)
        self._refused = Counter(
            "despatch_refused", "Requests refused for the sake of the others.", ("reason",), registry=registry
        )
        self._recall = Gauge(
            "despatch_recall_sample",
            "Share of the ten exact nearest passages that the index found, of the last question that was sampled.",
            registry=registry,
        )
        self._recalls = Counter("despatch_recall_samples", "Questions sampled for recall.", registry=registry)
        self._draining = Gauge("despatch_draining", "1 once the service was told to stop, else 0.", registry=registry)
        for stage in Stage:
            self._stages.labels(stage.value)
        for reason in Refusal:
            self._refused.labels(reason.value)
        self._recall.set(float("nan"))  # No recall is known before the first sample: 0 would be an alarm.
        registry.register(_Served(ready, now))
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)

    def began(self) -> None:
        """Count a request that came in."""
        self._under_way.inc()

    def ended(self, served: Served) -> None:
        """Count and time a request that was answered."""
        self._under_way.dec()
        self._requests.labels(served.method, served.route, str(int(served.status))).inc()
        self._seconds.labels(served.route).observe(served.seconds)

    def stage_took(self, stage: Stage, seconds: float) -> None:
        """Time a stage of a search."""
        self._stages.labels(stage.value).observe(seconds)

    def queue_waiting(self, requests: int) -> None:
        """Say how many requests wait for their turn now."""
        self._waiting.set(requests)

    def refused(self, reason: Refusal) -> None:
        """Count a request that was refused."""
        self._refused.labels(reason.value).inc()

    def recall_sampled(self, recall: float) -> None:
        """Say what share of the exact nearest passages a sampled question found, in [0, 1]."""
        self._recall.set(recall)
        self._recalls.inc()

    def draining(self) -> None:
        """Say that the service was told to stop."""
        self._draining.set(1)

    def written(self) -> bytes:
        """Return all metrics as they are now, in the text that every version of Prometheus reads."""
        return generate_latest(self._registry)


class _Registry(CollectorRegistry):
    """Leaves out when each number was first counted, which would be as many numbers again and tell nobody anything."""

    def collect(self) -> Iterator[Metric]:
        for metric in super().collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class _Served(Collector):
    """Tells of the snapshot and the models that are served when it is asked."""

    def __init__(self, ready: Callable[[], Readiness], now: Callable[[], datetime]) -> None:
        self._ready = ready
        self._now = now

    def collect(self) -> Iterator[Metric]:
        ready = self._ready()
        searcher = ready.searcher
        is_gone = ready.store_fault is not None or (searcher is None and isinstance(ready.reason, StoreFault))
        told = "0 if a server has the vectors and can't be searched, else 1."
        yield GaugeMetricFamily("despatch_store_reachable", told, int(not is_gone))
        is_ready = searcher is not None and not is_gone
        yield GaugeMetricFamily("despatch_ready", "1 if questions can be answered, else 0.", int(is_ready))
        if searcher is None:
            return
        corpus, now = searcher.corpus, self._now()
        manifest = corpus.manifest
        yield InfoMetricFamily("despatch_snapshot", "The snapshot that is served.", {"name": manifest.name})
        yield InfoMetricFamily(
            "despatch_encoder",
            "The models that are used, and the arithmetic of the encoder.",
            {
                "model": searcher.encoder.identity.name,
                "precision": searcher.encoder.precision,
                "reranker": searcher.reranker.identity.name if searcher.reranker else "none",
            },
        )
        for name, told, value in (
            ("records", "Records in it.", manifest.counts.records),
            ("passages", "Passages in it.", manifest.counts.passages),
            ("age_seconds", "Seconds since it was published.", (now - manifest.created).total_seconds()),
        ):
            yield GaugeMetricFamily(f"despatch_snapshot_{name}", told, value)
        if corpus.last_answered:
            newest = datetime.combine(corpus.last_answered, time(), UTC)
            told = "Seconds since the beginning of the day, in UTC, of the newest answer."
            yield GaugeMetricFamily("despatch_newest_answer_age_seconds", told, (now - newest).total_seconds())
