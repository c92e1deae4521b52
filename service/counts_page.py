"""Answers counted, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.counting import Counts
from retrieval.facets import Count
from retrieval.results import Searched
from service.briefing import sample_block
from service.phrases import as_options, capital, completeness, month_named
from service.terminal import indented, words

_GAPS_NAMED = 3
_ALL = "kind=all"


def counts_page(counts: Counts, *, data: str = "") -> Iterator[RenderableType]:
    """Yield counts, a table a dimension; none where there is nothing to count.

    Args:
        counts: The counts.
        data: What to add to a command to mean the same data directory, such as `--data DIR`.
    """
    yield words(counts.message.replace(_ALL, as_options(_ALL)), "bold")
    # Where nothing was found, a table would be a header, or months with nothing in them.
    for name, listed in counts.by.items() if counts.total else ():
        yield Text()
        yield words(capital(name.replace("_", " ")), "bold")
        yield from indented([_table(name, listed)], 2)
    yield Text()
    yield completeness_line(counts.searched)
    yield from sample_block(counts.searched.sample, data)


def completeness_line(searched: Searched) -> RenderableType:
    """Return whether anything may be missing from what was looked through, and the first few of what."""
    compared = (searched.compared_from, searched.compared_to)
    return words(completeness(searched.gaps, searched.checked_at, compared=compared, most=_GAPS_NAMED))


def _table(name: str, listed: Sequence[Count]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    has_whole = any(one.of is not None for one in listed)
    for title in ("Answers", *(["Of all"] if has_whole else []), "Questions"):
        table.add_column(title, justify="right")
    for one in listed:
        label = month_named(one.value) if name == "month" and one.value else one.label
        whole = [f"{one.of:,}"] if one.of is not None else []
        table.add_row(words(label), f"{one.count:,}", *whole, f"{one.records:,}")
    return table
