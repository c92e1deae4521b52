"""What a build or an upgrade did, as one object and as lines to read."""

from __future__ import annotations

import resource
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from retrieval.build import BuildReport
from retrieval.results import Sample
from retrieval.sources import READERS, Reader
from retrieval.sources.mapped_table import MappedTable
from retrieval.sources.table_mapping import TableMapping
from retrieval.sync.waiting import queue_whole
from service.briefing import sample_block
from service.phrases import count, held
from service.reports import two_columns
from service.schemas import to_data
from service.terminal import indented, unbroken, words

FAULTS_SHOWN = 20
DISAGREEMENTS_SHOWN = 10
IGNORED_SHOWN = 20
_CUT_SHORT = "cut short in a file that was read"
_RUNNING = "A running `despatch serve` takes it up within seconds."
_RESTARTED = "A `despatch serve` that runs with another model keeps the index before: start it again with this one."


def peak_memory_bytes() -> int:
    """Return the most memory this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak if sys.platform == "darwin" else peak * 1024


def readers_with(mapping: Path | None) -> tuple[Reader, ...]:
    """Return the readers to ask, in turn: first that of a user's own tables, if a mapping says what is in them.

    Raises:
        SourceError: If the mapping can't be used.
    """
    if mapping is None:
        return READERS
    mapped = MappedTable(TableMapping.read(str(mapping)))
    return (mapped, *(reader for reader in READERS if reader.name != mapped.name))


def queued(data: Path, report: BuildReport) -> int:
    """Have the next `sync` ask for what a source cut short, and return how many records that is.

    Raises:
        SnapshotError: If it can't be written down.
    """
    ids = report.read.clipped_ids
    return queue_whole(data, ids, _CUT_SHORT) if ids else 0


def build_data(report: BuildReport, sample: Sample | None, *, memory_bytes: int) -> dict[str, object]:
    """Return all that a build did, as plain data for JSON; `sample` is set if it indexed just the seeds."""
    read = report.read
    return {
        "snapshot": report.snapshot,
        "published": report.published,
        "records": report.counts.records,
        "answers": report.counts.answers,
        "passages": report.counts.passages,
        "added": report.added,
        "changed": report.changed,
        "corrected": report.corrected,
        "removed": report.removed,
        "texts_encoded": report.texts_encoded,
        "texts_reused": report.texts_reused,
        "seconds": round(report.seconds, 2),
        "encoding_seconds": round(report.encoding_seconds, 2),
        "passages_per_second": _rate(report),
        "peak_memory_bytes": memory_bytes,
        "precision": report.precision,
        "documents": read.documents,
        "unanswered": read.unanswered,
        "withdrawn": read.withdrawn,
        "clipped": read.clipped,
        "queued": report.queued,
        "repeated": report.repeated,
        "fault_count": read.fault_count,
        "faults": [{"path": f.path, "line": f.line, "reason": f.reason} for f in read.faults],
        "ignored": [{"path": path, "reason": reason} for path, reason in read.ignored],
        "notices": [{"path": path, "notice": notice} for path, notice in read.notices],
        "disagreements": [{"key": key, "what": what} for key, what in report.disagreements],
        "sample": to_data(sample) if sample else None,
    }


def build_page(
    report: BuildReport,
    sample: Sample | None,
    data: Path,
    *,
    memory_bytes: int,
    statements: int = 0,
    other_model: bool = False,
) -> Iterator[RenderableType]:
    """Yield all that a build did, the first few of anything that may be long, and what to do next.

    Args:
        report: What it did.
        sample: Set if it indexed just the seed documents.
        data: The data directory.
        memory_bytes: The most memory that was in use.
        statements: How many of the records are written statements.
        other_model: Whether another model made the index before.
    """
    counts, read = report.counts, report.read
    yield Text(
        f"Built: {held(counts.records, statements)}, {count(counts.answers, 'distinct answer')}, "
        f"{count(counts.passages, 'passage')}.",
        style="bold",
    )
    told = [
        ("Added", f"{report.added:,}"),
        ("Changed", f"{report.changed:,}, of these corrected: {report.corrected:,}"),
        ("Removed", f"{report.removed:,}"),
        ("Texts encoded", f"{report.texts_encoded:,}, and {report.texts_reused:,} used again"),
        ("Time", f"{report.seconds:,.1f} s"),
        ("Passages a second", f"{_rate(report):,.0f}"),
        ("Peak memory", f"{memory_bytes / 2**20:,.0f} MiB"),
        ("Arithmetic", report.precision),
        ("Not answered yet", f"{read.unanswered:,}"),
        ("Withdrawn", f"{read.withdrawn:,}"),
        ("Repeated, kept once", f"{report.repeated:,}"),
        ("Snapshot", report.snapshot),
    ]
    yield from indented([two_columns(told, numbers=False)], 2)
    faults = [str(fault) for fault in read.faults]
    yield from _some("record or file left out", "records or files left out", faults, read.fault_count, FAULTS_SHOWN)
    ignored = [f"{path}: {reason}" for path, reason in read.ignored]
    yield from _some("file ignored", "files ignored", ignored, len(ignored), IGNORED_SHOWN)
    notices = [f"{path}: {notice}" for path, notice in read.notices]
    yield from _some("thing to know", "things to know", notices, len(notices), IGNORED_SHOWN)
    differ = [f"{key}: {what}" for key, what in report.disagreements]
    yield from _some(
        "answer whose flag and text disagree (the text is believed)",
        "answers whose flag and text disagree (the text is believed)",
        differ,
        len(differ),
        DISAGREEMENTS_SHOWN,
    )
    if report.queued:
        yield Text()
        many = count(report.queued, "record that was cut short is", "records that were cut short are")
        yield words(f"{many} asked for by the next `despatch sync`.")
    yield from sample_block(sample, data_option(data))
    yield Text()
    if not sample:
        yield unbroken(f'Next: despatch search "your question"{data_option(data)}')
    yield words(_RESTARTED if other_model else _RUNNING, "dim")


def data_option(data: Path) -> str:
    """Return what to add to a command to mean this data directory; nothing for the usual one."""
    return "" if data == Path("data") else f" --data {shlex.quote(str(data))}"


def _rate(report: BuildReport) -> float:
    return round(report.counts.passages / report.seconds, 1) if report.seconds else 0.0


def _some(singular: str, plural: str, lines: list[str], number: int, shown: int) -> Iterator[RenderableType]:
    if not number:
        return
    yield Text()
    yield Text(f"{count(number, singular, plural)}:", style="bold")
    yield from indented([words(line) for line in lines[:shown]], 2)
    if number > shown:
        yield from indented([Text(f"and {number - shown:,} more")], 2)
