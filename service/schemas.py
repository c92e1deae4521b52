"""What a search may be asked, checked once for every surface, and its results as JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from retrieval.asked import MAX_LIMIT
from retrieval.choices import Expanding, Grouping, Match, Mode, Sort
from retrieval.citations import CitationStyle
from retrieval.facets import Dimension
from retrieval.filters import EVERY_KIND, Filters
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House
from retrieval.results import SearchResult
from retrieval.search import Searcher
from service.values import WHOLE_NUMBER, YES_OR_NO, Day, KindAsked, Question, Words, one_of, parted

MAX_VALUES = 50
"""The most values of one filter."""

MAX_CURSOR_CHARACTERS = 200
"""More than a cursor has."""


class Fresh(StrEnum):
    """Whether the time that a question asks for counts: `auto`: yes, where it asks for one; `off`: never."""

    AUTO = "auto"
    OFF = "off"


class Limits(BaseModel):
    """How a search, an export or counts may be limited; the names are the same on every surface."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    kind: tuple[Annotated[KindAsked, one_of(KindAsked)], ...] = Field(
        default=(),
        description="What the answer is; `all` looks in every kind, refusals included. With neither kind nor finding: "
        "substantive answers that say more than that the information is not held or would cost too much.",
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
            kind=EVERY_KIND if KindAsked.ALL in self.kind else tuple(AnswerKind(kind) for kind in self.kind),
            finding=self.finding,
            heading=self.heading,
            genre=self.genre,
            answerer=self.answerer,
        )


class _Search(Limits):
    """How a search matches, and which part of what it finds is wanted."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), WHOLE_NUMBER] = Field(
        default=10, description="The most answers to return.", examples=[5]
    )
    match: Annotated[Match, one_of(Match)] = Field(
        default=Match.MEANING,
        description="`meaning` finds the nearest answers. `exact` finds every answer that has the question's words one "
        'after another; `words` every answer that has words and "phrases" joined by AND, OR and NOT, in capitals. '
        "For both, case and accents are folded, there is no stemming, and punctuation is not compared; answers and "
        "their attachments are looked in, questions and headings are not.",
        examples=["meaning"],
    )
    sort: Annotated[Sort, one_of(Sort)] | None = Field(
        default=None,
        description="The order, by the day answered: `newest` or `oldest` first; `standing` puts the substantive "
        "answers of the present government, newest first, before all others. Without it the nearest answers come "
        "first, and with match=exact or words the newest.",
        examples=["newest"],
    )
    cursor: Annotated[str, StringConstraints(max_length=MAX_CURSOR_CHARACTERS)] | None = Field(
        default=None,
        description="The `next_cursor` of a page, for the one after it. The question, the filters, match, mode and "
        "sort must stay the same, and so must what is indexed.",
        examples=["MS4xMC4wMTIzNDU2Nzg5YWIuMDEyMzQ1Njc4OWFi"],
    )
    facets: Annotated[tuple[Annotated[Dimension, one_of(Dimension)], ...], BeforeValidator(parted)] = Field(
        default=(),
        description="What to count the answers by, parted by commas: all that have the words with match=exact or "
        "words, else the close ones of the 200 nearest, which `at_least` counts.",
        examples=[["answering_body", "kind"]],
        max_length=20,
    )
    mode: Annotated[Mode, one_of(Mode)] = Field(
        default=Mode.FULL,
        description="How much work is done: `full` reads the best answers again beside the question, which takes "
        "several times as long; `fast` does not. With `match` exact or words it makes no difference.",
        examples=["fast"],
    )
    group: Annotated[Grouping, one_of(Grouping)] = Field(
        default=Grouping.ON,
        description="Whether answers that say nearly the same, but for numbers or names, share one hit, led by the one "
        "that fits the question best. With `off`, each is a hit of its own. With `match` exact or words it makes no "
        "difference.",
        examples=["off"],
    )

    @property
    def groups(self) -> bool:
        """Whether answers that say nearly the same share one hit."""
        return self.group is Grouping.ON

    understand: Annotated[bool, YES_OR_NO] = Field(
        default=False,
        description="Whether explicit words of the question become filters: `said by`, `answered by`, `asked in the "
        "Lords`, `what has the Home Office said since March 2026`. The response lists them in `understood`, each "
        "with the way to do without it. Where they leave nothing, they are not applied, and the response says so. "
        "With `match` exact or words it makes no difference.",
        examples=[True],
    )
    fresh: Annotated[Fresh, one_of(Fresh)] = Field(
        default=Fresh.AUTO,
        description="Whether a question that asks for now (`current`, `latest`, `this year`) prefers recent answers, "
        "and one that names a time those of that time. The response says so in `freshness`. `off` switches it off. "
        "With `match` exact or words it makes no difference.",
        examples=["off"],
    )

    @property
    def is_fresh(self) -> bool:
        """Whether the time that the question asks for counts."""
        return self.fresh is Fresh.AUTO

    expand: Annotated[Expanding, one_of(Expanding)] = Field(
        default=Expanding.ON,
        description="Whether the long form of a short one in the question is looked for too, such as `special "
        "educational needs` for `SEN`, and the reverse, as answers in the corpus explain them. The response lists them "
        "in `expanded`. `off` switches it off. With `match` exact or words, the words count as they stand.",
        examples=["off"],
    )

    @property
    def expands(self) -> bool:
        """Whether the short and long forms of the question's words are looked for too."""
        return self.expand is Expanding.ON


class SearchRequest(_Search):
    """A question in plain words, and what the search is limited to."""

    query: Question = Field(
        description="A question or a topic in plain words.",
        examples=["How many foreign national offenders were returned in a year?"],
    )

    def answered_by(self, searcher: Searcher) -> SearchResult:
        """Return what a searcher finds.

        Raises:
            QueryError: If the question or a filter can't be used.
        """
        return searcher.search(
            self.query,
            self.filters(),
            limit=self.limit,
            match=self.match,
            mode=self.mode,
            understand=self.understand,
            fresh=self.is_fresh,
            group=self.groups,
            sort=self.sort,
            cursor=self.cursor,
            expand=self.expands,
            facets=self.facets,
        )


class SearchParameters(_Search):
    """The same as a URL's query string gives it; values within a filter are given by repeating it."""

    q: Question = Field(
        description="A question or a topic in plain words.",
        examples=["How many foreign national offenders were returned in a year?"],
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_facets(cls, given: object) -> object:
        # `facets=` is how a list of nothing is written in a URL.
        if isinstance(given, dict) and given.get("facets") in ([""], ("",)):
            return {name: value for name, value in given.items() if name != "facets"}
        return given

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
