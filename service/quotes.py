"""What the check of a quotation, or of a briefing, may be asked; checked once for every surface."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from retrieval.quotations import MAX_BRIEFING_CHARACTERS, MAX_QUOTATION_CHARACTERS, MAX_QUOTATIONS
from service.values import NOT_BLANK, WHOLE_NUMBER, Words, not_blank


class QuoteRequest(BaseModel):
    """A quotation to check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=MAX_QUOTATION_CHARACTERS),
        not_blank("give the words as they are quoted"),
        NOT_BLANK,
    ] = Field(
        description="The quotation, with or without its marks. `…`, `...` or `[...]` leaves words out; other square "
        "brackets hold what the writer put in.",
        examples=["we will remove foreign national offenders … as quickly as possible"],
    )
    key: Words | None = Field(
        default=None,
        description="The one answer to look in: its key, or Parliament's own id. Without it all that is indexed is "
        "looked in.",
        examples=["commons-2023-07-18-194793"],
    )


class BriefingRequest(BaseModel):
    """A text of which each quotation is to be checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=MAX_BRIEFING_CHARACTERS),
        not_blank("paste a text with quotations in it"),
        NOT_BLANK,
    ] = Field(
        description="A briefing, plain or in Markdown. Its quotations stand in quotation marks, double or single, or "
        "in lines that begin with `>`.",
        examples=["The minister said “we will act”."],
    )
    first: Annotated[int, Field(ge=1), WHOLE_NUMBER] = Field(
        default=1,
        description="The number of the first quotation to check: to go on, the `next_first` of the call before.",
        examples=[1],
    )
    limit: Annotated[int, Field(ge=1, le=MAX_QUOTATIONS), WHOLE_NUMBER] = Field(
        default=MAX_QUOTATIONS, description="The most quotations to check in this call.", examples=[10]
    )
