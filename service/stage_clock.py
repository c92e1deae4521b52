"""Times the stages of searches, for the metrics and for traces."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from retrieval.stages import UNWATCHED, Stage, Stages
from service.metrics import Metrics


class StageClock:
    """Tells metrics how long each stage took, and passes it on.

    Args:
        metrics: Told of the seconds.
        traces: Told of each stage too.
    """

    def __init__(self, metrics: Metrics, traces: Stages = UNWATCHED) -> None:
        """Keep both."""
        self._metrics = metrics
        self._traces = traces

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Time what is done in the context, whether it ends well or not."""
        started = time.perf_counter()
        try:
            with self._traces.stage(name):
                yield
        finally:
            self._metrics.stage_took(name, time.perf_counter() - started)
