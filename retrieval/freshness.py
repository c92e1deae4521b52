"""Whether a question asks for now or names a time, and by how much that favours an answer of a given day.

A time that is named makes a preference and no filter: whether "in 2023" is when something was said or what the
figures are of can't be known from the words, and figures of a year are often given in the next.

Words that look like now and aren't are left alone: an electric current, "until now", "at the latest", "in recent
years", "recently bereaved", "what recent discussions has he had". So is a day on which a document is said to have
been published or the like, a year that is part of a name ("the Companies Act 2006", "Budget 2024") and one still to
come ("by 2030"). Where a question asks for now and names a time too ("what is the current rate, compared with
2019"), now decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from retrieval.time_phrases import TimePhrase, time_phrases

FRESHNESS_WEIGHT = 0.05
"""What a bonus of 1 adds to a score. Provisional, until it is chosen by measurement."""

HALF_LIFE_DAYS = 365
"""Days by which an answer is older than the newest one for half the bonus; by judgement, not by measurement."""


class FreshnessKind(StrEnum):
    """Which answers a question prefers: `none` in particular, `recent` ones, or those of a `period`."""

    NONE = "none"
    RECENT = "recent"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Freshness:
    """The time that a question asks for.

    Attributes:
        kind: Whether recent answers are preferred, those of a period, or neither.
        words: The words of the question that say so, in its order.
        first: First day of the period; None where it has no beginning, or for another kind.
        last: Last day of the period; None where it goes on, or for another kind.
    """

    kind: FreshnessKind
    words: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


NO_PREFERENCE = Freshness(FreshnessKind.NONE)
"""That of a question that says nothing of time."""

_RECENT = re.compile(
    r"\b(?:current(?:ly)?|(?:the )?latest|newest|most recent(?:ly)?|recent(?:ly)?|now(?:adays)?|today|at present"
    r"|presently|at the moment|up[- ]to[- ]date|(?:so far )?this (?:year|month|week))\b",
    re.IGNORECASE,
)
# Where such a word is part of something else.
_OTHERWISE = re.compile(
    r"\b(?:(?:electric(?:al)?|alternating|direct|eddy|tidal|ocean|sea|river|rip|air|gulf|water) current"
    r"|current (?:accounts?|affairs|expenditure|prices|transformers?)"
    r"|(?:current|recent) (?:and|or) (?:former|future|past|previous)"
    r"|(?:former|future|past|previous) (?:and|or) (?:current|recent)"
    r"|(?:until|till|up to|by|before|from|even|every) (?:now|today)|now (?:that|and again|and then)|today programme"
    r"|at the latest|recent (?:years|decades)"
    r"|recently (?:arrived|bereaved|born|deceased|diagnosed|divorced|qualified|released|retired|separated|widowed))\b",
    re.IGNORECASE,
)

# "What recent discussions she has had" is how questions are tabled, and asks for nothing newer than others do.
_AS_TABLED = re.compile(
    r"\b(?<!most )recent(?: and \w+)?(?: \w+)? (?:discussions?|conversations?|assessments?|estimates?|meetings?|steps"
    r"|representations|progress|consultations?|correspondence|talks|engagements?)(?: (?:and|or) \w+)? (?:that )?"
    r"(?:(?:he|she|they|(?:ministers?|officials|his|her|their|the)\b[\w’', ()-]{0,100}?) )?(?:has|have|had)\b",
    re.IGNORECASE,
)
# A day on which something was published is no day of answers.
_DATE_OF_DOCUMENT = re.compile(
    r"\b(?:published|updated|dated|announced|made)(?: (?:by|in|to)(?: [\w’'-]+){1,5}?)? $", re.IGNORECASE
)


def freshness_of(question: str, today: date) -> Freshness:
    """Return the time that a question asks for.

    Args:
        question: As the user wrote it.
        today: The day on which it is asked.

    Returns:
        `recent` where a word asks for now; else `period` where times are named, from the first day of the
        earliest to the last of the latest; else, or where the times leave no day out, `NO_PREFERENCE`.
    """
    text = " ".join(question.split())
    otherwise = [match.span() for form in (_OTHERWISE, _AS_TABLED) for match in form.finditer(text)]
    recent = tuple(match[0] for match in _RECENT.finditer(text) if not _overlaps(otherwise, match.start(), match.end()))
    if recent:
        return Freshness(FreshnessKind.RECENT, recent)
    named = [
        phrase
        for phrase in time_phrases(text, today)
        if phrase.is_dated and not _overlaps(otherwise, phrase.start, phrase.end) and not _is_of_document(text, phrase)
    ]
    first, last = _first(named), _last(named)
    if first is None and last is None:
        return NO_PREFERENCE
    words = tuple(text[phrase.start : phrase.end] for phrase in named)
    return Freshness(FreshnessKind.PERIOD, words, first, last)


def freshness_bonus(freshness: Freshness, answered: NDArray[np.datetime64], newest: date | None) -> NDArray[np.float32]:
    """Return what each answer gains by its day, before `FRESHNESS_WEIGHT`.

    For `recent`, half as much for every `HALF_LIFE_DAYS` that it is older than the newest answer of the corpus: by
    the clock, all answers of a corpus that was not kept up would be equally old. For `period`, 1 within and 0 outside.

    Args:
        freshness: What the question asks for.
        answered: The day of each answer, shape (n,), datetime64[D]; NaT where it is not known.
        newest: The day of the newest answer in the corpus; None where none is known.

    Returns:
        Shape (n,), float32, in [0, 1]; 0 where the day is not known.
    """
    bonus = np.zeros(len(answered), dtype=np.float32)
    known = ~np.isnat(answered)
    if freshness.kind is FreshnessKind.PERIOD:
        after = known if freshness.first is None else answered >= np.datetime64(freshness.first, "D")
        before = known if freshness.last is None else answered <= np.datetime64(freshness.last, "D")
        bonus[known & after & before] = 1.0
    elif freshness.kind is FreshnessKind.RECENT and newest is not None:
        age = (np.datetime64(newest, "D") - answered[known]) / np.timedelta64(1, "D")
        bonus[known] = 0.5 ** (np.maximum(age, 0) / HALF_LIFE_DAYS)
    return bonus


def _overlaps(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < last and first < end for first, last in spans)


def _is_of_document(text: str, phrase: TimePhrase) -> bool:
    is_on_day = phrase.first == phrase.last and text[phrase.start :].lower().startswith("on ")
    return is_on_day and _DATE_OF_DOCUMENT.search(text[: phrase.start]) is not None


def _first(named: list[TimePhrase]) -> date | None:
    days = [phrase.first for phrase in named]
    return None if None in days else min((day for day in days if day), default=None)


def _last(named: list[TimePhrase]) -> date | None:
    days = [phrase.last for phrase in named]
    return None if None in days else max((day for day in days if day), default=None)
