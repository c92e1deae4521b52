"""What each tool for assistants can be asked."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from retrieval.choices import Match, Sort
from retrieval.citations import CitationStyle
from service.drafts import DraftRequest
from service.quotes import QuoteRequest
from service.schemas import MAX_CURSOR_CHARACTERS, Limits
from service.values import WHOLE_NUMBER, Question, Words, not_blank, one_of

MAX_HITS = 20
"""The most answers on a page of a search: more would not fit."""

MAX_QUOTATION = 3_000
"""The most characters of a quotation: a match gives the whole of it as it should read."""


class ListedFilter(StrEnum):
    """The filters whose values can be listed."""

    HOUSE = "house"
    ANSWERING_BODY = "answering_body"
    MINISTER = "minister"
    ASKER = "asker"
    PARTY = "party"
    KIND = "kind"
    FINDING = "finding"
    GENRE = "genre"
    ANSWERER = "answerer"


Cursor = Annotated[str, StringConstraints(max_length=MAX_CURSOR_CHARACTERS)]


class SearchAnswers(Limits):
    """A question in plain words, and what the search is limited to."""

    query: Question = Field(
        description="A question or a topic in plain words, one topic a call. With match=exact, a phrase; with "
        'match=words, words and "phrases" joined by AND, OR and NOT.',
        examples=["How many foreign national offenders were returned in a year?"],
    )
    limit: Annotated[int, Field(ge=1, le=MAX_HITS), WHOLE_NUMBER] = Field(
        default=5, description="The most answers on a page; fewer come where more would be too long."
    )
    match: Annotated[Match, one_of(Match)] = Field(
        default=Match.MEANING,
        description="`meaning` finds the nearest answers. `exact` finds every answer that has the words one after "
        "another, `words` every answer that fits the AND, OR and NOT: use these to count, or to check that a word "
        "was never used. They look in answers, not in questions or headings.",
    )
    sort: Annotated[Sort, one_of(Sort)] | None = Field(
        default=None,
        description="By the day answered: `newest` or `oldest` first; `standing`: substantive answers of the present "
        "government, newest first, then all others. Without it the nearest come first, and with match=exact or words "
        "the newest.",
    )
    cursor: Cursor | None = Field(
        default=None,
        description="The `next_cursor` of a page, for the one after it; all else must stay the same but the limit.",
    )


class _OfAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Words = Field(
        description="The answer's key, as a search gives it, or Parliament's own id.",
        examples=["commons-2023-07-18-194793"],
    )


class Paged(_OfAnswer):
    """One answer, and which page of what belongs to it."""

    cursor: Cursor | None = Field(default=None, description="The `next_cursor` of a page, for the one after it.")


class Cite(_OfAnswer):
    """One answer, and how its citation is to be written."""

    style: Annotated[CitationStyle, one_of(CitationStyle)] | None = Field(
        default=None,
        description="`house`, `member` (as pasted into a question) or `oscola`; `bibtex`, `ris` or `csl-json` for a "
        "reference manager. Without it: the three forms in words.",
    )
    paragraph: Annotated[int, Field(ge=1), WHOLE_NUMBER] | None = Field(
        default=None, description="Cite this passage of the answer, by the `paragraph` that a result gives."
    )


class SimilarQuestions(DraftRequest):
    """A draft of a question, and which tabled questions it is compared with."""

    limit: Annotated[int, Field(ge=1, le=MAX_HITS), WHOLE_NUMBER] = Field(
        default=5, description="The most questions in all; they come in pages where they would be too long."
    )
    cursor: Cursor | None = Field(
        default=None, description="The `next_cursor` of a page, for the one after it; all else must stay the same."
    )


class VerifyQuote(QuoteRequest):
    """A quotation to check."""

    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=MAX_QUOTATION),
        not_blank("give the words as they are quoted"),
    ] = Field(
        description="One quotation, with or without its marks. `…`, `...` or `[...]` leaves words out; other square "
        "brackets hold what the writer put in."
    )
    cursor: Cursor | None = Field(
        default=None, description="The `next_cursor` of a page, for the one after it; all else must stay the same."
    )


class ListFilters(BaseModel):
    """Which filter's values are wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filter: Annotated[ListedFilter, one_of(ListedFilter)] | None = Field(
        default=None, description="List every value of this filter. Without it: all filters, with their commonest."
    )
    contains: Words | None = Field(
        default=None,
        description="With `filter`: only values with these words, or with words that begin so.",
        examples=["phillips"],
    )
    cursor: Cursor | None = Field(default=None, description="The `next_cursor` of a page, for the one after it.")


class Coverage(BaseModel):
    """Which page of the months that are covered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cursor: Cursor | None = Field(default=None, description="The `next_cursor` of a page, for the one after it.")
