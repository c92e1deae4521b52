"""Rows of lists to what has to be done about them: fetched whole, kept as they are, or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from retrieval.sync.held import Held, HeldCopy
from retrieval.sync.row import Row
from retrieval.sync.waiting import Pending, Queue


@dataclass(frozen=True, slots=True)
class Sifter:
    """Compares rows with what is held and what is pending, and notes in the journal what follows.

    Attributes:
        held: The snapshot.
        pending: What was fetched since.
        queue: What is to be fetched.
        source: Where the rows come from.
        today: The day they were read.
    """

    held: Held
    pending: Pending
    queue: Queue
    source: str
    today: date

    def sift(self, rows: Sequence[Row]) -> None:
        """Note what follows from some rows of one collection; call it inside a transaction."""
        if not rows:
            return
        copies = self.held.copies(rows[0].genre, [row.id for row in rows])
        for row in rows:
            if row.is_withdrawn:
                self._withdraw(row)
            else:
                self._compare(row, copies.get(row.id))

    def _withdraw(self, row: Row) -> None:
        self.queue.drop(row.genre, row.id)
        self.pending.drop(row.genre, row.id)
        if self.held.is_to_bury(row):
            self.pending.withdraw(row, self.held.key_to_bury(row))

    def _compare(self, row: Row, copy: HeldCopy | None) -> None:
        self.pending.keep(row.genre, row.id)
        waiting = self.pending.get(row.genre, row.id)
        if waiting is not None:
            copy = HeldCopy(*waiting)
        mine = copy.row if copy else None
        if not row.is_answered and (mine is None or not mine.is_answered):
            # The list gives all that is kept of a question without an answer.
            if mine is None or row.differs_from(mine):
                self.pending.put(row, self.source, self.today, whole=False)
            return
        is_held = copy is not None and copy.is_whole and mine is not None
        if is_held and mine is not None and (not row.differs_from(mine) or self.queue.is_settled(row)):
            return
        day = row.day(row.collection.main_axis)
        self.queue.put(row, f"{day:%Y-%m}" if day else "")
