"""What a build is told to change, what it tells while it runs, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from retrieval.snapshot import Counts
from retrieval.sources import ReadReport, Received

Progress = Callable[[str, int, int | None], None]
"""Hears a stage's name, how much of it is done and how much there is in all (None: not known)."""


def no_progress(stage: str, done: int, total: int | None) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since the snapshot before.

    Attributes:
        received: Questions, answered or not, and statements, as they were fetched just now: each replaces what
            is held of it from the same source, whatever it says.
        withdrawn_ids: The API's ids of questions that are no longer to be had.
        withdrawn_statement_ids: Likewise of statements.
        withdrawn_keys: Keys of those, which copies without an id have too.
    """

    received: Sequence[Received] = ()
    withdrawn_ids: frozenset[int] = frozenset()
    withdrawn_statement_ids: frozenset[int] = frozenset()
    withdrawn_keys: frozenset[str] = frozenset()


@dataclass(slots=True)
class BuildReport:
    """What a build read, made and left aside.

    Attributes:
        snapshot: Name of the snapshot that is served now.
        published: Whether it is a new one; False where nothing had changed.
        read: What the readers met: faults, files ignored, questions without an answer yet.
        counts: What the snapshot holds.
        added: Answered questions and statements that were not there before, or not answered.
        changed: Those that were there before and are not the same now, corrected ones included.
        corrected: Of those, the ones that were corrected since.
        removed: Those that were there before and no longer are.
        texts_encoded: Distinct texts given to the encoder.
        texts_reused: Distinct texts whose vectors were there already.
        repeated: Copies that were not kept: one of each question is.
        queued: Records that a source cut short, and that the next `sync` asks for whole.
        disagreements: Key of each record whose flags and text disagree, with what was decided.
        seconds: From first to last step.
        encoding_seconds: Of which spent encoding.
        precision: The arithmetic by which the vectors were made.
    """

    snapshot: str = ""
    published: bool = True
    read: ReadReport = field(default_factory=ReadReport)
    counts: Counts = field(default_factory=lambda: Counts(0, 0, 0))
    added: int = 0
    changed: int = 0
    corrected: int = 0
    removed: int = 0
    texts_encoded: int = 0
    texts_reused: int = 0
    repeated: int = 0
    queued: int = 0
    disagreements: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    encoding_seconds: float = 0.0
    precision: str = ""
