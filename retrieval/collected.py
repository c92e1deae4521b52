"""What a collection holds: passages as a user keeps them, and as they stand now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from retrieval.citations import Citation, Licence
from retrieval.differences import Segment
from retrieval.hit_results import AttachmentSource, LaterAnswer
from retrieval.records import AnswerKind, FindingName, Genre
from retrieval.results import Sample

MAX_ITEMS: Final = 200
"""The most passages of one collection."""

MAX_NOTE_CHARACTERS: Final = 5_000
"""The longest note."""


class CollectedState(StrEnum):
    """What has become of a passage since it was collected.

    `as_added`: it stands, word for word. `reworded`: the answer now says it in other words. `passage_gone`: the answer
    is here and nothing like the passage is in it. `answer_gone`: no answer here has its key.
    """

    AS_ADDED = "as_added"
    REWORDED = "reworded"
    PASSAGE_GONE = "passage_gone"
    ANSWER_GONE = "answer_gone"


@dataclass(frozen=True, slots=True)
class KeptPassage:
    """One passage as a user keeps it. Primary key: `key` and `passage`.

    Attributes:
        key: Of its answer, when it was collected.
        passage: The hash of its text, 16 hex digits.
        ordinal: Its place in the answer then, from 1; None is not known.
        note: What the user has written about it.
        added: The day it was collected; None is not known.
        text: Its words then; None is not known.
        citation: As it was shown then; None is not known.
    """

    key: str
    passage: str
    ordinal: int | None = None
    note: str = ""
    added: date | None = None
    text: str | None = None
    citation: str | None = None


@dataclass(frozen=True, slots=True)
class StandingPassage:
    """A collected passage as it stands in the corpus now.

    Attributes:
        key: Of its answer, which may have another than before.
        hash: Names the text; None where the answer no longer holds the passage, and all of the answer is cited.
        ordinal: Its place in the answer, from 1; None likewise.
        text: Word for word; None likewise.
        context: A list's lead-in or a table's headers; not part of the quotation.
        attachment: The file that it was read from; None for the answer's own words.
        citation: Of the passage, or of the whole answer.
        written: The citation as text to paste, by style: `house`, `member` and `oscola`.
        notes: By style, what a reader of that citation must know.
        serious: Those of them that are told wherever the passage is shown: that it is no full reply, that it is in an
            attachment, who corrected it, that it was given under an earlier government.
        later: A later answer that is close in meaning; None where there is none.
    """

    key: str
    hash: str | None
    ordinal: int | None
    text: str | None
    context: str | None
    attachment: AttachmentSource | None
    question: str
    heading: str | None
    genre: Genre
    kind: AnswerKind
    findings: tuple[FindingName, ...]
    citation: Citation
    written: dict[str, str]
    notes: dict[str, tuple[str, ...]]
    later: LaterAnswer | None
    serious: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectedItem:
    """One collected passage: as it was kept, and as it stands now.

    Attributes:
        kept: As the user keeps it; its note without control characters, its text None unless its hash fits.
        state: What has become of it.
        now: As it stands; None where the answer is gone.
        changes: From the words kept to those of now, where it was reworded.
        corrected_since: The day on which the answer was corrected, if that was on or after the day the passage was
            collected.
        remarks: What has become of it in words, as sentences, most serious first.
    """

    kept: KeptPassage
    state: CollectedState
    now: StandingPassage | None
    changes: tuple[Segment, ...]
    corrected_since: date | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """Collected passages as they stand in one snapshot.

    Attributes:
        items: In the order given.
        snapshot: Its name.
        licence: Of the text, with the credits of every source that is cited.
        sample: Set where only the seed documents are loaded.
    """

    items: tuple[CollectedItem, ...]
    snapshot: str
    licence: Licence
    sample: Sample | None
