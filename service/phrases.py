"""Facts of an answer in plain words, the same wherever the command prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from retrieval.citations import FACTS, long_date
from retrieval.licences import Licence
from retrieval.records import AnswerKind, FindingName, Member
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


def badges(kind: AnswerKind, findings: Iterable[FindingName]) -> str:
    """Return what an answer is, and what it says about itself, in words."""
    return "; ".join((KINDS[kind], *(FINDINGS[finding] for finding in findings)))


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number and what it counts: `1 record`, `2,000 records`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


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


def span(first: date | None, last: date | None, *, complete: bool) -> str:
    """Return the days between which the answers were given, and whether none is missing between them."""
    if first is None or last is None:
        return "No date of an answer is known."
    days = on(first) if first == last else f"{on(first)} to {on(last)}"
    every = "Every answer of those days is here" if complete else "Not known to be every answer of those days"
    return f"Known dates of answers: {days}. {every}."


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
