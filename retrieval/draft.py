"""What the next snapshot will hold, worked out or taken over from the one before, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.acronyms import Acronyms
from retrieval.attached import NOTHING_ATTACHED, AttachedTexts, attached_passages, with_title
from retrieval.build_report import BuildReport, Progress
from retrieval.embeddings import Embeddings, text_name
from retrieval.encoders import Encoder
from retrieval.entries import Derived, Entry, write_entries
from retrieval.errors import PassageTooLong, UnfaithfulPassage
from retrieval.gathering import Candidate, Gathered, answer_groups, in_date_order
from retrieval.holdings import Holdings
from retrieval.lexical import LexicalDocument, write_lexical
from retrieval.members import MemberRegister, with_members
from retrieval.mentions import MentionRole, mentions_of
from retrieval.near_duplicates import near_groups
from retrieval.passage_vectors import VectorSources
from retrieval.passages import Passage, encoder_text, is_faithful, looked_up_by, passages_of
from retrieval.received import Held, write_received
from retrieval.records import AnswerKind, Record
from retrieval.resolving import References, Resolution
from retrieval.snapshot import (
    EXPANSIONS_FILE,
    LEXICAL_FOLDER,
    MEMBERS_FILE,
    RECEIVED_FILE,
    RECORDS_FILE,
    VECTORS_FILE,
    Counts,
)
from retrieval.status import classify
from retrieval.threads import final_targets
from retrieval.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a snapshot holds but its vectors.

    Attributes:
        gathered: One record a question.
        entries: The answered ones and the statements, in date order.
        unanswered: The others, by key, each with its mark.
        texts: By name, what the encoder reads; only of passages that were worked out anew.
        register: The member register that the records were filled in from.
        attached: Finds the texts of attachments.
    """

    gathered: Gathered
    entries: tuple[Entry, ...]
    unanswered: tuple[tuple[Record, bytes], ...]
    texts: dict[bytes, str]
    register: MemberRegister
    attached: AttachedTexts = NOTHING_ATTACHED

    @classmethod
    def of(
        cls,
        gathered: Gathered,
        encoder: Encoder,
        holdings: Holdings | None,
        register: MemberRegister,
        progress: Progress,
        attached: AttachedTexts = NOTHING_ATTACHED,
    ) -> Draft:
        """Work out what a snapshot will hold.

        Args:
            gathered: One record a question.
            encoder: Says what fits into its window.
            holdings: The snapshot before, of which is used again what is the same.
            register: Fills in what sources do not say of Members.
            progress: Hears how far it is.
            attached: Finds the texts of attachments.

        Raises:
            UnfaithfulPassage: If a passage is not word for word in its answer.
            PassageTooLong: If a passage does not fit the encoder's window.
        """
        answered = in_date_order(one for one in gathered.kept if one.record.is_answered)
        texts: dict[bytes, str] = {}
        derived: list[Derived] = []
        marks: list[bytes] = []
        for done, candidate in enumerate(answered, start=1):
            mark = attached.mark(candidate.record)
            known = holdings.derived(candidate.mark, mark) if holdings else None
            derived.append(known or _derived(candidate.record, encoder, texts, attached))
            marks.append(mark)
            progress("Making passages", done, len(answered))
        return cls(
            gathered=gathered,
            entries=tuple(_entries(answered, derived, marks, register)),
            unanswered=tuple(
                (with_members(one.record, register), one.mark) for one in gathered.kept if not one.record.is_answered
            ),
            texts=texts,
            register=register,
            attached=attached,
        )

    @property
    def counts(self) -> Counts:
        """How much it holds."""
        return Counts(
            records=len(self.entries),
            answers=len({entry.answer_group for entry in self.entries}),
            passages=sum(len(entry.derived.passages) for entry in self.entries),
            unanswered=len(self.unanswered),
        )

    def disagreements(self) -> list[tuple[str, str]]:
        """Return the key of each record whose flags and text disagree, with what was decided."""
        told = ((entry.record.key, entry.derived.status.disagreement) for entry in self.entries)
        return [(key, what) for key, what in told if what]

    def encoded(
        self,
        embeddings: Embeddings,
        encoder: Encoder,
        holdings: Holdings | None,
        report: BuildReport,
        progress: Progress,
        *,
        keeps_all: bool = False,
    ) -> NDArray[np.float32]:
        """Return the vector of every passage, encoding only what no vector is known of.

        A vector that is kept is used before that of the snapshot before, which an index in clusters has rounded to
        half precision. So all of them are in float32 as they were made, but for texts of which only such an index, or
        an import of one, has a vector: those stay rounded until their texts are encoded, or imported as they were made.

        Args:
            embeddings: Where vectors are kept; what is new goes there.
            encoder: Makes the others.
            holdings: The snapshot before, whose vectors are used where `embeddings` lacks them.
            report: Is told how much was encoded, by which arithmetic, and how long that took.
            progress: Hears how far the encoding is.
            keeps_all: Whether what `holdings` has goes into `embeddings` too.

        Returns:
            Shape (passages, dimensions), float32, in the order of the rows.
        """
        names = (name for entry in self.entries for name in entry.derived.encoded)
        sources = VectorSources(embeddings, holdings, encoder, keeps_all)
        return sources.vectors(names, lambda missing: self._texts_of(missing, encoder.fits), report, progress)

    def _texts_of(self, names: set[bytes], fits: Callable[[str], bool]) -> dict[bytes, str]:
        found = {name: text for name, text in self.texts.items() if name in names}
        if len(found) < len(names):
            for entry in self.entries:
                for passage, name in zip(entry.derived.passages, entry.derived.encoded, strict=True):
                    if name in names and name not in found:
                        found[name] = _encoder_text(entry.record, passage, fits)
        return found

    def write(self, folder: Path, vectors: NDArray[np.float32] | None, progress: Progress) -> None:
        """Write every file of the snapshot but its manifest into `folder`.

        Args:
            folder: An empty one.
            vectors: As `encoded` returns them; None where they are kept elsewhere.
            progress: Hears how far the index of very many vectors is.

        Raises:
            OSError: If the disk is full or can't be written.
        """
        kept = self.gathered.kept
        held = (Held(one.record.key, one.received, one.copies, one.earlier, one.other_ids) for one in kept)
        found = self.gathered
        write_received(folder / RECEIVED_FILE, held, found.redirects, found.tombstones, found.set_aside)
        copies = [(one.record.key, msgspec.json.encode(copy)) for one in kept for copy in one.copies]
        redirects = sorted(self.gathered.redirects.items())
        attached = self.attached.all_of(entry.record for entry in self.entries)
        write_entries(folder / RECORDS_FILE, self.entries, self.unanswered, copies, redirects, attached)
        if vectors is not None:
            VectorIndex.of(vectors, progress).write(folder / VECTORS_FILE)
        write_lexical(folder / LEXICAL_FOLDER, self._documents())
        Acronyms.of(self._texts_by_answer()).write(folder / EXPANSIONS_FILE)
        if self.register.ids:
            self.register.write(folder / MEMBERS_FILE)

    def _texts_by_answer(self) -> Iterable[Sequence[str]]:
        """Return the text of each answer with the questions that it was given to."""
        texts: dict[int, list[str]] = {}
        for entry in self.entries:
            texts.setdefault(entry.answer_group, [entry.record.answer_text]).append(entry.record.question)
        return texts.values()

    def _documents(self) -> Iterator[LexicalDocument]:
        """Yield what the words of each passage are, in the order of the rows."""
        for entry in self.entries:
            about = looked_up_by(entry.record)
            for passage in entry.derived.passages:
                yield LexicalDocument(about, passage.text, passage.context)


