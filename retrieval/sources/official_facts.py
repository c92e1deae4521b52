"""What a saved page of Parliament's site says of its question or statement, by its labels and headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from retrieval.errors import MalformedRecord
from retrieval.records import Attachment, Block, Genre, House, Member
from retrieval.sources.official_answer import answer_part
from retrieval.sources.official_sections import Piece, PieceKind, Sections, Zone, common_path, inside
from retrieval.sources.page_days import FULL_DAY, full_day, real_day
from retrieval.sources.uin import paper_numbered

_UIN = re.compile(r"(?:Statement )?UIN:?\s+(?P<uin>[A-Za-z0-9]+)\b", re.IGNORECASE)
_TABLED = re.compile(rf"\btabled on:?\s+(?P<day>{FULL_DAY})", re.IGNORECASE)
_MADE = re.compile(rf"\bmade on:?\s+(?P<day>{FULL_DAY})", re.IGNORECASE)
_DUE = re.compile(rf"\bdue for answer (?:by|on):?\s+(?P<day>{FULL_DAY})", re.IGNORECASE)
_BODY = re.compile(r"(?:Question|Statement) (?:for|from) (?:the )?(?P<body>\S.*)", re.IGNORECASE)
_WAITS = re.compile(
    r"\b(?:awaiting (?:an )?answer|due for answer|not yet (?:been )?answered|unanswered)\b", re.IGNORECASE
)
_WITHDRAWN = re.compile(r"\bwithdrawn\b", re.IGNORECASE)
_HOUSES = {house.value.lower(): house for house in House}
_LABEL = re.compile(r"(?:Statement )?(?:UIN|tabled on|made on|due for answer)\b", re.IGNORECASE)
_MAX_LABEL = 120
# Headings that an answer or a statement stands under.
_PARTS = frozenset(("answer", "corrected answer", "statement"))


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says. None is not said."""

    genre: Genre
    house: House
    uin: str
    heading: str | None
    answering_body: str | None
    tabled: date | None = None
    due: date | None = None
    question: str = ""
    asker: Member | None = None
    answerer: Member | None = None
    answered: date | None = None
    corrected: date | None = None
    holding_answered: date | None = None
    answer: tuple[Block, ...] = ()
    first_answer: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    is_correction: bool = False
    is_withdrawn: bool = False


def facts_of(sections: Sections) -> PageFacts:
    """Return what a page says.

    Raises:
        MalformedRecord: If the page is not of one question or statement, lacks a part that every such page has,
            or contradicts itself; its path is the part.
    """
    pieces = sections.pieces
    titles = [(place, piece.text.lower()) for place, piece in enumerate(pieces) if piece.kind is PieceKind.HEADING]
    parts = [place for place, title in titles if title in _PARTS]
    if len(parts) > 1:
        raise MalformedRecord("Answer", "stands twice, and one is needed: read it on the site", pieces[parts[1]].line)
    top = pieces[: parts[0]] if parts else pieces
    labels = [piece.text for piece in top if len(piece.text) <= _MAX_LABEL and _LABEL.match(piece.text)]
    uin, genre, house = _paper(labels, sections.address)
    _check_house(uin, house, pieces)
    facts = PageFacts(
        genre=genre,
        house=house,
        uin=uin,
        heading=next((piece.text for piece in pieces if piece.tag == "h1"), None),
        answering_body=next((match["body"] for match in (_BODY.fullmatch(piece.text) for piece in top) if match), None),
    )
    if facts.genre is Genre.STATEMENT:
        return _statement(facts, sections, labels, parts)
    return _answer(facts, sections, labels, parts)


def _statement(facts: PageFacts, sections: Sections, labels: Sequence[str], parts: Sequence[int]) -> PageFacts:
    made = _day("made on", _MADE, labels, sections.address)
    part = answer_part(sections.pieces, parts[0]) if parts else None
    if part is None or not part.answer:
        raise MalformedRecord("Statement", "has no text: save the whole page of one statement as HTML")
    before = [piece.member for piece in sections.pieces[: parts[0]] if piece.member]
    return replace(
        facts,
        answered=made,
        answer=part.answer,
        answerer=next(iter([*before, *part.members]), None),
        attachments=part.attachments,
    )


