"""Which of the days in a sentence belongs to which of the UINs in it, and which stands for an answer by itself."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.named_uins import UinList
from retrieval.records import Genre
from retrieval.written_days import WrittenDay


@dataclass(frozen=True, slots=True)
class DayOf:
    """A UIN and its day, either of which may not be told, but not both.

    Attributes:
        uin: None for an answer or a statement that only its day tells.
        genre: Answer or statement.
        day: None where the sentence gives none, or several that can't be told apart.
        is_tabled: The day is that on which the question was tabled, not answered.
        start: First code point of the number, else of the day.
        end: Code point after its last.
    """

    uin: str | None
    genre: Genre
    day: WrittenDay | None
    is_tabled: bool
    start: int
    end: int


# No pattern looks farther than this back or ahead of a number or a day, in code points.
_REACH = 240
_REPLY = r"(?:answers?|repl(?:y|ies)|responses?)"
# "Question UIN 15306 on 29 February", "(UIN 15306), which was answered by my predecessor on the 3rd of May"
_DAY_AFTER = re.compile(
    r"[)\],’'\"\s]{0,4}(?:which |that )?(?:was |were |I )?"
    r"(?:answered|given|gave|provided|published|made|submitted|(?P<tabled>tabled|asked))?"
    r"(?: (?:to|by) [^.;\d]{1,80}?)?[,(]?\s?(?:on|of|dated)?\s?(?:the |\w+day,? ){0,2}",
    re.IGNORECASE,
)
_TABLED_BEFORE = re.compile(r"\b(?:tabled|asked)(?: on| of)?(?: the| \w+day,?)?\s$", re.IGNORECASE)
# "the Answer of 25 July 2023 to Question"
_BOUND_BEFORE = re.compile(rf"\b{_REPLY}(?: \w+){{0,3}}? (?:of|on|dated)(?: the| \w+day,?)?\s$", re.IGNORECASE)
_TO = re.compile(r"[,)]?\s(?:to|on|in)\b", re.IGNORECASE)
_ANOTHER = re.compile(rf"\b{_REPLY}\b|\bstatements?\b", re.IGNORECASE)

_AND = re.compile(r"\s?(?:,|,? and|&)\s(?:of )?(?:the )?", re.IGNORECASE)
_REFERENCE = (
    r"\b(?:refer(?:s|red|ring|ence[sd]?)?|pursuant|further to|following|in (?:light|view) of|in (?:my|our|his|her)"
    r"|(?:said|stated|set out|mentioned|noted|outlined|given|provided|explained|contained|confirmed) in)\b"
)
_OF_DAY = r"(?:on|of|dated|from)(?: the| \w+day,?){0,2}\s$"
_ANSWER_OF_DAY = re.compile(
    rf"{_REFERENCE}.{{0,100}}?\b{_REPLY}\b"
    rf"(?: (?:I|we|he|she|given|gave|provided|made|to|by|from|that|which|was)\b.{{0,120}}?)? {_OF_DAY}",
    re.IGNORECASE,
)
_STATEMENT_OF_DAY = re.compile(r"\b(?:written (?:ministerial )?statements?|WMS)\b.{0,120}?\b" + _OF_DAY, re.IGNORECASE)
# What is said of an answer that is not a written one.
_NOT_WRITTEN = re.compile(
    r"\b(?:oral\w*|urgent|letters?|correspondence|consultation|committee|inquiry|report|debate|petition"
    r"|government(?:['’]s)? response|freedom of information|FOI|e-?mail|meeting|topical)\b",
    re.IGNORECASE,
)
_IN_HANSARD = re.compile(r"[,\s(]{0,3}(?:official report|hansard|HC deb|col)", re.IGNORECASE)


def days_of(text: str, lists: Sequence[UinList], days: Sequence[WrittenDay], start: int = 0) -> Iterator[DayOf]:
    """Yield each UIN of one sentence with its day, then each day that stands for an answer without a number.

    Args:
        text: The text that the sentence is in.
        lists: The UINs of the sentence, in its order; places are those in `text`.
        days: Its days, in its order.
        start: First code point of the sentence.
    """
    claimed: set[WrittenDay] = set()
    before: UinList | None = None
    last: tuple[tuple[WrittenDay, ...], bool] = ((), False)
    for one in lists:
        first = bisect_left(days, one.start - _REACH, key=lambda day: day.start)
        near = days[first : bisect_right(days, one.end + _REACH, key=lambda day: day.start)]
        found, is_tabled = _days_for(text, one, before, [day for day in near if day not in claimed])
        if not found and before is not None and _carries_on(text, before, one):
            found, is_tabled = last[0][-1:], last[1]
        claimed.update(found)
        for uin, day in zip(one.uins, _one_each(found, len(one.uins)), strict=True):
            yield DayOf(uin.uin, uin.genre, day, is_tabled, uin.start, uin.end)
        before, last = one, (found, is_tabled)
    for day in days:
        genre = None if day in claimed else _genre_of_day(text, day, start)
        if genre is not None:
            yield DayOf(None, genre, day, is_tabled=False, start=day.start, end=day.end)


def _carries_on(text: str, before: UinList, one: UinList) -> bool:
    """Say whether a list goes on from the one before: "Question 1 on ferries and Question 2 on quays"."""
    return one.start - before.end <= _REACH and not _ANOTHER.search(text, before.end, one.start)


def _one_each(days: Sequence[WrittenDay], count: int) -> Sequence[WrittenDay | None]:
    """Return a day for each of a list's UINs: the only one, or one each; none where there is no telling."""
    if len(days) == count:
        return days
    return tuple(days) * count if len(days) == 1 else (None,) * count


