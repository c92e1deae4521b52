"""An opened snapshot: its answers, their citations and what it covers."""

from __future__ import annotations

import copy
import threading
import weakref
from collections.abc import Callable
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.acronyms import Acronyms
from retrieval.answer_results import Answer, Coverage, FoundIn, Thread
from retrieval.answering_bodies import AnsweringBodies
from retrieval.arms import Allowed, VectorArm, WordArm
from retrieval.attached import with_title
from retrieval.attached_results import attachment_readings, cited_attachment, passage_results
from retrieval.checks import Checks, read_checks
from retrieval.citations import Citation
from retrieval.completeness import compared, compared_span, gaps_in, months_of
from retrieval.coverage import Census, oldest_check
from retrieval.departments import answers_as_minister
from retrieval.errors import QueryError, SnapshotDamaged
from retrieval.expansion import Expander
from retrieval.filters import HELD_BACK, VISIBLE, Condition, Filters, conditions
from retrieval.history import History, history
from retrieval.hit_results import AlsoGiven
from retrieval.later import LaterAnswers
from retrieval.lexical import LexicalIndex
from retrieval.licences import OPEN_PARLIAMENT_LICENCE, Licence, licence_of
from retrieval.milvus import generation as generations
from retrieval.milvus.place import Places, Target
from retrieval.names import NameBook
from retrieval.passages import encoder_text
from retrieval.past_texts import PastTexts
from retrieval.received import ReceivedFile
from retrieval.records import AnswererKind, FindingName, House, Record
from retrieval.relations import Relations, citation_of
from retrieval.results import Sample, Searched
from retrieval.samples import sample_of
from retrieval.snapshot import Manifest, Snapshot, open_snapshot
from retrieval.sources import reader_named
from retrieval.store import RecordStore
from retrieval.vectors import VectorIndex
from retrieval.worded import WordedIndex


def answerer_kind(record: Record) -> AnswererKind | None:
    """Return whether a record is a minister's; None where its body is not known, or not in the table of bodies."""
    ministerial = answers_as_minister(record.answering_body, record.answering_body_id)
    if ministerial is None:
        return None
    return AnswererKind.MINISTER if ministerial else AnswererKind.NON_MINISTER


def _arms(snapshot: Snapshot, target: Target | None) -> tuple[VectorArm, WordArm]:
    local, generation = LexicalIndex.read(snapshot.lexical_folder), snapshot.manifest.milvus
    if generation is None:
        return VectorIndex.read(snapshot.vectors_file), local
    return generations.arms(target or Target(generation.uri), generation, local)


