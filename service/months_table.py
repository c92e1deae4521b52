"""The months of a corpus beside Parliament's lists, to read in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.completeness import MonthCoverage
from retrieval.records import House
from service.phrases import month_named
from service.terminal import indented, unbroken, words

MONTHS_SHOWN = 24
_Cell = Callable[[MonthCoverage], str]
_NAMES: Final[dict[str, _Cell]] = {"House": lambda month: month.house, "Month": lambda month: month.month}
_NUMBERS: Final[dict[str, _Cell]] = {
    "Listed": lambda month: "?" if month.listed is None else f"{month.listed:,}",
    "Held": lambda month: f"{month.held:,}",
    "Waiting": lambda month: f"{month.unanswered:,}",
    "Withdrawn": lambda month: f"{month.withdrawn:,}",
    "Failed": lambda month: f"{month.failed:,}",
}
_ENDS: Final[dict[str, _Cell]] = {
    "Complete": lambda month: "yes" if month.complete else "no",
    "Checked": lambda month: f"{month.checked_at:%Y-%m-%d}" if month.checked_at else "never",
}
# Left out where they would say nothing but 0.
_RARE: Final = ("Withdrawn", "Failed")


def months_table(title: str, months: Sequence[MonthCoverage]) -> Iterator[RenderableType]:
    """Yield the months of one kind of record, newest first; nothing where there are none.

    Months in which nothing was listed are told in a line where several follow on one another. Of the others, the
    newest are shown, and every one that was compared and is not complete.

    Args:
        title: What they are.
        months: Of both Houses, in any order.
    """
    if not months:
        return
    newest = sorted(sorted(months, key=lambda month: month.house), key=lambda month: month.month, reverse=True)
    runs = _empty_runs(newest)
    folded = {month for run in runs for month in run}
    rows = [month for month in newest if month not in folded]
    named = {month for month in rows if not month.complete and month.listed is not None}
    room = iter(range(MONTHS_SHOWN - len(named)))
    shown = [month for month in rows if month in named or next(room, None) is not None]
    more = [month for month in rows if month not in set(shown)]
    yield Text()
    yield Text(title, style="bold")
    if shown:
        yield from indented([_table(shown)], 2)
    yield from indented([words(line) for line in _run_lines(runs)], 2)
    complete = sum(month.complete for month in more)
    for number, what in ((complete, "complete"), (len(more) - complete, "never compared with Parliament's list")):
        if number:
            yield from indented([unbroken(f"and {number:,} more, {what}: add --json to see all")], 2)


def _table(months: Sequence[MonthCoverage]) -> Table:
    columns = {**_NAMES, **_NUMBERS, **_ENDS}
    for name in _RARE:
        if all(columns[name](month) == "0" for month in months):
            del columns[name]
    # One space between columns: with two, a terminal of 80 columns is too narrow for all of them.
    table = Table(box=None, pad_edge=False, padding=(0, 1), collapse_padding=True, header_style="dim")
    for name in columns:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", no_wrap=True)
    for month in months:
        table.add_row(*(cell(month) for cell in columns.values()))
    return table


def _empty_runs(newest: Sequence[MonthCoverage]) -> list[list[MonthCoverage]]:
    """Return, by House, months that follow on one another and in which nothing was listed, newest first."""
    found: list[list[MonthCoverage]] = []
    for house in House:
        ours = [month for month in newest if month.house is house]
        places = [place for place, month in enumerate(ours) if month.complete and not (month.listed or month.held)]
        # Where both the place and the month rise by one, nothing lies between.
        for _, run in groupby(enumerate(places), key=lambda at: (at[1] - at[0], at[1] + _ordinal(ours[at[1]].month))):
            listed = [ours[place] for _, place in run]
            if len(listed) > 1:
                found.append(listed)
    return found


def _ordinal(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _run_lines(runs: Sequence[Sequence[MonthCoverage]]) -> Iterator[str]:
    by_span: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        by_span.setdefault((run[-1].month, run[0].month), []).append(run[0].house)
    for (first, last), houses in sorted(by_span.items(), reverse=True):
        years = first[:4], last[:4]
        begins = month_named(first).removesuffix(f" {first[:4]}") if years[0] == years[1] else month_named(first)
        whose = "" if len(houses) == len(House) else f"{houses[0]}, "
        yield f"{whose}{begins} to {month_named(last)}: nothing listed"
