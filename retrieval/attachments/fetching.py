"""Fetches the attachments of the records held, and keeps what can be read of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from retrieval.attachments.extracted import ELSEWHERE, NOT_THERE, TOO_LARGE, Extracted
from retrieval.attachments.limits import Limits
from retrieval.attachments.pdf import pdf_extractor
from retrieval.attachments.reading import check_extra, read_file
from retrieval.attachments.sheets import sheet_extractor
from retrieval.attachments.texts import AttachmentText, AttachmentTexts
from retrieval.errors import DespatchError
from retrieval.records import Attachment
from retrieval.snapshot import open_snapshot
from retrieval.store import RecordStore

Progress = Callable[[str, int, int | None], None]
"""Hears a stage's name, how much of it is done and how much there is in all."""

PARLIAMENT: Final = ("parliament.uk",)
"""Whose servers are asked, those below them included: a record from elsewhere could name any address at all."""

_PORTS: Final = {"https": 443, "http": 80}
# Whatever else a name could be written with, two readers of addresses could take for two names.
_PLAIN_NAME: Final = re.compile(r"[a-z0-9.-]+", re.ASCII)
# So many in a row, and it is not the files that are at fault.
_GIVES_UP_AFTER = 10
_FAILURES_TOLD = 20


@dataclass(slots=True)
class FetchReport:
    """What a run did.

    Attributes:
        attachments: Distinct attachments of the records held.
        known: Of those, the ones that were dealt with before this run.
        with_text: Files read in this run.
        without_text: By reason, how many were dealt with in this run and gave no text.
        failed: How many could not be fetched; they are asked for again by the next run.
        failures: The first of their messages.
        left: How many are still to be fetched.
        removed: How many texts were dropped because no record held has them any more.
        gave_up: Whether the run ended early because nothing could be fetched.
    """

    attachments: int = 0
    known: int = 0
    with_text: int = 0
    without_text: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    left: int = 0
    removed: int = 0
    gave_up: bool = False


class _Facts(msgspec.Struct):
    attachments: list[Attachment] = []


