"""Walks through one window of a list, page by page, until every row of it was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from retrieval.errors import FilterIgnored
from retrieval.sync.client import Page, ParliamentService
from retrieval.sync.collection import COLLECTIONS
from retrieval.sync.held import Held
from retrieval.sync.journal import Journal
from retrieval.sync.row import Row
from retrieval.sync.runs import Runs, State, Walk
from retrieval.sync.sifting import Sifter
from retrieval.sync.window import Purpose

# Rows come and go while a list is walked; a list that never comes to its total is another matter.
MOST_WALKS = 3


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks windows; each page is one transaction.

    Attributes:
        sifter: Makes what compares the rows of a list, given where that is.
    """

    service: ParliamentService
    journal: Journal
    runs: Runs
    sifter: Callable[[str], Sifter]

    def walk(self, walk: Walk) -> Walk:
        """Go on from where `walk` is until it is listed; return how far it is then.

        Raises:
            ServiceError: If the service can't be used; the pages before are kept.
        """
        before: list[int] = []
        while walk.state is State.WALKING:
            collection = COLLECTIONS[walk.window.genre]
            page = self.service.page(collection, walk.window.parameters, walk.skip, self.service.page_size)
            rows = self._checked(walk, page)
            ids = [row.id for row in rows]
            if ids and ids == before:
                raise FilterIgnored(_ignored(page, "skip", "gave the rows of the page before"))
            sifter = self.sifter(self.service.list_url(collection))
            with self.journal.transaction():
                sifter.sift(rows)
                self.runs.note_seen(rows)
                after = self._after(walk, page, sifter.held)
                self.runs.put(after)
            # A walk begun anew may well get the first page twice.
            before = ids if after.skip else []
            walk = after
        return walk

    def _checked(self, walk: Walk, page: Page) -> list[Row]:
        rows = [Row.of(walk.window.genre, raw) for raw in page.rows]
        if len(rows) > self.service.page_size:
            raise FilterIgnored(_ignored(page, "take", f"gave {len(rows)} rows"))
        for row in rows:
            walk.window.check(row, page.url)
        return rows

    def _after(self, walk: Walk, page: Page, held: Held) -> Walk:
        """Return how far the walk is after a page."""
        got = len(page.rows)
        if got and walk.skip + got < page.total:
            return replace(walk, skip=walk.skip + max(1, got - self.service.overlap))
        seen = self.runs.seen()
        if len(seen) != page.total and walk.tries + 1 < MOST_WALKS:
            self.runs.forget_seen()
            return replace(walk, skip=0, tries=walk.tries + 1)
        self.runs.forget_seen()
        window, vanished = walk.window, 0
        if window.purpose is Purpose.MONTH and len(seen) == page.total:
            mine = held.ids_between(window.genre, window.house, window.first, window.last, window.bodies)
            vanished = len(set().union(*mine) - set(seen))
        return replace(
            walk,
            state=State.LISTED,
            seen=len(seen),
            total=page.total,
            withdrawn=sum(seen.values()),
            vanished=vanished,
        )


def _ignored(page: Page, parameter: str, what: str) -> str:
    return (
        f"{page.url} {what}, so the service ignores {parameter}: nothing of this response was used. See whether "
        "there is a newer Despatch Box"
    )
