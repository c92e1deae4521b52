"""Facts of an answer in plain words, the same wherever the command prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from retrieval.citations import FACTS, long_date
from retrieval.completeness import Gap
from retrieval.licences import Licence
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, Member
from retrieval.resolving import ResolutionReason
from retrieval.results import Sample

KINDS: Final = {
    AnswerKind.SUBSTANTIVE: "substantive answer",
    AnswerKind.HOLDING: "holding answer, not a reply",
    AnswerKind.POINTER: "points to another answer",
    AnswerKind.PROROGATION: "no reply before prorogation or dissolution",
    AnswerKind.WILL_WRITE: "promises to write, not a reply",
}
FINDINGS: Final = {
    FindingName.NOT_HELD: "says information is not held",
    FindingName.DISPROPORTIONATE_COST: "says finding out would cost too much",
    FindingName.REFERS_ELSEWHERE: "refers elsewhere",
    FindingName.ATTACHMENT_HOLDS_THE_ANSWER: "an attachment holds the answer",
    FindingName.CORRECTED: "corrected",
}
NOT_FOUND: Final[Mapping[str, str]] = {
    ResolutionReason.AMBIGUOUS: "several records here fit what it says",
    ResolutionReason.DATE_DISAGREES: "the question here with that number has another day",
    ResolutionReason.DATE_NOT_KNOWN: "the source does not say when the question here with that number was answered",
    ResolutionReason.NO_DATE: "numbers are used again in each session, and it gives no day to tell which",
    ResolutionReason.NO_UIN: "it gives a day and no number",
}
"""Why it is not certain which record is named; for other reasons the label says all there is to say."""
_SIZES: Final = ("bytes", "kB", "MB", "GB")
_LISTED: Final = {Genre.ANSWER: "questions", Genre.STATEMENT: "statements", None: ""}
_COLUMNS: Final = {**FACTS, "answered": "date answered", "party": "party", "kind": "kind"}


def on(day: date | None, lacking: str = "not known") -> str:
    """Return a day in words, or `lacking`."""
    return long_date(day) if day else lacking


def person(member: Member | None, *, lacking: str) -> str:
    """Return a Member by name, post, party and seat, as far as the source gives them."""
    if member is None or not (member.name or member.id):
        return lacking
    name = member.name or f"Member {member.id} (name not in the source)"
    party = " - ".join(part for part in (member.party, member.seat) if part)
    return f"{name}{f', {member.post}' if member.post else ''}{f' ({party})' if party else ''}"


def badges(kind: AnswerKind, findings: Iterable[FindingName], genre: Genre = Genre.ANSWER) -> str:
    """Return what an answer or a statement is, and what it says about itself, in words."""
    what = "written statement" if genre is Genre.STATEMENT else KINDS[kind]
    return "; ".join((what, *(FINDINGS[finding] for finding in findings)))


def no_minister(answerer: AnswererKind | None, body: str | None) -> str:
    """Return whom an answerer who is no minister answers for; nothing of one who is, or where it is not known."""
    if answerer is not AnswererKind.NON_MINISTER or not body:
        return ""
    return f"answers for {body if body.lower().startswith('the ') else f'the {body}'}; not a minister"


def month_named(month: str) -> str:
    """Return a month such as `2024-03` in words: `March 2024`."""
    return long_date(date.fromisoformat(f"{month}-01")).removeprefix("1 ")


def gap_told(gap: Gap) -> str:
    """Return what may be missing, where and of which months: `Lords questions of May 2024: not asked for`."""
    whose = f"{gap.house or ''} {_LISTED[gap.genre]}".strip()
    months = [month_named(month) for month in dict.fromkeys((gap.first_month, gap.last_month)) if month]
    span = " to ".join(months)
    if gap.last_month and not gap.first_month:
        span += " and before"
    where = " of ".join(part for part in (whose, span) if part)
    return f"{where}: {gap.what}" if where else gap.what


def gaps_told(gaps: Sequence[Gap], most: int) -> str:
    """Return the first few gaps, and how many more there are."""
    named = [gap_told(gap) for gap in gaps[:most]]
    more = [f"and {len(gaps) - most:,} more"] if len(gaps) > most else []
    return "; ".join([*named, *more])


def completeness(
    gaps: Sequence[Gap], checked_at: datetime | None, *, compared: tuple[str | None, str | None], most: int
) -> str:
    """Return whether anything may be missing, the first few of what, and when that was last looked at.

    Args:
        gaps: What may be missing.
        checked_at: When the least recently checked month was compared with Parliament's list.
        compared: The first and the last month that was compared, as `2024-03`.
        most: How many gaps to name.
    """
    on_day = f"on or after {on(checked_at.date())}" if checked_at else ""
    if not gaps:
        months = " to ".join(month_named(month) for month in dict.fromkeys(compared) if month)
        when = f" {on_day}" if on_day else ""
        return f"Complete for {months}: it holds all that was on Parliament's lists when they were read{when}."
    said = f" Compared with Parliament's lists {on_day}." if on_day else ""
    return f"May be incomplete: {gaps_told(gaps, most)}.{said}"


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number and what it counts: `1 record`, `2,000 records`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def file_size(size_bytes: int) -> str:
    """Return the size of a file in words: `950 bytes`, `1.5 kB`, `27 MB`."""
    size, unit = float(size_bytes), 0
    while size >= 1000 and unit < len(_SIZES) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:,.0f} {_SIZES[unit]}" if not unit or size >= 10 else f"{size:.1f} {_SIZES[unit]}"


def chance(probability: float) -> str:
    """Return a probability in [0, 1] as a percentage, which is never quite 0 or 100."""
    percent = round(100 * probability)
    return "under 1%" if percent < 1 else "over 99%" if percent > 99 else f"{percent}%"


def held(records: int, statements: int) -> str:
    """Return what a corpus holds: `14 answered questions and 2 written statements`.

    Args:
        records: Answered questions and statements together.
        statements: Of those, the statements.
    """
    answers = count(records - statements, "answered question")
    return f"{answers} and {count(statements, 'written statement')}" if statements else answers


def fact(column: str) -> str:
    """Return how a sentence calls a fact that a filter or a citation asks for."""
    return _COLUMNS.get(column, column.replace("_", " ").removesuffix(" id"))


def as_options(given: str) -> str:
    """Return a filter as the command takes it: `kind=holding` is `--kind holding`."""
    name, _, value = given.partition("=")
    return f"--{name.replace('_', '-')} {value}"


def capital(text: str) -> str:
    """Return `text` with its first letter as at the start of a sentence."""
    return text[:1].upper() + text[1:]


def span(first: date | None, last: date | None) -> str:
    """Return the days between which the answers were given."""
    if first is None or last is None:
        return "No date of an answer is known."
    days = on(first) if first == last else f"{on(first)} to {on(last)}"
    return f"Known dates of answers: {days}."


def sample_lines(sample: Sample | None) -> tuple[str, list[str]]:
    """Return what is said where only the seed documents are loaded, and commands to try; else nothing."""
    if sample is None:
        return "", []
    return f"{sample.note}. Questions to try:", [f'despatch search "{asked}"' for asked in sample.questions]


def licence_lines(licence: Licence) -> list[str]:
    """Return the words that the licence asks to be shown, and the credits."""
    return [licence.statement, *(f"Source: {credit}." for credit in licence.credits)]


def listed(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return names with their counts, for a table."""
    return [(name, f"{number:,}") for name, number in counts.items()]
