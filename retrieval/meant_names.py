"""Bodies, ministers and askers that the words of a question name, misspelt ones included."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.departments import departments
from retrieval.folding import folded_name
from retrieval.names import NameBook
from retrieval.time_phrases import MONTHS

_MOST_WORDS = 12  # More than any name of a body has.
_MOST_CHARACTERS = 120
_KINDS_OF_BODY = frozenset("department ministry office".split())
_SMALL = frozenset("of for and".split())
_HONORIFICS = frozenset("sir dame mr mrs ms miss dr rt hon mp minister".split())
_NAMELESS = frozenset((*MONTHS, "lord", "lady", "baroness", "viscount", "earl"))
_SHORT = 3  # Abbreviations of fewer letters are words too, such as so and co.

# From what likeness on a word, and a whole name, is taken for another one misspelt; in [0, 1], by difflib.
_LIKE_WORD = 0.75
_LIKE_NAME = 0.85
_CLEARLY = 0.05  # By how much the nearest name must be nearer than the next.
_SURE_LETTERS = 4  # A word of fewer must be right, and so must the first letter of any.

_WORD = re.compile(r"[\w’'&-]+")
_JOINT = re.compile(r",? (?:and|or) (?:the )?")
_NAME_GOES_ON = re.compile(r",?\s(?=[\w(])")
# After a name the phrase must end, or go on as a question does: "according to Home Office guidance" names guidance.
_AFTER_NAME = re.compile(
    r"(?:[’']s?)?(?=$|[,.;:?!)\"”]|\s(?:about|on|regarding|concerning|since|in|from|after|before|between|during|until"
    r"|this|last|yesterday|today|to|with|that|what|whether|how|who|when|why|has|have|had|did|does|was|were|is|are)\b)"
)


# The names of a corpus are compared with many parts of a question.
_folded = lru_cache(maxsize=16_384)(folded_name)


@dataclass(frozen=True, slots=True)
class MeantName:
    """A name in a text. Primary key: `start` and `field`.

    Attributes:
        field: The filter that takes it: answering_body, minister or asker.
        value: The name, as the filter finds it.
        start: First code point in the text.
        end: Code point after the last.
        written: The words of the text, where they are another spelling of `value`; None where they name it.
    """

    field: str
    value: str
    start: int
    end: int
    written: str | None = None


def names_at(text: str, place: int, fields: Sequence[str], book: NameBook) -> tuple[MeantName, ...]:
    """Return the names, one or several joined by "and" or "or", that `text` gives from code point `place` on.

    Args:
        text: With single spaces between its words.
        place: Where the first name begins.
        fields: The filters that could be meant, the likeliest first.
        book: The names of the corpus.

    Returns:
        In order; none where no name that the corpus has stands there. The longest name is taken, and a right
        spelling before a wrong one.
    """
    ends = [end for end in _ends(text, place) if _AFTER_NAME.match(text, end)]
    spans = [(place, end) for end in reversed(ends)]
    for start, end in spans:
        if found := name_within(text, start, end, fields, book):
            return found
    for start, end in spans:
        for field in fields:
            if value := _misspelt(text[start:end], field, book, fields):
                return (MeantName(field, value, start, end, text[start:end]),)
    return ()


def name_within(
    text: str, start: int, end: int, fields: Sequence[str], book: NameBook, *, misspelt: bool = False
) -> tuple[MeantName, ...]:
    """Return the names that a part of `text` consists of, all in one filter; none where it is anything else."""
    for field in fields:
        if value := _known(text[start:end], field, book):
            return (MeantName(field, value, start, end),)
        parts = [
            MeantName(field, value, first, last)
            for first, last in _parts(text, start, end)
            if (value := _known(text[first:last], field, book))
        ]
        if len(parts) > 1:
            return tuple(parts)
    if misspelt:
        for field in fields:
            if value := _misspelt(text[start:end], field, book, fields):
                return (MeantName(field, value, start, end, text[start:end]),)
    return ()


def _ends(text: str, place: int) -> Iterator[int]:
    """Yield where each of the words from `place` on ends, up to the end of the sentence."""
    match = _WORD.match(text, place)
    for _ in range(_MOST_WORDS):
        if not match or match.end() - place > _MOST_CHARACTERS:
            return
        possessive = re.search(r"[’']s?$", match[0])
        yield match.start() + possessive.start() if possessive else match.end()
        goes_on = _NAME_GOES_ON.match(text, match.end())
        match = _WORD.match(text, goes_on.end()) if goes_on else None


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    joint = _JOINT.search(text, start, end)
    return [(start, joint.start()), (joint.end(), end)] if joint else []


def _known(words: str, field: str, book: NameBook) -> str | None:
    value = _body(words, book) if field == "answering_body" else _person(words, field, book)
    return value if value and book.knows(field, value) else None


def _body(words: str, book: NameBook) -> str | None:
    """Return the body of this name or abbreviation, or of these words of its name if they say that it is one."""
    asked = _folded(words)
    if not asked:
        return None
    for row in departments():
        for name in (row.name, *row.also):
            if _folded(name) == asked:
                return name
        for short in row.abbreviations:
            if _folded(short) == asked and (len(short) >= _SHORT or short in words):
                return short
    return _only(_with_words(asked, book.listed("answering_body"), whole=not _is_like_a_body(asked)))


def _is_like_a_body(asked: str) -> bool:
    words = set(asked.split())
    return bool(words & _KINDS_OF_BODY) and len(words - _SMALL) > 1


def _person(words: str, field: str, book: NameBook) -> str | None:
    """Return the one Member of this name; of a single word, only a surname does."""
    asked = " ".join(word for word in _folded(words).split() if word not in _HONORIFICS)
    if not asked or asked in _NAMELESS or asked.isdigit():
        return None
    found = _only(_with_words(asked, book.listed(field), whole=False))
    return found if found and (" " in asked or _folded(found).split()[-1] == asked) else None


def _with_words(asked: str, names: Sequence[str], *, whole: bool) -> list[str]:
    """Return the names that are `asked`, or if there are none and that will do, those that have all its words."""
    exact = [name for name in names if _folded(name) == asked]
    if exact or whole:
        return exact
    words = set(asked.split()) - _SMALL
    return [name for name in names if words <= set(_folded(name).split())]


def _only(names: list[str]) -> str | None:
    return names[0] if len(names) == 1 else None


def _misspelt(words: str, field: str, book: NameBook, fields: Sequence[str]) -> str | None:
    """Return the name that is clearly the nearest to misspelt words; None where there is none.

    Word for word and all in all the two must be alike; a name that the corpus knows in another place is none
    misspelt.
    """
    asked = [word for word in _folded(words).split() if word not in _HONORIFICS]
    others = ("answering_body", "minister", "asker")
    if len([word for word in asked if word not in _SMALL]) < 2:
        return None
    if any(_known(words, other, book) for other in others if other not in fields):
        return None
    names = book.listed(field)
    if field == "answering_body":
        names = [*names, *(name for row in departments() for name in (row.name, *row.also))]
    found = sorted(((_likeness(asked, name), name) for name in dict.fromkeys(names)), reverse=True)
    near = [(likeness, name) for likeness, name in found if likeness >= _LIKE_NAME and book.knows(field, name)]
    if not near or (len(near) > 1 and near[0][0] - near[1][0] < _CLEARLY):
        return None
    return near[0][1]


def _likeness(asked: list[str], name: str) -> float:
    """Return how alike two names are, in [0, 1]; 0 where a word of one is none of the other misspelt."""
    mine = [word for word in asked if word not in _SMALL]
    folded = [word for word in _folded(name).split() if word not in _HONORIFICS]
    others = [word for word in folded if word not in _SMALL]
    if len(mine) != len(others) or not all(map(_could_be, mine, others)):
        return 0.0
    return difflib.SequenceMatcher(None, " ".join(asked), " ".join(folded)).ratio()


def _could_be(word: str, other: str) -> bool:
    if word == other:
        return True
    if word[0] != other[0] or min(len(word), len(other)) < _SURE_LETTERS:
        return False
    return difflib.SequenceMatcher(None, word, other).ratio() >= _LIKE_WORD
