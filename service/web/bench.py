"""What the search form offers, and what the first page says of the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from retrieval.corpus import Corpus
from retrieval.filters import Filters
from service.held import held_in
from service.phrases import completeness, span
from service.web.addresses import Address
from service.web.filter_names import CHOICES, LABELS
from service.web.search_view import MATCHES, SORTS

_GAPS_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Bench:
    """What the form has to choose from.

    Attributes:
        matches: How to search, by the API's name: what readers call it, and a line of help.
        sorts: The orders likewise.
        choices: The filters with a closed list of values.
        labels: What readers call each parameter.
        carried: Parameters without a field of their own, which a new question keeps.
    """

    matches: Mapping[str, tuple[str, str]]
    sorts: Mapping[str, tuple[str, str]]
    choices: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str]
    carried: tuple[str, ...]


BENCH: Final = Bench(
    matches={str(match): told for match, told in MATCHES.items()},
    sorts=SORTS,
    choices=CHOICES,
    labels=LABELS,
    carried=("limit", "mode", "group", "fresh", "expand"),
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a corpus holds, in words.

    Attributes:
        is_empty: Whether it holds nothing.
        held: How many answers and statements.
        houses: Of which Houses.
        span: Their days.
        completeness: Whether anything may be missing.
        questions: To try on the sample, each with its address; none for another corpus.
    """

    is_empty: bool
    held: str
    houses: str
    span: str
    completeness: str
    questions: tuple[tuple[str, str], ...]


def indexed(corpus: Corpus) -> Indexed:
    """Return what a corpus holds, in words."""
    # Not `coverage`, which counts everything that there is to count: the first page is asked for often.
    found = corpus.searched(Filters())
    questions = found.sample.questions if found.sample else ()
    return Indexed(
        is_empty=not found.records,
        held=held_in(corpus),
        houses=" and ".join(found.houses) or "House not known",
        span=span(found.first_answered, found.last_answered),
        completeness=completeness(
            found.gaps, found.checked_at, compared=(found.compared_from, found.compared_to), most=_GAPS_NAMED
        ),
        questions=tuple((asked, Address((("q", asked),)).href) for asked in questions),
    )
