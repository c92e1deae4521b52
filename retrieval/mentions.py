"""What a question or an answer says of other written answers and written statements: which, of what day, and where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import takewhile
from typing import TypeVar

from retrieval.mention_days import DayOf, days_of
from retrieval.named_uins import NamedUin, UinList, named_uins
from retrieval.official_pages import OfficialPage, house_of_uin, official_page, pages_written_out
from retrieval.records import Genre, House, Link, Record
from retrieval.written_days import WrittenDay, allowed_until, written_days


class MentionRole(StrEnum):
    """How a record names another: its answer refers to it, or its question follows it up."""

    REFERS_TO = "refers_to"
    FOLLOWS = "follows"


@dataclass(frozen=True, slots=True)
class Mention:
    """One written answer or statement that a record names. Primary key: the record, `role`, `block`, `start`, `uin`.

    Attributes:
        role: `refers_to` in an answer or a statement, `follows` in a question.
        genre: What is named.
        house: Where its number or its link tells, or the words beside it name the House of Commons; None for
            any other bare number, which is the Commons' form but is now and then a Lords number without its letters.
        uin: In upper case, as records have it; None where the text gives a day and no number.
        answered: The day on which, as the text says, it was answered or made.
        tabled: The day in the link to its page, which is the day tabled of a question and the day made of a
            statement; or the day on which the text says that it was tabled.
        url: The link to its page.
        block: 0-based index of the block of the answer; None in the question.
        start: First code point of the number, or of the words of the link or the day, in the text of the block or
            of the question.
        end: Code point after its last.
        year_is_inferred: The text gives the day without its year, and the last such day before it is meant.
    """

    role: MentionRole
    genre: Genre = Genre.ANSWER
    house: House | None = None
    uin: str | None = None
    answered: date | None = None
    tabled: date | None = None
    url: str | None = None
    block: int | None = None
    start: int = 0
    end: int = 0
    year_is_inferred: bool = False


@dataclass(frozen=True, slots=True)
class _Text:
    role: MentionRole
    words: str
    links: tuple[Link, ...]
    block: int | None
    latest: date | None


@dataclass(frozen=True, slots=True)
class _Linked:
    start: int
    end: int
    url: str
    page: OfficialPage


_Pages = dict[tuple[Genre, str], _Linked]
_Placed = TypeVar("_Placed", UinList, WrittenDay)

_HINT = re.compile(r"question|pq|uin|H[CL]WS|HL\d|answer|repl[yi]|respon[sd]|statement|\bWMS\b", re.IGNORECASE)
_MOST_DAYS = 20
# How far before a number the name of its House may stand, in code points.
_HOUSE_REACH = 80
_HOUSE_BEFORE = re.compile(r"\b(?:House of (?:Commons|Lords)|H[CL])\b(?=[^.;?!]*$)")
_COMMONS_AFTER = re.compile(r"[)\s]{1,2}(?:of|in) the House of Commons\b")
_DIGIT = re.compile(r"\d", re.ASCII)
# A point after "hon.", "Rt." or "Mr." doesn't end a sentence.
_SENTENCE_END = re.compile(
    r"(?<![Hh]on)(?<!\bRt)(?<!\bNo)(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)[.?!][\"”’)\]]{0,2}\s(?=[\"“‘(\[]?[A-Z0-9])"
)


def mentions_of(record: Record) -> tuple[Mention, ...]:
    """Return the other written answers and statements that `record` names, one mention a target.

    The question comes first, then the answer, each in the order of its text. A mention of the record itself is
    left out, and so is the text of attachments. What has neither a number nor a day nor a link is not told apart
    from talk of answers in general, and is no mention.
    """
    answered = allowed_until(record.answered, record.due, record.tabled)
    texts = [_Text(MentionRole.FOLLOWS, record.question, (), None, record.tabled)]
    texts += [
        _Text(MentionRole.REFERS_TO, block.text, block.links, index, answered)
        for index, block in enumerate(record.answer)
        if not block.attachment
    ]
    found = (mention for text in texts for mention in _mentions_in(text))
    return tuple(mention for mention in _one_a_target(found) if not _is_of(record, mention))


def _mentions_in(text: _Text) -> Iterator[Mention]:
    has_page = any(official_page(link.url) for link in text.links)
    if not has_page and not (_DIGIT.search(text.words) and _HINT.search(text.words)):
        return
    pages: _Pages = {}
    for linked in _pages(text):
        pages.setdefault((linked.page.genre, linked.page.uin), linked)
    days = written_days(text.words)
    lists = _lists(text.words, tuple(pages.values()), days)
    breaks = [match.end() for match in _SENTENCE_END.finditer(text.words)]
    lists_of, days_in = _by_sentence(lists, breaks), _by_sentence(days, breaks)
    for number in sorted(lists_of.keys() | days_in.keys()):
        start = breaks[number - 1] if number else 0
        told = days_of(text.words, lists_of.get(number, ()), days_in.get(number, ()), start)
        yield from (_mention(text, day_of, pages) for day_of in told)


def _by_sentence(found: Sequence[_Placed], breaks: Sequence[int]) -> dict[int, list[_Placed]]:
    """Return what was found by the number of its sentence, where sentences end at `breaks`."""
    grouped: dict[int, list[_Placed]] = defaultdict(list)
    for one in found:
        grouped[bisect_right(breaks, one.start)].append(one)
    return grouped


def _pages(text: _Text) -> Iterator[_Linked]:
    """Yield the links to official pages, then the addresses of such pages written out."""
    at = 0
    for link in text.links:
        start = text.words.find(link.text, at)
        page = official_page(link.url)
        if start >= 0:
            at = start + len(link.text)
        if page:
            yield _Linked(max(start, 0), at if start >= 0 else len(text.words), link.url, page)
    for start, end in pages_written_out(text.words):
        page = official_page(text.words[start:end])
        if page:
            yield _Linked(start, end, text.words[start:end], page)


def _lists(words: str, pages: Sequence[_Linked], days: Sequence[WrittenDay]) -> list[UinList]:
    """Return the lists of UINs named in words, and one for each link whose number no words name."""
    lists = [one for one in named_uins(words) if not _is_a_day(one, days)]
    named = {uin.uin for one in lists for uin in one.uins}
    for linked in pages:
        if linked.page.uin not in named:
            named.add(linked.page.uin)
            uin = NamedUin(linked.start, linked.end, linked.page.uin, linked.page.genre)
            lists.append(UinList(linked.start, linked.end, (uin,)))
    return sorted(lists, key=lambda one: one.start)


def _is_a_day(one: UinList, days: Sequence[WrittenDay]) -> bool:
    """Say whether a number of a list is that of a day, as in "the Parliamentary Question of 30/07/24"."""
    first = bisect_right(days, one.start, key=lambda day: day.end)
    return any(
        day.start < uin.end and uin.start < day.end
        for day in takewhile(lambda day: day.start < one.end, days[first : first + 2 + len(one.uins)])
        for uin in one.uins
    )


def _mention(text: _Text, told: DayOf, pages: _Pages) -> Mention:
    day = told.day.placed(text.latest) if told.day else None
    uin, genre = told.uin, told.genre
    linked = pages.get((genre, uin)) if uin is not None else None
    tabled = day if told.is_tabled else None
    return Mention(
        role=text.role,
        genre=genre,
        house=(house_of_uin(uin) if uin else None) or (linked.page.house if linked else None) or _said(text, told),
        uin=uin,
        answered=None if told.is_tabled else day,
        tabled=linked.page.day if linked else tabled,
        url=linked.url if linked else None,
        block=text.block,
        start=told.start,
        end=told.end,
        year_is_inferred=day is not None and told.day is not None and told.day.year is None,
    )


def _said(text: _Text, told: DayOf) -> House | None:
    """Return the Commons where the words beside a bare number name that House, and not the Lords after it."""
    if told.uin is None or not told.uin.isdecimal():
        return None
    before = _HOUSE_BEFORE.findall(text.words, max(0, told.start - _HOUSE_REACH), told.start)
    is_named = before[-1:] in (["House of Commons"], ["HC"])
    return House.COMMONS if is_named or _COMMONS_AFTER.match(text.words, told.end) else None


def _one_a_target(found: Iterable[Mention]) -> list[Mention]:
    """Join the mentions of one target: the place of the first, and every fact that any of them gives."""
    kept: list[Mention] = []
    places: dict[tuple[MentionRole, Genre, str | None], list[int]] = defaultdict(list)
    for mention in found:
        name = (mention.role, mention.genre, mention.uin)
        # Beyond a few, the same number with ever other days is no text that anyone would write.
        same = next((place for place in places[name][:_MOST_DAYS] if _are_of_one(mention, kept[place])), None)
        if same is None:
            places[name].append(len(kept))
            kept.append(mention)
        else:
            kept[same] = _joined(kept[same], mention)
    return kept


def _are_of_one(one: Mention, other: Mention) -> bool:
    if one.uin is None:
        return one.answered == other.answered
    return _agree(one.answered, other.answered) and _agree(one.tabled, other.tabled)


def _agree(one: date | None, other: date | None) -> bool:
    return one is None or other is None or one == other


def _joined(first: Mention, second: Mention) -> Mention:
    return replace(
        first,
        house=first.house or second.house,
        answered=first.answered or second.answered,
        tabled=first.tabled or second.tabled,
        url=first.url or second.url,
        year_is_inferred=first.year_is_inferred if first.answered else second.year_is_inferred,
    )


def _is_of(record: Record, mention: Mention) -> bool:
    """Say whether a mention is of the record itself; the same UIN of another session has another day."""
    if mention.uin is None or record.uin is None or mention.uin != record.uin.upper():
        return False
    own = {record.answered, record.corrected, record.holding_answered, record.tabled}
    return mention.genre is record.genre and {mention.answered, mention.tabled} - {None} <= own
