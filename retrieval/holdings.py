"""What the snapshot before holds, in a form that a build can use again instead of working it out anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.attachments.texts import AttachmentText
from retrieval.derivation import derivation
from retrieval.embeddings import text_name
from retrieval.encoders import EncoderIdentity
from retrieval.entries import Derived
from retrieval.errors import SourceError
from retrieval.gathering import Candidate, Standing, mark_of
from retrieval.members import MemberRegister, without_register
from retrieval.mentions import Mention
from retrieval.passages import encoder_text
from retrieval.received import Held, ReceivedFile
from retrieval.records import Record
from retrieval.snapshot import FORMAT, RECEIVED_FILE, Manifest, Snapshot, same_model
from retrieval.sources import reader_named
from retrieval.status import AnswerStatus
from retrieval.store import RecordStore
from retrieval.vectors import VectorIndex

_FIRST_FORMAT = 1


def register_at(path: Path) -> MemberRegister:
    """Return the member register that is kept at `path`; an empty one where there is none.

    Raises:
        SourceError: If it can't be read.
    """
    return MemberRegister.read(path) if path.exists() else MemberRegister()


@dataclass(frozen=True, slots=True)
class HoldingState:
    """What is compared to tell whether a record is as it was.

    Attributes:
        mark: Names what was received.
        answered: Whether there is anything to quote.
        corrected: When it was last corrected.
        copies: Where other copies were read: reader and source.
        earlier: What names the texts before.
    """

    mark: bytes
    answered: bool
    corrected: date | None
    copies: tuple[tuple[str, str], ...]
    earlier: tuple[bytes, ...]

    @classmethod
    def of(cls, candidate: Candidate) -> HoldingState:
        """Return the state of one record."""
        record = candidate.record
        earlier = tuple(mark_of(received) for received in candidate.earlier)
        copies = tuple((copy.reader, copy.source) for copy in candidate.copies)
        return cls(candidate.mark, record.is_answered, record.corrected, copies, earlier)


class Holdings:
    """A published snapshot as the ground of the next one.

    Args:
        snapshot: A snapshot of this format or an older one, whose files were verified.
        encoder: The identity of the encoder of the next one.
    """

    def __init__(self, snapshot: Snapshot, encoder: EncoderIdentity) -> None:
        """See what of it can be used again."""
        self.manifest: Manifest = snapshot.manifest
        self.faults: list[SourceError] = []
        self.unread: list[Held] = []
        self._snapshot = snapshot
        self._received = ReceivedFile(snapshot.folder / RECEIVED_FILE)
        self.same_model = same_model(self.manifest.model, encoder)
        same_rules = self.manifest.format == FORMAT and self.manifest.derivation == derivation()
        self._kept = RecordStore(snapshot.records_file)
        self._store = self._kept if same_rules else None
        # Which passages there are depends on what the encoder takes in, so another model has them made anew.
        self._numbers = self._marks() if self._store and self.same_model else {}

    @property
    def redirects(self) -> dict[str, str]:
        """The keys of before, with the keys that they lead to."""
        return self._received.redirects()

    @property
    def tombstones(self) -> frozenset[str]:
        """Names of what was withdrawn."""
        return self._received.tombstones()

    def candidates(self) -> tuple[Candidate, ...]:
        """Return everything that is held, in the order of the keys."""
        return self._candidates

    def state(self) -> dict[str, HoldingState]:
        """Return by key the state of everything that is held."""
        return {one.record.key: HoldingState.of(one) for one in self._candidates}

    def is_current(
        self, redirects: dict[str, str], register_digest: str, attached: Mapping[str, bytes] | None = None
    ) -> bool:
        """Whether all but the records is still what it was made with: rules, model, register, attachments.

        Args:
            redirects: From keys of before to keys of now.
            register_digest: Of the member register.
            attached: By key, what names the texts of a record's attachments, where it has any.
        """
        made_with = register_at(self._snapshot.members_file).digest
        same_rules = self._store is not None and self.same_model
        same_texts = (attached or {}) == self._kept.attached_marks()
        return same_rules and same_texts and redirects == self.redirects and register_digest == made_with

    def attachment_text(self, url: str) -> AttachmentText | None:
        """Return what was read of the attachment at an address; None where nothing is kept of it."""
        return self._kept.attachment_text(url)

    def attachment_name(self, url: str) -> tuple[bytes, bool] | None:
        """Return the name of what was read of an attachment, and whether it has text; None likewise."""
        return self._kept.attachment_name(url)

    @cached_property
    def _candidates(self) -> tuple[Candidate, ...]:
        facts = self._facts()
        found: list[Candidate] = []
        for held in (*self._received.all(), *self._received.set_aside()):
            record = facts.get(held.key) or self._read_again(held)
            if record is not None:
                found.append(Candidate(held.received, record, Standing.HELD, held.copies, held.earlier, held.other_ids))
        return tuple(found)

    def _read_again(self, held: Held) -> Record | None:
        try:
            found = reader_named(held.received.reader).parse(held.received)
        except SourceError as error:
            self.faults.append(error)
            self.unread.append(held)
            return None
        return found if isinstance(found, Record) else None

    def derived(self, mark: bytes, attached: bytes = b"") -> Derived | None:
        """Return what was worked out of a record; None where it has to be worked out.

        Args:
            mark: Names what was received.
            attached: Names the texts of its attachments; empty where it has none.
        """
        number = self._numbers.get(mark)
        if number is None or self._store is None or self._store.attached_mark(number) != attached:
            return None
        rows = self._store.rows(
            "SELECT encoded FROM passages WHERE record = ? ORDER BY ordinal",
            (number,),
        )
        status, mentions = self._store.rows("SELECT status, mentions FROM records WHERE number = ?", (number,))[0]
        return Derived(
            status=msgspec.json.decode(_blob(status), type=AnswerStatus),
            passages=tuple(stored.passage for stored in self._store.passages(number)),
            encoded=tuple(_blob(encoded) for (encoded,) in rows),
            mentions=msgspec.json.decode(_blob(mentions), type=tuple[Mention, ...]),
        )

    def rows_of_texts(self, fits: Callable[[str], bool]) -> dict[bytes, int]:
        """Return by the name of a text the row of its vector; nothing where another model made the vectors.

        Args:
            fits: Whether the encoder would read all of a text.
        """
        # A server's vectors are in embeddings/ too, which is nearer.
        if not self.same_model or self.manifest.milvus:
            return {}
        store = self._kept
        if self.manifest.format > _FIRST_FORMAT:
            return {_blob(name): int(str(row)) for name, row in store.rows("SELECT encoded, row FROM passages")}
        # The first format did not keep the names, but all that they are made of.
        found: dict[bytes, int] = {}
        for number in range(len(store)):
            record = store.record(number)
            for stored in store.passages(number):
                text = encoder_text(stored.passage, record.heading, record.question, fits)
                found[text_name(text)] = stored.row
        return found

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(rows), d), float32."""
        return self._index.rows(rows)

    @cached_property
    def _index(self) -> VectorIndex:
        return VectorIndex.read(self._snapshot.vectors_file)

    def _marks(self) -> dict[bytes, int]:
        rows = self._store.rows("SELECT mark, number FROM records") if self._store else []
        return {_blob(mark): int(str(number)) for mark, number in rows}

    def _facts(self) -> dict[str, Record]:
        if self._store is None:
            return {}
        rows = self._store.rows("SELECT key, facts FROM records UNION ALL SELECT key, facts FROM unanswered")
        return {str(key): without_register(msgspec.json.decode(_blob(facts), type=Record)) for key, facts in rows}


def _blob(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
