"""What a search may be asked, checked once for every surface, and its results as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from retrieval.citations import Citation, CitationStyle, Licence, notes, written
from retrieval.filters import Filters
from retrieval.records import AnswerKind, FindingName, House
from retrieval.results import Match, Sample
from retrieval.search import MAX_LIMIT, MAX_QUERY_CHARACTERS
from service.faults import shown

MAX_VALUES = 50
"""The most values of one filter."""

MAX_VALUE_CHARACTERS = 200
"""The longest value of a filter: room for any name of a body, Member or heading."""

_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _wrong(kind: str, value: object, what: str, values: Sequence[str] = ()) -> PydanticCustomError:
    # Filled in one after the other, so the value goes last: a brace in it is only a brace.
    return PydanticCustomError(kind, "{seen} {what}", {"values": values, "what": what, "seen": shown(value)})


def _plain_date(value: object) -> object:
    # Left to itself pydantic also takes timestamps and numbers, where a slip gives a wrong day in silence.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _PLAIN_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _wrong("no_such_day", value, "is no day of the calendar") from None
    raise _wrong("plain_date", value, "is not a date: write it as YYYY-MM-DD")


def _whole_number(value: object) -> object:
    # A query string gives text, a body a number; true and 10.0 are slips of the pen.
    if isinstance(value, bool | float):
        raise _wrong("whole_number", value, "is not a whole number")
    return value


def _not_blank(value: str) -> str:
    if not value.split():
        raise PydanticCustomError("blank", "it is empty: ask a question or name a topic in plain words")
    return value


def one_of(names: type[StrEnum]) -> BeforeValidator:
    """Return a validator that takes the values of an enumeration in any case, and lists them for others."""
    values = {str(value).casefold(): value for value in names}

    def find(value: object) -> object:
        found = values.get(value.strip().casefold()) if isinstance(value, str) else None
        if found is None:
            listed = [str(name) for name in names]
            raise _wrong("one_of", value, f"is not one of {', '.join(listed)}", listed)
        return found

    return BeforeValidator(find)


Question = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY_CHARACTERS), AfterValidator(_not_blank)]
Day = Annotated[date, BeforeValidator(_plain_date)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_VALUE_CHARACTERS)]


class _Limits(BaseModel):
    """How a search may be limited; the names are the same on every surface."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_whole_number)] = Field(
        default=10, description="The most answers to return.", examples=[5]
    )
    answered_from: Day | None = Field(
        default=None, description="Only answers given on this day or later.", examples=["2024-07-05"]
    )
    answered_to: Day | None = Field(
        default=None, description="Only answers given on this day or earlier.", examples=["2026-03-31"]
    )
    tabled_from: Day | None = Field(
        default=None, description="Only questions tabled on this day or later.", examples=["2024-07-05"]
    )
    tabled_to: Day | None = Field(
        default=None, description="Only questions tabled on this day or earlier.", examples=["2026-03-31"]
    )
    house: tuple[Annotated[House, one_of(House)], ...] = Field(
        default=(),
        description="The House in which the question was tabled, in any case.",
        examples=[["Commons"]],
        max_length=MAX_VALUES,
    )
    answering_body: tuple[Words, ...] = Field(
        default=(),
        description="The department or other body that answered: its name, some words of it that only "
        "one body has, or its id.",
        examples=[["Home Office"]],
        max_length=MAX_VALUES,
    )
    minister: tuple[Words, ...] = Field(
        default=(),
        description="Who answered: the name, some words of it that only one has, or the Member's id.",
        examples=[["Jess Phillips"]],
        max_length=MAX_VALUES,
    )
    asker: tuple[Words, ...] = Field(
        default=(),
        description="Who asked: the name, some words of it that only one has, or the Member's id.",
        examples=[["Rupert Lowe"]],
        max_length=MAX_VALUES,
    )
    party: tuple[Words, ...] = Field(
        default=(), description="The asker's party on the day.", examples=[["Labour"]], max_length=MAX_VALUES
    )
    kind: tuple[Annotated[AnswerKind, one_of(AnswerKind)], ...] = Field(
        default=(),
        description="What the answer is. With neither kind nor finding: substantive answers that say "
        "more than that the information is not held or would cost too much.",
        examples=[["substantive"]],
        max_length=MAX_VALUES,
    )
    finding: tuple[Annotated[FindingName, one_of(FindingName)], ...] = Field(
        default=(),
        description="What the answer says about itself.",
        examples=[["not_held"]],
        max_length=MAX_VALUES,
    )
    heading: tuple[Words, ...] = Field(
        default=(),
        description="Words in the heading that the question was tabled under, in any case.",
        examples=[["Asylum"]],
        max_length=MAX_VALUES,
    )
    match: Annotated[Match, one_of(Match)] = Field(
        default=Match.MEANING,
        description="How the question is matched; only `meaning` is there yet.",
        examples=["meaning"],
    )

    def filters(self) -> Filters:
        """Return the limits on which records may answer.

        Raises:
            QueryError: If a span of dates ends before it begins.
        """
        return Filters(
            answered_from=self.answered_from,
            answered_to=self.answered_to,
            tabled_from=self.tabled_from,
            tabled_to=self.tabled_to,
            house=self.house,
            answering_body=self.answering_body,
            minister=self.minister,
            asker=self.asker,
            party=self.party,
            kind=self.kind,
            finding=self.finding,
            heading=self.heading,
        )


