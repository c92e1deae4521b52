"""A snapshot checked from the ground: its files, its counts, and each passage against what was received."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec

from retrieval.attached_checks import wrong_with_attached
from retrieval.entries import findings_in, record_row, unanswered_row
from retrieval.errors import DespatchError, SnapshotDamaged, SourceError
from retrieval.gathering import answer_name
from retrieval.holdings import register_at
from retrieval.lexical import LexicalIndex
from retrieval.members import with_members, without_register
from retrieval.mentions import Mention, mentions_of
from retrieval.milvus.generation import check
from retrieval.milvus.place import Places
from retrieval.milvus.server import connected
from retrieval.passages import is_faithful
from retrieval.received import ReceivedFile, read_received
from retrieval.records import Record, folded
from retrieval.resolving import References
from retrieval.snapshot import Snapshot, open_snapshot
from retrieval.sources import Received, reader_named
from retrieval.status import AnswerStatus, classify
from retrieval.store import RecordStore
from retrieval.threads import final_targets
from retrieval.vectors import VectorIndex
from retrieval.visible import squeezed, visible_answer


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing in a snapshot that is not as it should be.

    Attributes:
        key: The record it is in; None where it belongs to no single record.
        what: What is wrong, in plain words.
    """

    key: str | None
    what: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked, and all that is wrong.

    Attributes:
        snapshot: Name of the snapshot; empty where not even that could be read.
        files: Files whose hash was checked.
        records: Answered questions and statements read again from what was received.
        unanswered: Questions that wait for an answer, read again likewise.
        passages: Passages looked up in their source.
        vectors: Vectors counted.
        findings: Findings followed to their passage.
        answers: Distinct answers: records with the same text and body are one.
        discrepancies: In the order found: the snapshot as a whole first, then record by record.
    """

    snapshot: str = ""
    files: int = 0
    records: int = 0
    passages: int = 0
    vectors: int = 0
    findings: int = 0
    answers: int = 0
    discrepancies: tuple[Discrepancy, ...] = ()
    unanswered: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.discrepancies


def verify(
    data: Path, progress: Callable[[str, int, int | None], None] = lambda stage, done, total: None
) -> VerifyReport:
    """Check the current snapshot of a data directory.

    Every file is hashed again. Every record is read again from what was received, and every passage is
    looked up both in the record's clean text and in its source's visible text by a slow, separate reader. One of
    an attachment is looked up in the text that was read of it, as the file itself is not kept.

    Args:
        data: The data directory.
        progress: Hears a stage's name, how much of it is done and how much there is in all.

    Returns:
        What was checked. A damaged file is a discrepancy, and nothing past it is checked: a file whose hash
        is wrong is never opened.

    Raises:
        NoSnapshot: If nothing has been built there.
        OtherFormat: If the snapshot is in another version's format.
    """
    progress("Hashing files", 0, None)
    try:
        snapshot = open_snapshot(data)
        return _Verifier(snapshot).report(progress)
    except (SnapshotDamaged, SourceError) as error:
        return VerifyReport(discrepancies=(Discrepancy(None, str(error)),))


class _Verifier:
    """Walks one snapshot and keeps what it finds."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._store = RecordStore(snapshot.records_file)
        self._register = register_at(snapshot.members_file)
        self._found: list[Discrepancy] = []
        self._passages = 0
        self._references = References(self._decoded())
        self._group_of_answer: dict[bytes, int] = {}
        self._answer_of_group: dict[int, bytes] = {}

    def report(self, progress: Callable[[str, int, int | None], None]) -> VerifyReport:
        """Run every check, each record once."""
        manifest = self._snapshot.manifest
        vectors = self._vectors()
        looked_up = len(LexicalIndex.read(self._snapshot.lexical_folder))
        self._check_database()
        findings = self._check_findings()
        unread, waiting = self._numbers(), self._waiting()
        records, unanswered, done = len(unread), len(waiting), 0
        for key, received in read_received(self._snapshot.received_file):
            done += 1
            if key in unread:
                found = self._wrong_with(key, *unread.pop(key), received)
            elif key in waiting:
                found = self._wrong_with_question(key, waiting.pop(key), received)
            else:
                found = iter(["was received, but is not among the records"])
            for what in found:
                self._note(key, what)
            progress("Checking records", done, records + unanswered)
        redirects = {str(old): str(new) for old, new in self._store.rows("SELECT old_key, key FROM redirects")}
        if redirects != ReceivedFile(self._snapshot.received_file).redirects():
            self._note(None, "the keys of before do not lead where they are kept to lead")
        for key in (*unread, *waiting):
            self._note(key, "is not kept as it was received, so it can't be read again")
        counted = {"records": records, "answers": len(self._answer_of_group), "passages": self._passages}
        self._check_counts(
            {
                **counted,
                "unanswered": unanswered,
                "received": done,
                "vectors": vectors,
                "passages in lexical/": looked_up,
            }
        )
        return VerifyReport(
            snapshot=manifest.name,
            files=len(manifest.files) + 1,  # the manifest itself is hashed as well
            records=records,
            unanswered=unanswered,
            passages=self._passages,
            vectors=vectors,
            findings=findings,
            answers=len(self._answer_of_group),
            discrepancies=tuple(self._found),
        )

    def _vectors(self) -> int:
        """Return how many vectors there are; those on a server are held against their hash first."""
        generation = self._snapshot.manifest.milvus
        if generation is None:
            return len(VectorIndex.read(self._snapshot.vectors_file))
        target = Places.read(self._snapshot.folder.parents[1]).target(generation)
        check(connected(target), generation, whole=True)
        return generation.rows

    def _note(self, key: str | None, what: str) -> None:
        self._found.append(Discrepancy(key, what))

    def _numbers(self) -> dict[str, tuple[int, int]]:
        """Return the number and the answer group of every record, by key."""
        rows = self._store.rows("SELECT key, number, answer_group FROM records ORDER BY key")
        return {str(key): (int(str(number)), int(str(group))) for key, number, group in rows}

    def _decoded(self) -> Iterator[Record]:
        """Yield the records whose facts can be read; those that can't are told of one by one."""
        for (raw,) in self._store.rows("SELECT facts FROM records ORDER BY number"):
            with suppress(msgspec.DecodeError):
                yield msgspec.json.decode(_blob(raw), type=Record)

    def _waiting(self) -> dict[str, bytes]:
        rows = self._store.rows("SELECT key, facts FROM unanswered ORDER BY key")
        return {str(key): _blob(raw) for key, raw in rows}

    def _wrong_with_question(self, key: str, facts: bytes, received: Received) -> Iterator[str]:
        """Yield what is wrong with a question that waits for an answer."""
        try:
            stored = msgspec.json.decode(facts, type=Record)
        except msgspec.DecodeError as error:
            yield f"its facts can't be read: {error}"
            return
        yield from self._differences(key, stored, received)
        if stored.is_answered:
            yield "it is kept as not answered, but has an answer"
        row = unanswered_row(stored)
        kept = self._store.rows(f"SELECT {', '.join(row)} FROM unanswered WHERE key = ?", (key,))[0]
        names = [name for name, value in zip(row, kept, strict=True) if value != row[name]]
        if names:
            yield f"the row that filters look at differs from its facts in {', '.join(names)}"

    def _check_database(self) -> None:
        told = [str(row[0]) for row in self._store.rows("PRAGMA integrity_check")]
        for line in told:
            if line != "ok":
                self._note(None, f"SQLite reports: {line}")
        lost = self._store.rows(
            "SELECT row, record FROM passages WHERE record NOT IN (SELECT number FROM records) ORDER BY row"
        )
        for row, number in lost:
            self._note(None, f"passage row {row} belongs to record {number}, which is not there")

    def _check_findings(self) -> int:
        wrong = self._store.rows(
            "SELECT r.key, f.name, f.passage FROM findings f LEFT JOIN records r ON r.number = f.record"
            " LEFT JOIN passages p ON p.record = f.record AND p.ordinal = f.passage"
            " WHERE r.number IS NULL OR (f.passage IS NOT NULL AND p.row IS NULL) ORDER BY f.rowid"
        )
        for key, name, passage in wrong:
            where = "a record" if key is None else f"passage {passage}"
            self._note(None if key is None else str(key), f"the finding {name} is of {where} that is not there")
        return int(str(self._store.rows("SELECT count(*) FROM findings")[0][0]))

    def _check_counts(self, counted: dict[str, int]) -> None:
        counts = self._snapshot.manifest.counts
        promised = {
            "records": counts.records,
            "unanswered": counts.unanswered,
            "received": counts.records + counts.unanswered,
            "answers": counts.answers,
            "passages": counts.passages,
            "vectors": counts.passages,
            "passages in lexical/": counts.passages,
        }
        for name, number in promised.items():
            if counted[name] != number:
                self._note(None, f"{name}: the manifest promises {number}, but there are {counted[name]}")

    def _wrong_with(self, key: str, number: int, group: int, received: Received) -> Iterator[str]:
        try:
            stored = self._store.record(number)
        except msgspec.DecodeError as error:
            yield f"its facts can't be read: {error}"
            return
        if stored.key != key:
            yield f"its facts say that its key is {stored.key}"
        yield from self._wrong_with_group(stored, group)
        yield from self._wrong_with_row(number, stored)
        yield from self._differences(key, stored, received)
        yield from self._wrong_with_references(number, stored)
        yield from self._wrong_with_passages(number, stored, received)
        yield from wrong_with_attached(self._store, number, stored)

    def _wrong_with_group(self, record: Record, group: int) -> Iterator[str]:
        answer = answer_name(without_register(record))
        if self._answer_of_group.setdefault(group, answer) != answer:
            yield f"it shares answer group {group} with another body or another text"
        if self._group_of_answer.setdefault(answer, group) != group:
            yield f"the same answer of the same body has groups {self._group_of_answer[answer]} and {group}"

    def _wrong_with_row(self, number: int, record: Record) -> Iterator[str]:
        """Yield in what the row that filters look at differs from the record's own facts and text."""
        status = classify(record)
        try:
            kept_status: AnswerStatus | None = self._store.status(number)
        except msgspec.DecodeError:
            kept_status = None
        if kept_status != status:
            yield "its kind and findings are not those of its text"
        due = record_row(record, status)
        kept = self._store.rows(f"SELECT {', '.join(due)} FROM records WHERE number = ?", (number,))[0]
        names = [name for name, value in zip(due, kept, strict=True) if value != due[name]]
        if names:
            yield f"the row that filters look at differs from its facts in {', '.join(names)}"
        passages = tuple(stored.passage for stored in self._store.passages(number) if not stored.passage.attachment)
        if set(findings_in(status, passages)) != set(self._store.findings(number)):
            yield "the findings that filters look at are not those of its text"
        text = record.answer_text
        for passage in passages:
            blocks = record.answer[passage.first_block : passage.last_block + 1]
            if not is_faithful(passage, "\n".join(block.text for block in blocks)):
                yield f"passage {passage.ordinal} is not in the blocks it is said to be in"
            headers = " | ".join(header for block in blocks for header in block.headers)
            for line in filter(None, passage.context.split("\n")):
                words = folded(line.strip("… "))
                if words not in folded(text) and words not in folded(headers):
                    what = f"neither in the answer nor its headers: {line[:60]!r}"
                    yield f"the context of passage {passage.ordinal} is {what}"

    def _wrong_with_passages(self, number: int, record: Record, received: Received) -> Iterator[str]:
        passages = self._store.passages(number)
        self._passages += len(passages)
        ordinals = [stored.passage.ordinal for stored in passages]
        if ordinals != list(range(1, len(ordinals) + 1)) or not ordinals:
            yield f"its passages are numbered {ordinals}, not from 1 without a gap"
        hashes = self._store.rows("SELECT hash FROM passages WHERE record = ? ORDER BY ordinal", (number,))
        try:
            source = squeezed(visible_answer(received))
        except DespatchError as error:
            yield f"its source text can't be read: {error}"
            return
        for stored, (kept,) in zip(passages, hashes, strict=True):
            passage = stored.passage
            if not passage.attachment and not is_faithful(passage, record.answer_text):
                yield f"passage {passage.ordinal} is not word for word in the answer's clean text"
            if not passage.attachment and squeezed(passage.text) not in source:
                yield f"passage {passage.ordinal} is not word for word in the source: {passage.text[:60]!r}"
            if kept != passage.hash:
                yield f"passage {passage.ordinal} has the hash {passage.hash}, but {kept} is kept"

    def _wrong_with_references(self, number: int, record: Record) -> Iterator[str]:
        """Yield what is wrong with the answers and statements that a record is said to name."""
        raw, points = self._store.rows("SELECT mentions, points FROM records WHERE number = ?", (number,))[0]
        try:
            kept = msgspec.json.decode(_blob(raw), type=tuple[Mention, ...])
        except msgspec.DecodeError as error:
            yield f"the references kept can't be read: {error}"
            return
        mentions = mentions_of(without_register(record))
        if kept != mentions:
            yield "the references kept are not those of its text"
        found = [self._references.resolve(mention, record) for mention in mentions]
        refs = self._store.rows(
            "SELECT place, role, target, reason FROM refs WHERE source = ? ORDER BY place", (record.key,)
        )
        if refs != [
            (place, str(mention.role), one.target, str(one.reason))
            for place, (mention, one) in enumerate(zip(mentions, found, strict=True))
        ]:
            yield "its references do not lead where its text says"
        links = self._store.rows("SELECT link, id FROM links WHERE statement = ? ORDER BY rowid", (record.key,))
        if links != [(one.link, one.id) for one in record.linked]:
            yield "the papers it is linked to are not those of its facts"
        targets = self._targets(record.key)
        rows = self._store.rows("SELECT target FROM pointers WHERE source = ?", (record.key,))
        if {str(row[0]) for row in rows} != targets or points != int(bool(targets)):
            yield "the answers it is said to point to are not those that its references lead to"
        lost = self._store.rows(
            "SELECT target FROM refs WHERE source = ? AND target NOT NULL AND target NOT IN (SELECT key FROM records)",
            (record.key,),
        )
        for (target,) in lost:
            yield f"it is said to refer to {target}, which is not there"

    def _targets(self, key: str) -> set[str]:
        """Return the answers of substance that a record leads to, if it is a pointer, by the references kept."""

        def is_pointer(one: str) -> bool:
            return bool(self._store.rows("SELECT 1 FROM records WHERE key = ? AND kind = 'pointer'", (one,)))

        def pointed_to(one: str) -> list[str]:
            rows = self._store.rows(
                "SELECT target FROM refs WHERE source = ? AND role = 'refers_to' AND target NOT NULL ORDER BY place",
                (one,),
            )
            return [str(row[0]) for row in rows]

        return set(final_targets(key, pointed_to, is_pointer)) if is_pointer(key) else set()

    def _differences(self, key: str, stored: Record, received: Received) -> Iterator[str]:
        """Yield in what a record differs from itself read again from what was received."""
        try:
            again = reader_named(received.reader).parse(received)
        except DespatchError as error:
            yield f"what was received can't be read again: {error}"
            return
        if not isinstance(again, Record):
            yield "read again from what was received, it was withdrawn"
            return
        again = with_members(again, self._register)
        if again.key != key:
            yield f"read again from what was received, its key is {again.key}"
        names = [f.name for f in fields(Record) if getattr(again, f.name) != getattr(stored, f.name)]
        if names:
            yield f"read again from what was received, it differs in {', '.join(names)}"


def _blob(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