def _answer(facts: PageFacts, sections: Sections, labels: Sequence[str], parts: Sequence[int]) -> PageFacts:
    pieces = sections.pieces
    top = pieces[: parts[0]] if parts else pieces
    asked = _question(top)
    facts = replace(
        facts,
        tabled=_day("tabled on", _TABLED, labels, sections.address),
        due=_labelled("due for answer", _DUE, labels),
        question=" ".join(piece.text for piece in asked),
        asker=next((piece.member for piece in top if piece.member), None),
    )
    if not facts.question:
        raise MalformedRecord("Question", "has no words, and an answer can't be read without its question")
    told = [piece.text for piece in pieces if piece not in asked]
    if not parts:
        if any(map(_WITHDRAWN.search, told)):
            return replace(facts, is_withdrawn=True)
        if not any(map(_WAITS.search, told)):
            reason = "is missing, and nothing says that the question still waits for it: save the whole page as HTML"
            raise MalformedRecord("Answer", reason)
        return facts
    part = answer_part(pieces, parts[0])
    if not part.answer or "answered" not in part.days:
        lacks = "its text" if not part.answer else "the day it was given"
        raise MalformedRecord("Answer", f"lacks {lacks}: save the whole page as HTML", pieces[parts[0]].line)
    return replace(
        facts,
        answerer=next(iter(part.members), None),
        answered=part.days["answered"],
        corrected=part.days.get("corrected"),
        holding_answered=part.days.get("holding"),
        answer=part.answer,
        first_answer=part.first_answer,
        attachments=part.attachments,
        is_correction=sections.has_changes or "corrected" in part.days or bool(part.first_answer),
    )


def _question(top: Sequence[Piece]) -> list[Piece]:
    """Return the passages of the question: what its element holds or, without that, what its heading stands over."""
    held = [piece for piece in top if piece.zone is Zone.QUESTION]
    if held:
        return held
    at = next(
        (at for at, piece in enumerate(top) if piece.kind is PieceKind.HEADING and piece.text.lower() == "question"),
        None,
    )
    if at is None:
        return []
    passages = [piece for piece in top[at + 1 :] if piece.kind is PieceKind.TEXT and piece.text.lower() not in _HOUSES]
    if not passages:
        return []
    path = common_path(top[at], passages[0])
    if path is None:
        return []
    if not path and len(passages) > 1:
        reason = "is followed by more than one passage, and nothing tells where it ends: read it on the site"
        raise MalformedRecord("Question", reason, passages[1].line)
    return list(inside(passages, path))


def _paper(labels: Sequence[str], address: tuple[str, str, str] | None) -> tuple[str, Genre, House]:
    """Return the UIN, and the genre and the House that it is of."""
    found = {match["uin"].upper() for match in map(_UIN.match, labels) if match}
    if not found:
        reason = "is nowhere on the page: save the page of one question or statement, not a list of them"
        raise MalformedRecord("UIN", reason)
    found |= {address[2]} if address else set()
    uin = min(found)
    paper = paper_numbered(uin)
    if len(found) > 1 or paper is None:
        raise MalformedRecord("UIN", f"is {' and '.join(sorted(found))}, and one number such as 194793 is needed")
    return uin, *paper


def _check_house(uin: str, house: House, pieces: Sequence[Piece]) -> None:
    """Check that the page, where it names a House, names that of its UIN."""
    shown = {_HOUSES[piece.text.lower()] for piece in pieces if piece.text.lower() in _HOUSES}
    if shown - {house}:
        raise MalformedRecord("House", f"is shown as {' and '.join(sorted(shown))}, but the UIN is {uin}")


def _day(name: str, label: re.Pattern[str], labels: Sequence[str], address: tuple[str, str, str] | None) -> date:
    """Return the day that a label and the address of the page both give, as far as they are there."""
    shown = _labelled(name, label, labels)
    addressed = real_day(address[1]) if address else None
    if shown and addressed and shown != addressed:
        raise MalformedRecord(name, f"is {shown}, but the address of the page has {addressed}")
    day = shown or addressed
    if day is None:
        raise MalformedRecord(name, "is not on the page, nor in the address it was saved from: save it again, whole")
    return day


def _labelled(name: str, label: re.Pattern[str], labels: Sequence[str]) -> date | None:
    found = {match["day"] for match in map(label.search, labels) if match}
    days = {full_day(text) for text in found}
    if len(days) > 1 or None in days:
        raise MalformedRecord(name, f"is {' and '.join(sorted(found))}, and one real day is needed")
    return next(iter(days), None)
