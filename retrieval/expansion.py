"""What a question is looked up by beside its own words: the long form of a short one that it has, or the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.acronyms import Acronym, Acronyms, folded_long, folded_short
from retrieval.phrases import quoted_spans

_TOKEN = re.compile(r"&(?=\s)|[A-Za-z0-9](?:[A-Za-z0-9&/.-]*[A-Za-z0-9])?(?:['\u2019]s?(?!\w))?")
_PART = re.compile(r"[A-Za-z0-9]+")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_PLAIN = re.compile(r"[A-Za-z0-9]{2,}")
_QUOTED = '"'  # In the place of a word that is meant as it stands: no long form has it, nor goes across it.
_UNTOLD = 2  # Tokens such as "the" that a question may have within a long form.
_SHOUTED_WORDS = 4
"""So many words in capitals throughout: they say nothing of which one is a short form."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words that were looked for because the question has others for the same thing.

    Primary key within a response: `start` and `added`.

    Attributes:
        words: The words of `query` that stand for it.
        added: What was looked for beside them, as answers in the corpus write it.
        start: The first code point of `words` in `query`.
        end: The code point after their last.
    """

    words: str
    added: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Token:
    folded: str
    start: int
    end: int


class Expander:
    """Finds the short and the long forms of one corpus in questions.

    Args:
        acronyms: Those that the corpus gives.
    """

    def __init__(self, acronyms: Acronyms) -> None:
        """Put them in order to be looked up."""
        self._of_short = {folded_short(one.short): one for one in acronyms.acronyms}
        self._of_long: dict[str, tuple[int, str]] = {}
        for one in acronyms.acronyms:
            for long in one.long:
                key = folded_long(long.words)
                # Of two short forms of one thing, that which more records give.
                self._of_long[key] = max(self._of_long.get(key, (0, "")), (long.records, one.short))
        self._most_tokens = max((key.count(" ") + 1 for key in self._of_long), default=0) + _UNTOLD

    def expansions(self, question: str) -> tuple[Expansion, ...]:
        """Return what to look for beside the words of a question, in the order of those words.

        A short form stands for all of its long forms, and a long form, in either number, for its short one. Nothing
        within quotation marks counts, as those words are meant as they stand; nor what the question says itself.

        Args:
            question: With single spaces between its words, as `SearchResult.query` has it.
        """
        if not self._of_short:
            return ()
        tokens = list(_tokens(question))
        said = {folded_short(question[one.start : one.end]) for one in tokens}
        found = [*self._of_shorts(question, tokens), *self._of_longs(question, tokens)]
        there = {folded_long(one.words) for one in found}
        first: dict[str, Expansion] = {}
        for one in sorted(found, key=lambda one: one.start):
            # The lexical index would take "R&D" for two letters.
            is_looked_up = " " in one.added or _PLAIN.fullmatch(one.added)
            if is_looked_up and folded_long(one.added) not in there and folded_short(one.added) not in said:
                first.setdefault(one.added, one)
        return tuple(first.values())

    def _of_shorts(self, question: str, tokens: Sequence[_Token]) -> Iterator[Expansion]:
        is_shouted = question.count(" ") + 1 >= _SHOUTED_WORDS and question.upper() == question
        for token in tokens:
            for start, end in _parts(question, token) if token.folded != _QUOTED else ():
                written = question[start:end]
                one = self._of_short.get(folded_short(written))
                if one and (not one.capitals or (_is_in_capitals(written, one) and not is_shouted)):
                    yield from (Expansion(written, long.words, start, end) for long in one.long)
                    break

    def _of_longs(self, question: str, tokens: Sequence[_Token]) -> Iterator[Expansion]:
        place = 0
        while place < len(tokens):
            last, short = self._longest(tokens[place : place + self._most_tokens])
            if short:
                start, end = tokens[place].start, tokens[place + last].end
                yield Expansion(question[start:end], short, start, end)
            place += last + 1

    def _longest(self, tokens: Sequence[_Token]) -> tuple[int, str]:
        """Return the last of the tokens that begin with a long form, which is as long as can be, and its short one."""
        last, short, key = 0, "", ""
        for place, token in enumerate(tokens if tokens[0].folded else ()):
            key = f"{key} {token.folded}".rstrip() if place else token.folded
            if place and token.folded and key in self._of_long:
                last, short = place, self._of_long[key][1]
        return last, short


def _tokens(question: str) -> Iterator[_Token]:
    closed = quoted_spans(question)
    for found in _TOKEN.finditer(question):
        written = _POSSESSIVE.sub("", found[0])
        start, end = found.start(), found.start() + len(written)
        is_quoted = any(first < end and start < last for first, last in closed)
        yield _Token(_QUOTED if is_quoted else folded_long(written), start, end)


def _parts(question: str, token: _Token) -> Iterator[tuple[int, int]]:
    """Yield where a token stands, and then each of the words that a hyphen or a stroke joins in it."""
    yield token.start, token.end
    for found in _PART.finditer(question, token.start, token.end):
        yield found.span()


def _is_in_capitals(written: str, acronym: Acronym) -> bool:
    plain = written.removesuffix("s")
    return plain.isupper() or plain == acronym.short
