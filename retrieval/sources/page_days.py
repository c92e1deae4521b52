"""Days as Parliament's pages and Hansard write them."""

from __future__ import annotations

import re
from datetime import date

# Written out, as the names in the standard library follow the locale.
_MONTHS = "January February March April May June July August September October November December".split()
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})", re.ASCII)
# In a pattern: a day as `full_day` reads it.
FULL_DAY = r"\d{1,2} [A-Z][a-z]+ \d{4}"


def full_day(text: str) -> date | None:
    """Return the day that `text` names, such as `9 January 2020` or `09 January 2020`; None if it names none."""
    match = _DAY.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        return None
    return real_day(f"{match[3]}-{_MONTHS.index(match[2]) + 1:02}-{int(match[1]):02}")


def real_day(text: str) -> date | None:
    """Return the day that `text` names in ISO form; None for one that is not in the calendar."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
