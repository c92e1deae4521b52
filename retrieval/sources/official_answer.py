"""The part of a saved page that holds an answer or a statement: its days, its members, its text and its first text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from retrieval.errors import MalformedRecord
from retrieval.markup import parse_answer
from retrieval.records import Attachment, Block, House, Member
from retrieval.sources.official_sections import Piece, PieceKind, common_path, inside
from retrieval.sources.page_days import FULL_DAY, full_day

_LABEL = re.compile(
    r"(?:This )?(?:answer (?:was )?)?(?P<what>answered|corrected|holding answer (?:was )?received) on:?"
    rf"(?:\s+(?P<day>{FULL_DAY})\.?)?",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(r"(?:the )?original answer:?", re.IGNORECASE)
_ATTACHMENTS = re.compile(r"attachments?:?", re.IGNORECASE)
_FILE_NOTE_WORDS = 3
_HOUSES = frozenset(house.value.lower() for house in House)


@dataclass(slots=True)
class AnswerPart:
    """What stands under the heading of an answer or a statement."""

    members: list[Member] = field(default_factory=list)
    days: dict[str, date] = field(default_factory=dict)
    _answer: list[str] = field(default_factory=list)
    _first: list[str] = field(default_factory=list)
    _attachments: list[str] = field(default_factory=list)

    @property
    def answer(self) -> tuple[Block, ...]:
        """The text that stands."""
        return parse_answer("".join(self._answer))

    @property
    def first_answer(self) -> tuple[Block, ...]:
        """The text that stood before a correction, where the page shows it."""
        return parse_answer("".join(self._first))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files listed below the text."""
        links = [link for block in parse_answer("".join(self._attachments)) for link in block.links]
        return tuple(Attachment(link.text, link.url) for link in links)

    def read(self, pieces: Sequence[Piece], *, bounded: bool) -> None:
        """Take the pieces of the part, in order.

        Args:
            pieces: After the part's heading.
            bounded: Whether an element of the page ends where the part does, so that a heading is a part of it.

        Raises:
            MalformedRecord: If a label has no day, or is a paragraph among the text's own; if a day is given twice,
                or a correction before the answer; if words stand among the attachments; or if an unknown heading
                leaves open where the part ends.
        """
        target = self._answer
        waiting: str | None = None
        for piece in pieces:
            label = _LABEL.fullmatch(piece.text)
            if waiting:
                self._date(waiting, piece.text, piece)
                waiting = None
            elif label:
                if target is self._answer and self._answer:
                    _check_heading(piece)
                what = label["what"].split()[0].lower()
                if label["day"]:
                    self._date(what, label["day"], piece)
                else:
                    waiting = what
            elif piece.kind is PieceKind.CARD and piece.member:
                self.members.append(piece.member)
            else:
                target = self._taken(piece, target, bounded=bounded)
        self._check_days()

    def _taken(self, piece: Piece, target: list[str], *, bounded: bool) -> list[str]:
        """Take a heading or a passage into `target`, and return what the next one goes into."""
        for title, titled in ((_ORIGINAL, self._first), (_ATTACHMENTS, self._attachments)):
            if title.fullmatch(piece.text):
                _check_heading(piece)
                return titled
        if piece.kind is PieceKind.HEADING and not bounded:
            reason = f"{piece.text[:40]!r} follows, and nothing tells whether it is the minister's: read it on the site"
            raise MalformedRecord("Answer", reason, piece.line)
        if target is self._attachments and not all(map(_is_file, parse_answer(piece.html))):
            reason = f"{piece.text[:40]!r} stands among the attachments, and is none: read it on the site"
            raise MalformedRecord("Attachments", reason, piece.line)
        if piece.text.lower() not in _HOUSES or self._answer:
            target.append(f"<div>{piece.html}</div>")
        return target

    def _check_days(self) -> None:
        answered, corrected = self.days.get("answered"), self.days.get("corrected")
        if answered and corrected and corrected < answered:
            reason = f"is {corrected}, before it was answered ({answered}): read it on the site"
            raise MalformedRecord("corrected", reason)

    def _date(self, what: str, text: str, piece: Piece) -> None:
        day = full_day(text)
        if day is None:
            raise MalformedRecord(
                what, f"is followed by {text[:40]!r}, and a day such as 9 January 2020 is needed", piece.line
            )
        if self.days.setdefault(what, day) != day:
            raise MalformedRecord(what, f"has two days, {self.days[what]} and {day}: read it on the site", piece.line)


def _check_heading(piece: Piece) -> None:
    """Check that a label is a heading: a paragraph of the same words can be the minister's own."""
    if piece.kind is not PieceKind.HEADING:
        reason = f"{piece.text[:40]!r} is no heading, and can be the minister's words: read it on the site"
        raise MalformedRecord("Answer", reason, piece.line)


def _is_file(block: Block) -> bool:
    """Say whether a block is links and at most their kind and size, such as (PDF, 12 KB)."""
    beside = block.text
    for link in block.links:
        beside = beside.replace(link.text, "", 1)
    return bool(block.links) and len(beside.split()) <= _FILE_NOTE_WORDS


def answer_part(pieces: Sequence[Piece], at: int) -> AnswerPart:
    """Return the part of a page under the heading at `at`.

    It ends with the innermost element that both the heading and the first words of the text are in.

    Raises:
        MalformedRecord: If it can't be told where it ends, or its labels contradict each other.
    """
    following = pieces[at + 1 :]
    part = AnswerPart()
    first = next(_texts(following), None)
    path = common_path(pieces[at], first) if first else None
    if path is not None:
        part.read(list(inside(following, path)), bounded=bool(path))
    return part


def _texts(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the passages that are neither a label, nor the day of one, nor the name of a House."""
    labelled = False
    for piece in pieces:
        label = _LABEL.fullmatch(piece.text)
        if piece.kind is PieceKind.TEXT and not label and not labelled and piece.text.lower() not in _HOUSES:
            yield piece
        labelled = label is not None and not label["day"]
