"""An opened snapshot: its answers, their citations and what it covers."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.citations import Citation, cite
from retrieval.errors import QueryError, SnapshotDamaged
from retrieval.filters import HELD_BACK, VISIBLE, Condition, Filters, conditions
from retrieval.licences import OPEN_PARLIAMENT_LICENCE, Licence, licence_of
from retrieval.names import NameBook
from retrieval.records import FindingName, House, Record
from retrieval.results import AlsoGiven, Answer, AnswerPassage, Coverage, FoundIn, Sample, Searched
from retrieval.samples import sample_of
from retrieval.snapshot import Manifest, Snapshot, open_snapshot
from retrieval.store import RecordStore
from retrieval.vectors import VectorIndex

# The facts that a citation or a filter needs, by the name users see, and SQL that holds where the source does not
# give them: one that was worked out counts as not given, as it does in a citation.
_MISSING = {
    "house": "house IS NULL OR inferred LIKE '%house%'",
    "uin": "uin IS NULL",
    "url": "uin IS NULL OR tabled IS NULL",
    "heading": "heading IS NULL",
    "tabled": "tabled IS NULL",
    "answered": "answered IS NULL",
    "answering_body": "answering_body IS NULL",
    "minister": "minister IS NULL",
    "post": "post IS NULL",
    "asker": "asker IS NULL",
    "party": "party IS NULL",
}


class Corpus:
    """Everything in one snapshot, read-only.

    Args:
        snapshot: A snapshot whose files were verified.

    Raises:
        SnapshotDamaged: If its files can't be read, or don't fit each other.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Open the files and check that they hold as many rows as the manifest says."""
        self.manifest: Manifest = snapshot.manifest
        self.store = RecordStore(snapshot.records_file)
        self.index = VectorIndex.read(snapshot.vectors_file)
        counts = self.manifest.counts
        rows = len(self.store.record_of_row)
        if (len(self.store), rows, len(self.index)) != (counts.records, counts.passages, counts.passages):
            raise SnapshotDamaged(
                f"the snapshot {self.manifest.name} should hold {counts.records} records and {counts.passages} "
                f"passages, but holds {len(self.store)}, {rows} and {len(self.index)} vectors: build again"
            )
        self.group_of_row: NDArray[np.int64] = self.store.group_of_record[self.store.record_of_row]
        self.names = NameBook.of(self.store.rows)
        self.houses = tuple(House(str(row[0])) for row in self._distinct("house"))
        self.first_answered, self.last_answered = self._span()
        self.licence = self._licence()
        self.sample: Sample | None = sample_of([str(row[0]) for row in self._some_keys()])
        self._admitted = lru_cache(maxsize=64)(self._admit)

    @classmethod
    def open(cls, data: Path | str) -> Corpus:
        """Open the current snapshot of a data directory.

        Raises:
            SnapshotError: If there is none, or it can't be used; the message says what to do.
        """
        return cls(open_snapshot(Path(data)))

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
        listed = list(conditions(filters, self.names.resolve))
        if not (filters.kind or filters.finding):
            listed.append(HELD_BACK if held_back else VISIBLE)
        elif held_back:
            return np.empty(0, np.int64)
        return self.store.records_where(listed)

    def searched(self, filters: Filters) -> Searched:
        """Return what a search with `filters` looks through."""
        lacking: dict[str, int] = {}
        for condition in conditions(filters, self.names.resolve):
            if condition.fact and condition.fact not in lacking:
                lacking[condition.fact] = self.store.count_where([Condition(condition.lacks)])
        return Searched(
            records=len(self.store),
            passed=len(self.admitted(filters)),
            houses=self.houses,
            first_answered=self.first_answered,
            last_answered=self.last_answered,
            complete=False,
            lacking=lacking,
            sample=self.sample,
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
        findings = self.store.findings(number)
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
            passages=tuple(
                AnswerPassage(p.passage.ordinal, p.passage.text, p.passage.context or None, p.passage.hash)
                for p in self.store.passages(number)
            ),
            citation=self._cite(record, number),
            also_given=self.also_given(number),
            provenance=record.provenance,
            snapshot=self.manifest.name,
            sample=self.sample,
            licence=licence_of(record.provenance.reader),
        )

    def citation(self, key: str, paragraph: int | None = None) -> Citation:
        """Return the citation of an answer, or of one passage of it.

        Args:
            key: The answer's key, or the API's id.
            paragraph: The passage, from 1.

        Raises:
            UnknownKey: If there is no such answer.
            QueryError: If the answer has no such passage.
        """
        number = self.store.number_of(key)
        count = len(self.store.passages(number))
        if paragraph is not None and not 1 <= paragraph <= count:
            raise QueryError("paragraph", f"{paragraph} is not in this answer: it has passages 1 to {count}")
        return self._cite(self.store.record(number), number, paragraph)

    def _cite(self, record: Record, number: int, paragraph: int | None = None) -> Citation:
        names = tuple(dict.fromkeys(name for name, _ in self.store.findings(number)))
        return cite(record, kind=self.store.status(number).kind, findings=names, paragraph=paragraph)

    def also_given(self, number: int) -> tuple[AlsoGiven, ...]:
        """Return every other record with the same answer from the same body as record `number`, newest first."""
        group = int(self.store.group_of_record[number])
        others = [self.store.record(int(n)) for n in self.store.members_of_group(group) if n != number]
        others.sort(key=lambda record: record.key)
        others.sort(key=lambda record: record.answered or date.min, reverse=True)
        return tuple(AlsoGiven(r.key, r.uin, r.asker, r.answerer, r.tabled, r.answered) for r in others)

    def coverage(self) -> Coverage:
        """Return what the corpus holds and what it lacks."""
        counts = self.manifest.counts
        return Coverage(
            records=counts.records,
            answers=counts.answers,
            passages=counts.passages,
            houses=self.houses,
            first_answered=self.first_answered,
            last_answered=self.last_answered,
            complete=False,
            by_kind=self._by("kind"),
            bare=self.store.count_where([Condition("bare")]),
            by_finding=self._counted(
                "SELECT name, count(DISTINCT record) FROM findings GROUP BY name ORDER BY 2 DESC, 1"
            ),
            by_answering_body=self._by("answering_body"),
            missing_facts={name: self.store.count_where([Condition(sql)]) for name, sql in _MISSING.items()},
            inferred_facts=self._counted(
                "SELECT 'house', count(*) FROM records WHERE inferred LIKE '%house%' GROUP BY 1 ORDER BY 1"
            ),
            sources=self.manifest.sources,
            model=self.manifest.model,
            precision=self.manifest.precision,
            snapshot=self.manifest.name,
            sample=self.sample,
            licence=self.licence,
        )

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

    def _by(self, column: str) -> dict[str, int]:
        return self._counted(
            f"SELECT {column}, count(*) FROM records WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        )

    def _counted(self, sql: str) -> dict[str, int]:
        return {str(name): int(str(count)) for name, count in self.store.rows(sql)}

    def _distinct(self, column: str) -> list[tuple[object, ...]]:
        return self.store.rows(f"SELECT DISTINCT {column} FROM records WHERE {column} IS NOT NULL ORDER BY 1")

    def _some_keys(self) -> list[tuple[object, ...]]:
        # More than the sample has, which is enough to tell it from a larger corpus.
        return self.store.rows("SELECT key FROM records ORDER BY key LIMIT 100")

    def _span(self) -> tuple[date | None, date | None]:
        first, last = self.store.rows("SELECT min(answered), max(answered) FROM records")[0]
        return (
            date.fromisoformat(str(first)) if first else None,
            date.fromisoformat(str(last)) if last else None,
        )
