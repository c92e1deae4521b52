"""The command that shows how the line on a topic changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.models import DEFAULT_MODEL
from retrieval.search import Searcher
from retrieval.timeline import Timeline
from service import options as given
from service.arguments import question_from, request_of
from service.building import data_option
from service.filter_options import NO_FILTERS, with_filters
from service.running import Session
from service.timeline_page import timeline_page
from service.timelines import TimelineRequest

_DATA = Path("data")


class TimelineCommands:
    """The command, as a method; `manual` has its help.

    Args:
        session: What it reads and writes.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the command works with."""
        self._session = session

    @with_filters
    def timeline(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        question: given.Question,
        data: given.Data = _DATA,
        match: given.Matching = "meaning",
        sort: given.Sorting = None,
        limit: given.Limit = "20",
        cursor: given.Cursor = None,
        filters: Mapping[str, object] = NO_FILTERS,
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Show how the line on a topic changed."""
        asked = question_from(self._session.input("query")) if question == "-" else question
        values = {"q": asked, "match": match, "sort": sort, "limit": limit, "cursor": cursor, **filters}
        found = self._found(_request(values), data, model)
        self._session.output.give(found, as_json, lambda: timeline_page(found, data=data_option(data)))

    def _found(self, request: TimelineRequest, data: Path, model: str) -> Timeline:
        corpus = Corpus.open(data)
        # Names are looked up before the model is loaded: a slip is told at once.
        corpus.admitted(request.filters())
        if request.match is not Match.MEANING:
            return request.worded_in(corpus)
        return request.answered_by(Searcher(corpus, self._session.encoder(model), data))


def _request(values: Mapping[str, object]) -> TimelineRequest:
    """Return what is asked; what is wrong with the question is told by its name here."""
    try:
        return request_of(TimelineRequest, values)
    except QueryError as error:
        raise QueryError("query" if error.field == "q" else error.field, error.reason) from error