def _derived(record: Record, encoder: Encoder, texts: dict[bytes, str], attached: AttachedTexts) -> Derived:
    files = attached.of(record)
    # A text is asked about up to four times on its way, and its tokens are counted each time.
    fits = lru_cache(maxsize=256)(encoder.fits)
    passages = passages_of(record.answer, fits)
    passages += tuple(attached_passages(files, len(passages) + 1, fits))
    sources = {0: record.answer_text, **{number: file.text for number, file in files}}
    names: list[bytes] = []
    for passage in passages:
        if not is_faithful(passage, sources[passage.attachment]):
            where = f"attachment {passage.attachment}" if passage.attachment else "its answer"
            raise UnfaithfulPassage(
                f"{record.key}: passage {passage.ordinal} is not word for word in {where}; nothing was "
                "published. Please report this as a fault, with the key"
            )
        text = _encoder_text(record, passage, fits)
        if not fits(text):
            raise PassageTooLong(
                f"{record.key}: passage {passage.ordinal} does not fit the encoder's window of "
                f"{encoder.identity.window} tokens; nothing was published. Use a model with a larger window"
            )
        names.append(text_name(text))
        texts[names[-1]] = text
    return Derived(classify(record), passages, tuple(names), mentions_of(record))


def _encoder_text(record: Record, passage: Passage, fits: Callable[[str], bool]) -> str:
    return encoder_text(with_title(passage, record), record.heading, record.question, fits)


def _entries(
    answered: list[Candidate], derived: list[Derived], marks: list[bytes], register: MemberRegister
) -> Iterator[Entry]:
    records = [candidate.record for candidate in answered]
    references = References(records)
    resolved = [
        tuple(references.resolve(mention, record) for mention in one.mentions)
        for record, one in zip(records, derived, strict=True)
    ]
    targets = _pointer_targets(records, derived, resolved)
    groups = list(answer_groups(records))
    near = near_groups(records, [one.status for one in derived], groups)
    for place, (candidate, one, mark) in enumerate(zip(answered, derived, marks, strict=True)):
        record = with_members(candidate.record, register)
        pointed = targets.get(record.key, ())
        yield Entry(record, candidate.mark, one, groups[place], resolved[place], pointed, mark, near[place])


def _pointer_targets(
    records: list[Record], derived: list[Derived], resolved: list[tuple[Resolution, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return by the key of each pointer the answers of substance that it leads to."""
    pointed: dict[str, list[str]] = {}
    for record, one, resolutions in zip(records, derived, resolved, strict=True):
        if one.status.kind is AnswerKind.POINTER:
            found = zip(one.mentions, resolutions, strict=True)
            pointed[record.key] = [
                resolution.target
                for mention, resolution in found
                if resolution.target and mention.role is MentionRole.REFERS_TO
            ]
    return {key: final_targets(key, lambda k: pointed.get(k, ()), lambda k: k in pointed) for key in pointed}
