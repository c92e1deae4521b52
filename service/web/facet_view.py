"""Facets: what the answers found can be narrowed to, each value with its count and the link that does it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from retrieval.facets import Count, Dimension
from service.phrases import month_named
from service.web.addresses import Address
from service.web.filter_names import value_name

SHOWN: Final = (
    Dimension.HOUSE,
    Dimension.ANSWERING_BODY,
    Dimension.MINISTER,
    Dimension.KIND,
    Dimension.FINDING,
    Dimension.MONTH,
)
"""The dimensions that pages show, in their order."""

_TITLES: Final = {
    Dimension.HOUSE: "House",
    Dimension.ANSWERING_BODY: "Department",
    Dimension.MINISTER: "Minister",
    Dimension.KIND: "Kind of answer",
    Dimension.FINDING: "What it says of itself",
}
_AT_FIRST: Final = 6


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet.

    Attributes:
        label: To read.
        count: How many answers have it.
        href: The search with this value, or without it where it is chosen; empty where none can be asked for.
        is_chosen: Whether the search is limited to it.
    """

    label: str
    count: int
    href: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """What answers have in one respect.

    Attributes:
        title: In what respect.
        first: The values to show.
        more: Those to show when they are asked for.
    """

    title: str
    first: tuple[FacetValue, ...]
    more: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """The months of one year, newest first.

    Attributes:
        name: The year.
        href: The search limited to it.
        months: Those with answers.
        is_open: Whether its months are shown at once.
    """

    name: str
    href: str
    months: tuple[FacetValue, ...]
    is_open: bool


def facets_shown(counts: Mapping[str, Sequence[Count]], address: Address) -> tuple[Facet, ...]:
    """Return what answers can be narrowed to, but for the months; nothing where all have the same.

    Args:
        counts: By dimension, from a search.
        address: Of that search.
    """
    shown = (_facet(dimension, counts.get(str(dimension), ()), address) for dimension in _TITLES)
    return tuple(facet for facet in shown if facet)


def years_shown(counts: Mapping[str, Sequence[Count]], address: Address) -> tuple[Year, ...]:
    """Return the years and months in which answers were given, newest first.

    A year has no count of its own: the same answer can have been given in two of its months.
    """
    months = [one for one in counts.get(str(Dimension.MONTH), ()) if one.value and one.count]
    by_year = [(year, list(found)) for year, found in groupby(reversed(months), lambda one: (one.value or "")[:4])]
    return tuple(
        Year(
            year, _between(address, f"{year}-01-01", f"{year}-12-31"), tuple(_months(found, address)), len(by_year) == 1
        )
        for year, found in by_year
    )


def _facet(dimension: Dimension, counts: Sequence[Count], address: Address) -> Facet | None:
    name = str(dimension)
    values = [_value(name, one, address) for one in counts]
    chosen = any(one.is_chosen for one in values)
    if not any(one.href for one in values) or (len(values) == 1 and not chosen):
        return None
    return Facet(_TITLES[dimension], tuple(values[:_AT_FIRST]), tuple(values[_AT_FIRST:]))


def _value(name: str, count: Count, address: Address) -> FacetValue:
    if count.value is None:
        return FacetValue(count.label, count.count, "")
    is_chosen = (name, count.value) in address.pairs
    changed = address.without_one(name, count.value) if is_chosen else address.with_one(name, count.value)
    return FacetValue(value_name(name, count.label), count.count, changed.href, is_chosen)


def _months(counts: Iterable[Count], address: Address) -> Iterable[FacetValue]:
    for one in counts:
        month = one.value or ""
        last = monthrange(int(month[:4]), int(month[5:7]))[1]
        href = _between(address, f"{month}-01", f"{month}-{last}")
        yield FacetValue(month_named(month), one.count, href)


def _between(address: Address, first: str, last: str) -> str:
    return address.with_only("answered_from", first).with_only("answered_to", last).href
