"""Times as a question names them, such as `since March 2026` or `last year`, with their first and last day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.written_days import WrittenDay, written_days

MONTHS = "january february march april may june july august september october november december".split()
"""Names of the months, in order."""

_MONTH = rf"(?:{'|'.join(MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
_YEAR = r"(?:19|20)\d\d"
# Neither a figure of four digits nor a part of one: 2,019 and 2019% and 2019-00567 are no years.
_AFTER_YEAR = r"(?![\w%]|[-/.,–]\d)"
_FINANCIAL = re.compile(rf"({_YEAR})\s?[-/–]\s?(?:20)?(\d\d)(?![\w%]|[-/.,–]\d)")
_ISO = re.compile(rf"({_YEAR})-(\d\d)-(\d\d){_AFTER_YEAR}")
_MONTH_OF = re.compile(rf"({_MONTH})\.?(?:,?\s(?:of\s)?({_YEAR}){_AFTER_YEAR})?", re.IGNORECASE)
_WHOLE_YEAR = re.compile(rf"(?:the\syear\s)?({_YEAR}){_AFTER_YEAR}", re.IGNORECASE)
_RELATIVE = re.compile(rf"(?:(last|this)\s(year|month|week|{_MONTH})|(today|yesterday))\b", re.IGNORECASE)
_COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
_LAST_FEW = re.compile(
    rf"(?:in|over|during|within)\sthe\s(?:last|past)\s(?:(\d{{1,3}}|{'|'.join(_COUNTS)})\s)?"
    r"(day|week|month|year)s?\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(since|from|after|before|until|till|up\sto|in|during|throughout|on|between)\s"
    r"(?:the\s(?:start|beginning)\sof\s|the\s)?",
    re.IGNORECASE,
)
_TO = {"from": re.compile(r"\s(?:to|until|till|up\sto)\s|\s?[-–]\s?", re.I), "between": re.compile(r"\sand\s", re.I)}
_JOINT = re.compile(r",? (?:and|or|to) |, ", re.IGNORECASE)
_AND_ON = re.compile(r"(?:since|later|after|before|earlier|again|onwards?)\b", re.IGNORECASE)
_ONWARDS = re.compile(r"\sonwards?\b|\son(?=$|[,.;?!])", re.IGNORECASE)
_DAYS_IN_MONTH = 31
_DAYS_IN = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """A time that a text names. Primary key: `start`.

    Attributes:
        start: First code point of the words that name it, the preposition included.
        end: Code point after the last.
        first: Its first day; None where it has no beginning, as in `before 2024`.
        last: Its last day; None where it goes on, as in `since 2024`.
        is_dated: Whether the text gives the year, or ties the time to today (`last month`); not so for `in May`.
    """

    start: int
    end: int
    first: date | None
    last: date | None
    is_dated: bool

    def reaches(self, today: date) -> bool:
        """Return whether it begins on some day and goes on up to `today` at least."""
        return self.first is not None and (self.last is None or self.last >= today)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A day, week, month or year without its preposition; `first` and `last` are its ends, both included."""

    end: int
    first: date
    last: date
    is_dated: bool = True
    month: int | None = None


def time_at(text: str, place: int, today: date) -> TimePhrase | None:
    """Return the time that `text` names from code point `place` on.

    A year left out is the latest such day or month that began on or before `today`. A time that begins after
    `today` is none at which anything can have been said, and one that only ends after it says nothing.

    Args:
        text: With single spaces between its words.
        place: Where a word begins.
        today: The day on which it is asked.

    Returns:
        The longest such phrase; None where there is none.
    """
    found = _phrase(text, place, today)
    if found is None or (found.first or date.min) > today:
        return None
    return None if found.first is None and found.last is not None and found.last >= today else found


def time_phrases(text: str, today: date) -> Iterator[TimePhrase]:
    """Yield the times that `text` names, in its order; those within a longer one are not yielded.

    One that is joined to a time before it needs no preposition: of `in 2024 and 2022` both are yielded.

    Args:
        text: With single spaces between its words.
        today: The day on which it is asked.
    """
    done = 0
    for word in re.finditer(r"(?<![\w’'-])\w", text):
        if word.start() >= done and (found := time_at(text, word.start(), today)):
            yield found
            done = found.end
            # Of "in May and June 2025" the first has no year to go by, and the second alone is half of it.
            while found.is_dated and (joined := _joined(text, done, today)):
                yield joined
                found, done = joined, joined.end


def time_end(text: str, place: int, today: date) -> int | None:
    """Return where a time ends that `text` names from code point `place` on, past or to come, "in" or not before it."""
    found = _phrase(text, place, today) or _unit(text, place, today)
    return found.end if found else None


def time_goes_on(text: str, end: int, today: date) -> bool:
    """Return whether another time is joined to one that ends at `end`, as in `in 2024 and 2025`."""
    joint = _JOINT.match(text, end)
    if not joint:
        return False
    return time_end(text, joint.end(), today) is not None or _AND_ON.match(text, joint.end()) is not None


def _joined(text: str, end: int, today: date) -> TimePhrase | None:
    """Return the past time without a preposition that is joined to one that ends at `end`."""
    joint = _JOINT.match(text, end)
    unit = _unit(text, joint.end(), today) if joint else None
    if not joint or not unit or unit.first > today:
        return None
    return TimePhrase(joint.end(), unit.end, unit.first, unit.last, unit.is_dated)


def _phrase(text: str, place: int, today: date) -> TimePhrase | None:
    return _last_few(text, place, today) or _prefixed(text, place, today) or _alone(text, place, today)


def _alone(text: str, place: int, today: date) -> TimePhrase | None:
    unit = _relative(text, place, today)
    return TimePhrase(place, unit.end, unit.first, unit.last, True) if unit else None


