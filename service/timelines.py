"""What a timeline may be asked, checked once for every surface."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from retrieval.asked import MAX_LIMIT
from retrieval.choices import Match, Sort
from retrieval.corpus import Corpus
from retrieval.search import Searcher
from retrieval.timeline import DEFAULT_LIMIT, Timeline, timeline
from retrieval.topic import topic_of, worded_topic
from retrieval.worded_search import Page
from service.schemas import MAX_CURSOR_CHARACTERS, Limits
from service.values import WHOLE_NUMBER, Question, one_of

BY_DAY: Final = (Sort.NEWEST, Sort.OLDEST)
"""The orders of days: a line has no other."""
ByDay = Literal[Sort.NEWEST, Sort.OLDEST]


class TimelineRequest(Limits):
    """A topic, and which part of its answers in order is wanted."""

    q: Question = Field(description="A topic or a question in plain words.", examples=["foreign national offenders"])
    match: Annotated[Match, one_of(Match)] = Field(
        default=Match.MEANING,
        description="As for a search: `exact` and `words` find every answer that has the words; `meaning` finds those "
        "that are near enough, and so at least that many.",
        examples=["exact"],
    )
    sort: Annotated[ByDay, one_of(BY_DAY)] = Field(
        default=Sort.NEWEST, description="The order of the answers, by the day answered.", examples=["oldest"]
    )
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), WHOLE_NUMBER] = Field(
        default=DEFAULT_LIMIT, description="The most answers to return; all are counted.", examples=[5]
    )
    cursor: Annotated[str, StringConstraints(max_length=MAX_CURSOR_CHARACTERS)] | None = Field(
        default=None,
        description="The `next_cursor` of a page, for the one after it. All else that is asked must stay the same, "
        "and so must what is indexed.",
        examples=["MS4xMC4wMTIzNDU2Nzg5YWIuMDEyMzQ1Njc4OWFi"],
    )

    def answered_by(self, searcher: Searcher) -> Timeline:
        """Return the timeline of the topic.

        Raises:
            QueryError: If the question, a filter or the cursor can't be used.
        """
        topic = topic_of(searcher, self.q, self.filters(), self.match)
        return timeline(searcher.corpus, topic, searcher.today(), self._page)

    def worded_in(self, corpus: Corpus, today: Callable[[], date] = date.today) -> Timeline:
        """Return the same with `match` exact or words, which need no model.

        Raises:
            QueryError: If it is matched by meaning, or the question, a filter or the cursor can't be used.
        """
        return timeline(corpus, worded_topic(corpus, self.q, self.filters(), self.match), today(), self._page)

    @property
    def _page(self) -> Page:
        return Page(self.limit, self.sort, self.cursor)
