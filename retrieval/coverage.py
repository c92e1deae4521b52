"""What a corpus holds and what it lacks, counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from retrieval.answer_results import Coverage
from retrieval.completeness import MonthCoverage, compared, gaps_in
from retrieval.filters import Condition, Filters
from retrieval.licences import Licence
from retrieval.records import House
from retrieval.results import Sample
from retrieval.snapshot import Manifest
from retrieval.store import RecordStore

# The facts that a citation or a filter needs, by the name users see, and SQL that holds where the source does not
# give them: one that was worked out counts as not given, as it does in a citation. A statement has no question.
_MISSING = {
    "house": "house IS NULL OR inferred LIKE '%house%'",
    "uin": "uin IS NULL",
    "url": "uin IS NULL OR (genre = 'answer' AND tabled IS NULL) OR (genre = 'statement' AND answered IS NULL)",
    "heading": "heading IS NULL",
    "tabled": "tabled IS NULL AND genre = 'answer'",
    "answered": "answered IS NULL",
    "answering_body": "answering_body IS NULL",
    "minister": "minister IS NULL",
    "post": "post IS NULL",
    "asker": "asker IS NULL AND genre = 'answer'",
    "party": "party IS NULL AND genre = 'answer'",
}


def oldest_check(months: Iterable[MonthCoverage]) -> datetime | None:
    """Return when the least recently checked month was compared; None if one never was, or there is none."""
    times = [month.checked_at for month in months]
    known = [time for time in times if time is not None]
    return min(known) if known and len(known) == len(times) else None


class Census:
    """Counts the records of one store.

    Args:
        store: An opened store.
        manifest: Of its snapshot.
    """

    def __init__(self, store: RecordStore, manifest: Manifest) -> None:
        """Keep what is counted."""
        self._store = store
        self._manifest = manifest

    def coverage(
        self,
        months: tuple[MonthCoverage, ...],
        houses: tuple[House, ...],
        sample: Sample | None,
        licence: Licence,
    ) -> Coverage:
        """Return what the corpus holds and what it lacks.

        Args:
            months: What `months_of` returned.
            houses: The Houses that occur.
            sample: Set where only the seed documents are loaded.
            licence: Of the text.
        """
        manifest, gaps = self._manifest, gaps_in(months, Filters())
        first, last = self._store.span()
        return Coverage(
            records=manifest.counts.records,
            answers=manifest.counts.answers,
            passages=manifest.counts.passages,
            houses=houses,
            first_answered=first,
            last_answered=last,
            complete=not gaps,
            by_kind=self._by("kind"),
            bare=self._count("bare"),
            by_finding=self._counted(
                "SELECT name, count(DISTINCT record) FROM findings GROUP BY name ORDER BY 2 DESC, 1"
            ),
            by_answering_body=self._by("answering_body"),
            missing_facts={name: self._count(sql) for name, sql in _MISSING.items()},
            inferred_facts=self._counted(
                "SELECT 'house', count(*) FROM records WHERE inferred LIKE '%house%' GROUP BY 1 ORDER BY 1"
            ),
            sources=manifest.sources,
            model=manifest.model,
            precision=manifest.precision,
            snapshot=manifest.name,
            sample=sample,
            licence=licence,
            by_genre=self._by("genre"),
            unanswered=manifest.counts.unanswered,
            months=months,
            gaps=gaps,
            checked_at=oldest_check(compared(months, Filters())),
            pointers=self._count("kind = 'pointer'"),
            pointers_resolved=self._count("points"),
        )

    def _count(self, sql: str) -> int:
        return self._store.count_where([Condition(sql)])

    def _by(self, column: str) -> dict[str, int]:
        return self._counted(
            f"SELECT {column}, count(*) FROM records WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        )

    def _counted(self, sql: str) -> dict[str, int]:
        return {str(name): int(str(count)) for name, count in self._store.rows(sql)}
