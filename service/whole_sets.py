"""What an export or counts may be asked, checked once for every surface."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from retrieval.choices import Match, Sort
from retrieval.exporting import ExportFormat
from retrieval.facets import Dimension
from service.schemas import Limits
from service.values import WordsSought, one_of, parted

_MATCH = (
    '`exact` for the words one after another; `words` for words and "phrases" joined by AND, OR and NOT. Meaning has '
    "no whole set."
)


WordMatch = Annotated[Literal[Match.EXACT, Match.WORDS], one_of((Match.EXACT, Match.WORDS))]


class ExportRequest(Limits):
    """Words to find, and how the passages that have them are written."""

    q: WordsSought = Field(description="The words to find.", examples=["foreign national offenders"])
    match: WordMatch = Field(default=Match.EXACT, description=_MATCH, examples=["exact"])
    sort: Annotated[Sort, one_of(Sort)] = Field(
        default=Sort.NEWEST, description="The order, by the day answered.", examples=["newest"]
    )
    format: Annotated[ExportFormat, one_of(ExportFormat)] = Field(
        default=ExportFormat.CSV,
        description="`csv`, with a header, and with an apostrophe before each cell that a spreadsheet would take for "
        "a formula; or `jsonl`, one JSON object a line, with every text as it is.",
        examples=["csv"],
    )


class CountRequest(Limits):
    """What to count answers by, and the words they must have."""

    by: Annotated[tuple[Annotated[Dimension, one_of(Dimension)], ...], BeforeValidator(parted)] = Field(
        description="What to count by, parted by commas; `month` is that of the answer, `party` that of whoever asked.",
        examples=[["month", "answering_body", "finding"]],
        min_length=1,
        max_length=20,
    )
    q: WordsSought | None = Field(
        default=None,
        description="The words to find; without them all answers that pass the filters are counted. Either way what a "
        "search leaves out by default is left out, and told in `left_out`.",
        examples=["foreign national offenders"],
    )
    match: WordMatch = Field(default=Match.EXACT, description=_MATCH, examples=["exact"])
