"""What a tabled question asks and whom it is put to, parted at the formula that it opens with."""

from __future__ import annotations

import re

# "To ask the Secretary of State for Environment, Food and Rural Affairs, what": the name may hold commas, but
# what is asked begins with a small letter, and no word that begins a question is in a name. The Lords' formula has
# no comma: "To ask His Majesty's Government what".
_ASKS = r"\b(?i:what|how|whether|if|when|which|who|why|where|pursuant|with reference|further to)\b"
_FORMULA = re.compile(
    rf"^To ask (?:H(?:is|er) Majesty['’]s Government,? |(?:(?!{_ASKS}).){{3,200}}?, (?=[a-z]))", re.DOTALL
)


def without_formula(question: str) -> str:
    """Return a question from the first word of what is asked.

    Args:
        question: As tabled, on one line.

    Returns:
        "what steps she is taking ..." for "To ask the Secretary of State for Transport, what steps she is
        taking ..."; a question that opens otherwise is returned as it is.
    """
    return _FORMULA.sub("", question, count=1)


def addressee(question: str) -> str | None:
    """Return whom a question is put to, folded, or None where it opens otherwise.

    Args:
        question: As tabled, on one line.

    Returns:
        "secretary of state for transport" for "To ask the Secretary of State for Transport, what ...".
    """
    opening = _FORMULA.match(question)
    if opening is None:
        return None
    return opening[0].removeprefix("To ask ").removeprefix("the ").rstrip(", ").casefold().replace("’", "'")
