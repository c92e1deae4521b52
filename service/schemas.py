"""What a search may be asked, checked once for every surface, and its results as JSON."""

from __future__ import annotations

from typing import Annotated, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from retrieval.citations import CitationStyle
from retrieval.filters import Filters
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House
from retrieval.results import Match
from retrieval.search import MAX_LIMIT
from service.values import WHOLE_NUMBER, Day, Question, Words, one_of

MAX_VALUES = 50
"""The most values of one filter."""


class _Limits(BaseModel):
    """How a search may be limited; the names are the same on every surface."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), WHOLE_NUMBER] = Field(
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
        "one body has, its abbreviation or its id. A department stands for those it took over from too.",
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
    genre: tuple[Annotated[Genre, one_of(Genre)], ...] = Field(
        default=(),
        description="Answers to written questions, or written statements; both unless one is named.",
        examples=[["answer"]],
        max_length=MAX_VALUES,
    )
    answerer: tuple[Annotated[AnswererKind, one_of(AnswererKind)], ...] = Field(
        default=(),
        description="Whether a minister answered, or a Member for a body such as the Church Commissioners.",
        examples=[["minister"]],
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
            genre=self.genre,
            answerer=self.answerer,
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
    paragraph: Annotated[int, Field(ge=1), WHOLE_NUMBER] | None = Field(
        default=None, description="Cite this passage of the answer, counted from 1.", examples=[2]
    )


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
