"""The whole pipeline, sources to snapshot."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from retrieval.encoders import Encoder
from retrieval.entries import Entry, write_entries
from retrieval.errors import NothingToIndex, PassageTooLong
from retrieval.gathering import entries_of, grouped, in_date_order, one_each
from retrieval.passages import encoder_text
from retrieval.received import read_received, write_received
from retrieval.records import Record
from retrieval.snapshot import (
    FORMAT,
    RECEIVED_FILE,
    RECORDS_FILE,
    VECTORS_FILE,
    Counts,
    Manifest,
    Snapshot,
    check_model,
    has_snapshot,
    open_snapshot,
    publish,
    writing,
)
from retrieval.sources import ReadReport, Received, check_paths, read_sources, reader_named
from retrieval.vectors import VectorIndex

Progress = Callable[[str, int, int | None], None]
"""Hears a stage's name, how much of it is done and how much there is in all (None: not known)."""


def no_progress(stage: str, done: int, total: int | None) -> None:
    """Say nothing."""


@dataclass(slots=True)
class BuildReport:
    """What a build read, made and left aside.

    Attributes:
        snapshot: Name of the new snapshot.
        read: What the readers met: faults, files ignored, questions without an answer yet.
        counts: Records, distinct answers and passages published.
        texts_encoded: Distinct texts given to the encoder.
        repeated: Records that were there already under the same key or API id; one of each is kept.
        disagreements: Key of each record whose flags and text disagree, with what was decided.
        seconds: From first to last step.
        encoding_seconds: Of which spent encoding.
        precision: The encoder's arithmetic.
    """

    snapshot: str = ""
    read: ReadReport = field(default_factory=ReadReport)
    counts: Counts = field(default_factory=lambda: Counts(0, 0, 0))
    texts_encoded: int = 0
    repeated: int = 0
    disagreements: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    encoding_seconds: float = 0.0
    precision: str = ""


