"""Where Parliament has the question that a page is about."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from retrieval.citing import page_url
from retrieval.records import Genre, Record

_KEY: Final = re.compile(r"(?:commons|lords)-(\d{4}-\d{2}-\d{2})-([a-z]{0,4}\d{1,7})")
_STATEMENTS: Final = ("hcws", "hlws")


def official_page_of(question: Record) -> str | None:
    """Return the address of a question's official page; None where its number or the day tabled is not known."""
    return page_url(Genre.ANSWER, question.tabled, question.uin) if question.tabled and question.uin else None


def official_page_of_key(key: str) -> str | None:
    """Return the address at which Parliament would have what a key names; None where it names no day and number."""
    found = _KEY.fullmatch(key.strip().lower())
    if not found:
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return None
    return page_url(Genre.STATEMENT if found[2].startswith(_STATEMENTS) else Genre.ANSWER, day, found[2])
