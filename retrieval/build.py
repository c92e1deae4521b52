"""The whole pipeline, sources to snapshot."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from retrieval.attached import AttachedTexts
from retrieval.build_report import BuildReport, Changes, Progress, no_progress
from retrieval.derivation import derivation
from retrieval.draft import Draft
from retrieval.embeddings import Embeddings
from retrieval.encoders import Encoder
from retrieval.errors import MalformedRecord, NothingToIndex, SnapshotDamaged, SnapshotError, SourceError
from retrieval.gathering import Candidate, Gathered, Standing, gather
from retrieval.holdings import Holdings, HoldingState, register_at
from retrieval.members import MemberRegister
from retrieval.milvus import generation as generations
from retrieval.milvus import leading
from retrieval.milvus.place import PLACES_FILE, THIS_MACHINE, Generation, Places, Target
from retrieval.snapshot import (
    FORMAT,
    KEEP,
    MEMBERS_FILE,
    OLDER_FORMATS,
    RECORDS_FILE,
    Manifest,
    Snapshot,
    check_model,
    current_name,
    has_snapshot,
    is_whole,
    open_snapshot,
    prune,
    publish,
    writing,
)
from retrieval.sources import READERS, Reader, ReadReport, Received, Withdrawn, check_paths, read_sources, reader_named
from retrieval.vectors import kind_for

__all__ = ["BuildReport", "Changes", "Progress", "build", "no_progress", "refresh", "upgrade"]


def build(  # noqa: PLR0913 - each option stands alone
    sources: Sequence[str | Path],
    data: Path | str,
    encoder: Encoder,
    *,
    add: bool = False,
    strict: bool = False,
    stdin: BinaryIO | None = None,
    readers: Sequence[Reader] = READERS,
    keep: int = KEEP,
    now: datetime | None = None,
    progress: Progress = no_progress,
    target: Target | None = None,
) -> BuildReport:
    """Read `sources`, make quotable passages of their answers, index them and publish a snapshot.

    What was worked out, and encoded, for the snapshot before is used again where it is the same.

    Args:
        sources: Files and folders; "-" is `stdin`. The corpus becomes exactly these.
        data: The data directory; made if need be.
        encoder: Makes the vectors.
        add: Keep the records that are there, and add or replace by question.
        strict: Let the first bad line or file end the build.
        stdin: Where "-" reads from.
        readers: Asked in turn whether they recognise a document.
        keep: How many snapshots to keep, the new one included.
        now: The time of the build; the day on it is the day the sources were read.
        progress: Hears how far each stage is.
        target: Where vectors and words are put; where the snapshot before has them unless one is given.

    Returns:
        What was read, made and left aside; with `add`, `published` is False where nothing was new.

    Raises:
        SourceError: For a source that is not there or that no reader knows; with `strict`, for any fault.
        NothingToIndex: If there is no answered question in the sources.
        SnapshotError: If the snapshot can't be written; the one before it still stands.
    """
    moment = now or datetime.now(UTC)
    report = BuildReport()
    data, named = Path(data), tuple(str(source) for source in sources)
    check_paths(named, stdin)
    with writing(data):
        holdings = _holdings(data, encoder, needed=add)
        found = read_sources(named, report.read, read_on=moment.date(), strict=strict, readers=readers, stdin=stdin)
        fresh = (Candidate(received, record) for received, record in found)
        if add and holdings:
            named = tuple(dict.fromkeys((*holdings.manifest.sources, *named)))
        tombstones = holdings.tombstones if add and holdings else frozenset[str]()
        job = _Job(data, encoder, holdings, named, moment, keep, report, progress, tombstones, target)
        gathered = job.gathered(chain(job.held(), fresh) if add else fresh)
        # What was cut short in one source may be whole in another.
        report.read.clipped_ids -= {one.record.api_id for one in gathered.kept if one.record.api_id}
        if not any(one.record.is_answered for one in gathered.kept):
            raise NothingToIndex(_nothing(report))
        return job.published(gathered, if_changed=add)


def refresh(
    data: Path,
    encoder: Encoder,
    changes: Changes,
    *,
    keep: int = KEEP,
    now: datetime | None = None,
    progress: Progress = no_progress,
) -> BuildReport:
    """Bring a data directory up to date with what was fetched, and publish a snapshot if that changes anything.

    Args:
        data: The data directory; made if need be.
        encoder: Makes the vectors.
        changes: What was fetched, and what is no longer to be had.
        keep: How many snapshots to keep, the new one included.
        now: The time of the build.
        progress: Hears how far each stage is.

    Returns:
        What was made and what changed; `published` is False where nothing did. A record that can't be read is a
        fault in `read`, and is left out.

    Raises:
        SnapshotError: If the snapshot can't be written; the one before it still stands.
    """
    report = BuildReport()
    with writing(data):
        holdings = _holdings(data, encoder, needed=True)
        fresh = list(_fetched(changes.received, report.read))
        withdrawn = frozenset(
            {
                *(f"id-{number}" for number in changes.withdrawn_ids),
                *(f"statement-{number}" for number in changes.withdrawn_statement_ids),
                *changes.withdrawn_keys,
            }
        )
        sources = tuple(sorted({one.received.provenance.reader for one in fresh}))
        if holdings:
            sources = tuple(dict.fromkeys((*holdings.manifest.sources, *sources)))
        tombstones = holdings.tombstones if holdings else frozenset[str]()
        moment = now or datetime.now(UTC)
        job = _Job(data, encoder, holdings, sources, moment, keep, report, progress, tombstones)
        return job.published(job.gathered(chain(job.held(), fresh), withdrawn), if_changed=True)


def upgrade(
    data: Path,
    encoder: Encoder,
    *,
    keep: int = KEEP,
    now: datetime | None = None,
    progress: Progress = no_progress,
    target: Target | None = None,
) -> BuildReport | None:
    """Bring a snapshot to this version's format, a model and a store, from the records it keeps as they were received.

    Vectors are taken over where the model is the same; else what the data directory keeps of the new one's is used,
    and the rest is encoded. Searches go on with the old snapshot until the new one is whole.

    Args:
        data: The data directory.
        encoder: Makes the vectors.
        keep: How many snapshots to keep, the new one included.
        now: The time of the upgrade.
        progress: Hears how far each stage is.
        target: Where vectors and words are put; where they are unless one is given.

    Returns:
        What was made; None if the snapshot has this version's format already, and vectors of this encoder there.

    Raises:
        NoSnapshot: If nothing has been built there.
        SnapshotDamaged: If a file of it is not as it was published.
        OtherFormat: If a newer version wrote it.
    """
    with writing(data):
        snapshot = open_snapshot(data, formats=(*OLDER_FORMATS, FORMAT))
        holdings = Holdings(snapshot, encoder.identity)
        moment = now or datetime.now(UTC)
        report, sources = BuildReport(), snapshot.manifest.sources
        job = _Job(data, encoder, holdings, sources, moment, keep, report, progress, holdings.tombstones, target)
        if snapshot.manifest.format == FORMAT and holdings.same_model and job.is_in_place():
            return None
        return job.published(job.gathered(job.held()))


def _holdings(data: Path, encoder: Encoder, *, needed: bool) -> Holdings | None:
    """Return what the snapshot before holds; where it is not `needed`, one that can't be used is as none.

    To go on with it under another model would encode all of it again, and no service could take it up.
    """
    if not has_snapshot(data):
        return None
    try:
        snapshot: Snapshot = open_snapshot(data, formats=(FORMAT,) if needed else (*OLDER_FORMATS, FORMAT))
        if needed:
            check_model(snapshot.manifest, encoder.identity, data)
        return Holdings(snapshot, encoder.identity)
    except SnapshotError:
        if needed:
            raise
        return None


def _fetched(received: Iterable[Received], read: ReadReport) -> Iterator[Candidate]:
    for one in received:
        reader = reader_named(one.reader)
        try:
            record = reader.parse(one)
        except SourceError as error:
            read.note_fault(error)
            continue
        if isinstance(record, Withdrawn):
            read.note_withdrawn(reader.api_id(one))
            continue
        read.note_record(record)
        yield Candidate(one, record, Standing.FETCHED)


@dataclass(frozen=True, slots=True)
class _Job:
    """One run of the pipeline."""

    data: Path
    encoder: Encoder
    holdings: Holdings | None
    sources: tuple[str, ...]
    moment: datetime
    keep: int
    report: BuildReport
    progress: Progress
    tombstones: frozenset[str] = frozenset()
    target: Target | None = None

    def held(self) -> Iterator[Candidate]:
        """Yield what the snapshot before holds; what of it can't be read again is a fault, and is lost."""
        if self.holdings:
            yield from self.holdings.candidates()
            for fault in self.holdings.faults:
                self.report.read.note_fault(fault)

    def gathered(self, candidates: Iterable[Candidate], withdrawn: frozenset[str] = frozenset()) -> Gathered:
        """Read everything and keep one copy a question."""
        read: list[Candidate] = []
        for candidate in candidates:
            read.append(candidate)
            self.progress("Reading", len(read), None)
        # Known only once all is read: an earlier source may hold what a later one says was withdrawn.
        gone = withdrawn | {f"id-{number}" for number in self.report.read.withdrawn_ids}
        redirects = self.holdings.redirects if self.holdings else None
        gathered = gather(read, gone, redirects, self.tombstones)
        for key in gathered.disputed:
            reason = f"two questions with different ids have the key {key}: the one with the higher id is kept"
            self.report.read.note_fault(MalformedRecord("Parliament's data", reason))
        self.report.repeated = gathered.repeated
        keys = {one.record.key for one in gathered.kept}
        unread = self.holdings.unread if self.holdings else []
        return replace(gathered, set_aside=tuple(held for held in unread if held.key not in keys))

    def published(self, gathered: Gathered, *, if_changed: bool = False) -> BuildReport:
        """Work out what is new, encode it, and publish all of it as one snapshot."""
        started = time.perf_counter()
        with closing(AttachedTexts.open(self.data, self.holdings)) as attached:
            self._publish(gathered, attached, if_changed=if_changed)
        self.report.seconds = time.perf_counter() - started
        return self.report

    def _publish(self, gathered: Gathered, attached: AttachedTexts, *, if_changed: bool) -> None:
        register = register_at(self.data / MEMBERS_FILE)
        before = self._before()
        target = self._target()
        same = self._compared(gathered, register, attached) and self.is_in_place()
        if if_changed and same and self.holdings:
            manifest = self.holdings.manifest
            self.report.published, self.report.snapshot = False, manifest.name
            self.report.counts, self.report.precision = manifest.counts, manifest.precision
            self._finish_killed(before)
            return
        draft = Draft.of(gathered, self.encoder, self.holdings, register, self.progress, attached)
        self.report.disagreements = draft.disagreements()
        self.report.counts = draft.counts
        with closing(Embeddings(self.data, self.encoder.identity)) as embeddings:
            vectors = draft.encoded(
                embeddings, self.encoder, self.holdings, self.report, self.progress, keeps_all=bool(target.uri)
            )
        manifest = self._manifest()
        self.progress("Publishing", 0, 1)
        # A snapshot that a build goes on from was found whole.
        is_damaged = self.holdings is None and not is_whole(self.data)
        if target.uri:
            generation = self._publish_to(target, manifest, draft, vectors, before, replaces_damaged=is_damaged)
        else:
            generation = None
            publish(
                self.data,
                manifest,
                lambda folder: draft.write(folder, vectors, self.progress),
                keep=self.keep,
                replaces_damaged=is_damaged,
            )
        leading.leave(self.data, before, generation)
        if (self.data / PLACES_FILE).exists():
            generations.prune(self.data, before)
        self.progress("Publishing", 1, 1)
        self.report.snapshot = manifest.name

    def _finish_killed(self, served: Generation | None) -> None:
        """Do what a build that was killed had no time for."""
        prune(self.data, keep=self.keep)
        if served:
            leading.lead_again(self.data, served)
        if (self.data / PLACES_FILE).exists():
            generations.prune(self.data, served)

    def _publish_to(
        self,
        target: Target,
        manifest: Manifest,
        draft: Draft,
        vectors: NDArray[np.float32],
        before: Generation | None,
        *,
        replaces_damaged: bool,
    ) -> Generation:
        """Publish a snapshot whose vectors and words are on a server, and return where they are."""
        generation = Generation.of(target, manifest.name, vectors)

        def write(folder: Path) -> None:
            draft.write(folder, None, self.progress)
            generations.fill(target, generation, folder / RECORDS_FILE, vectors, self.progress)
            # A server that can't move the alias stops the build here, with the old snapshot served.
            leading.lead(self.data, generation)

        generations.note(self.data, target, generation)
        try:
            publish(
                self.data,
                replace(manifest, milvus=generation),
                write,
                keep=self.keep,
                replaces_damaged=replaces_damaged,
            )
        except BaseException:
            if current_name(self.data) != manifest.name:
                leading.lead_back(self.data, generation, before)
            raise
        return generation

    def _before(self) -> Generation | None:
        """Return where the vectors of the snapshot before are; None where they are in files, or there is none.

        Raises:
            SnapshotDamaged: If it is too damaged to tell, and no target was given.
        """
        if self.holdings:
            return self.holdings.manifest.milvus
        try:
            return generations.served(self.data)
        except SnapshotDamaged:
            if self.target is None:
                raise
            return None

    def _target(self) -> Target:
        """Return where vectors and words go: where they were unless another place was given."""
        before = self._before()
        return self.target or (Places.read(self.data).target(before) if before else THIS_MACHINE)

    def is_in_place(self) -> bool:
        """Return whether the vectors of the snapshot before are where those of the next one are to be."""
        before, target = self._before(), self._target()
        return (target.uri, target.alias) == ((before.uri, before.alias) if before else ("", target.alias))

    def _manifest(self) -> Manifest:
        return Manifest(
            format=FORMAT,
            name=f"{self.moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
            created=self.moment,
            version=version("despatch-box"),
            precision=self.report.precision,
            model=self.encoder.identity,
            counts=self.report.counts,
            sources=self.sources,
            files={},
            derivation=derivation(),
            vectors=kind_for(self.report.counts.passages),
        )

    def _compared(self, gathered: Gathered, register: MemberRegister, attached: AttachedTexts) -> bool:
        """Count what differs from the snapshot before, and return whether nothing at all does."""
        before = self.holdings.state() if self.holdings else {}
        now = {one.record.key: HoldingState.of(one) for one in gathered.kept}
        known_as = {new: old for old, new in gathered.redirects.items() if old in before}
        report, met = self.report, set[str]()
        for key, state in now.items():
            old_key = key if key in before else known_as.get(key, key)
            met.add(old_key)
            old = before.get(old_key)
            if state.answered and (old is None or not old.answered):
                report.added += 1
            elif old and old.answered and old.mark != state.mark:
                report.changed += 1
                report.corrected += state.corrected is not None and state.corrected != old.corrected
        # Two copies of before that are one now are both still there.
        lost = (key for key, old in before.items() if old.answered and key not in met)
        report.removed = sum(gathered.redirects.get(key) not in now for key in lost)
        if self.holdings is None:
            return False
        marks = attached.marks(one.record for one in gathered.kept)
        if gathered.tombstones != self.holdings.tombstones:
            return False
        return now == before and self.holdings.is_current(gathered.redirects, register.digest, marks)


def _nothing(report: BuildReport) -> str:
    read = report.read
    skipped = {
        "questions without an answer yet": read.unanswered,
        "withdrawn questions": read.withdrawn,
        "faults": read.fault_count,
        "files that no reader knows": len(read.ignored),
    }
    told = "; ".join(f"{what}: {count}" for what, count in skipped.items() if count)
    first = f" (the first fault: {read.faults[0]})" if read.faults else ""
    return f"there is no answered question in the sources, so nothing was published. {told}{first}"