def _days_for(
    text: str, one: UinList, before: UinList | None, days: Sequence[WrittenDay]
) -> tuple[tuple[WrittenDay, ...], bool]:
    """Return the days that a list of UINs has, and whether they are those of tabling."""
    floor = max(before.end if before else 0, one.start - _REACH)
    earlier = [day for day in days if floor <= day.start and day.end <= one.start]
    earlier = _last_list(text, earlier)
    later = next((day for day in days if day.start >= one.end), None)
    inside = tuple(day for day in days if one.start <= day.start < one.end)
    if inside:
        # "Questions 506 on 12 April and 501 on 29 February": each number has the day after it, or none is certain.
        return (*inside, *([later] if later and _follows(text, one, later) else [])), False
    if earlier:
        lead = text[max(0, earlier[0].start - _REACH) : earlier[0].start]
        is_bound = bool(_BOUND_BEFORE.search(lead) or _TO.match(text, earlier[0].end))
        if is_bound or not _follows(text, one, later):
            return tuple(earlier), _TABLED_BEFORE.search(lead) is not None
    if later is not None and (after := _follows(text, one, later)):
        same = tuple(day for day in days if day.start == later.start)
        return same, after["tabled"] is not None
    return (), False


def _last_list(text: str, days: Sequence[WrittenDay]) -> list[WrittenDay]:
    """Return the last day and those that it is listed with: "4 and 11 November", "4 June 2024 and 11 July 2024"."""
    found = list(days[-1:])
    for day in reversed(days[:-1]):
        if day.start != found[0].start and not _AND.fullmatch(text, day.end, found[0].start):
            break
        found.insert(0, day)
    return found


def _follows(text: str, one: UinList, day: WrittenDay | None) -> re.Match[str] | None:
    """Return the words between a list and a day where they bind them, else None."""
    if day is None or day.start - one.end > _REACH:
        return None
    return _DAY_AFTER.fullmatch(text, one.end, day.start)


def _genre_of_day(text: str, day: WrittenDay, start: int) -> Genre | None:
    """Return what a day without a number stands for, or None where it is just a day."""
    lead = text[max(start, day.start - _REACH) : day.start]
    if _TABLED_BEFORE.search(lead):
        return None
    for pattern, genre in ((_STATEMENT_OF_DAY, Genre.STATEMENT), (_ANSWER_OF_DAY, Genre.ANSWER)):
        match = pattern.search(lead)
        if match and not _NOT_WRITTEN.search(match[0]) and not _IN_HANSARD.match(text, day.end):
            return genre
    return None