def fetch_texts(
    data: Path | str,
    get: Callable[[str], bytes | None],
    *,
    today: date,
    progress: Progress = lambda stage, done, total: None,
    limit: int | None = None,
    again: bool = False,
    hosts: Sequence[str] = PARLIAMENT,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> FetchReport:
    """Fetch the attachments of the current snapshot's records that are not kept yet, those of new answers first.

    Each text is kept at once, so that a run that is stopped goes on where it was. The texts are searched once the
    next snapshot is made.

    Args:
        data: The data directory.
        get: Returns the bytes at an address, or None where it is gone. It must bound how much it takes, and must
            follow no redirect to other servers than `hosts`. What it raises of `DespatchError` or `OSError` is
            counted, and the address is asked again by the next run.
        today: Kept as the day of fetching.
        progress: Hears how many of those to be fetched are done.
        limit: The most files to fetch in this run; None is all.
        again: Whether to ask again for those that gave no text, or that another version of a library read. A text
            that is kept gives way to another text only.
        hosts: The servers that are asked; the others' files are not fetched.
        limits: How much of a file is read.

    Returns:
        What was done.

    Raises:
        SourceError: If the optional extra is not installed.
        SnapshotError: If there is no snapshot, it can't be read, or the texts can't be written.
    """
    check_extra()
    folder, report = Path(data), FetchReport()
    snapshot = open_snapshot(folder)
    with closing(AttachmentTexts(folder)) as texts, closing(RecordStore(snapshot.records_file)) as store:
        held = _held(store)
        report.attachments = len(held)
        states = _settled(store, texts, held, report)
        due = [one for one in held.values() if _is_due(states.get(one.url), again=again)]
        report.known = len(held) - len(due)
        run = _Run(texts, get, today, tuple(hosts), limits, report)
        done = run.through(due[:limit], progress)
        report.left = len(due) - done + report.failed
    return report


def _held(store: RecordStore) -> dict[str, Attachment]:
    """Return by address the attachments of the records held, those of the newest answers first."""
    found: dict[str, Attachment] = {}
    for (facts,) in store.rows("SELECT facts FROM records ORDER BY number DESC"):
        raw = facts if isinstance(facts, bytes) else b"{}"
        for attachment in msgspec.json.decode(raw, type=_Facts).attachments:
            found.setdefault(attachment.url, attachment)
    return found


def _settled(
    store: RecordStore, texts: AttachmentTexts, held: dict[str, Attachment], report: FetchReport
) -> dict[str, tuple[bool, str]]:
    """Drop what no record has, take over what the snapshot has and the file lacks, and return how each stands."""
    states = texts.states()
    lost = [url for url in states if url not in held]
    texts.remove(lost)
    report.removed = len(lost)
    for url in held.keys() - states.keys():
        text = store.attachment_text(url)
        if text:
            texts.keep([text])
            states[url] = (text.reason is None, text.extractor)
    return states


def _is_due(state: tuple[bool, str] | None, *, again: bool) -> bool:
    if state is None:
        return True
    has_text, extractor = state
    kind = extractor.partition(" ")[0]
    current = {one.partition(" ")[0]: one for one in (pdf_extractor(), sheet_extractor())}
    return again and (not has_text or extractor != current.get(kind, extractor))


@dataclass(frozen=True, slots=True)
class _Run:
    """One run over the attachments that are due."""

    texts: AttachmentTexts
    get: Callable[[str], bytes | None]
    today: date
    hosts: tuple[str, ...]
    limits: Limits
    report: FetchReport

    def through(self, due: Sequence[Attachment], progress: Progress) -> int:
        """Deal with each in turn, and return with how many it did."""
        failed_in_a_row = 0
        for done, attachment in enumerate(due, start=1):
            try:
                text = self._read(attachment)
            except (DespatchError, OSError) as error:
                self._note_failure(attachment, error)
                failed_in_a_row += 1
                if failed_in_a_row == _GIVES_UP_AFTER:
                    self.report.gave_up = True
                    return done
                continue
            failed_in_a_row = 0
            self._keep(text)
            progress("Reading attachments", done, len(due))
        return len(due)

    def _read(self, attachment: Attachment) -> AttachmentText:
        data, found = b"", _not_fetched(attachment, self.hosts, self.limits)
        if found is None:
            data = self.get(attachment.url) or b""
            found = self._words(attachment, data) if data else Extracted(reason=NOT_THERE)
        return AttachmentText.of(attachment.url, attachment.media_type, self.today, data, found)

    def _words(self, attachment: Attachment, data: bytes) -> Extracted:
        if len(data) > self.limits.file_bytes:
            return _too_large(len(data), self.limits)
        return read_file(data, self.limits, is_csv=_is_csv(attachment))

    def _keep(self, text: AttachmentText) -> None:
        if text.reason is None:
            self.report.with_text += 1
        else:
            self.report.without_text[text.reason.partition(":")[0]] += 1
            before = self.texts.get(text.url)
            if before and before.reason is None:
                return
        self.texts.keep([text])

    def _note_failure(self, attachment: Attachment, error: Exception) -> None:
        self.report.failed += 1
        if len(self.report.failures) < _FAILURES_TOLD:
            self.report.failures.append(f"{attachment.url}: {error}")


def _not_fetched(attachment: Attachment, hosts: Sequence[str], limits: Limits) -> Extracted | None:
    """Return why a file is not even asked for; None where it is."""
    if not any(_is_at(attachment.url, host) for host in hosts):
        return Extracted(reason=ELSEWHERE)
    if (attachment.size_bytes or 0) > limits.file_bytes:
        return _too_large(attachment.size_bytes or 0, limits)
    return None


def _is_at(url: str, host: str) -> bool:
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    # Other ports of a server, and a name to log in with, are nothing that an answer could mean.
    is_usual = port in (None, _PORTS.get(parts.scheme)) and parts.username is None
    is_there = name == host or name.endswith(f".{host}")
    return parts.scheme in _PORTS and is_usual and is_there and bool(_PLAIN_NAME.fullmatch(name))


def _too_large(size: int, limits: Limits) -> Extracted:
    return Extracted(reason=f"{TOO_LARGE}: it has {size:,} bytes, at most {limits.file_bytes:,} are read")


def _is_csv(attachment: Attachment) -> bool:
    path = urlsplit(attachment.url).path
    names = (attachment.title, path, attachment.media_type or "")
    return any(name.lower().endswith(("csv", "comma-separated-values")) for name in names)
