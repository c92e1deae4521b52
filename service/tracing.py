"""Traces of requests and of the stages of searches, by OpenTelemetry, in which nothing that a user asked appears."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from retrieval.stages import Stage
from service.access_log import Served
from service.request_ids import request_id

_NAME: Final = "despatch-box"
_PARENT: Final = "traceparent"
_SERVER_FAULT: Final = 500
_SENDING_SECONDS: Final = 1.0  # Less than a service that ends is given for all that is left.


class Tracing:
    """Makes spans and hands them to an exporter, in the background.

    It sets up a provider of its own, not the one of the whole process: libraries that trace by themselves, whose
    attributes nobody here has checked, go on telling nobody.

    Args:
        exporter: Where spans go.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        """Make the provider, which goes by the standard `OTEL_` variables."""
        self._exporter = exporter
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(_NAME, version(_NAME))
        self._parents = TraceContextTextMapPropagator()

    @classmethod
    def by_environment(cls) -> Tracing:
        """Return one that sends spans where `OTEL_EXPORTER_OTLP_ENDPOINT` and the like say, by OTLP over HTTP."""
        return cls(OTLPSpanExporter())

    @contextmanager
    def request(self, traceparent: str | None) -> Iterator[None]:
        """Make a span of what is done in the context: one request.

        Args:
            traceparent: The header by which a caller names its own span (W3C Trace Context); None without one.
        """
        caller = self._parents.extract({_PARENT: traceparent}) if traceparent else None
        # An exception's text may hold the question, so no exception is recorded.
        with self._tracer.start_as_current_span(
            "request", caller, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ):
            yield

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Make a span of what is done in the context, if a request is traced here: one stage of its search."""
        if not trace.get_current_span().is_recording():
            yield
            return
        with self._tracer.start_as_current_span(
            f"search.{name}", record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(StatusCode.ERROR)
                raise

    def began(self) -> None:
        """Do nothing: the span of the request begins before."""

    def ended(self, served: Served) -> None:
        """Say in the span of the request how it went. The path is left out: it may hold what a user typed."""
        span = trace.get_current_span()
        span.update_name(f"{served.method} {served.route}")
        span.set_attributes(
            {
                "http.request.method": served.method,
                "http.route": served.route,
                "http.response.status_code": served.status,
                "despatch.request_id": request_id(),
            }
        )
        if served.status >= _SERVER_FAULT:
            span.set_attribute("error.type", str(served.status))
            span.set_status(StatusCode.ERROR)

    def close(self) -> None:
        """Send what is left, for a second at most, and stop."""
        # The time that it takes as an argument does not bound it: it tries again and again where the collector is gone.
        sending = threading.Thread(target=self._provider.force_flush, daemon=True)
        sending.start()
        sending.join(_SENDING_SECONDS)
        self._exporter.shutdown()
        self._provider.shutdown()


class RequestTraces:
    """Makes a span of each request.

    Args:
        app: The application; its access log tells the tracing how the request went.
        tracing: Makes the spans.
    """

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        """Keep both."""
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._tracing.request(Headers(scope=scope).get(_PARENT)):
            await self._app(scope, receive, send)


def _resource() -> Resource:
    found = Resource.create()
    if str(found.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        return found.merge(Resource({SERVICE_NAME: _NAME}))
    return found
