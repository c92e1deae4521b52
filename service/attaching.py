"""The command that reads the files which came with answers, so that their text is searched too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from retrieval.attachments.fetching import FetchReport, fetch_texts
from retrieval.build import Changes, refresh
from retrieval.errors import QueryError
from retrieval.models import DEFAULT_MODEL
from retrieval.snapshot import KEEP
from retrieval.sync.client import ParliamentService
from service import options as given
from service.arguments import kept, whole_number
from service.phrases import count
from service.progress import Progress
from service.reports import two_columns
from service.retries import Retries
from service.running import Session
from service.schemas import to_data
from service.stopping import kept_when_stopped
from service.terminal import indented, words

_DATA = Path("data")
_FAILURES_SHOWN = 10


class AttachingCommands:
    """The command, a method; `manual` has its help.

    Args:
        session: What it reads and writes, and how it loads the model.
        clock: The time now.
    """

    def __init__(self, session: Session, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Keep what the command works with."""
        self._session = session
        self._clock = clock

    def attachments(
        self,
        data: given.Data = _DATA,
        limit: given.AttachmentLimit = None,
        again: given.Again = False,
        keep: given.Keep = str(KEEP),
        contact: given.Contact = None,
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Fetch files that came with answers, and index their text."""
        snapshots, most = kept(keep), None if limit is None else whole_number("limit", limit)
        if most == 0:
            raise QueryError("limit", "0 is below 1: give the most files to fetch in this run, or leave it out")
        with (
            kept_when_stopped(self._session.err, data),
            ParliamentService(contact=contact, retrying=Retries(self._session.err)) as service,
            Progress(self._session.err) as progress,
        ):
            report = fetch_texts(
                data, service.file, today=self._clock().date(), progress=progress, limit=most, again=again
            )
            encoder = self._session.encoder(model)
            made = refresh(data, encoder, Changes(), keep=snapshots, now=self._clock(), progress=progress)
        value = {**to_data(report), "snapshot": made.snapshot, "published": made.published}
        self._session.output.give(value, as_json, partial(attachments_page, report))


def attachments_page(report: FetchReport) -> Iterator[RenderableType]:
    """Yield what a run did, by reason where a file gave no text."""
    read = count(report.with_text, "attachment was read", "attachments were read")
    yield Text(f"{read}; {report.left:,} still to be fetched.", style="bold")
    told = [("Attachments of the answers held", f"{report.attachments:,}"), ("Known before", f"{report.known:,}")]
    told += [(f"Not read: {reason}", f"{number:,}") for reason, number in report.without_text.most_common()]
    told += [("Failed, asked again next time", f"{report.failed:,}")]
    yield from indented([two_columns(told, numbers=False)], 2)
    for failure in report.failures[:_FAILURES_SHOWN]:
        yield words(f"Failed: {failure}")
    if report.gave_up:
        yield words("Nothing could be fetched any more, so this run ended early. Run it again later.")
    yield words("The text of an attachment is marked as such wherever it is shown. Rights in it are not known.", "dim")
