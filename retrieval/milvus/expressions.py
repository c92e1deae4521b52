"""Conditions on records to filter expressions of Milvus, and a record to the facts that they look at.

A condition is a piece of SQL, of the few forms that `retrieval.filters` and `retrieval.names` write. It is read here
and written again as Milvus has it. What is of another form is left out, which lets more rows through, never fewer:
the arms hold what a server finds against the rows allowed. Milvus has no null that every version knows, so a fact
that a record lacks is a number below any, or a text without letters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from retrieval.arms import Allowed
from retrieval.filters import Condition
from retrieval.folding import folded_name

DAYS: Final = ("tabled", "answered")
TEXTS: Final = ("house", "kind", "genre", "answering_body", "minister", "asker", "party")
NUMBERS: Final = ("answering_body_id", "minister_id", "asker_id", "ministerial")
FLAGS: Final = ("bare", "points")
FINDINGS: Final = "findings"
HEADING_WORDS: Final = "heading_words"
RECORD: Final = "record"
MOST_WORDS: Final = 4096
"""The most members that an array of Milvus has."""

_NO_DAY: Final = 0
_NO_TEXT: Final = ""
_NO_NUMBER: Final = -1
_MOST_BESIDES: Final = 1_000
_NEVER_LACKING: Final = frozenset(("kind", "genre", "bare", "points"))
_PIECE: Final = re.compile(r"\s*('[^']*'|\w+|[<>]=|[(),=?])")
_OF_FINDINGS: Final = "IN ( SELECT record FROM findings WHERE name IN".split()


class _OtherForm(Exception):
    """A condition that has no expression."""


def facts_of(row: Mapping[str, object], findings: Iterable[str]) -> dict[str, object]:
    """Return what is kept of a record beside each of its vectors.

    Args:
        row: The record's columns, those of `DAYS`, `TEXTS`, `NUMBERS` and `FLAGS` and `heading` among them.
        findings: The names of its findings.
    """
    heading = row["heading"]
    words = sorted(set(folded_name(str(heading)).split())) if heading is not None else []
    return {
        **{name: date.fromisoformat(str(row[name])).toordinal() if row[name] else _NO_DAY for name in DAYS},
        **{name: _NO_TEXT if row[name] is None else str(row[name]) for name in TEXTS},
        **{name: _NO_NUMBER if row[name] is None else int(str(row[name])) for name in NUMBERS},
        **{name: bool(row[name]) for name in FLAGS},
        FINDINGS: sorted(set(findings)),
        HEADING_WORDS: words[:MOST_WORDS],
    }


def expression_of(allowed: Allowed) -> str | None:
    """Return an expression that lets through every row allowed, and few others; None where there is none.

    Args:
        allowed: What has conditions.
    """
    told = [text for text in map(condition_told, allowed.conditions) if text]
    if not told:
        return None
    together = " and ".join(f"({text})" for text in told)
    if not len(allowed.besides):
        return together
    if len(allowed.besides) <= _MOST_BESIDES:
        return f"({together}) or {RECORD} in {allowed.besides.tolist()}"
    return f"({together}) or points == true"


def condition_told(condition: Condition) -> str | None:
    """Return a condition as Milvus has it, for just the same records; None where it is of a form not known here."""
    try:
        return _Reading(condition).told()
    except _OtherForm:
        return None


class _Reading:
    """Reads one condition from left to right."""

    def __init__(self, condition: Condition) -> None:
        self._pieces = list(_pieces(condition.sql))
        self._values = iter(condition.values)
        self._place = 0

    def told(self) -> str:
        found = self._either()
        if self._place < len(self._pieces):
            raise _OtherForm
        return found

    def _either(self) -> str:
        return self._joined("OR", self._both)

    def _both(self) -> str:
        return self._joined("AND", self._one)

    def _joined(self, word: str, part: Callable[[], str]) -> str:
        parts = [part()]
        while self._takes(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else f" {word.lower()} ".join(f"({one})" for one in parts)

    def _one(self) -> str:
        if self._takes("NOT"):
            start = self._place
            inner = self._one()
            # Of what a record lacks, SQL says neither that it is so nor that it is not.
            names = {piece for piece in self._pieces[start : self._place] if piece.isidentifier() and piece.islower()}
            if not names <= _NEVER_LACKING:
                raise _OtherForm
            return f"not ({inner})"
        if self._takes("("):
            inner = self._either()
            self._needs(")")
            return inner
        return self._comparison(self._next())

    def _comparison(self, name: str) -> str:
        if name == "has_words":
            self._needs("(", "heading", ",")
            words = folded_name(str(self._value())).split()
            self._needs(")")
            if not words:
                raise _OtherForm
            return f"array_contains_all({HEADING_WORDS}, {_listed(words)})"
        if name == "number":
            self._needs(*_OF_FINDINGS)
            names = self._values_listed()
            self._needs(")")
            return f"array_contains_any({FINDINGS}, {_listed(names)})"
        if name in FLAGS:
            return f"{name} == true"
        if name not in (*DAYS, *TEXTS, *NUMBERS):
            raise _OtherForm
        return self._compared(name)

    def _compared(self, name: str) -> str:
        if self._takes("IS"):
            is_not = self._takes("NOT")
            self._needs("NULL")
            return f"{name} {'!=' if is_not else '=='} {_written(_lacking(name))}"
        if self._takes("IN"):
            return f"{name} in {_listed([_fitting(name, value) for value in self._values_listed()])}"
        sign = self._next()
        value = _fitting(name, self._value())
        if sign == "=":
            return f"{name} == {_written(value)}"
        if name not in DAYS or sign not in (">=", "<="):
            raise _OtherForm
        return f"{name} > {_NO_DAY} and {name} {sign} {_written(value)}"

    def _values_listed(self) -> list[object]:
        self._needs("(")
        found = [self._value()]
        while self._takes(","):
            found.append(self._value())
        self._needs(")")
        return found

    def _value(self) -> object:
        piece = self._next()
        if piece == "?":
            return next(self._values)
        if piece.startswith("'"):
            return piece[1:-1]
        raise _OtherForm

    def _next(self) -> str:
        if self._place == len(self._pieces):
            raise _OtherForm
        self._place += 1
        return self._pieces[self._place - 1]

    def _takes(self, piece: str) -> bool:
        there = self._place < len(self._pieces) and self._pieces[self._place] == piece
        self._place += there
        return there

    def _needs(self, *pieces: str) -> None:
        for piece in pieces:
            if not self._takes(piece):
                raise _OtherForm


def _pieces(sql: str) -> Iterator[str]:
    place = 0
    while place < len(sql.rstrip()):
        found = _PIECE.match(sql, place)
        if not found:
            raise _OtherForm
        yield found[1]
        place = found.end()


def _lacking(name: str) -> object:
    return _NO_DAY if name in DAYS else _NO_TEXT if name in TEXTS else _NO_NUMBER


def _fitting(name: str, value: object) -> object:
    if name in DAYS:
        return date.fromisoformat(str(value)).toordinal()
    return str(value) if name in TEXTS else int(str(value))


def _listed(values: Sequence[object]) -> str:
    return f"[{', '.join(_written(value) for value in values)}]"


def _written(value: object) -> str:
    if not isinstance(value, str):
        return str(value)
    # Servers differ in the escapes that they read, but for these two.
    if any(ord(char) < ord(" ") or 0xD800 <= ord(char) < 0xE000 for char in value):
        raise _OtherForm
    return json.dumps(value, ensure_ascii=False)
