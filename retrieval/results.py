"""What a search finds, and what it looked through, on every surface."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from retrieval.choices import Match, Sort
from retrieval.citations import Licence
from retrieval.completeness import Gap
from retrieval.expansion import Expansion
from retrieval.facets import Count
from retrieval.frames import HIT_COLUMNS, Table, as_pandas, as_polars, hit_table
from retrieval.freshness import Freshness
from retrieval.hit_results import Hit
from retrieval.notebook import search_html
from retrieval.records import (
    AnswerKind,
    FindingName,
    House,
)

if TYPE_CHECKING:
    import pandas
    import polars


class Outcome(StrEnum):
    """What kind of answer a response is.

    `found`: the best hit is close. `weak`: there are hits, none of them close. `nothing_close`: no close match
    in what is indexed; with `match` exact or words, none at all. `filtered_out`: there are close matches, but the
    filters leave them out.
    `corpus_empty`: nothing is indexed.
    """

    FOUND = "found"
    WEAK = "weak"
    NOTHING_CLOSE = "nothing_close"
    FILTERED_OUT = "filtered_out"
    CORPUS_EMPTY = "corpus_empty"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Close matches that the search held back.

    Attributes:
        kind: Their kind.
        finding: For substantive answers, the finding that is all they say.
        count: How many answers: up to 50, or all of them with `match` exact or words.
        filter: The filter that shows them, as in a URL.
    """

    kind: AnswerKind
    finding: FindingName | None
    count: int
    filter: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Said where only the two seed documents are loaded: what they are, and questions to try."""

    note: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looked through.

    Attributes:
        records: Records in the corpus.
        passed: Records that pass the filters.
        houses: Houses in the corpus, inferred ones included.
        first_answered: Earliest date of an answer, where dates are known.
        last_answered: Latest date of an answer likewise.
        complete: Whether every answer that the search could find is known to be here: the corpus was compared with
            Parliament's own lists, month by month, and holds all of what they hold.
        lacking: By fact that a filter asks for, how many records lack it and so fail the filter.
        sample: Set where only the seed documents are loaded.
        gaps: What may be missing; empty only where `complete`.
        checked_at: When the least recently checked of the months was compared; None if one never was.
        compared_from: First month tabled that was compared, as `2024-03`; what was tabled before is not spoken of
            where the search has no first day. None if no month was.
        compared_to: Last month likewise.
    """

    records: int
    passed: int
    houses: tuple[House, ...]
    first_answered: date | None
    last_answered: date | None
    complete: bool
    lacking: dict[str, int]
    sample: Sample | None
    gaps: tuple[Gap, ...] = ()
    checked_at: datetime | None = None
    compared_from: str | None = None
    compared_to: str | None = None


@dataclass(frozen=True, slots=True)
class UnderstoodFilter:
    """A filter that words of the question were taken for. Primary key within a response: `field` and `value`.

    Attributes:
        field: The filter, such as `answered_from`.
        value: As it would be given: a name, a House, or a day as YYYY-MM-DD.
        words: The words of `query` that were taken for it.
        start: Their first code point in `query`.
        end: The code point after their last.
        name_given: The name as the question has it, where it was taken for `value` misspelt; else None.
        applied: Whether it limited this search; False where all the understood filters together left nothing.
        without: Parameters, as in a URL, that ask the same without this filter and with the others: the topic that is
            left of the question as `q`, and the others spelled out.
    """

    field: str
    value: str
    words: str
    start: int
    end: int
    name_given: str | None
    applied: bool
    without: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The response to one question; the same object on every surface.

    Attributes:
        query: The question as asked.
        filters: The filters that were set, by name; those that were understood and applied are among them.
        outcome: What kind of answer this is.
        message: The outcome in plain words.
        hits: By falling score, or with `match` exact or words as `sort` says; at most as many as the limit.
        near_misses: The nearest answers that were not close enough, best first; at most 3, and none where the
            outcome is `found`.
        left_out: Close matches held back by kind.
        searched: What was looked through.
        snapshot: Name of the snapshot.
        licence: Of the text.
        took_ms: Milliseconds.
        understood: The filters that words of the question were taken for, in the order of the words.
        freshness: The time that the question asks for, which its answers are preferred by; None where it asks
            for none, or where that is switched off.
        match: How the question was matched.
        sort: The order of the hits; None where it is by score.
        total: With `match` exact or words, how many answers match in all, the same text from the same body counted
            once; None where the question is matched by meaning, which has no end.
        total_records: Likewise the answered questions and statements.
        total_passages: Likewise their passages that have the words: the rows of an export.
        next_cursor: Gives the next page as `cursor`; None where no further answer is known to be close, or to match.
        expanded: What was looked for beside the question's own words: the long form of a short one, or the reverse,
            as answers in the corpus explain them; in the order of those words.
        at_least: With `match` meaning, where facets, an order or a further page was asked for: how many close answers
            there are among the 200 nearest; None otherwise.
        at_least_is_all: Whether nothing further down is close: False where the 200 nearest end with close answers.
        facets: By dimension that was asked for, how many of the answers have each value: of all that match with
            `match` exact or words, of those that `at_least` counts with meaning.
    """

    query: str
    filters: dict[str, str | list[str]]
    outcome: Outcome
    message: str
    hits: tuple[Hit, ...]
    near_misses: tuple[Hit, ...]
    left_out: tuple[LeftOut, ...]
    searched: Searched
    snapshot: str
    licence: Licence
    took_ms: float
    understood: tuple[UnderstoodFilter, ...] = ()
    freshness: Freshness | None = None
    match: Match = Match.MEANING
    sort: Sort | None = None
    total: int | None = None
    total_records: int | None = None
    total_passages: int | None = None
    next_cursor: str | None = None
    expanded: tuple[Expansion, ...] = ()
    at_least: int | None = None
    at_least_is_all: bool = False
    facets: dict[str, tuple[Count, ...]] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return search_html(self)

    def to_table(self) -> Table:
        """Return the hits as columns, one a row; needs no other library."""
        return hit_table(self.hits)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the hits as a table of pandas.

        Raises:
            LibraryMissing: If pandas is not installed.
        """
        return as_pandas(self.to_table(), HIT_COLUMNS)

    def to_polars(self) -> polars.DataFrame:
        """Return the hits as a table of polars.

        Raises:
            LibraryMissing: If polars is not installed.
        """
        return as_polars(self.to_table(), HIT_COLUMNS)
