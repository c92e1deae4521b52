"""Short forms and the long forms that a corpus itself gives for them, such as "Invented Lantern Board (ILB)".

After Schwartz and Hearst 2003, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text": a
long form stands just before or within brackets, has at most min(|A| + 5, 2|A|) words for a short form of |A|
characters, and has those characters in their order, the first at the start of a word. Where the initials of its words
are the short form, that settles where it begins; else the shortest text that will do is taken, as they have it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from retrieval.errors import SnapshotDamaged

FEWEST_RECORDS = 2
"""Records that must give a long form: what one alone says may be a slip, or a name made up for one answer.

An answer with all the questions that it was given to is one of them, as a slip in it is one slip.
"""

MOST_LONG_FORMS = 3
LEAST_SHARE = 0.1
"""Of an ambiguous short form's mentions: a long form with fewer is not looked for."""

_COMMON_WORD_RECORDS = 3
_COMMON_WORD_SHARE = 0.02
_MOST_CHARACTERS = 10  # Of a short form, as Schwartz and Hearst have it.
_READ_BEFORE = 240  # Characters before a bracket: more than fifteen words take.
_NEVER_FIRST = frozenset("and of or the".split())
_SMALL = frozenset("a an and at by for from in into of on or the to with".split())

_BRACKETED = re.compile(r"\(([^()\n]{2,160})\)")
_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9&/.-]*", re.ASCII)
_CAPITAL = re.compile(r"[A-Z]")
_ROMAN = re.compile(r"[IVXLC]+")
_QUOTES = "\"'\u2018\u2019\u201c\u201d"
_LAST_WORD = re.compile(r"([A-Za-z0-9][A-Za-z0-9&/.-]*)\s*$", re.ASCII)
# Where a long form can't go on: an end of a sentence, a list, a line, or another bracket.
_BREAK = re.compile(r"[.;:!?\n()\[\]\u2022\u2013\u2014\"\u201c\u201d](?:\s|$)|[\n()\[\]\"\u201c\u201d]|\s-\s")
_POSSESSIVE = re.compile(r"(?:['\u2019]s|(?<=s)['\u2019])$")
_PART = re.compile(r"[A-Za-z0-9]+", re.ASCII)
# Not a part of an address: "www.ilb.example" has no word "ilb".
_LOWER_WORD = re.compile(r"(?<= )[a-z]{3,10}(?=[ ,;:?)]|\.(?!\w))")


@dataclass(frozen=True, slots=True)
class LongForm:
    """What a short form stands for. Primary key within an acronym: `words`.

    Attributes:
        words: In the spelling that most records have.
        records: How many records give it, in any spelling; those with the same answer count as one.
    """

    words: str
    records: int


@dataclass(frozen=True, slots=True)
class Acronym:
    """A short form with its long forms. Primary key: `short`.

    Attributes:
        short: In the spelling that most records have.
        long: The commonest first; at most `MOST_LONG_FORMS`.
        capitals: Whether it counts in capitals alone: in small letters it is another word, such as "act" or "it".
    """

    short: str
    long: tuple[LongForm, ...]
    capitals: bool


@dataclass(frozen=True, slots=True)
class Acronyms:
    """All that a corpus gives, by short form."""

    acronyms: tuple[Acronym, ...] = ()

    @classmethod
    def of(cls, records: Iterable[Sequence[str]]) -> Acronyms:
        """Find the short forms that at least `FEWEST_RECORDS` records explain alike.

        Args:
            records: The texts of each, in any order; those with the same answer as one.
        """
        shorts: dict[str, Counter[str]] = {}
        longs: dict[str, dict[str, Counter[str]]] = {}
        told: Counter[tuple[str, str]] = Counter()
        small: Counter[str] = Counter()
        for texts in records:
            said: set[tuple[str, str]] = set()
            for short, long in (pair for text in texts for pair in pairs_in(text)):
                key, meaning = folded_short(short), folded_long(long)
                said.add((key, meaning))
                shorts.setdefault(key, Counter())[_without_plural(short)] += 1
                longs.setdefault(key, {}).setdefault(meaning, Counter())[long] += 1
            told.update(said)
            small.update({word for text in texts for word in _LOWER_WORD.findall(text)})
        kept: dict[str, list[LongForm]] = {}
        for (key, meaning), records_of in told.items():
            if records_of >= FEWEST_RECORDS:
                kept.setdefault(key, []).append(LongForm(_commonest(longs[key][meaning]), records_of))
        return cls(
            tuple(
                Acronym(_commonest(shorts[key]), _best(kept[key]), _is_word(key, small, kept[key]))
                for key in sorted(kept)
            )
        )

    @classmethod
    def read(cls, path: Path) -> Acronyms:
        """Read what `write` wrote; there is none in a snapshot of before it was kept.

        Raises:
            SnapshotDamaged: If the file can't be read.
        """
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except FileNotFoundError:
            return cls()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise SnapshotDamaged(f"{path.name} can't be read ({error}): build again") from error

    def write(self, path: Path) -> None:
        """Write it as JSON, the same for the same records.

        Raises:
            OSError: If the disk is full or can't be written.
        """
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


