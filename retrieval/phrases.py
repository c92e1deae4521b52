"""The phrases that a question puts in quotation marks."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'(?<!\w)"[^"]*"|“[^”]*”|(?<!\w)‘[^‘’]*’(?!\w)')
_LENGTHS = range(2, 201)


def quoted_phrases(question: str) -> tuple[str, ...]:
    """Return what stands in double quotation marks, straight or curved, or in curved single ones; each once, in order.

    An apostrophe is no quotation mark: straight single ones are not looked at. Nor is the mark of inches, which follows
    a figure. What has fewer than 2 characters or more than 200 is no phrase.
    """
    found = (match[0][1:-1] for match in _QUOTED.finditer(question))
    return tuple(dict.fromkeys(phrase.strip() for phrase in found if len(phrase) in _LENGTHS and phrase.strip()))


def quoted_spans(question: str) -> tuple[tuple[int, int], ...]:
    """Return where the quotations of a question stand, however long, marks included: code points, the end excluded."""
    return tuple(match.span() for match in _QUOTED.finditer(question))
