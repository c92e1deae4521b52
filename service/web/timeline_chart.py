"""The months of a timeline as a picture: answers by department, all answers below them, and what is not complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from textwrap import wrap
from typing import Any, Final

# The trees that pygal draws into.
from pygal.etree import etree

from retrieval.monthly import MonthState
from retrieval.timeline import Timeline
from service.phrases import capital
from service.timeline_page import STATES
from service.web.bars import RIGHT, Plot, bar_chart, ticks
from service.web.chart_style import CSS, PATTERNS
from service.web.series import Series, series_of


class ChartSize(StrEnum):
    """How wide a picture is drawn, so that its words are as large on a phone as on a wide screen."""

    NARROW = "narrow"
    MEDIUM = "medium"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Lengths in pixels.

    Attributes:
        width: Of the picture.
        plot: Height of the bars' room.
        beside: Room at the right for the names of departments; 0 where they stand above.
        letters: How many letters a line of a name has room for.
    """

    width: int
    plot: int
    beside: int
    letters: int


_LAYOUTS: Final = {
    ChartSize.NARROW: _Layout(340, 190, 0, 40),
    ChartSize.MEDIUM: _Layout(680, 230, 0, 80),
    ChartSize.WIDE: _Layout(1080, 270, 250, 31),
}
_LETTER: Final = 7.5
_LINE: Final = 18
_BASE: Final = 40
_STRIP: Final = 7
_SPACE_FOR_LABEL: Final = 36
_LOWEST_TOP: Final = 4
_YEAR: Final = 12
_DENSE: Final = 6
_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120)
_MONTHS: Final = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def timeline_chart(found: Timeline, size: ChartSize = ChartSize.WIDE) -> bytes:
    """Return the chart as an SVG document, with a style of its own that follows light and dark.

    Bars are stacked by department, the one that answered most at the bottom. Below them, on a scale of their own, stand
    all answers that pass the same filters. A striped band marks months that are not known to be complete.

    Args:
        found: The timeline, with at least one month.
        size: How wide it is drawn.
    """
    drawn: bytes = etree.tostring(_Drawing(found, _LAYOUTS[size]).tree(), encoding="utf-8")
    return drawn


