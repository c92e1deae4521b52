"""How a service is seen from outside, put together: request ids, logs, metrics, traces, and word of its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI

from retrieval.errors import QueryError
from retrieval.stages import UNWATCHED
from service.access_log import AccessLog, Watcher
from service.dependencies import Readiness
from service.draining import ClosesWhenDraining, Drain
from service.metrics import Metrics
from service.request_ids import RequestIds
from service.settings import Settings
from service.stage_clock import StageClock
from service.turned_away import Account

if TYPE_CHECKING:
    from service.tracing import Tracing


class Watching:
    """Watches one application.

    Args:
        settings: Say whether there are traces.
        ready: Gives what is served at the time.
        tracing: Used instead of the one that the environment describes.

    Raises:
        QueryError: If traces are wanted and what makes them is not installed.
    """

    def __init__(self, settings: Settings, ready: Callable[[], Readiness], tracing: Tracing | None = None) -> None:
        """Put it together."""
        self._ready = ready
        self._version = version("despatch-box")
        self._tracing = tracing or _by_settings(settings)
        self.metrics = Metrics(ready)
        self.drain = Drain(self.metrics.draining)
        self.account = Account(self.metrics, self._about)
        self.stages = StageClock(self.metrics, self._tracing or UNWATCHED)

    def put_around(self, app: FastAPI) -> None:
        """Have every request to an application watched that what is put around it later lets through."""
        app.state.metrics, app.state.drain, app.state.account = self.metrics, self.drain, self.account
        watchers: list[Watcher] = [self.metrics]
        if self._tracing:
            watchers.append(self._tracing)
        app.add_middleware(AccessLog, watchers=watchers, about=self._about)
        if self._tracing:
            # Only needed, and only there, where traces are.
            from service.tracing import RequestTraces  # noqa: PLC0415

            app.add_middleware(RequestTraces, tracing=self._tracing)
        app.add_middleware(ClosesWhenDraining, drain=self.drain)
        app.add_middleware(RequestIds)

    async def close(self) -> None:
        """Send what traces are left."""
        if self._tracing:
            await asyncio.to_thread(self._tracing.close)

    def _about(self) -> Mapping[str, object]:
        searcher = self._ready().searcher
        return {"snapshot": searcher.corpus.manifest.name if searcher else None, "version": self._version}


def _by_settings(settings: Settings) -> Tracing | None:
    if not settings.traces:
        return None
    try:
        from service.tracing import Tracing  # noqa: PLC0415
    except ImportError as error:
        told = f"{error.name} is not installed: run `pip install 'despatch-box[otel]'`, or unset DESPATCH_TRACES"
        raise QueryError("traces", told) from error
    return Tracing.by_environment()
