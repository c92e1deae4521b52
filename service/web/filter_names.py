"""Filters and their values in the words of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from retrieval.records import AnswererKind, Genre, House
from service.phrases import FINDINGS, KINDS, capital, on
from service.values import KindAsked

LABELS: Final[Mapping[str, str]] = {
    "q": "Question",
    "answered_from": "Answered from",
    "answered_to": "Answered to",
    "tabled_from": "Tabled from",
    "tabled_to": "Tabled to",
    "house": "House",
    "answering_body": "Department",
    "minister": "Minister",
    "asker": "Asked by",
    "party": "Asker's party",
    "kind": "Kind of answer",
    "finding": "What it says of itself",
    "heading": "Heading",
    "genre": "Answers or statements",
    "answerer": "Who answers",
    "match": "How to search",
    "sort": "Order",
    "understand": "Filters from the question",
    "limit": "Answers on a page",
    "cursor": "Page",
    "mode": "Thoroughness",
    "group": "Answers that nearly repeat others",
    "fresh": "Preference for a time",
    "expand": "Long and short forms",
    "facets": "Counted by",
}
"""What readers call each parameter."""

CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "house": {str(one): str(one) for one in House},
    "kind": {str(kind): capital(told) for kind, told in KINDS.items()} | {str(KindAsked.ALL): "Every kind"},
    "finding": {str(name): capital(told) for name, told in FINDINGS.items()},
    "genre": {str(Genre.ANSWER): "Answers to questions", str(Genre.STATEMENT): "Written statements"},
    "answerer": {
        str(AnswererKind.MINISTER): "A minister",
        str(AnswererKind.NON_MINISTER): "A Member for a body, such as the Church Commissioners",
    },
}
"""By filter whose values are a closed list, what readers call each; in the order of the form."""

DAYS: Final = ("answered_from", "answered_to", "tabled_from", "tabled_to")
"""The filters that are days."""

NAMES: Final = ("answering_body", "minister", "asker", "party", "heading")
"""The filters that are names or words, typed by the reader."""


def value_name(name: str, value: str) -> str:
    """Return what readers call the value of a filter; as it is, where it is a name or no value of the filter."""
    if name in CHOICES:
        return {one.casefold(): told for one, told in CHOICES[name].items()}.get(value.casefold(), value)
    if name in DAYS:
        try:
            return on(date.fromisoformat(value))
        except ValueError:
            return value
    return value
