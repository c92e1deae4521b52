"""The command that tells whether a question has been asked before: `asked`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.models import DEFAULT_MODEL
from retrieval.search import Searcher
from service import options as given
from service.arguments import question_from, request_of
from service.asked_page import asked_page
from service.building import data_option
from service.drafts import DraftRequest
from service.running import Session

_DATA = Path("data")


class AskedCommands:
    """The command, a method; `manual` has its help.

    Args:
        session: What it reads and writes, and how it loads the model.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the command works with."""
        self._session = session

    def asked(
        self,
        draft: given.Draft,
        data: given.Data = _DATA,
        house: given.Houses = None,
        answering_body: given.Bodies = None,
        limit: given.QuestionLimit = "10",
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Compare a draft with the questions that were tabled."""
        with _draft_named():
            text = question_from(self._session.input("text")) if draft == "-" else draft
            values = {"text": text, "house": house, "answering_body": answering_body, "limit": limit}
            request = request_of(DraftRequest, values)
            corpus = Corpus.open(data)
            found = request.answered_by(Searcher(corpus, self._session.encoder(model), data))
        self._session.output.give(found, as_json, lambda: asked_page(found, data=data_option(data)))


@contextmanager
def _draft_named() -> Iterator[None]:
    """Tell of what is wrong with the draft by its name here."""
    try:
        yield
    except QueryError as error:
        if error.field not in {"text", "query"}:
            raise
        raise QueryError("draft", error.reason) from error