class _Drawing:
    """One picture, put together from two charts of pygal's: the answers on the topic, and all answers."""

    def __init__(self, found: Timeline, layout: _Layout) -> None:
        """Work out what goes where."""
        self.found = found
        self.layout = layout
        self.months = found.months
        self.series = series_of(found)
        there = {one.state for one in self.months}
        self.states = [state for state in STATES if state in there and state is not MonthState.COMPLETE]
        self.slot = 0.95 * (layout.width - layout.beside - RIGHT) / len(self.months)
        self.counts = [one.count for one in self.months]
        self.has_numbers = self.slot >= _width(self.counts)
        self.top = 36.0 + (0 if layout.beside else sum(_LINE * len(self._lines(one)) for one in self.series) + 10)
        self.step = next((one for one in _STEPS if one * self.slot >= _SPACE_FOR_LABEL), _STEPS[-1])
        # A month's name needs its year below it.
        self.strip = self.top + layout.plot + (_LINE if self.step < _YEAR else 0) + 8
        self.keys = self.strip + _STRIP + 5 if self.states else self.strip
        self.below = self.keys + self._height_of_keys() + 44

    def tree(self) -> Any:
        """Return the whole picture."""
        root = etree.Element("svg", nsmap={None: "http://www.w3.org/2000/svg"})
        width, height = f"{self.layout.width}", f"{self.below + _BASE + 4:g}"
        root.attrib.update({"viewBox": f"0 0 {width} {height}", "width": width, "height": height})
        etree.SubElement(root, "style").text = CSS
        root.append(etree.fromstring(PATTERNS))
        self._legend(root)
        _text(
            root, 0, self.top - 20, "Answers a month, at least" if self.found.at_least else "Answers a month", "title"
        )
        stacked = self._stacked()
        _placed(root, stacked, self.top)
        self._baseline(root, stacked)
        self._years(root, stacked)
        self._numbers(root, stacked, self.counts, self.top)
        self._band(root, stacked)
        self._keys(root, stacked.left)
        _text(root, 0, self.below - 24, "All answers that month", "title")
        whole = self._whole(stacked.left)
        _placed(root, whole, self.below)
        self._numbers(root, whole, [one.of for one in self.months], self.below)
        return root

    def _stacked(self) -> Plot:
        most = max(_LOWEST_TOP, *self.counts)
        scale = ticks(most)
        # Where each bar has its number, an axis of numbers would say it twice.
        top = most if self.has_numbers else scale[-1]
        width = self.layout.width - self.layout.beside
        chart = bar_chart(width, self.layout.plot, top, has_axis=not self.has_numbers, spacing=8)
        labels = self._month_labels()
        chart.x_labels, chart.x_labels_major = labels, [label for label in labels if label]
        if not self.has_numbers:
            chart.y_labels = scale
        for one in self.series:
            chart.add(one.label, list(one.counts))
        if not self.series:
            chart.add("", self.counts)
        return Plot.of(chart.render_tree(), "stack dense" if self.slot < _DENSE else "stack")

    def _whole(self, left: float) -> Plot:
        values = [one.of for one in self.months]
        chart = bar_chart(self.layout.width - self.layout.beside, _BASE, max(1, *values), left=left)
        chart.add("", values)
        return Plot.of(chart.render_tree(), "all dense" if self.slot < _DENSE else "all")

    def _month_labels(self) -> list[str]:
        """Return a label for each month: the month or, where there is room for few, the year; else empty."""
        labels = []
        for month in self.months:
            year, number = _year_and_number(month.month)
            stands = (12 * year + number - 1) % self.step == 0
            labels.append((_MONTHS[number] if self.step < _YEAR else str(year)) if stands else "")
        return labels if any(labels) else [self.months[0].month[:4], *labels[1:]]

    def _years(self, root: Any, plot: Plot) -> None:
        """Write the year below each January, and below the first month if the next January leaves room."""
        if self.step >= _YEAR:
            return
        room = float(self.layout.width)
        for place in reversed(range(len(self.months))):
            year, number = _year_and_number(self.months[place].month)
            x = plot.left + plot.columns[place].middle
            if number == 1 or (place == 0 and room - x >= _SPACE_FOR_LABEL):
                _text(root, x, self.top + self.layout.plot + _LINE - 6, str(year), "year")
                room = x

    def _baseline(self, root: Any, plot: Plot) -> None:
        y = self.top + max(one.bottom for one in plot.columns)
        ends = {"x1": plot.left, "x2": self.layout.width - self.layout.beside, "y1": y, "y2": y}
        etree.SubElement(root, "line", {**{key: f"{value:.1f}" for key, value in ends.items()}, "class": "baseline"})

    def _lines(self, one: Series) -> list[str]:
        return wrap(f"{one.label}: {one.total:,}", self.layout.letters)

    def _legend(self, root: Any) -> None:
        """Name the departments in the order of the stack, from the top."""
        x = self.layout.width - self.layout.beside + 14 if self.layout.beside else 0
        y = self.top + 8 if self.layout.beside else 12
        for place in reversed(range(len(self.series))):
            _box(root, x, y - 10, 12, 12, f"color-{place}")
            for line in self._lines(self.series[place]):
                _text(root, x + 20, y, line, "name")
                y += _LINE

    def _numbers(self, root: Any, plot: Plot, values: Sequence[int], top: float) -> None:
        """Write each number over its bar; where there is no room for all, the first of the largest alone."""
        wide, most = _width(values), max(values)
        right = self.layout.width - self.layout.beside
        for place, (column, value) in enumerate(zip(plot.columns, values, strict=True)):
            if value and (self.slot >= wide or place == values.index(most)):
                x = min(max(plot.left + column.middle, wide / 2), right - wide / 2)
                _text(root, x, top + column.top - 5, f"{value:,}", "number")

    def _band(self, root: Any, plot: Plot) -> None:
        """Stripe what is not complete: a band below the months, and a veil over the bars of one that is not over."""
        for state, run in groupby(zip(plot.columns, self.months, strict=True), key=lambda pair: pair[1].state):
            columns = [column for column, _ in run]
            if state is MonthState.COMPLETE:
                continue
            start, end = columns[0].x, columns[-1].x + columns[-1].width
            _box(root, plot.left + start, self.strip, max(end - start, _STRIP), _STRIP, str(state))
            if state is MonthState.UNFINISHED:
                for one in columns:
                    _box(root, plot.left + one.x, self.top + one.top, one.width, one.bottom - one.top, "veil")

    def _height_of_keys(self) -> int:
        return _LINE * (len(self.states) if self._has_rows else min(1, len(self.states)))

    @property
    def _has_rows(self) -> bool:
        """Whether the keys stand below one another."""
        return self.layout.width < _LAYOUTS[ChartSize.MEDIUM].width

    def _keys(self, root: Any, left: float) -> None:
        """Say what the stripes mean."""
        x, y = left, self.keys
        for state in self.states:
            words = capital(STATES[state])
            _box(root, x, y + 4, 22, 10, str(state))
            _text(root, x + 30, y + 13, words, "name")
            x, y = (x, y + _LINE) if self._has_rows else (x + 30 + _LETTER * len(words) + 24, y)


def _year_and_number(month: str) -> tuple[int, int]:
    return int(month[:4]), int(month[5:])


def _width(values: Sequence[int]) -> float:
    """Return how wide the widest of some numbers is, with a little room on either side."""
    return max(len(f"{value:,}") for value in values) * _LETTER + 4


def _placed(root: Any, plot: Plot, top: float) -> None:
    plot.group.set("transform", f"translate({plot.left:g} {top:g})")
    root.append(plot.group)


def _text(root: Any, x: float, y: float, words: str, name: str) -> None:
    etree.SubElement(root, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": name}).text = words


def _box(root: Any, x: float, y: float, width: float, height: float, name: str) -> None:
    places = {"x": x, "y": y, "width": width, "height": height}
    etree.SubElement(root, "rect", {**{key: f"{value:.1f}" for key, value in places.items()}, "class": name})
