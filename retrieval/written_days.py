"""Days as people write them in questions and answers: `25 July 2023`, `7th December`, `July 29`, `30/07/24`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """One day named in a text. Primary key: `start`, `end` and `day`.

    Attributes:
        start: First code point of the words that name it; of "4 and 11 November" both days have the same words.
        end: Code point after the last.
        day: Day of the month.
        month: From 1.
        year: None where the text leaves it out.
    """

    start: int
    end: int
    day: int
    month: int
    year: int | None

    def placed(self, latest: date | None) -> date | None:
        """Return the date; a year left out is that of the last such day on or before `latest`.

        Returns:
            None for a day that there is not, such as 31 June, or without a year where `latest` is None.
        """
        if self.year is not None:
            return _date(self.year, self.month, self.day)
        if latest is None:
            return None
        years = (latest.year, latest.year - 1)
        days = (_date(year, self.month, self.day) for year in years)
        return next((day for day in days if day is not None and day <= latest), None)


_STEMS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
)
_NUMBER = r"(?<![\d.,£/])(\d{1,2})(?:st|nd|rd|th)?"
_AND = r"\s?(?:,|and|&)\s?"
_DAY_FIRST = re.compile(
    rf"{_NUMBER}(?:{_AND}(\d{{1,2}})(?:st|nd|rd|th)?)?\s(?:of\s)?({_MONTH})\.?(?:,?\s((?:19|20)\d\d)(?!\d))?",
    re.IGNORECASE | re.ASCII,
)
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})\s(\d{{1,2}})(?:st|nd|rd|th)?(?![\d%]|[.,:/]\d)(?:,?\s((?:19|20)\d\d)(?!\d))?",
    re.IGNORECASE | re.ASCII,
)
_FIGURES = re.compile(r"(?<![\d/.])(\d{1,2})([/.])(\d{1,2})\2((?:19|20)?\d\d)(?![\d/])", re.ASCII)


def written_days(text: str) -> tuple[WrittenDay, ...]:
    """Return the days named in `text`, in its order; days and months in figures are read the British way."""
    found = sorted((*_day_first(text), *_month_first(text), *_in_figures(text)), key=lambda day: (day.start, -day.end))
    kept: list[WrittenDay] = []
    for day in found:
        if not kept or day.start >= kept[-1].end or (day.start, day.end) == (kept[-1].start, kept[-1].end):
            kept.append(day)
    return tuple(kept)


def allowed_until(answered: date | None, due: date | None, tabled: date | None) -> date | None:
    """Return the last day that an answer can name as past: the day it was given, or near it if that is not known.

    Where the day of the answer is not known it is taken to be at most 120 days after the day it was due: half of
    all holding answers are answered within two days, the latest seen took 137.
    """
    late = due or tabled
    return answered or (late + timedelta(days=120) if late else None)


def _day_first(text: str) -> Iterator[WrittenDay]:
    for match in _DAY_FIRST.finditer(text):
        year = int(match[4]) if match[4] else None
        for day in filter(None, (match[1], match[2])):
            yield WrittenDay(match.start(), match.end(), int(day), _month(match[3]), year)


def _month_first(text: str) -> Iterator[WrittenDay]:
    for match in _MONTH_FIRST.finditer(text):
        year = int(match[3]) if match[3] else None
        yield WrittenDay(match.start(), match.end(), int(match[2]), _month(match[1]), year)


def _in_figures(text: str) -> Iterator[WrittenDay]:
    for match in _FIGURES.finditer(text):
        year = int(match[4]) if len(match[4]) == 4 else 2000 + int(match[4])
        yield WrittenDay(match.start(), match.end(), int(match[1]), int(match[3]), year)


def _month(name: str) -> int:
    return _STEMS.index(name[:3].lower()) + 1


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
