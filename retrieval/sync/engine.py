"""The whole of a sync: what is asked, listed, fetched and published, in one readable way through."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from retrieval.build import Progress, no_progress
from retrieval.encoders import Encoder
from retrieval.records import Genre
from retrieval.snapshot import KEEP
from retrieval.sync.asked_for import keep_asked, read_asked
from retrieval.sync.checking import keep_check, recount_failed
from retrieval.sync.client import ParliamentService
from retrieval.sync.fetching import Fetcher
from retrieval.sync.held import Held
from retrieval.sync.journal import Journal, alone
from retrieval.sync.planning import Planner, spans, totals_of
from retrieval.sync.publishing import Publisher
from retrieval.sync.request import Incomplete, Plan, SyncReport, SyncRequest, scopes_of
from retrieval.sync.runs import Run, Runs, State, Walk
from retrieval.sync.sifting import Sifter
from retrieval.sync.steps import windows_of
from retrieval.sync.waiting import Pending, Queue
from retrieval.sync.walking import Walker
from retrieval.sync.window import Purpose


def _no_plan(plan: Plan) -> None:
    """Hear a plan and say nothing."""


def sync(
    data: Path,
    load_encoder: Callable[[], Encoder],
    request: SyncRequest,
    service: ParliamentService,
    *,
    now: Callable[[], datetime],
    progress: Progress = no_progress,
    planned: Callable[[Plan], None] = _no_plan,
    keep: int = KEEP,
) -> SyncReport:
    """Fill a data directory from Parliament's service, or bring it up to date.

    What a process before left undone is gone on with, if the request is the same; in any case nothing that was
    fetched is fetched again. Whatever stops it, the published snapshot stays whole.

    Args:
        data: The data directory; made if need be.
        load_encoder: Called when the encoder is first needed, and only then.
        request: What to fetch.
        service: Where to fetch it.
        now: Gives the time, with its zone.
        progress: Hears how far each stage is.
        planned: Hears what it will take, before anything is fetched.
        keep: How many snapshots to keep.

    Returns:
        What was done by this call.

    Raises:
        QueryError: If nothing was fetched here before and the request gives no first day.
        ServiceError: If the service can't be used; what was fetched is kept.
        SnapshotError: If the data directory can't be used, or another sync or build is at work there.
    """
    started = time.perf_counter()
    begun_with = service.requests_made
    with alone(data), Journal(data) as journal:
        service.resume()
        report = SyncReport()
        pending = Pending(journal)
        publisher = Publisher(data, load_encoder, pending, now, progress, report, Held(data), keep)
        fetcher = Fetcher(
            service, journal, Queue(journal), pending, lambda: publisher.held, lambda: now().astimezone(UTC).date()
        )
        work = _Work(data, request, service, journal, publisher, fetcher, now, progress)
        try:
            work.go(planned)
        finally:
            publisher.held.close()
        report.requests = service.requests_made - begun_with
        report.seconds = time.perf_counter() - started
        return report


@dataclass(slots=True)
class _Work:
    data: Path
    request: SyncRequest
    service: ParliamentService
    journal: Journal
    publisher: Publisher
    fetcher: Fetcher
    now: Callable[[], datetime]
    progress: Progress

    @property
    def runs(self) -> Runs:
        return Runs(self.journal)

    @property
    def queue(self) -> Queue:
        return self.fetcher.queue

    def today(self) -> date:
        return self.fetcher.today()

    def go(self, planned: Callable[[Plan], None]) -> None:
        """Do all of it; after a run that was begun on an earlier day, go through what has come since."""
        if not self.runs.scopes():
            self.runs.take_up(read_asked(self.data))  # The journal was removed, or put aside.
        left_over = self.runs.current(self.request)
        if left_over is not None:
            self._do(left_over, planned)
        if left_over is None or left_over.started.astimezone(UTC).date() < self.today():
            self._do(self._begun(), planned)

    def _do(self, run: Run, planned: Callable[[Plan], None]) -> None:
        keep_asked(self.data, self.runs.scopes())
        planned(self._plan(run))
        walks = self.runs.walks()
        for walk in walks:
            self.progress("Listing", walk.place, len(walks))
            if not walk.is_over:
                self._finish(run, self._listed(walk))
        self.progress("Listing", len(walks), len(walks))
        self._fetch(run, urgent_only=False)
        self.publisher.publish()
        recount_failed(self.data, self.queue)
        self._report()
        self.runs.finish(run)

    def _begun(self) -> Run:
        started, runs = self.now(), self.runs
        scopes = scopes_of(self.request, runs.scopes(), self.today())
        windows = windows_of(scopes, self._genres(), self.today(), quick=self.request.quick, was_walked=runs.was_walked)
        return runs.begin(self.request, scopes, started, windows)

    def _genres(self) -> tuple[Genre, ...]:
        return (Genre.ANSWER, Genre.STATEMENT) if self.request.statements else (Genre.ANSWER,)

    def _plan(self, run: Run) -> Plan:
        windows = spans(run.scopes, self._genres(), run.started.date())
        totals = run.totals
        if totals is None:
            totals = totals_of(self.service, windows)
            self.runs.note_totals(totals)
        waiting = self.queue.left(run.number, urgent_only=False)
        planner = Planner(self.service, self.publisher.held, self.publisher.keep)
        return planner.plan(windows, totals, self.runs.walks(), waiting, self.fetcher.pending.count())

    def _listed(self, walk: Walk) -> Walk:
        """Return the walk once all its rows were seen, or its holding answers put into the queue."""
        if walk.window.purpose is not Purpose.HOLDING:
            return Walker(self.service, self.journal, self.runs, self._sifter).walk(walk)
        if walk.state is not State.WALKING:
            return walk
        window, walk = walk.window, replace(walk, state=State.LISTED)
        with self.journal.transaction():
            for number, month in self.publisher.held.holding(window.house, window.first, window.last):
                if self.fetcher.pending.get(Genre.ANSWER, number) is None:
                    self.queue.put_id(Genre.ANSWER, number, "holding", urgent=True, house=window.house, month=month)
            self.runs.put(walk)
        return walk

    def _sifter(self, source: str) -> Sifter:
        return Sifter(self.publisher.held, self.fetcher.pending, self.queue, source, self.today())

    def _finish(self, run: Run, walk: Walk) -> None:
        """Fetch what the walk found, and keep what it tells of the month."""
        self._fetch(run, urgent_only=True)
        keep_check(self.data, walk, self.queue, self.now())
        with self.journal.transaction():
            self.runs.put(replace(walk, state=State.DONE if walk.seen == walk.total else State.INCOMPLETE))
        self.publisher.publish_if_due()

    def _fetch(self, run: Run, *, urgent_only: bool) -> None:
        def told(done: int, left: int) -> None:
            self.progress("Fetching", done, left)
            self.publisher.publish_if_due()

        self.fetcher.drain(run.number, told, urgent_only=urgent_only)

    def _report(self) -> None:
        report, held, walks = self.publisher.report, self.publisher.held, self.runs.walks()
        report.fetched = self.fetcher.fetched
        report.unanswered, report.holding = held.unanswered_count, held.holding_count
        report.failed = self.queue.failures()
        report.incomplete = tuple(
            Incomplete(walk.window, walk.seen, walk.total) for walk in walks if walk.state is State.INCOMPLETE
        )
        report.vanished = sum(walk.vanished for walk in walks)
        report.snapshot = held.name