def _prefixed(text: str, place: int, today: date) -> TimePhrase | None:
    match = _PREPOSITION.match(text, place)
    unit = _unit(text, match.end(), today) if match else None
    if not match or not unit:
        return None
    word = match[1].lower()
    to = _TO[word].match(text, unit.end) if word in _TO else None
    if to and (other := _unit(text, to.end(), today)):
        return _span(place, unit, other)
    end, day = unit.end, timedelta(days=1)
    if word == "from" and (onwards := _ONWARDS.match(text, end)):
        end = onwards.end()
    spans: dict[str, tuple[date | None, date | None]] = {
        **dict.fromkeys(("since", "from"), (unit.first, None)),
        **dict.fromkeys(("until", "till", "up to"), (None, unit.last)),
        **dict.fromkeys(("in", "during", "throughout"), (unit.first, unit.last)),
        "after": (unit.last + day, None),
        "before": (None, unit.first - day),
    }
    if word == "on" and unit.first == unit.last:
        spans["on"] = (unit.first, unit.last)
    if word not in spans:
        return None
    return TimePhrase(place, end, *spans[word], unit.is_dated)


def _span(place: int, first: _Unit, last: _Unit) -> TimePhrase | None:
    """Return the time between two units, the year of one being that of the other; None where it would end too soon."""
    begins, ends = first.first, last.last
    if not first.is_dated:
        before = [days for days in _in_years(first, last.first.year, last.first.year - 1) if days[0] <= ends]
        begins = before[0][0] if before else date.max
    elif not last.is_dated and (first.last - first.first).days < _DAYS_IN_MONTH:
        after = [days for days in _in_years(last, first.first.year, first.first.year + 1) if days[0] > first.last]
        ends = after[0][1] if after else date.min
    if begins > ends:
        return None
    return TimePhrase(place, last.end, begins, ends, first.is_dated or last.is_dated)


def _in_years(unit: _Unit, *years: int) -> list[tuple[date, date]]:
    """Return the first and the last day of a month or day in each of the years that have it."""
    if unit.month:
        return [(date(year, unit.month, 1), _month_end(year * 12 + unit.month - 1)) for year in years]
    found = (WrittenDay(0, 0, unit.first.day, unit.first.month, year).placed(None) for year in years)
    return [(day, day) for day in found if day]


def _last_few(text: str, place: int, today: date) -> TimePhrase | None:
    match = _LAST_FEW.match(text, place)
    if not match:
        return None
    told, what = (match[1] or "one").lower(), match[2].lower()
    count = int(told) if told.isdigit() else _COUNTS.index(told) + 1
    if what in _DAYS_IN:
        first = today - timedelta(days=count * _DAYS_IN[what])
    else:
        months = today.year * 12 + today.month - 1 - count * (12 if what == "year" else 1)
        # 31 August less six months is the last day of February.
        first = min(date(months // 12, months % 12 + 1, 1) + timedelta(days=today.day - 1), _month_end(months))
    return TimePhrase(place, match.end(), first, None, True)


def _unit(text: str, place: int, today: date) -> _Unit | None:
    return _day(text, place, today) or _relative(text, place, today) or _longer(text, place, today)


def _day(text: str, place: int, today: date) -> _Unit | None:
    if iso := _ISO.match(text, place):
        try:
            day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        except ValueError:
            return None
        return _Unit(iso.end(), day, day)
    named = [day for day in written_days(text[place : place + 60]) if day.start == 0]
    placed = named[0].placed(today) if len(named) == 1 else None
    return _Unit(place + named[0].end, placed, placed, named[0].year is not None) if placed else None


def _relative(text: str, place: int, today: date) -> _Unit | None:
    match = _RELATIVE.match(text, place)
    if not match:
        return None
    if match[3]:
        day = today - timedelta(days=int(match[3].lower() == "yesterday"))
        return _Unit(match.end(), day, day)
    back, what = int(match[1].lower() == "last"), match[2].lower()
    if what == "year":
        return _Unit(match.end(), date(today.year - back, 1, 1), date(today.year - back, 12, 31))
    if what == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return _Unit(match.end(), monday, monday + timedelta(days=6))
    months = today.year * 12 + today.month - 1
    if what == "month":
        months -= back
    else:
        # Last May is the latest that is over, this May that of this year.
        month = _month(what)
        months = today.year * 12 + month - 1 - 12 * int(bool(back) and month >= today.month)
    return _Unit(match.end(), date(months // 12, months % 12 + 1, 1), _month_end(months))


def _longer(text: str, place: int, today: date) -> _Unit | None:
    """Return a month, a financial year or a year."""
    if match := _MONTH_OF.match(text, place):
        month = _month(match[1])
        year = int(match[2]) if match[2] else today.year - int(month > today.month)
        return _Unit(match.end(), date(year, month, 1), _month_end(year * 12 + month - 1), bool(match[2]), month)
    if match := _FINANCIAL.match(text, place):
        year = int(match[1])
        # 2024-25 is a financial year; 2024-26 is something else, such as a session.
        return (
            _Unit(match.end(), date(year, 4, 1), date(year + 1, 3, 31)) if int(match[2]) == (year + 1) % 100 else None
        )
    if match := _WHOLE_YEAR.match(text, place):
        year = int(match[1])
        return _Unit(match.end(), date(year, 1, 1), date(year, 12, 31))
    return None


def _month(name: str) -> int:
    return next(place for place, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3]))


def _month_end(months: int) -> date:
    """Return the last day of a month, counted from January of the year 0."""
    year, month = divmod(months + 1, 12)
    return date(year, month + 1, 1) - timedelta(days=1)
