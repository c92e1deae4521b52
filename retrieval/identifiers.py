"""A question that is about nothing but numbers of questions or statements, such as "UIN 14635" or "HCWS487"."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"HL\d{1,6}|H[CL]WS\d{1,5}|\d{3,7}", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
# What people write around a number without asking for anything else.
_AROUND = frozenset(
    "a and answer answers find for get give in is me no number numbers of or parliamentary pq pqs question questions "
    "reply response show statement statements the to uin uins was what where wq written".split()
)


def identifiers_in(question: str) -> tuple[str, ...]:
    """Return the numbers that a question is about, as Parliament writes them; none where it asks for anything else.

    A number among other words ("pursuant to the Answer to Question 14635, what steps ...") is left alone: what is
    asked for then is another answer. So is a year that stands alone, unless a word such as UIN comes with it.
    """
    words = _WORD.findall(question)
    numbers = [word for word in words if _IDENTIFIER.fullmatch(word)]
    others = [word.lower() for word in words if not _IDENTIFIER.fullmatch(word)]
    if not numbers or not all(word in _AROUND for word in others):
        return ()
    if not others and len(numbers) == 1 and re.fullmatch(r"(?:19|20)\d\d", numbers[0]):
        return ()
    return tuple(dict.fromkeys(number.upper() for number in numbers))
