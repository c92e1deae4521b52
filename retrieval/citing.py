"""The facts of a citation: what a source says of where a text was given, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

from retrieval.departments import department_named, department_on
from retrieval.governments import is_earlier_government
from retrieval.licences import Licence, licence_of
from retrieval.questions import without_formula
from retrieval.records import AnswerKind, FindingName, Genre, House, Member, Record
from retrieval.references import one_line
from retrieval.sessions import session_of


@dataclass(frozen=True, slots=True)
class CitedAttachment:
    """The file that came with an answer and holds the passage meant. Primary key: `url` and `place`.

    Attributes:
        title: As the source gives it.
        url: Where the file is, percent-encoded as far as it must be to stand in `<...>`.
        place: The page or the sheet, such as `page 3`; empty where it is not known.
    """

    title: str
    url: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer was given, or a written statement made, as its source says. Primary key: `key` and `paragraph`.

    A fact that the source does not give is None and named in `missing`; one that was worked out rather
    than given counts as not given, and stands in `inferred`. Texts are on one line, without control
    characters. A statement has no question: what only questions have is None there, and not missing.

    Attributes:
        key: Key of the record.
        session: Session in which the question was tabled or the statement made, such as `2014-15`.
        question_opening: First twelve words of the question after "To ask the ...,", with an ellipsis for
            what is left out before and after.
        answered: The day the answer was given or the statement made.
        minister: Who answered or made the statement.
        answering_body: Its name on the day.
        findings: In the order of `FindingName`; `corrected` is among them if the record says so.
        paragraph: Which passage of the answer is meant, counted from 1; None for the whole answer, and where the
            passage is not in it but in an attachment.
        url: Official page; None where the UIN or the day tabled (of a statement, made) is not known, or the
            answer is in Hansard.
        accessed: The day the source was read.
        missing: Facts that the source does not give, in the order of `FACTS`.
        inferred: Facts worked out and therefore not used, each `name: value`.
        genre: Whether it is an answer or a written statement.
        corrected_by: Who corrected the answer.
        from_register: Facts that the member register gave and the source did not, such as `minister.name`:
            of the minister, the asker and who corrected the answer, in the order of `Member`.
        hansard_column: Column of Hansard in which it is printed, such as `1624W`; its volume is not known.
        earlier_government: The government under which it was given, where another is in office by now; None
            where it is the same, or not known. Where the day answered was worked out, only if the day tabled falls
            under the same one.
        attachment: The file that holds the passage meant; None where that is in the answer itself.
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
    genre: Genre
    corrected_by: Member | None
    from_register: tuple[str, ...]
    earlier_government: str | None
    attachment: CitedAttachment | None = None
    hansard_column: str | None = None


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
# The facts that a statement has none of, and those that it calls by another name.
_OF_QUESTIONS: Final = ("tabled", "asker")
_OF_STATEMENTS: Final = {"heading": "title", "answered": "date made"}
# The people of a record, by their names in a citation.
_PEOPLE: Final = {"answerer": "minister", "asker": "asker", "corrected_by": "corrected_by"}
_SITE: Final = "https://questions-statements.parliament.uk"
_PAGES: Final = {
    Genre.ANSWER: f"{_SITE}/written-questions/detail",
    Genre.STATEMENT: f"{_SITE}/written-statements/detail",
}
_OPENING_WORDS: Final = 12
# How long an old name of a body is taken to be in use after the table's last day for it: chosen, not measured.
_STILL_IN_USE: Final = timedelta(days=14)
# Written answers left Hansard for a database in October 2014 (Commons) and January 2015 (Lords).
_LEFT_HANSARD: Final = {House.COMMONS: date(2014, 10, 1), House.LORDS: date(2015, 1, 1)}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def cite(
    record: Record,
    *,
    kind: AnswerKind,
    findings: Sequence[FindingName] = (),
    paragraph: int | None = None,
    answering_body: str | None = None,
    attachment: CitedAttachment | None = None,
) -> Citation:
    """Return the citation of an answer or a statement, or of one passage in it.

    Args:
        record: The answer and its question, or the statement.
        kind: What the answer is, as a whole.
        findings: What it says about itself.
        paragraph: Which passage is meant, counted from 1; None for the whole answer.
        answering_body: The body's name on the day, where it is known better than from the source, which may
            give a later one.
        attachment: The file that holds the passage, where that is not in the answer itself.

    Raises:
        UnknownSource: If no licence is stated for what the record's reader reads.
    """
    given = _as_given(record)
    corrected = {FindingName.CORRECTED} if given.corrected or given.flagged_correction or given.corrected_by else set()
    day = given.answered if given.genre is Genre.STATEMENT else given.tabled
    citation = Citation(
        key=record.key,
        house=given.house,
        uin=_text(given.uin),
        # Both Houses sit in the same sessions, so the day tells which even where the House is not known.
        session=session_of(given.house or House.COMMONS, day) if day else None,
        heading=_text(given.heading),
        question_opening=_opening(given.question),
        tabled=given.tabled,
        answered=given.answered,
        corrected=given.corrected,
        minister=_member(given.answerer),
        answering_body=_text(None if "answering_body" in record.inferred else answering_body or given.answering_body),
        asker=_member(given.asker),
        kind=kind,
        findings=tuple(finding for finding in FindingName if finding in {*findings, *corrected}),
        paragraph=None if attachment else paragraph,
        url=_official_url(given),
        accessed=record.provenance.read_on,
        licence=licence_of(record.provenance.reader),
        missing=(),
        inferred=tuple(_described(record, name) for name in record.inferred),
        genre=given.genre,
        corrected_by=_member(given.corrected_by),
        from_register=_from_register(given),
        earlier_government=_earlier_government(record),
        attachment=_attachment(attachment),
        hansard_column=_text(given.hansard_column),
    )
    return replace(citation, missing=_missing(citation))


def fact_name(fact: str, genre: Genre) -> str:
    """Return how a sentence calls a fact of `FACTS`, in a citation of that genre."""
    return _OF_STATEMENTS.get(fact, FACTS[fact]) if genre is Genre.STATEMENT else FACTS[fact]


def long_date(day: date) -> str:
    """Return a day as the Houses write it, in any locale: `3 March 2015`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def page_url(genre: Genre, day: date, uin: str) -> str:
    """Return the address of an official page.

    Args:
        genre: Whether of a question and its answer, or of a statement.
        day: The day tabled; of a statement, made.
        uin: Its UIN, in any case.
    """
    return f"{_PAGES[genre]}/{day.isoformat()}/{quote(uin.lower(), safe='')}"


