"""Bars as pygal draws them, taken out of its picture to stand in one of our own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import pygal
from pygal.config import Config
from pygal.style import Style

# pygal looks for plugins with maps by a hook of a kind that Python no longer has, and each import of a module that is
# not there then gives a warning. No map is drawn here.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]

RIGHT: Final = 6
"""Room at the right of the bars, in pixels."""


def ticks(most: int, wanted: int = 4) -> list[int]:
    """Return round numbers from 0 up to the first that is at least `most`, in at most `wanted` equal steps."""
    magnitude = 1
    while True:
        for digit in (1, 2, 5):
            step = digit * magnitude
            if ceil(most / step) <= wanted:
                return list(range(0, step * max(1, ceil(most / step)) + 1, step))
        magnitude *= 10


def bar_chart(width: int, height: int, most: int, *, has_axis: bool = False, left: float = 0, spacing: int = 0) -> Any:
    """Return an empty chart of bars that can be stacked.

    Args:
        width: Of the picture, in pixels.
        height: Likewise.
        most: The number that the room for bars ends at.
        has_axis: Whether numbers stand at its left, with lines across.
        left: Room at the left.
        spacing: Between the bars and the names below them.
    """
    return pygal.StackedBar(
        Config(
            width=width,
            height=height,
            margin=0,
            margin_left=left,
            margin_right=RIGHT,
            spacing=spacing,
            range=(0, most),
            show_legend=False,
            show_y_labels=has_axis,
            show_minor_x_labels=False,
            truncate_label=12,
            no_prefix=True,
            # Its own script and styles would be inline, and loaded from elsewhere.
            js=[],
            css=[],
            style=Style(label_font_size=13, major_label_font_size=13),
        )
    )


@dataclass(frozen=True, slots=True)
class Column:
    """Where the bars of one month stand, in pixels of the room for bars."""

    x: float
    width: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half-way between its sides."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars, with or without axes.

    Attributes:
        group: The element that holds them.
        left: Where the room for bars begins.
        columns: Where they stand, by month.
    """

    group: Any
    left: float
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, tree: Any, name: str) -> Plot:
        """Take the bars and axes out of pygal's picture, without what is there for its script."""
        group = next(one for one in tree.iter("g") if one.get("class") == "plot")
        left = float(group.get("transform").removeprefix("translate(").partition(",")[0])
        columns = _columns(group)
        for one in list(group.iter("desc", "title", "rect")):
            if one.tag != "rect" or one.get("class") == "background" or float(one.get("height")) == 0:
                one.getparent().remove(one)
            else:
                places = {key: f"{float(one.get(key)):.1f}" for key in ("x", "y", "width", "height")}
                one.attrib.clear()
                one.attrib.update(places)
        for one in [one for one in group.iter("g") if one.get("class") == "bar" and not len(one)]:
            one.getparent().remove(one)
        group.set("class", name)
        return cls(group, left, columns)


def _columns(group: Any) -> tuple[Column, ...]:
    """Return where the bars of each month stand, those of all series together."""
    series = [one.iter("rect") for one in group.iter("g") if "series" in one.get("class", "")]
    found: list[Column] = []
    for bars in zip(*series, strict=True):
        sizes = [{key: float(bar.get(key)) for key in ("x", "y", "width", "height")} for bar in bars]
        bottom = max(size["y"] + size["height"] for size in sizes)
        found.append(Column(sizes[0]["x"], sizes[0]["width"], min(size["y"] for size in sizes), bottom))
    return tuple(found)
