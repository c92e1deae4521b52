"""What the comparison of a draft may be asked, checked once for every surface."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from retrieval.asked import MAX_LIMIT, MAX_QUERY_CHARACTERS
from retrieval.records import House
from retrieval.search import Searcher
from retrieval.similar_results import SimilarQuestions
from service.schemas import MAX_VALUES
from service.values import WHOLE_NUMBER, Words, described, one_of


def _draft(value: object) -> object:
    # Told here and not by pydantic, whose errors carry the value: a draft is private.
    if not isinstance(value, str):
        raise PydanticCustomError("draft", "it is not a text")
    if not value.split():
        raise PydanticCustomError("draft", "it is empty: paste the question that you mean to table")
    if len(value) > MAX_QUERY_CHARACTERS:
        told = "it has {length} characters, at most {most} are read: paste one question"
        raise PydanticCustomError("draft", told, {"length": f"{len(value):,}", "most": f"{MAX_QUERY_CHARACTERS:,}"})
    try:
        value.encode()
    except UnicodeEncodeError:
        # Half a character, which JSON lets through: it could not be written into an answer.
        raise PydanticCustomError("draft", "it is not valid Unicode text") from None
    return value


_DRAFT: Final = described(minLength=1, maxLength=MAX_QUERY_CHARACTERS, pattern=r"\S")


class DraftRequest(BaseModel):
    """A draft of a question, and which tabled questions it is compared with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, BeforeValidator(_draft), _DRAFT] = Field(
        description="The draft of a question, with or without the words that it opens with. It is kept nowhere.",
        examples=["To ask the Secretary of State for the Home Department, what steps she is taking on asylum hotels."],
    )
    house: tuple[Annotated[House, one_of(House)], ...] = Field(
        default=(),
        description="Only questions tabled in this House, in any case.",
        examples=[["Commons"]],
        max_length=MAX_VALUES,
    )
    answering_body: tuple[Words, ...] = Field(
        default=(),
        description="Only questions to this department or other body, named as in a search. A department stands for "
        "those it took over from too.",
        examples=[["Home Office"]],
        max_length=MAX_VALUES,
    )
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), WHOLE_NUMBER] = Field(
        default=10, description="The most questions to return.", examples=[5]
    )

    def answered_by(self, searcher: Searcher) -> SimilarQuestions:
        """Return what a searcher finds.

        Raises:
            QueryError: If the draft or a name can't be used.
        """
        return searcher.similar_questions(
            self.text, house=self.house, answering_body=self.answering_body, limit=self.limit
        )