def body_of_the_day(name: str | None, body_id: int | None, day: date | None) -> str | None:
    """Return what a body was called on `day`, for a citation: see `department_on`.

    The table has the day on which a change was announced, and the service may have gone over to a new name some
    days later (`data/departments.json`): a name that the source gives and that had ended shortly before stands.

    Args:
        name: As the source gives it.
        body_id: The API's `answeringBodyId`.
        day: The day answered.

    Returns:
        None where the table does not know, or should not overrule: the source's own name stands.
    """
    row = department_on(name, body_id, day)
    if row is None or day is None:
        return None
    own = department_named(name) if name else ()
    has_just_ended = any(timedelta() < day - one.last_day < _STILL_IN_USE for one in own if one.is_over)
    return None if has_just_ended else row.name


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


def _attachment(attachment: CitedAttachment | None) -> CitedAttachment | None:
    if attachment is None:
        return None
    return CitedAttachment(one_line(attachment.title), _address(attachment.url), one_line(attachment.place))


def _address(url: str) -> str:
    """Percent-encode what would end an address in `<...>` early, or can't be seen: space, `<`, `>`, controls."""
    return "".join(
        quote(character, safe="", errors="replace") if character in "<> " or not character.isprintable() else character
        for character in url.strip()
    )


def _opening(question: str) -> str | None:
    # Ten questions on one page open with the same "To ask the Secretary of State for ...,": that tells nothing.
    asked = one_line(question)
    told = without_formula(asked)
    words = told.split()
    before, after = "… " * (told != asked), "…" * (len(words) > _OPENING_WORDS)
    return before + " ".join(words[:_OPENING_WORDS]) + after or None


def _official_url(given: Record) -> str | None:
    uin = _text(given.uin)
    is_statement = given.genre is Genre.STATEMENT
    day = given.answered if is_statement else given.tabled
    if not (uin and day):
        return None
    # Statements got UINs and pages at the same time; answers had their numbers long before.
    if not is_statement and is_in_hansard(given.house, given.answered or given.tabled):
        return None
    return page_url(given.genre, day, uin)


def _from_register(given: Record) -> tuple[str, ...]:
    """Name the facts of people that are cited and that the source itself does not give."""
    return tuple(
        f"{called}.{fact.name}"
        for person, called in _PEOPLE.items()
        for fact in fields(Member)
        if f"{person}.{fact.name}" in given.from_register and getattr(getattr(given, person), fact.name, None)
    )


def _earlier_government(record: Record) -> str | None:
    """Name the earlier government of an answer; by a day worked out, only if the day tabled agrees."""
    if record.answered is None:
        return None
    days = {record.answered}
    if "answered" in record.inferred and record.tabled:
        days.add(record.tabled)
    found = {is_earlier_government(day) for day in days}
    government = found.pop()
    return government.name if government and not found else None


def _missing(citation: Citation) -> tuple[str, ...]:
    minister, asker = citation.minister or Member(), citation.asker or Member()
    elsewhere = {"minister": minister.name, "post": minister.post, "asker": asker.name}
    skipped = _OF_QUESTIONS if citation.genre is Genre.STATEMENT else ()
    names = (name for name in FACTS if name not in skipped)
    return tuple(name for name in names if not (elsewhere[name] if name in elsewhere else getattr(citation, name)))