def pairs_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield each short form that a text explains, with its long form, as the text spells them."""
    for found in _BRACKETED.finditer(text):
        inside = found[1].strip().strip(_QUOTES).strip().removeprefix("the ")
        before = text[max(0, found.start() - _READ_BEFORE) : found.start()]
        if _is_short(inside):
            long = long_form(inside, _BREAK.split(before.rstrip().rstrip(_QUOTES))[-1])
            if long:
                yield inside, long
        elif (last := _LAST_WORD.search(before)) and _is_short(last[1]) and long_form(last[1], inside) == inside:
            yield last[1], inside


def long_form(short: str, text: str) -> str | None:
    """Return the long form of `short` that ends `text`, or None.

    Args:
        short: Such as "ILB".
        text: What stands before it, within one sentence.
    """
    letters = "".join(_PART.findall(short)).lower()
    words = text.split()[-min(len(letters) + 5, 2 * len(letters)) :]
    found = _by_initials(letters, words) or _by_letters(letters, words)
    if not found or found[0].lower() in _NEVER_FIRST:
        return None
    long = _POSSESSIVE.sub("", " ".join(found).strip(",'\u2018\u2019"))
    own = folded_short(short)
    if len(long) <= len(short) or len(found) < 2 or any(folded_short(word.strip(",")) == own for word in found):
        return None
    return long


def folded_short(short: str) -> str:
    """Return what spellings of a short form have in common: "ILBs", "I.L.B." and "ilb" are one."""
    return _without_plural(short).replace(".", "").lower()


def folded_long(long: str) -> str:
    """Return what spellings of a long form have in common: all but case, plural, "&", hyphens, and "z" for "s"."""
    plain = re.sub("['\u2019]", "", long.replace("&", " and ")).lower().replace("iz", "is")
    words = _PART.findall(plain)
    return " ".join(singular(word) for word in words if word != "the")


def singular(word: str) -> str:
    """Return a word in lower case without its plural ending, roughly: the same for both numbers is what matters."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _is_short(text: str) -> bool:
    """Whether a text can be a short form: two capitals at least, and not the number of a paragraph or a chapter."""
    if not _SHORT.fullmatch(text) or not 2 <= len(text) <= _MOST_CHARACTERS or _ROMAN.fullmatch(text):
        return False
    return len(_CAPITAL.findall(text)) * 2 >= max(4, sum(one.isalpha() for one in text.removesuffix("s")))


def _without_plural(short: str) -> str:
    return short[:-1] if short.endswith("s") and short[:-1].isupper() else short


def _by_initials(letters: str, words: Sequence[str]) -> list[str] | None:
    """Return the last of `words` whose initials are the letters; small words and a last plural s need none."""
    for wanted in (letters, letters.removesuffix("s")):
        for first in range(len(words) - 1, -1, -1):
            begins = words[first][:1].lower() == wanted[:1] and words[first] not in _SMALL
            if begins and _are_initials(wanted, words[first:]):
                return list(words[first:])
    return None


def _are_initials(letters: str, words: Sequence[str]) -> bool:
    initials = [(part[0].lower(), part.lower() in _SMALL) for word in words for part in _PART.findall(word)]
    places = {0}  # How many letters may be found so far: a small word may give one or none.
    for initial, is_small in initials:
        on = {place + 1 for place in places if letters[place : place + 1] == initial}
        places = places | on if is_small else on
    return len(letters) in places


def _by_letters(letters: str, words: Sequence[str]) -> list[str] | None:
    """Return the last of `words` that has the letters in their order, the first at the start of a word."""
    text = " ".join(words)
    lower, place = text.lower(), len(text) - 1
    for number in range(len(letters) - 1, -1, -1):
        while place >= 0 and (lower[place] != letters[number] or (number == 0 and lower[place - 1 : place].isalnum())):
            place -= 1
        if place < 0:
            return None
        place -= 1
    return text[text.rfind(" ", 0, place + 1) + 1 :].split()


def _best(longs: Sequence[LongForm]) -> tuple[LongForm, ...]:
    ordered = sorted(longs, key=lambda one: (-one.records, one.words))
    least = LEAST_SHARE * sum(one.records for one in longs)
    return tuple(one for one in ordered[:MOST_LONG_FORMS] if one.records >= least)


def _is_word(key: str, small: Counter[str], longs: Sequence[LongForm]) -> bool:
    """Whether a short form in small letters is rather a word: too short to tell, or common in the corpus as one."""
    if len(key) < 3:
        return True
    return small[key] >= max(_COMMON_WORD_RECORDS, _COMMON_WORD_SHARE * sum(one.records for one in longs))


def _commonest(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda one: (-spellings[one], one))
