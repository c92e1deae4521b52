"""What a text must have in it for a regular expression to match, so that most texts need not be searched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

# In the standard library without a documented interface: what of its findings is not known here is passed over.
_PARSER: Final = import_module("re._parser")

# `re` takes these for "i" where case is ignored; folding the case of a text leaves them apart.
_LIKE_I: Final = ("\u0130", "\u0131")

_ASCII: Final = 128  # Ignoring the case of other letters is a science: a piece ends at one.

_LONG_ENOUGH: Final = 4  # Longer pieces are hardly rarer.


def needed_in(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return pieces of text, one of which is in every text that a pattern matches, case folded.

    Args:
        pattern: Compiled with or without regard to case.

    Returns:
        The pieces; none where no piece is certain, so that every text has to be searched.
    """
    return tuple(sorted(_pieces(_PARSER.parse(pattern.pattern, pattern.flags)), key=lambda piece: (len(piece), piece)))


def foldable(text: str) -> str | None:
    """Return a text in which the pieces can be looked for; None where `re` ignores case in another way."""
    return None if any(letter in text for letter in _LIKE_I) else text.casefold()


def _pieces(items: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """Return pieces of which any match of a parsed expression has one; empty where none is certain."""
    best, run = frozenset[str](), ""
    for kind, of in (*items, (None, None)):
        name = str(kind)
        if name == "LITERAL" and of < _ASCII:
            run += chr(of)
            continue
        if run:
            best, run = _rarer(best, frozenset({run.casefold()})), ""
        if name == "SUBPATTERN":
            best = _rarer(best, _pieces(of[-1]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and of[0] >= 1:
            best = _rarer(best, _pieces(of[2]))
        elif name == "BRANCH":
            branches = [_pieces(branch) for branch in of[1]]
            if all(branches):
                best = _rarer(best, frozenset[str]().union(*branches))
    return best


def _rarer(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Return that of two sets of pieces which fewer texts are likely to have; any set before an empty one."""
    return max(one, other, key=lambda pieces: (min((_LONG_ENOUGH, *map(len, pieces))) if pieces else 0, -len(pieces)))
