"""What a user wants to find word for word: one phrase, or words and phrases joined by AND, OR and NOT."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.choices import Match
from retrieval.errors import QueryError

Phrase = tuple[str, ...]
"""Words that stand one after another, as the index has them: lower case, accents folded."""

WordMaker = Callable[[str], tuple[str, ...]]
"""From a text to its words in order, as the index has them."""

MAX_PHRASES: Final = 200
_MAX_DEPTH: Final = 40
_QUOTES: Final = '"“”'
_OPERATORS: Final = ("AND", "OR", "NOT")
# In curved single marks; an apostrophe is none, whether within a word or after it.
_SINGLE_QUOTATION: Final = rf"(?<!\w)‘(?:[^‘’{_QUOTES}]|(?<=\w)’(?=\w))+’(?!\w)"
_TOKEN: Final = re.compile(rf"\s*(?:([()])|([{_QUOTES}])|({_SINGLE_QUOTATION}|[^\s(){_QUOTES}]+))")
_RUN: Final = re.compile(r"\w+")
_WILDCARD: Final = re.compile(r"\w[*?]+\w|\w\*|\*\w")
_SIGNED: Final = re.compile(r"[-+–][^\W\d]")
_QUOTATION: Final = re.compile(rf"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]|{_SINGLE_QUOTATION}")
_OPERATOR_BETWEEN: Final = re.compile(r"\S\s+(?:AND|OR|NOT)\s+\S")


@dataclass(frozen=True, slots=True)
class Found:
    """A word or a phrase that is to stand in an answer."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Not:
    """What is not to hold."""

    part: Wording