class SearchRequest(_Limits):
    """A question in plain words, and what the search is limited to."""

    query: Question = Field(
        description="A question or a topic in plain words.",
        examples=["How many foreign national offenders were returned in a year?"],
    )


class SearchParameters(_Limits):
    """The same as a URL's query string gives it; values within a filter are given by repeating it."""

    q: Question = Field(
        description="A question or a topic in plain words.",
        examples=["How many foreign national offenders were returned in a year?"],
    )

    @classmethod
    def lists(cls) -> frozenset[str]:
        """Return the names of the parameters that may be repeated."""
        return frozenset(name for name, field in cls.model_fields.items() if get_origin(field.annotation) is tuple)

    def request(self) -> SearchRequest:
        """Return the request that these parameters stand for."""
        given = self.model_dump(exclude={"q"}, exclude_unset=True)
        return SearchRequest(query=self.q, **given)


class CitationParameters(BaseModel):
    """How a citation is to be written, and of what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    style: Annotated[CitationStyle, one_of(CitationStyle)] = Field(
        default=CitationStyle.HOUSE,
        description="The form: the House's own, the one a Member pastes into a question, OSCOLA, or a file "
        "for a reference manager.",
        examples=["oscola"],
    )
    paragraph: Annotated[int, Field(ge=1), BeforeValidator(_whole_number)] | None = Field(
        default=None, description="Cite this passage of the answer, counted from 1.", examples=[2]
    )


@dataclass(frozen=True, slots=True)
class WrittenCitation:
    """A citation in one form, ready to paste.

    Attributes:
        style: The form.
        text: The citation; the forms for reference managers have several lines.
        notes: What a reader must be told beside it, most serious first.
        citation: The facts it is made of.
        licence: Of the text cited.
    """

    style: CitationStyle
    text: str
    notes: tuple[str, ...]
    citation: Citation
    licence: Licence

    @classmethod
    def of(cls, citation: Citation, style: CitationStyle) -> WrittenCitation:
        """Write a citation in a style."""
        return cls(style, written(citation, style), notes(citation, style), citation, citation.licence)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the service is and where to go from here.

    Attributes:
        name: Of the product.
        version: Of the product.
        description: What it is for.
        sample: Set where only the seed documents are loaded: what they are, and questions to try.
        links: By what they give, the paths there are.
    """

    name: str
    version: str
    description: str
    sample: Sample | None
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class Health:
    """That the service is alive.

    Attributes:
        status: `alive`.
    """

    status: str


@dataclass(frozen=True, slots=True)
class Ready:
    """That the service can answer.

    Attributes:
        status: `ready`.
        snapshot: Name of the snapshot.
        sample: Set where only the seed documents are loaded.
    """

    status: str
    snapshot: str
    sample: Sample | None


_ADAPTERS: dict[type, TypeAdapter[object]] = {}


def _adapter(value: object) -> TypeAdapter[object]:
    # Made once for each type: making one takes longer than writing a result.
    kind = type(value)
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(value: object) -> bytes:
    """Return a result as JSON, the same on every surface.

    Args:
        value: A SearchResult, Answer, Coverage, Citation or another of the library's dataclasses.

    Returns:
        One line of UTF-8 without an end of line.
    """
    return _adapter(value).dump_json(value)


def to_data(value: object) -> dict[str, object]:
    """Return a result as `to_json` would write it, but as plain dictionaries, lists, texts and numbers.

    Args:
        value: A SearchResult, Answer, Coverage, Citation or another of the library's dataclasses.
    """
    data: dict[str, object] = _adapter(value).dump_python(value, mode="json")
    return data
