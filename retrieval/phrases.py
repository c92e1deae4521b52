"""The phrases that a question puts in quotation marks."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"([^"]{2,200})"|“([^”]{2,200})”|(?<!\w)‘([^‘’]{2,200})’(?!\w)')


def quoted_phrases(question: str) -> tuple[str, ...]:
    """Return what stands in double quotation marks, straight or curved, or in curved single ones; each once, in order.

    An apostrophe is no quotation mark: straight single ones are not looked at.
    """
    found = (next(group for group in match.groups() if group) for match in _QUOTED.finditer(question))
    return tuple(dict.fromkeys(phrase.strip() for phrase in found if phrase.strip()))


def quoted_spans(question: str) -> tuple[tuple[int, int], ...]:
    """Return where the quoted phrases of a question stand, quotation marks included: code points, the end excluded."""
    return tuple(match.span() for match in _QUOTED.finditer(question))
