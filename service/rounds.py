"""One round of keeping a data directory fresh: the records, then the Members that they name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from retrieval.build import Changes, Progress, refresh
from retrieval.errors import ServiceError
from retrieval.holdings import register_at
from retrieval.members import MEMBERS_FILE
from retrieval.snapshot import has_snapshot, open_snapshot
from retrieval.sync.client import ParliamentService
from retrieval.sync.engine import sync
from retrieval.sync.journal import Journal
from retrieval.sync.people import ask_for_members
from retrieval.sync.request import Plan, SyncReport, SyncRequest
from retrieval.sync.runs import Runs
from service.running import Session


def was_filled(data: Path) -> bool:
    """Return whether anything was ever fetched into a data directory, so that a round knows what to go on with.

    Raises:
        SnapshotError: If what was noted there can't be read.
    """
    with Journal(data) as journal:
        return bool(Runs(journal).scopes())


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did.

    Attributes:
        report: What was fetched and published.
        members_asked: How many Members were asked for.
        members_trouble: Why no more of them could be; the records are in place nevertheless.
    """

    report: SyncReport
    members_asked: int = 0
    members_trouble: ServiceError | None = None


@dataclass(frozen=True, slots=True)
class Rounds:
    """Makes rounds in one data directory.

    Attributes:
        session: Loads the model, when it is needed.
        data: The data directory.
        service: Where records are fetched.
        members_url: Where Members are asked for; None: nowhere.
        keep: How many snapshots to keep.
        model: Name or folder of the model.
        clock: The time now.
    """

    session: Session
    data: Path
    service: ParliamentService
    members_url: str | None
    keep: int
    model: str
    clock: Callable[[], datetime]

    def make(self, request: SyncRequest, planned: Callable[[Plan], None], progress: Progress) -> Round:
        """Fetch what is new, and publish it.

        Args:
            request: What to fetch.
            planned: Hears what it will take, before it begins.
            progress: Hears how far each stage is.

        Raises:
            OtherModel: If the index was built with another model; nothing was asked for then.
            ServiceError: If the service of the records can't be used; what was fetched is kept.
            DespatchError: For whatever else stands in the way.
        """
        self.session.check_model(self.model, self.data)
        report = sync(
            self.data,
            lambda: self.session.encoder(self.model),
            request,
            self.service,
            now=self.clock,
            progress=progress,
            planned=planned,
            keep=self.keep,
        )
        asked, trouble = self._members(progress)
        if self._register_is_newer():
            encoder = self.session.encoder(self.model)
            report.snapshot = refresh(
                self.data, encoder, Changes(), keep=self.keep, now=self.clock(), progress=progress
            ).snapshot
        return Round(report, asked, trouble)

    def _members(self, progress: Progress) -> tuple[int, ServiceError | None]:
        if not self.members_url:
            return 0, None
        try:
            found = ask_for_members(
                self.data,
                self.service.get,
                base_url=self.members_url,
                today=self.clock().date(),
                progress=lambda done, total: progress("Asking for Members", done, total),
            )
        except ServiceError as error:
            # The records are worth having without: what is lacking is asked for again in the next round.
            return 0, error
        return found, None

    def _register_is_newer(self) -> bool:
        """Whether the register tells more than the snapshot was filled in from, if it was broken off before, say."""
        if not has_snapshot(self.data):
            return False
        ours = register_at(self.data / MEMBERS_FILE).digest
        return ours != register_at(open_snapshot(self.data).members_file).digest
