"""A question in plain words to the filters that it states, and the topic that is left of it.

The rule. Only explicit forms become filters: words that say who said something, where or when. What a question is
*about* never does, so that "Home Office delays", "Theresa May", "the Companies Act 2006" and "how many in 2023"
stay what they are: the topic.

1. **Who** is understood from a frame with which the question as a whole asks for what was said ("what has the Home
   Office said", "the Treasury's answers on", "what did Jess Phillips tell MPs"), or from "said by", "answered by",
   "according to", "asked by", "tabled by", "answers from" and "questions from" before a name, wherever they stand.
   A name counts only if the corpus has it. A body goes by its name or abbreviation, or by words of its name that
   include department, ministry or office; a Member by a full name, or after "by" a surname that only one has.
2. **Where** is understood from "asked in the Lords", "said in the Commons", "asked by peers" and the like; "the
   Lords" elsewhere is a topic.
3. **When** is understood only within such a form, and never from "how many ... since 2019", which asks for figures
   of that time:
   - next to the saying, or at the very start of the question: any time ("said in May 2025 about", "In 2024, what
     did ministers say about"). What follows must not go on with the time's last word: in "said in the 2023 Budget"
     2023 is a part of a name;
   - at the end of the question: only a time that reaches up to today ("since March 2026", "this year"). The words
     don't tell whether such a time belongs to the saying or to the topic ("about hotels opened since 2024"), but
     either way nothing was said of it before it began. "In 2023" at the end would be a guess: freshness prefers
     answers of that time, and leaves out none.
   One of several joined times ("in 2024 and 2025") makes no filter: it is half of what was meant.
   A time is that of the answer, or with "asked" and "tabled" that of the tabling. A month without a year is the
   latest that has begun. "May" is a month only where one of these forms has room for a month and for nothing else.
4. A filter that the user gave is never overridden nor loosened, and a guess that contradicts one is dropped. So is
   a time of which one end would be left out for a given one that lets in more.
5. A misspelt name counts in the same forms, if it is like one name of the corpus word by word and clearly liker to
   it than to any other.

A question as tabled ("To ask the Secretary of State ...") and words in quotation marks are taken as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from retrieval.filters import Filters
from retrieval.names import NameBook
from retrieval.records import House
from retrieval.sayings import Clue, Saying, sayings

_LONGEST = 1_000  # Code points: what is longer is a text that was pasted in, and no question in plain words.
_BEFORE_TOPIC = re.compile(r"^(?:about|on|regarding|concerning) ", re.IGNORECASE)
_NO_TOPIC = frozenset(
    "what which has have had did does do is are was were the a an of on in about any anything everything all and or "
    "said say please tell show find me list questions question answers answer statements".split()
)


@dataclass(frozen=True, slots=True)
class GuessedFilter:
    """A filter that the words of a question stand for. Primary key: `field`, `value`.

    Attributes:
        field: Its name in `Filters`.
        value: As a user would give it: a name of the corpus, or a day as YYYY-MM-DD.
        words: The words of the question that say so.
        start: Their first code point in the question.
        end: The code point after their last.
        name_given: The name as the question has it, where it was taken for `value` misspelt; else None.
    """

    field: str
    value: str
    words: str
    start: int
    end: int
    name_given: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question comes to.

    Attributes:
        filters: Those that were given, and the guessed ones.
        topic: The question without the words that were understood, for ranking; the whole of it where nothing
            else is left.
        guessed: The guessed filters, in the order of their words.
    """

    filters: Filters
    topic: str
    guessed: tuple[GuessedFilter, ...]


def understand(question: str, names: NameBook, given: Filters, today: date) -> Understood:
    """Return the filters that a question states in so many words, and its topic.

    Args:
        question: With single spaces between its words, as `SearchResult.query` has it.
        names: The names of the corpus.
        given: The filters that the user set.
        today: The day on which it is asked, which "last year" and "since March" go by.
    """
    if len(question) > _LONGEST:
        return Understood(given, question, ())
    filters, taken, removed = given, list[Clue](), list[tuple[int, int]]()
    for saying in sayings(question, names, today):
        clues = [one for one in saying.clues if _is_free(one.field, given, taken)]
        cut_off = {_time_of(one) for one in saying.clues if one not in clues and _is_cut_off(one, filters)}
        clues = [one for one in clues if _time_of(one) is None or _time_of(one) not in cut_off]
        if not (clues := _consistent(clues, filters)):
            continue
        filters = _with(filters, clues)
        taken += clues
        removed += _spans(saying, clues)
    guessed = [GuessedFilter(c.field, c.value, question[c.start : c.end], c.start, c.end, c.written) for c in taken]
    return Understood(
        filters, _without(question, removed), tuple(sorted(guessed, key=lambda one: (one.start, one.field)))
    )


def _is_free(field: str, given: Filters, taken: Iterable[Clue]) -> bool:
    return not getattr(given, field) and field not in {one.field for one in taken}


def _time_of(clue: Clue) -> str | None:
    """Return which time a clue is one end of, `answered` or `tabled`; None where it is of something else."""
    what, _, end = clue.field.rpartition("_")
    return what if end in ("from", "to") else None


def _is_cut_off(clue: Clue, filters: Filters) -> bool:
    """Return whether an end of a time is left out for one in `filters` that lets in more, so the other must be too."""
    if _time_of(clue) is None:
        return False
    held, day = getattr(filters, clue.field), date.fromisoformat(clue.value)
    return bool(held < day if clue.field.endswith("_from") else held > day)


def _consistent(clues: list[Clue], filters: Filters) -> list[Clue]:
    """Return the clues without those of a time that would end before it begins."""
    days = {one.field: date.fromisoformat(one.value) for one in clues if one.field.endswith(("_from", "_to"))}
    for what in ("answered", "tabled"):
        first = days.get(f"{what}_from") or getattr(filters, f"{what}_from")
        last = days.get(f"{what}_to") or getattr(filters, f"{what}_to")
        if first and last and first > last:
            clues = [one for one in clues if not one.field.startswith(what)]
    return clues


def _with(filters: Filters, clues: list[Clue]) -> Filters:
    changes: dict[str, object] = {}
    for one in clues:
        if one.field.endswith(("_from", "_to")):
            changes[one.field] = date.fromisoformat(one.value)
        else:
            value: tuple[str, ...] = (House(one.value) if one.field == "house" else one.value,)
            before = changes.get(one.field, ())
            changes[one.field] = (*(before if isinstance(before, tuple) else ()), *value)
    return replace(filters, **changes)  # type: ignore[arg-type]  # each is of its field's own type


def _spans(saying: Saying, clues: list[Clue]) -> list[tuple[int, int]]:
    """Return what the topic does without: the whole form, unless a part of it was not taken."""
    own = [(one.start, one.end) for one in clues]
    return own if len(clues) < len(saying.clues) else [(saying.start, saying.end), *own]


def _without(question: str, removed: list[tuple[int, int]]) -> str:
    if not removed:
        return question
    kept = "".join(
        " " if any(start <= place < end for start, end in removed) else letter for place, letter in enumerate(question)
    )
    left = _BEFORE_TOPIC.sub("", " ".join(kept.split()).strip(" ,;:-"))
    left = re.sub(r"[\s,;:]+(?=[?.!,;:])", "", left)
    words = set(re.findall(r"\w+", left.lower()))
    return left if words - _NO_TOPIC else question
