"""Fetches what is in the queue by the single call, several at once, and notes each as it comes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date

from retrieval.errors import ServiceError, ServiceUnreachable, SourceError, UnexpectedResponse
from retrieval.sources import Withdrawn, reader_named
from retrieval.sync.client import ParliamentService
from retrieval.sync.collection import COLLECTIONS
from retrieval.sync.held import Held
from retrieval.sync.journal import Journal
from retrieval.sync.row import Row
from retrieval.sync.signals import signals_held_back
from retrieval.sync.waiting import MOST_TRIES_AGAINST_A_ROW, Pending, Queue, Wanted, received

_GONE = "the service has no record with this id (status 404)"
# So long at most Ctrl-C waits for a call that takes its time.
_SECONDS_OF_WAITING = 0.2
_OLDER = "the single call gives an older state than the list"


@dataclass(slots=True)
class Fetcher:
    """Empties the queue.

    Attributes:
        held: Gives the snapshot of the moment.
        today: Gives the day.
        fetched: Records fetched so far.
    """

    service: ParliamentService
    journal: Journal
    queue: Queue
    pending: Pending
    held: Callable[[], Held]
    today: Callable[[], date]
    fetched: int = 0
    _flying: dict[Future[bytes | None], Wanted] = field(default_factory=dict)

    def drain(self, run: int, told: Callable[[int, int], None], *, urgent_only: bool) -> None:
        """Fetch every id that was not tried in this run.

        Args:
            run: The run under way.
            told: Hears after each how many are done, and how many there are in all.
            urgent_only: Leave those that are not urgent.

        Raises:
            ServiceUnreachable: If the service is down; what came before is kept, and the rest stays in the queue.
        """
        done, left = 0, self.queue.left(run, urgent_only=urgent_only)
        if not left:
            return
        with ThreadPoolExecutor(self.service.in_flight, "fetching") as pool:
            try:
                while self._launch(pool, run, urgent_only=urgent_only):
                    for future in self._arrived():
                        self._land(future, run)
                        done += 1
                        told(done, left)
            except BaseException:
                self._keep_what_comes(pool, run)
                raise

    def _launch(self, pool: ThreadPoolExecutor, run: int, *, urgent_only: bool) -> bool:
        """Begin as many calls as may be under way; return whether any is."""
        under_way = {(wanted.genre, wanted.id) for wanted in self._flying.values()}
        for wanted in self.queue.next(run, self.service.in_flight, urgent_only=urgent_only):
            if len(self._flying) < self.service.in_flight and (wanted.genre, wanted.id) not in under_way:
                with signals_held_back():
                    self._flying[pool.submit(self.service.record, COLLECTIONS[wanted.genre], wanted.id)] = wanted
        return bool(self._flying)

    def _arrived(self) -> set[Future[bytes | None]]:
        """Wait until a call under way has ended; return those that have."""
        while True:
            with signals_held_back():
                done = wait(self._flying, _SECONDS_OF_WAITING, FIRST_COMPLETED).done
            if done:
                return done

    def _keep_what_comes(self, pool: ThreadPoolExecutor, run: int) -> None:
        """Note what the calls under way still bring, so that none of them has to be made again."""
        self.service.stop()
        with signals_held_back():
            pool.shutdown(wait=False, cancel_futures=True)
        pool.shutdown(wait=True)
        for future in list(self._flying):
            if not future.cancelled() and future.exception() is None:
                self._land(future, run)
        self._flying.clear()

    def _land(self, future: Future[bytes | None], run: int) -> None:
        wanted = self._flying.pop(future)
        try:
            raw = future.result()
        except ServiceError as error:
            if isinstance(error, ServiceUnreachable):
                # One bad record, or a service that is down? It says so itself, by raising.
                self.service.page(COLLECTIONS[wanted.genre], (), 0, 1)
            self.queue.keep(wanted, run, str(error))
            return
        with self.journal.transaction():
            if raw is None:
                self.queue.keep(wanted, run, _GONE)
            else:
                self._note(wanted, raw, run)

    def _note(self, wanted: Wanted, raw: bytes, run: int) -> None:
        """Keep one record; call it inside a transaction."""
        source = self.service.record_url(COLLECTIONS[wanted.genre], wanted.id)
        try:
            row = Row.of(wanted.genre, raw)
            if row.id != wanted.id:
                raise UnexpectedResponse(f"{source} gave record {row.id}")
            one = received(wanted.genre, raw, source, self.today())
            found = reader_named(one.reader).parse(one)
        except (UnexpectedResponse, SourceError) as error:
            self.queue.keep(wanted, run, str(error))
            return
        self.fetched += 1
        if isinstance(found, Withdrawn):
            self.queue.drop(wanted.genre, wanted.id)
            self.pending.withdraw(row, self.held().key_to_bury(row))
            return
        if self._is_new(row):
            self.pending.put(row, source, self.today(), whole=True)
        if wanted.row is None or not wanted.row.differs_from(row):
            self.queue.drop(wanted.genre, wanted.id)
        elif wanted.row.is_ahead_of(row):
            self.queue.keep(wanted, run, _OLDER)
        elif wanted.tries + 1 < MOST_TRIES_AGAINST_A_ROW:
            self.queue.keep(wanted, run, None)
        else:
            self.queue.settle(wanted.row)
            self.queue.drop(wanted.genre, wanted.id)

    def _is_new(self, row: Row) -> bool:
        if self.pending.get(row.genre, row.id) is not None:
            return True
        copy = self.held().copies(row.genre, [row.id]).get(row.id)
        return copy is None or not copy.is_whole or copy.row is None or copy.row.value != row.value
