"""Puts what is pending into a new snapshot, from time to time while filling and at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from retrieval.build import Changes, Progress, refresh
from retrieval.encoders import Encoder
from retrieval.errors import DirectoryBusy
from retrieval.records import Genre
from retrieval.sync.held import Held
from retrieval.sync.request import SyncReport
from retrieval.sync.waiting import Pending

# A snapshot is written whole, so the larger it is, the more has to be new for another one to be worth while.
FEWEST_CHANGES = 200
SHARE_OF_HELD = 4
# Counting what is pending takes longer the more there is.
_LOOK_EVERY = 20


@dataclass(slots=True)
class Publisher:
    """Publishes what is pending.

    Attributes:
        load_encoder: Called once, when the encoder is first needed.
        report: Is told what changed.
        held: What is held now.
        keep: How many snapshots to keep.
    """

    data: Path
    load_encoder: Callable[[], Encoder]
    pending: Pending
    now: Callable[[], datetime]
    progress: Progress
    report: SyncReport
    held: Held
    keep: int
    _encoder: Encoder | None = None
    _looks: int = field(default=0)

    def publish_if_due(self) -> None:
        """Publish if enough is pending, and nobody else is writing; call it often."""
        self._looks += 1
        if self._looks % _LOOK_EVERY:
            return
        if self.pending.count() >= max(FEWEST_CHANGES, len(self.held) // SHARE_OF_HELD):
            try:
                self.publish()
            except DirectoryBusy:
                return  # there is another chance later

    def publish(self) -> None:
        """Publish all that is pending, if anything is.

        Raises:
            SnapshotError: If it can't be; what is pending stays so.
        """
        if not self.pending.count() or not (self.held.name or self.pending.has_whole()):
            return
        if self._encoder is None:
            self._encoder = self.load_encoder()
        changes = Changes(
            received=self.pending.received(),
            withdrawn_ids=self.pending.withdrawn_ids(Genre.ANSWER),
            withdrawn_statement_ids=self.pending.withdrawn_ids(Genre.STATEMENT),
            withdrawn_keys=self.pending.withdrawn_keys(),
        )
        made = refresh(self.data, self._encoder, changes, keep=self.keep, now=self.now(), progress=self.progress)
        self.pending.clear()
        self.held.close()
        self.held = Held(self.data)
        self.report.added += made.added
        self.report.changed += made.changed
        self.report.corrected += made.corrected
        self.report.removed += made.removed
        # Each publishing reads all that is held, so one fault is met again and again.
        self.report.faults = tuple(dict.fromkeys((*self.report.faults, *map(str, made.read.faults))))