@dataclass(frozen=True, slots=True)
class AllOf:
    """Parts that must all hold."""

    parts: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Parts of which one must hold."""

    parts: tuple[Wording, ...]


Wording = Found | Not | AllOf | AnyOf
Flags = NDArray[np.bool_]


def wording_of(query: str, match: Match, words: WordMaker) -> Wording:
    """Return what a query asks for.

    With `match=exact` the whole query is one phrase: its words one after another, in that order; punctuation and
    quotation marks part words and are not compared. As an AND, OR or NOT in capitals between them is hardly meant as
    a word, it has to stand within quotation marks. With `match=words` it is words and "phrases" joined by AND, OR
    and NOT, in capitals: "and" is a word like any other. NOT binds before AND, AND before OR; parentheses come
    before all, and words without an operator between them must all be there.

    Args:
        query: As typed.
        match: `exact` or `words`.
        words: Makes words of a text as the index does.

    Raises:
        QueryError: If it can't be understood; it tells at which character, and what to do.
    """
    if match is Match.EXACT:
        if _OPERATOR_BETWEEN.search(_QUOTATION.sub('""', query)):
            raise QueryError(
                "query",
                "with match=exact all of it is one phrase: use match=words for AND, OR and NOT, or put the phrase in "
                "quotation marks",
            )
        return Found(_phrase(query, 0, words))
    parsed = _Parser(query, words).parsed()
    if holds(parsed, dict.fromkeys(phrases(parsed), np.zeros(1, dtype=np.bool_)))[0]:
        raise QueryError(
            "query",
            "answers that have none of its words would match: join what follows NOT by AND to words to be found",
        )
    return parsed


def phrases(wording: Wording, *, sought: bool = False) -> tuple[Phrase, ...]:
    """Return the words and phrases of a query, each once, in order.

    Args:
        wording: The query.
        sought: Leave out those that only stand under a NOT.
    """
    return tuple(dict.fromkeys(phrase for phrase, is_sought in _leaves(wording, True) if is_sought or not sought))


def holds(wording: Wording, there: Mapping[Phrase, Flags]) -> Flags:
    """Return for each of several answers whether the query holds.

    Args:
        wording: The query.
        there: By phrase, whether it stands in each of the answers, shape (n,).
    """
    if isinstance(wording, Found):
        return there[wording.phrase]
    if isinstance(wording, Not):
        return ~holds(wording.part, there)
    parts = [holds(part, there) for part in wording.parts]
    combined = np.logical_and if isinstance(wording, AllOf) else np.logical_or
    found: Flags = combined.reduce(parts)
    return found


def _leaves(wording: Wording, is_sought: bool) -> Iterator[tuple[Phrase, bool]]:
    if isinstance(wording, Found):
        yield wording.phrase, is_sought
    elif isinstance(wording, Not):
        yield from _leaves(wording.part, not is_sought)
    else:
        for part in wording.parts:
            yield from _leaves(part, is_sought)


def _phrase(text: str, place: int, words: WordMaker) -> Phrase:
    """Return the words of a text, after a check that each of them can be looked up.

    Args:
        text: A word as typed, or what stands between quotation marks.
        place: Of its first character in the query, from 0.
        words: Makes words of a text.
    """
    if wildcard := _WILDCARD.search(text):
        advice = "write out each word, joined by OR, or leave the sign out"
        raise _wrong(place + wildcard.start(), f"{wildcard[0]!r} has a wildcard: {advice}")
    for run in _RUN.finditer(text):
        if not words(run[0]) and any(char.isalnum() for char in run[0]):
            raise _wrong(
                place + run.start(), f"{run[0][:20]!r}... is too long a word to be looked up (60 bytes): leave it out"
            )
    found = words(text)
    if not found:
        raise _wrong(place, f"{text.strip()[:20]!r} has no letter or figure: leave it out, or name a word")
    return found


def _wrong(place: int, reason: str) -> QueryError:
    return QueryError("query", f"at character {place + 1}, {reason}")


class _Parser:
    """Reads a query from left to right."""

    def __init__(self, query: str, words: WordMaker) -> None:
        self._query = query
        self._words = words
        self._place = 0
        self._depth = 0
        self._read = 0
        self._next()

    def parsed(self) -> Wording:
        """Return the whole query."""
        whole = self._any_of()
        if self._symbol:
            raise _wrong(self._start, f"{self._symbol!r} closes nothing: take it out, or open it before")
        return whole

    def _next(self) -> None:
        """Go on to the next token; the empty one is the end."""
        found = _TOKEN.match(self._query, self._place)
        # What is left may be white space.
        self._symbol = (found[1] or found[2] or found[3]) if found else ""
        self._start = found.end() - len(self._symbol) if found else len(self._query)
        self._place = found.end() if found else len(self._query)

    def _any_of(self) -> Wording:
        parts = [self._all_of()]
        while self._symbol == "OR":
            self._next()
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self) -> Wording:
        parts = [self._one()]
        while self._symbol not in ("", ")", "OR"):
            if self._symbol == "AND":
                self._next()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self) -> Wording:
        negated = False
        while self._symbol == "NOT":
            negated = not negated
            self._next()
        part = self._group() if self._symbol == "(" else self._found()
        return Not(part) if negated else part

    def _group(self) -> Wording:
        opened = self._start
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _wrong(opened, f"parentheses stand more than {_MAX_DEPTH} deep: use fewer")
        self._next()
        inside = self._any_of()
        if self._symbol != ")":
            raise _wrong(opened, "( is never closed: add )")
        self._depth -= 1
        self._next()
        return inside

    def _found(self) -> Wording:
        token, start = self._symbol, self._start
        if token in ("", ")", *_OPERATORS):
            what = f"{token!r} stands there" if token else "the query ends"
            advice = "; to find the word itself write it in lower case" if token in _OPERATORS else ""
            raise _wrong(start, f"a word is missing: {what}{advice}")
        if token in _QUOTES:
            end = next((n for n in range(start + 1, len(self._query)) if self._query[n] in _QUOTES), None)
            if end is None:
                raise _wrong(start, "the quotation mark is never closed: add one")
            text, start, self._place = self._query[start + 1 : end], start + 1, end + 1
        else:
            text = token
            if signed := _SIGNED.match(text):
                raise _wrong(start, f"{signed[0][0]!r} before a word is no operator: write AND or NOT")
        self._read += 1
        if self._read > MAX_PHRASES:
            raise _wrong(start, f"more than {MAX_PHRASES} words and phrases are not looked up: use fewer")
        phrase = _phrase(text, start, self._words)
        self._next()
        return Found(phrase)