def build(
    sources: Sequence[str | Path],
    data: Path | str,
    encoder: Encoder,
    *,
    add: bool = False,
    strict: bool = False,
    stdin: BinaryIO | None = None,
    now: datetime | None = None,
    progress: Progress = no_progress,
) -> BuildReport:
    """Read `sources`, make quotable passages of their answers, index them and publish a snapshot.

    Args:
        sources: Files and folders; "-" is `stdin`. The corpus becomes exactly these.
        data: The data directory; made if need be.
        encoder: Makes the vectors.
        add: Keep the records that are there, and add or replace by key.
        strict: Let the first bad line or file end the build.
        stdin: Where "-" reads from.
        now: The time of the build; the day on it is the day the sources were read.
        progress: Hears how far each stage is.

    Returns:
        What was read, made and left aside.

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
        fresh = read_sources(named, report.read, read_on=moment.date(), strict=strict, stdin=stdin)
        pairs: Iterable[tuple[Received, Record]] = fresh
        if add and has_snapshot(data):
            before = open_snapshot(data)
            pairs = chain(_kept(before), fresh)
            named = tuple(dict.fromkeys((*before.manifest.sources, *named)))
        return _build(pairs, data, encoder, named, moment, report, progress)


def upgrade(
    data: Path, encoder: Encoder, *, now: datetime | None = None, progress: Progress = no_progress
) -> BuildReport | None:
    """Rebuild a snapshot of any format from the records it keeps as received, asking no source again.

    Args:
        data: The data directory.
        encoder: Makes the vectors.
        now: The time of the upgrade; the day each source was read stays as it was.
        progress: Hears how far each stage is.

    Returns:
        What was made, or None if the snapshot has this version's format already.

    Raises:
        SnapshotError: If there is no snapshot, it is damaged, it was built with another encoder, or the new one
            can't be written.
    """
    with writing(data):
        snapshot = open_snapshot(data, formats=tuple(range(FORMAT + 1)))
        if snapshot.manifest.format == FORMAT:
            return None
        check_model(snapshot.manifest, encoder.identity, data)
        moment = now or datetime.now(UTC)
        return _build(_kept(snapshot), data, encoder, snapshot.manifest.sources, moment, BuildReport(), progress)


def _kept(snapshot: Snapshot) -> Iterator[tuple[Received, Record]]:
    for _, received in read_received(snapshot.received_file):
        record = reader_named(received.reader).parse(received)
        if isinstance(record, Record):
            yield received, record


def _counted(pairs: Iterable[tuple[Received, Record]], progress: Progress) -> Iterator[tuple[Received, Record]]:
    for done, pair in enumerate(pairs, start=1):
        progress("Reading", done, None)
        yield pair


def _build(
    pairs: Iterable[tuple[Received, Record]],
    data: Path,
    encoder: Encoder,
    sources: tuple[str, ...],
    moment: datetime,
    report: BuildReport,
    progress: Progress,
) -> BuildReport:
    started = time.perf_counter()
    kept, report.repeated = one_each(_counted(pairs, progress))
    # Known only once all is read: an earlier source may hold what a later one says was withdrawn.
    kept = [pair for pair in kept if pair[1].api_id not in report.read.withdrawn_ids]
    if not kept:
        raise NothingToIndex(_nothing(report))
    entries: list[Entry] = []
    for done, entry in enumerate(entries_of(kept, encoder.fits), start=1):
        entries.append(entry)
        progress("Making passages", done, len(kept))
    entries = in_date_order(grouped(entries))
    report.disagreements = [(e.record.key, e.status.disagreement) for e in entries if e.status.disagreement]
    texts = list(_texts(entries, encoder))
    encoding = time.perf_counter()
    vectors = _encoded(texts, encoder, report, progress)
    report.encoding_seconds = time.perf_counter() - encoding
    report.precision = encoder.precision
    report.counts = Counts(len(entries), len({entry.answer_group for entry in entries}), len(texts))
    manifest = _manifest(encoder, report.counts, sources, moment)
    _publish(entries, vectors, manifest, data, progress)
    report.snapshot = manifest.name
    report.seconds = time.perf_counter() - started
    return report


def _texts(entries: Sequence[Entry], encoder: Encoder) -> Iterator[str]:
    """Yield what the encoder reads for each passage, in the order of the rows."""
    for entry in entries:
        for passage in entry.passages:
            text = encoder_text(passage, entry.record.heading, entry.record.question, encoder.fits)
            if not encoder.fits(text):
                raise PassageTooLong(
                    f"{entry.record.key}: passage {passage.ordinal} does not fit the encoder's window of "
                    f"{encoder.identity.window} tokens; nothing was published. Use a model with a larger window"
                )
            yield text


def _encoded(texts: Sequence[str], encoder: Encoder, report: BuildReport, progress: Progress) -> NDArray[np.float32]:
    """Encode each distinct text once and give every row its vector."""
    place_of: dict[str, int] = {}
    places = np.fromiter((place_of.setdefault(text, len(place_of)) for text in texts), dtype=np.int64)
    report.texts_encoded = len(place_of)
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress("Encoding", done, len(place_of))

    return encoder.encode_documents(list(place_of), count)[places]


def _manifest(encoder: Encoder, counts: Counts, sources: tuple[str, ...], moment: datetime) -> Manifest:
    return Manifest(
        format=FORMAT,
        name=f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        created=moment,
        version=version("despatch-box"),
        precision=encoder.precision,
        model=encoder.identity,
        counts=counts,
        sources=sources,
        files={},
    )


def _publish(
    entries: Sequence[Entry], vectors: NDArray[np.float32], manifest: Manifest, data: Path, progress: Progress
) -> None:
    def write_files(folder: Path) -> None:
        write_received(folder / RECEIVED_FILE, ((entry.record.key, entry.received) for entry in entries))
        write_entries(folder / RECORDS_FILE, entries)
        VectorIndex.of(vectors).write(folder / VECTORS_FILE)

    progress("Publishing", 0, 1)
    publish(data, manifest, write_files)
    progress("Publishing", 1, 1)


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
