"""What routes ask for: a searcher that is ready, and a query string without strangers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict

from retrieval.corpus import Corpus
from retrieval.errors import DespatchError, QueryError, StoreFault
from retrieval.search import Searcher
from service.faults import shortened
from service.schemas import SearchParameters

_COUNTED_BY = "by"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What can be answered.

    Attributes:
        searcher: Answers; None where there is nothing to search.
        reason: Why there is none, or why the newest snapshot is not the one that is searched.
        store_fault: Why the server that has the vectors can't be searched at the moment; None where it can, or none has
            them.
    """

    searcher: Searcher | None
    reason: DespatchError | None = None
    store_fault: StoreFault | None = None


def readiness(request: Request) -> Readiness:
    """Return what the start of the service came to."""
    ready: Readiness = request.app.state.readiness
    return ready


# These take no time, so they are run where requests are taken and wait for no thread: they are `async` for that alone.
async def ready_or_not(request: Request) -> Readiness:
    """Return what the start of the service came to."""
    return readiness(request)


async def ready_searcher(request: Request) -> Searcher:
    """Return the searcher.

    Raises:
        SnapshotError: If there was no usable snapshot when the service started.
        ModelError: If there was no usable model then.
    """
    return searcher_in(readiness(request))


def searcher_in(ready: Readiness) -> Searcher:
    """Return the searcher of what was opened.

    Raises:
        DespatchError: Why there is none.
    """
    if ready.searcher is None:
        # One exception is raised for many requests: without this its traceback would grow with each.
        raise (ready.reason or DespatchError("not started yet: try again")).with_traceback(None)
    return ready.searcher


async def ready_corpus(searcher: Annotated[Searcher, Depends(ready_searcher)]) -> Corpus:
    """Return the corpus that is searched."""
    return searcher.corpus


class _Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


async def takes_nothing(nothing: Annotated[_Nothing, Query()]) -> None:
    """Refuse every query parameter: one that did nothing would mislead."""


async def each_once(request: Request) -> None:
    """Refuse a parameter given twice where one value counts: which one was meant would be a guess.

    Raises:
        QueryError: Naming the parameter.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if times > 1 and name not in {*SearchParameters.lists(), _COUNTED_BY}:
            raise QueryError(shortened(name, 80), f"it is given {times} times: give it once")


ReadySearcher = Annotated[Searcher, Depends(ready_searcher)]
ReadyCorpus = Annotated[Corpus, Depends(ready_corpus)]
ReadyOrNot = Annotated[Readiness, Depends(ready_or_not)]
Key = Annotated[
    str,
    Path(
        description="The answer's key, as a search gives it, or Parliament's own id.",
        examples=["commons-2023-07-18-194793"],
    ),
]
