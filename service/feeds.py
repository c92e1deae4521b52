"""What a feed may be asked, checked once for every surface."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from retrieval.choices import Expanding, Match
from retrieval.search import Searcher
from retrieval.standing_search import MAX_ENTRIES, StandingSearch, standing_search
from service.schemas import Limits
from service.values import WHOLE_NUMBER, YES_OR_NO, Question, one_of


class FeedParameters(Limits):
    """A question or words, and how the feed of what they find is limited."""

    q: Question = Field(
        description="A question or a topic in plain words; with `match` exact or words, the words to find.",
        examples=["asylum hotels"],
    )
    match: Annotated[Match, one_of(Match)] = Field(
        default=Match.MEANING,
        description="`meaning` for the answers that are close enough; `exact` and `words` for every answer that has "
        "the words, as in a search.",
        examples=["meaning"],
    )
    understand: Annotated[bool, YES_OR_NO] = Field(
        default=False,
        description="Whether explicit words of the question become filters, as in a search.",
        examples=[True],
    )
    expand: Annotated[Expanding, one_of(Expanding)] = Field(
        default=Expanding.ON,
        description="Whether the long form of a short one in the question is looked for too, and the reverse.",
        examples=["off"],
    )
    limit: Annotated[int, Field(ge=1, le=MAX_ENTRIES), WHOLE_NUMBER] = Field(
        default=50, description="The most entries.", examples=[20]
    )

    def in_order(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that were given and make a difference, as texts, in a fixed order."""
        listed = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if value != field.default:
                listed += [(name, one) for one in (value if isinstance(value, tuple) else (value,))]
        return tuple(sorted((name, _as_text(one)) for name, one in listed))

    def found_by(self, searcher: Searcher) -> StandingSearch:
        """Return what a searcher finds.

        Raises:
            QueryError: If the question or a filter can't be used.
        """
        return standing_search(
            searcher,
            self.q,
            self.filters(),
            match=self.match,
            understand=self.understand,
            expand=self.expand is Expanding.ON,
            limit=self.limit,
        )


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
