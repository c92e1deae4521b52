"""Explicit words of a question that say who said something, where and when; `understanding` has the rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from retrieval.meant_names import MeantName, name_within, names_at
from retrieval.names import NameBook
from retrieval.phrases import quoted_spans
from retrieval.saying_forms import (
    ACCORDING_TO,
    AFTER_NOUN,
    AFTER_TIME,
    ANYWHERE,
    ASKING,
    BEFORE_NOUN,
    BETWEEN,
    BY,
    END,
    FIGURES,
    FRAMES,
    GOVERNMENT,
    HOUSES,
    IN_HOUSE,
    LEAD,
    MINISTERS_OF,
    NOT_SAID,
    OF_MINISTERS,
    OF_WHOM,
    TIME_NEXT,
    TOPIC_NEXT,
    WHERE_WORDS_BEGIN,
)
from retrieval.time_phrases import TimePhrase, time_at, time_end, time_goes_on

_MOST_TRIED = 5  # Each form is compared with every name of the corpus, and a question has one or two.


@dataclass(frozen=True, slots=True)
class Clue:
    """One filter that the words of a question stand for. Primary key: `field`, `value` and `start`.

    Attributes:
        field: The filter, by its name in `Filters`.
        value: As a user would give it.
        start: First code point of the words that say so.
        end: Code point after the last.
        written: The name as the question has it, where it was taken for another one misspelt.
    """

    field: str
    value: str
    start: int
    end: int
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """A form of words that ties who, where or when to the saying. Primary key: `start`.

    Attributes:
        start: First code point of the whole form, such as that of `what has the Home Office said about`.
        end: Code point after the last.
        clues: What it says; none where it only names ministers or the Government.
    """

    start: int
    end: int
    clues: tuple[Clue, ...]


def sayings(text: str, book: NameBook, today: date) -> Iterator[Saying]:
    """Yield the forms of words in a question that tie who, where or when to the saying, outside quotation marks.

    Args:
        text: With single spaces between its words.
        book: The names of the corpus.
        today: The day on which it is asked.
    """
    # A question as tabled names departments and days for reasons of its own.
    if text.lower().startswith("to ask"):
        return
    quoted = quoted_spans(text)
    frame = _frame(text, book, today)
    place = 0
    if frame and not _overlaps(frame, quoted):
        yield frame
        place = frame.end
    yield from (one for one in _elsewhere(text, place, book, today) if not _overlaps(one, quoted))


def _overlaps(saying: Saying, spans: Sequence[tuple[int, int]]) -> bool:
    parts = [(saying.start, saying.end), *((one.start, one.end) for one in saying.clues)]
    return any(start < last and first < end for start, end in parts for first, last in spans)


def _frame(text: str, book: NameBook, today: date) -> Saying | None:
    """Return the form with which the question as a whole asks for what was said; None where it does not."""
    lead = LEAD.match(text)
    place = lead.end() if lead else 0
    opening = time_at(text, place, today)
    after = TIME_NEXT.match(text, opening.end) if opening else None
    place = after.end() if after else place
    for form in FRAMES:
        match = form.match(text, place)
        if match and (who := _who(match, text, book)) is not None:
            asking = bool(ASKING.match(match["verb"]))
            adjuncts, end = _adjuncts(text, match.end(), book, today, asking=asking)
            if not _is_whole(match, text, end) or (_is_bare(match) and not adjuncts):
                continue
            topic = TOPIC_NEXT.match(text, end)
            begins = topic.end() if topic else end
            when = _when(opening, asking) if opening and after else []
            if not when and not any(_is_of_time(one) for one in adjuncts):
                when = _closing(text, begins, today, asking)
            return Saying(lead.end() if lead else 0, begins, (*when, *who, *_first_of_each(adjuncts, when)))
    return None


def _first_of_each(clues: list[Clue], others: list[Clue]) -> list[Clue]:
    """Return the clues, but those of a time only where the question has not named one before."""
    return [one for one in clues if not (others and _is_of_time(one))]


def _is_whole(match: re.Match[str], text: str, end: int) -> bool:
    """Return whether a form that ends in a noun is not the beginning of a longer name."""
    return "noun" not in match.re.groupindex or AFTER_NOUN.match(text, end) is not None


def _is_bare(match: re.Match[str]) -> bool:
    """Return whether a form is no more than "answers" or "statements", which can be about anything."""
    return "kind" in match.re.groupindex and not match["kind"]


def _who(match: re.Match[str], text: str, book: NameBook) -> list[Clue] | None:
    """Return whom a form names; empty where it is the Government or nobody, None where it is someone unknown."""
    if "who" not in match.re.groupindex:
        return []
    start, end = match.span("who")
    asking = bool(ASKING.match(match["verb"]))
    if GOVERNMENT.fullmatch(match["who"]):
        house = HOUSES.get(match["who"].lower()) if asking else None
        return [Clue("house", str(house), *match.span("words"))] if house else []
    of, ministers = MINISTERS_OF.match(text, start, end), OF_MINISTERS.search(match["who"])
    fields = ("asker",) if asking else ("answering_body", "minister")
    # The Prime Minister is no minister of Prime.
    named = name_within(text, start, end, fields, book) or name_within(
        text, of.end() if of else start, start + ministers.start() if ministers else end, fields, book, misspelt=True
    )
    # A surname alone can be any word: "what has May said".
    if not named or any(one.field != "answering_body" and " " not in text[one.start : one.end] for one in named):
        return None
    return [_named(one, *match.span("words")) for one in named]


def _adjuncts(text: str, place: int, book: NameBook, today: date, *, asking: bool) -> tuple[list[Clue], int]:
    """Return who, where and when follow the saying at once, and where the last of them ends."""
    clues: list[Clue] = []
    while True:
        between = BETWEEN.match(text, place)
        begins = between.end() if between else place
        found = (
            _next_time(text, begins, today, asking)
            or _next_house(text, begins)
            or _next_name(BY, text, begins, ("asker",) if asking else ("answering_body", "minister"), book)
            or (_next_name(OF_WHOM, text, begins, ("answering_body",), book) if asking else [])
        )
        if not found or {one.field for one in found} & {one.field for one in clues}:
            return clues, place
        clues += found
        place = max(one.end for one in found)


def _next_time(text: str, place: int, today: date, asking: bool) -> list[Clue]:
    gap = TIME_NEXT.match(text, place)
    phrase = time_at(text, gap.end(), today) if gap else None
    if not phrase or not AFTER_TIME.match(text, phrase.end) or time_goes_on(text, phrase.end, today):
        return []
    return _when(phrase, asking)


def _next_house(text: str, place: int) -> list[Clue]:
    match = IN_HOUSE.match(text, place)
    if not match:
        return []
    house = HOUSES[(match["house"] or match["members"]).lower()]
    return [Clue("house", str(house), *match.span("words"))]


def _next_name(
    form: re.Pattern[str], text: str, place: int, fields: tuple[str, ...], book: NameBook, start: int | None = None
) -> list[Clue]:
    match = form.match(text, place)
    named = names_at(text, match.end(), fields, book) if match else ()
    if not match or not named:
        return []
    begins = match.start("words") if start is None else start
    return [_named(one, begins, named[-1].end) for one in named]


def _closing(text: str, place: int, today: date, asking: bool) -> list[Clue]:
    """Return the time with which the question ends, if it goes on up to today and is not one of several joined."""
    match = END.search(text)
    end = match.start() if match else len(text)
    for word in WHERE_WORDS_BEGIN.finditer(text, place, end):
        named = time_end(text, word.start(), today)
        if named and time_goes_on(text, named, today):
            return []
        phrase = time_at(text, word.start(), today)
        if phrase and phrase.end == end and phrase.reaches(today):
            return _when(phrase, asking)
    return []


def _elsewhere(text: str, place: int, book: NameBook, today: date) -> Iterator[Saying]:
    of_figures = FIGURES.search(text) is not None
    tried = 0
    for match in ANYWHERE.finditer(text, place):
        start, end = match.start(), match.end() - 1
        before = text[:start]
        of_another = match["noun"] and not BEFORE_NOUN.search(before)
        if match.start() < place or of_another or NOT_SAID.search(before):
            continue
        tried += 1
        if tried > _MOST_TRIED:
            return
        if match["according"]:
            clues = _next_name(ACCORDING_TO, text, end, ("answering_body", "minister"), book, start)
            last = max((one.end for one in clues), default=0)
        else:
            asking = bool(re.match(r"ask|tabl|question", match[0], re.IGNORECASE))
            clues, last = ([], 0) if of_figures else _adjuncts(text, end, book, today, asking=asking)
            if match["noun"] and clues and _is_of_time(clues[0]):
                clues = []  # "Statements from 2023" can be about anything.
            # The first thing said carries the verb: "answered by Jess Phillips".
            first = min((one.start for one in clues), default=0)
            clues = [
                Clue(one.field, one.value, start if one.start == first else one.start, one.end, one.written)
                for one in clues
            ]
        if clues:
            yield Saying(start, last, tuple(clues))
            place = last


def _named(name: MeantName, start: int, end: int) -> Clue:
    return Clue(name.field, name.value, start, end, name.written)


def _when(phrase: TimePhrase, asking: bool) -> list[Clue]:
    what = "tabled" if asking else "answered"
    ends = ((f"{what}_from", phrase.first), (f"{what}_to", phrase.last))
    return [Clue(field, day.isoformat(), phrase.start, phrase.end) for field, day in ends if day]


def _is_of_time(clue: Clue) -> bool:
    return clue.field.endswith(("_from", "_to"))
