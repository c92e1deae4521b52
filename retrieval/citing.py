"""The facts of a citation: what a source says of where an answer was given, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from retrieval.licences import Licence, licence_of
from retrieval.questions import without_formula
from retrieval.records import AnswerKind, FindingName, House, Member, Record
from retrieval.references import one_line
from retrieval.sessions import session_of


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer was given, as its source says. Primary key: `key` and `paragraph`.

    A fact that the source does not give is None and named in `missing`; one that was worked out rather
    than given counts as not given, and stands in `inferred`. Texts are on one line, without control
    characters.

    Attributes:
        key: Key of the record.
        session: Session in which the question was tabled, such as `2014-15`.
        question_opening: First twelve words of the question after "To ask the ...,", with an ellipsis for
            what is left out before and after.
        answering_body: Its name on the day.
        findings: In the order of `FindingName`; `corrected` is among them if the record says so.
        paragraph: Which passage of the answer is meant, counted from 1; None for the whole answer.
        url: Official page; None where the UIN or the day tabled is not known, or the answer is in Hansard.
        accessed: The day the source was read.
        missing: Facts that the source does not give, in the order of `FACTS`.
        inferred: Facts worked out and therefore not used, each `name: value`.
    """

    key: str
    house: House | None
    uin: str | None
    session: str | None
    heading: str | None
    question_opening: str | None
    tabled: date | None
    answered: date | None
    corrected: date | None
    minister: Member | None
    answering_body: str | None
    asker: Member | None
    kind: AnswerKind
    findings: tuple[FindingName, ...]
    paragraph: int | None
    url: str | None
    accessed: date
    licence: Licence
    missing: tuple[str, ...]
    inferred: tuple[str, ...]


# Each fact of a full citation that a source may fail to give, and how a sentence calls it.
FACTS: Final = {
    "house": "House",
    "uin": "UIN",
    "url": "URL",
    "heading": "heading",
    "tabled": "date tabled",
    "answered": "date answered",
    "minister": "minister's name",
    "post": "minister's post",
    "answering_body": "answering body",
    "asker": "asker's name",
    "session": "session",
}
_PAGE: Final = "https://questions-statements.parliament.uk/written-questions/detail"
_OPENING_WORDS: Final = 12
# Written answers left Hansard for a database in October 2014 (Commons) and January 2015 (Lords).
_LEFT_HANSARD: Final = {House.COMMONS: date(2014, 10, 1), House.LORDS: date(2015, 1, 1)}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def cite(
    record: Record, *, kind: AnswerKind, findings: Sequence[FindingName] = (), paragraph: int | None = None
) -> Citation:
    """Return the citation of an answer, or of one passage in it.

    Args:
        record: The answer and its question.
        kind: What the answer is, as a whole.
        findings: What it says about itself.
        paragraph: Which passage is meant, counted from 1; None for the whole answer.

    Raises:
        UnknownSource: If no licence is stated for what the record's reader reads.
    """
    given = _as_given(record)
    corrected = {FindingName.CORRECTED} if given.corrected or given.flagged_correction else set()
    citation = Citation(
        key=record.key,
        house=given.house,
        uin=_text(given.uin),
        # Both Houses sit in the same sessions, so the day tells which even where the House is not known.
        session=session_of(given.house or House.COMMONS, given.tabled) if given.tabled else None,
        heading=_text(given.heading),
        question_opening=_opening(given.question),
        tabled=given.tabled,
        answered=given.answered,
        corrected=given.corrected,
        minister=_member(given.answerer),
        answering_body=_text(given.answering_body),
        asker=_member(given.asker),
        kind=kind,
        findings=tuple(finding for finding in FindingName if finding in {*findings, *corrected}),
        paragraph=paragraph,
        url=_official_url(given),
        accessed=record.provenance.read_on,
        licence=licence_of(record.provenance.reader),
        missing=(),
        inferred=tuple(_described(record, name) for name in record.inferred),
    )
    return replace(citation, missing=_missing(citation))


def long_date(day: date) -> str:
    """Return a day as the Houses write it, in any locale: `3 March 2015`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def is_in_hansard(house: House | None, day: date | None) -> bool:
    """Tell whether an answer of that day was printed in Hansard rather than published with a UIN page.

    A day without a House is held against the Commons' date, the earlier; no day at all counts as since.
    """
    return day is not None and day < _LEFT_HANSARD[house or House.COMMONS]


def _as_given(record: Record) -> Record:
    """Take out what was worked out rather than given: a citation says only what the source says."""
    optional = {field.name for field in fields(record) if field.default is None}
    blank: dict[str, Any] = {name: None for name in record.inferred if name in optional}
    return replace(record, **blank)


def _described(record: Record, name: str) -> str:
    value = getattr(record, name, None)
    if isinstance(value, Member):
        value = value.name
    elif isinstance(value, date):
        value = long_date(value)
    return one_line(f"{name}: {value}") if value is not None else name


def _text(text: str | None) -> str | None:
    return (one_line(text) or None) if text else None


def _member(member: Member | None) -> Member | None:
    if member is None:
        return None
    return Member(member.id, *map(_text, (member.name, member.party, member.seat, member.post)))


def _opening(question: str) -> str | None:
    # Ten questions on one page open with the same "To ask the Secretary of State for ...,": that tells nothing.
    asked = one_line(question)
    told = without_formula(asked)
    words = told.split()
    before, after = "… " * (told != asked), "…" * (len(words) > _OPENING_WORDS)
    return before + " ".join(words[:_OPENING_WORDS]) + after or None


def _official_url(given: Record) -> str | None:
    uin = _text(given.uin)
    if not (uin and given.tabled) or is_in_hansard(given.house, given.answered or given.tabled):
        return None
    return f"{_PAGE}/{given.tabled.isoformat()}/{quote(uin.lower(), safe='')}"


def _missing(citation: Citation) -> tuple[str, ...]:
    minister, asker = citation.minister or Member(), citation.asker or Member()
    elsewhere = {"minister": minister.name, "post": minister.post, "asker": asker.name}
    return tuple(name for name in FACTS if not (elsewhere[name] if name in elsewhere else getattr(citation, name)))