class Corpus:
    """Everything in one snapshot, read-only.

    Args:
        snapshot: A snapshot whose files were verified.
        checks: What Parliament's lists were last seen to hold.
        target: How to reach the server that has its vectors and words, if one has.

    Raises:
        SnapshotDamaged: If its files can't be read, or don't fit each other.
        StoreUnreachable: If that server can't be used.
    """

    def __init__(self, snapshot: Snapshot, checks: Checks | None = None, target: Target | None = None) -> None:
        """Open the files and check that they hold as many rows as the manifest says."""
        self.manifest: Manifest = snapshot.manifest
        self.store = RecordStore(snapshot.records_file)
        counts = self.manifest.counts
        rows = len(self.store.record_of_row)
        self.index: VectorArm
        self.lexical: WordArm
        self.index, self.lexical = _arms(snapshot, target)
        held = (len(self.store), rows, len(self.index), len(self.lexical))
        if held != (counts.records, counts.passages, counts.passages, counts.passages):
            raise SnapshotDamaged(
                f"the snapshot {self.manifest.name} should hold {counts.records} records and {counts.passages} "
                f"passages, but holds {held[0]}, {held[1]}, {held[2]} vectors and {held[3]} in lexical/: build again"
            )
        if isinstance(self.index, VectorIndex) and self.index.kind is not self.manifest.vectors:
            raise SnapshotDamaged(
                f"the vectors of the snapshot {self.manifest.name} should be {self.manifest.vectors}, but are "
                f"{self.index.kind}: build again"
            )
        self.group_of_row: NDArray[np.int64] = self.store.group_of_record[self.store.record_of_row]
        groups = self.store.group_of_record
        self.near_group_of_group: NDArray[np.int64] = np.arange(int(groups.max(initial=-1)) + 1)
        self.near_group_of_group[groups] = self.store.near_group_of_record
        self.expander = Expander(Acronyms.read(snapshot.expansions_file))
        self.names = NameBook.of(self.store.rows)
        self.houses = tuple(House(str(row[0])) for row in self._distinct("house"))
        self.first_answered, self.last_answered = self.store.span()
        days = self.store.rows("SELECT answered FROM records ORDER BY number")
        self.answered_days: NDArray[np.datetime64] = np.array([day for (day,) in days], dtype="datetime64[D]")
        self.months = months_of(self.store.rows, checks or Checks())
        self.relations = Relations(self.store)
        self._received = ReceivedFile(snapshot.received_file)
        self._past_lock = threading.Lock()
        self.licence = self._licence()
        self.sample: Sample | None = sample_of([str(row[0]) for row in self._some_keys()])
        self._remember()

    @classmethod
    def open(cls, data: Path | str, *, uri: str | None = None, token: str = "") -> Corpus:
        """Open the current snapshot of a data directory.

        Args:
            data: The data directory.
            uri: Where the Milvus server that has its vectors and words is, if not where it was when it was built.
            token: Lets a client in there, in the place of the one that the data directory has.

        Raises:
            SnapshotError: If there is none, or it can't be used; the message says what to do.
        """
        data = Path(data)
        snapshot = open_snapshot(data)
        generation = snapshot.manifest.milvus
        target = Places.read(data).target(generation, uri, token) if generation else None
        return cls(snapshot, read_checks(data), target)

    def with_checks(self, checks: Checks) -> Corpus:
        """Return the same corpus with what is now known of Parliament's lists; no file is opened for that."""
        corpus = copy.copy(self)
        corpus.months = months_of(self.store.rows, checks)
        corpus._remember()
        return corpus

    def _remember(self) -> None:
        """Start to remember which records and rows filters admit, for the searches that come again and again."""
        # A cache that held the corpus would keep it, its files and its vectors, long after another took its place.
        this = weakref.proxy(self)
        self._admitted = lru_cache(maxsize=64)(lambda filters, held_back: Corpus._admit(this, filters, held_back))
        # Fewer, as each is a number for every passage.
        self._reached = lru_cache(maxsize=8)(lambda filters: Corpus._reach(this, filters))

    def admitted(self, filters: Filters, *, held_back: bool = False) -> NDArray[np.int64]:
        """Return the numbers of the records that pass `filters`, rising.

        Args:
            filters: What the user asked for. With neither a kind nor a finding among them, the records that a
                search shows by default.
            held_back: Instead, the records that pass but that the default leaves out; none where `filters`
                names a kind or a finding.

        Raises:
            UnknownName: If a name is not in the corpus.
        """
        return self._admitted(filters, held_back)

    def _admit(self, filters: Filters, held_back: bool) -> NDArray[np.int64]:
        if held_back and (filters.kind or filters.finding):
            return np.empty(0, np.int64)
        found = self.store.records_where(self.conditions(filters, held_back=held_back))
        return found[~np.isin(found, self._found_through(self.admitted(filters)))] if held_back else found

    def _found_through(self, shown: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of the pointers to the answers of the records `shown`: they are found through those."""
        source, group = self._pointers
        return source[np.isin(group, self.store.group_of_record[shown])]

    def conditions(self, filters: Filters, *, held_back: bool = False) -> tuple[Condition, ...]:
        """Return what every record that `admitted` returns meets."""
        listed = tuple(conditions(filters, self.names.resolve))
        if filters.kind or filters.finding:
            return listed
        return (*listed, HELD_BACK if held_back else VISIBLE)

    def reached(self, filters: Filters) -> tuple[Allowed | None, NDArray[np.int64]]:
        """Return the rows that lead to an answer which passes `filters`, and the answer that each row leads to.

        These are the rows of the records that pass, and those of the pointers to their answers: whoever asks what
        a pointer was asked means the answer that it points to.

        Returns:
            Rows, shape (m,), or None for all of them; and the answer group of each row there is, shape (n,).
        """
        return self._reached(filters)

    def _reach(self, filters: Filters) -> tuple[Allowed | None, NDArray[np.int64]]:
        shown, met = self.admitted(filters), self.conditions(filters)
        source, group = self._pointers
        leads = np.isin(group, self.store.group_of_record[shown]) & ~np.isin(source, shown)
        if not leads.any():
            whole = len(shown) == len(self.store)
            return (None if whole else Allowed(self.store.rows_of(shown), met)), self.group_of_row
        pointers, first = np.unique(source[leads], return_index=True)
        answer_of_record = self.store.group_of_record.copy()
        answer_of_record[pointers] = group[leads][first]
        rows = self.store.rows_of(np.union1d(shown, pointers))
        return Allowed(rows, met, pointers), answer_of_record[self.store.record_of_row]

    @cached_property
    def _pointers(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The number of each pointer with the answer group of each of its targets."""
        rows = self.store.rows(
            "SELECT s.number, t.answer_group FROM pointers p JOIN records s ON s.key = p.source"
            " JOIN records t ON t.key = p.target ORDER BY 1, 2"
        )
        pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    @cached_property
    def worded(self) -> WordedIndex:
        """What words and phrases are looked up in; made the first time it is wanted."""
        return WordedIndex(self.store, self.lexical)

    @property
    def past_texts(self) -> PastTexts:
        """The texts that answers had before those served now; read the first time they are wanted."""
        # Read once, though several requests may want them at the same time.
        with self._past_lock:
            return self._past_texts

    @cached_property
    def _past_texts(self) -> PastTexts:
        return PastTexts(self.store, self._received)

    @cached_property
    def answering_bodies(self) -> AnsweringBodies:
        """The bodies that gave the answers; read the first time they are wanted."""
        return AnsweringBodies.of(self.store)

    def rows_numbered(self, number: str) -> NDArray[np.int64]:
        """Return the rows of the records with a UIN, or with the number of a statement, rising."""
        found = self.store.rows("SELECT number FROM records WHERE uin = ? ORDER BY number", (number,))
        return self.store.rows_of(np.array([record for (record,) in found], dtype=np.int64))

    def evidence(self, row: int, fits: Callable[[str], bool] = lambda text: True) -> str:
        """Return what a reader of the passage in a row goes by: heading, question, context and text, one a line.

        Args:
            row: Row of the passage.
            fits: Whether a text is short enough; where the whole is not, what is before the passage's text is cut.
        """
        stored = self.store.passage_at(row)
        record = self.store.record(stored.record)
        return encoder_text(with_title(stored.passage, record), record.heading, record.question, fits)

    def searched(self, filters: Filters) -> Searched:
        """Return what a search with `filters` looks through."""
        lacking: dict[str, int] = {}
        for condition in conditions(filters, self.names.resolve):
            if condition.fact and condition.fact not in lacking:
                lacking[condition.fact] = self.store.count_where([Condition(condition.lacks)])
        gaps, span = gaps_in(self.months, filters), compared_span(self.months, filters)
        return Searched(
            records=len(self.store),
            passed=len(self.admitted(filters)),
            houses=self.houses,
            first_answered=self.first_answered,
            last_answered=self.last_answered,
            complete=not gaps,
            lacking=lacking,
            sample=self.sample,
            gaps=gaps,
            checked_at=oldest_check(compared(self.months, filters)),
            compared_from=span[0],
            compared_to=span[1],
        )

    def answer(self, key: str) -> Answer:
        """Return one answer in full.

        Args:
            key: Its key, or the API's id.

        Raises:
            UnknownKey: If there is none.
        """
        number = self.store.number_of(key)
        record, status = self.store.record(number), self.store.status(number)
        findings, citation = self.store.findings(number), self._cite(record, number)
        passages = passage_results(self.store, number)
        return Answer(
            key=record.key,
            api_id=record.api_id,
            house=record.house,
            uin=record.uin,
            heading=record.heading,
            question=record.question,
            asker=record.asker,
            minister=record.answerer,
            answering_body=record.answering_body,
            tabled=record.tabled,
            due=record.due,
            holding_answered=record.holding_answered,
            answered=record.answered,
            corrected=record.corrected,
            is_named_day=record.is_named_day,
            has_interest=record.has_interest,
            grouped_with=record.grouped_with,
            attachments=record.attachments,
            inferred=record.inferred,
            kind=status.kind,
            kind_rule=status.kind_rule,
            disagreement=status.disagreement,
            findings=tuple(FoundIn(name, passage) for name, passage in findings),
            text=record.answer_text,
            passages=tuple(one for one in passages if one.attachment is None),
            citation=citation,
            also_given=self.also_given(number),
            provenance=record.provenance,
            snapshot=self.manifest.name,
            sample=self.sample,
            licence=licence_of(record.provenance.reader),
            genre=record.genre,
            statement_id=record.statement_id,
            answerer=answerer_kind(record),
            earlier_government=citation.earlier_government,
            corrected_by=record.corrected_by,
            from_register=record.from_register,
            pointed_to_by=self.relations.pointed_to_by(number),
            refers_to=self.relations.refers_to(number),
            copies=self.store.copies(record.key),
            linked=record.linked,
            corrections=self.relations.corrections(number),
            attachment_texts=attachment_readings(self.store, record, passages),
            later=LaterAnswers(self).of_answer(record.key),
            has_history=bool(record.corrected or record.first_answer or self._received.earlier(record.key)),
        )

    def thread(self, key: str) -> Thread:
        """Return the questions that an answer's question follows, and those that follow it, in order.

        Args:
            key: Its key, or the API's id.

        Raises:
            UnknownKey: If there is none.
        """
        return self.relations.thread(self.store.number_of(key), self.manifest.name)

    def history(self, key: str) -> History:
        """Return the texts that an answer has had, with what changed from one to the next.

        Args:
            key: Its key, or the API's id.

        Raises:
            UnknownKey: If there is none.
        """
        number = self.store.number_of(key)
        record = self.store.record(number)
        earlier = self._received.earlier(record.key)
        read = [(one.provenance.read_on, reader_named(one.reader).parse(one)) for one in earlier]
        versions = [(day, found) for day, found in read if isinstance(found, Record)]
        return history(record, versions, corrections=self.relations.corrections(number))

    def citation(self, key: str, paragraph: int | None = None) -> Citation:
        """Return the citation of an answer, or of one passage of it.

        Args:
            key: The answer's key, or the API's id.
            paragraph: The passage, from 1; one of an attachment is cited as that.

        Raises:
            UnknownKey: If there is no such answer.
            QueryError: If the answer has no such passage.
        """
        number = self.store.number_of(key)
        count = self.store.passage_count(number)
        if paragraph is not None and not 1 <= paragraph <= count:
            raise QueryError("paragraph", f"{paragraph} is not in this answer: it has passages 1 to {count}")
        return self._cite(self.store.record(number), number, paragraph)

    def _cite(self, record: Record, number: int, paragraph: int | None = None) -> Citation:
        attachment = cited_attachment(self.store, record, number, paragraph)
        return citation_of(self.store, number, record, paragraph, attachment)

    def also_given(self, number: int) -> tuple[AlsoGiven, ...]:
        """Return every other record with the same answer from the same body as record `number`, newest first."""
        group = int(self.store.group_of_record[number])
        others = [self.store.record(int(n)) for n in self.store.members_of_group(group) if n != number]
        others.sort(key=lambda record: record.key)
        others.sort(key=lambda record: record.answered or date.min, reverse=True)
        return tuple(AlsoGiven(r.key, r.uin, r.asker, r.answerer, r.tabled, r.answered) for r in others)

    def coverage(self) -> Coverage:
        """Return what the corpus holds and what it lacks."""
        return Census(self.store, self.manifest).coverage(self.months, self.houses, self.sample, self.licence)

    def _licence(self) -> Licence:
        """Return the licence of the text, with the credits of every kind of source in the corpus."""
        readers = [str(row[0]) for row in self._distinct("reader")]
        if not readers:
            return OPEN_PARLIAMENT_LICENCE
        first = licence_of(readers[0])
        credits = tuple(dict.fromkeys(credit for reader in readers for credit in licence_of(reader).credits))
        return Licence(first.name, first.spdx, first.url, first.statement, credits)

    def findings_of(self, number: int) -> tuple[list[tuple[FindingName, int | None]], tuple[FindingName, ...]]:
        """Return the findings of a record with their passages, and their names, each once."""
        found = self.store.findings(number)
        return found, tuple(dict.fromkeys(name for name, _ in found))

    def _distinct(self, column: str) -> list[tuple[object, ...]]:
        return self.store.rows(f"SELECT DISTINCT {column} FROM records WHERE {column} IS NOT NULL ORDER BY 1")

    def _some_keys(self) -> list[tuple[object, ...]]:
        # More than the sample has, which is enough to tell it from a larger corpus.
        return self.store.rows("SELECT key FROM records ORDER BY key LIMIT 100")
