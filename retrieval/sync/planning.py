"""What a sync will take, worked out from the totals of the service's lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from retrieval.records import Genre
from retrieval.sync.client import ParliamentService
from retrieval.sync.collection import COLLECTIONS
from retrieval.sync.held import Held
from retrieval.sync.request import Plan, Scope
from retrieval.sync.runs import Walk
from retrieval.sync.steps import last_to_walk, month_window
from retrieval.sync.window import Purpose, Window

# Bytes a record, measured on 22,831 (`scripts/measure_sync.py add`), with vectors of 384 numbers and 2.6 passages a
# record: a published snapshot, and the vectors that are kept beside the snapshots.
SNAPSHOT_BYTES_PER_RECORD = 9_400
VECTOR_BYTES_PER_RECORD = 4_300


def spans(scopes: Iterable[Scope], genres: Iterable[Genre], today: date) -> list[Window]:
    """Return each scope for each kind and House, as one window."""
    return [
        month_window(genre, house, scope.first, last_to_walk(scope, today), scope.bodies)
        for scope, genre in product(list(scopes), list(genres))
        for house in scope.houses
    ]


def totals_of(service: ParliamentService, windows: Iterable[Window]) -> dict[str, int]:
    """Ask the service how many rows each window has, and how many of the questions are answered.

    Raises:
        ServiceError: If the service can't be used.
    """
    found: dict[str, int] = {}
    for window in windows:
        collection = COLLECTIONS[window.genre]
        found[f"listed {window}"] = service.page(collection, window.parameters, 0, 1).total
        if window.genre is Genre.ANSWER:
            parameters = (*window.parameters, ("answered", "Answered"))
            found[f"answered {window}"] = service.page(collection, parameters, 0, 1).total
    return found


@dataclass(frozen=True, slots=True)
class Planner:
    """Works out what is left to do.

    Attributes:
        service: Gives the rate and the size of a page.
        held: What needs no fetching, unless it changed.
        keep: How many snapshots are kept.
    """

    service: ParliamentService
    held: Held
    keep: int

    def plan(
        self, spans: Iterable[Window], totals: Mapping[str, int], walks: Iterable[Walk], waiting: int, pending: int
    ) -> Plan:
        """Return what is left to do.

        Args:
            spans: What the run goes through.
            totals: What `totals_of` gave for those.
            walks: The windows of the run.
            waiting: Ids in the queue.
            pending: Records that were fetched and are in no snapshot yet.
        """
        to_walk = [walk.window for walk in walks if not walk.is_over]
        list_calls = sum(window.purpose is not Purpose.HOLDING for window in to_walk)
        by_month = {(window.genre, window.house) for window in to_walk if window.purpose is Purpose.MONTH}
        missing = -pending
        for span in spans:
            listed = totals.get(f"listed {span}", 0)
            mine, _ = self.held.ids_between(span.genre, span.house, span.first, span.last, span.bodies)
            missing += max(0, totals.get(f"answered {span}", listed) - len(mine))
            if (span.genre, span.house) in by_month:
                # A month has at least one page, counted above; these are the others.
                list_calls += listed // (self.service.page_size - self.service.overlap)
        record_calls = max(missing, waiting, 0) + self.held.holding_count
        minutes = (list_calls + record_calls) / self.service.requests_per_second / 60
        bytes_per_record = SNAPSHOT_BYTES_PER_RECORD * self.keep + VECTOR_BYTES_PER_RECORD
        return Plan(list_calls, record_calls, minutes, max(missing, waiting, 0) * bytes_per_record)
