"""What is served: the start, what the corpus holds, and whether all is well."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response

from retrieval.answer_results import Coverage
from service.dependencies import ReadyCorpus, ReadyOrNot, ReadySearcher, readiness, takes_nothing
from service.openapi import problems
from service.problems import problem
from service.responses import Health, Ready, Welcome
from service.schemas import to_json

router = APIRouter(tags=["about"], dependencies=[Depends(takes_nothing)])

_LINKS = {
    "search": "/v1/search?q={question}",
    "export": "/v1/export?q={words}&match=exact&format=csv",
    "feed": "/v1/feed.atom?q={question}",
    "counts": "/v1/counts?by=month,answering_body&q={words}&match=exact",
    "similar_questions": "/v1/similar-questions",
    "answer": "/v1/answers/{key}",
    "citation": "/v1/answers/{key}/citation?style={style}",
    "history": "/v1/answers/{key}/history",
    "thread": "/v1/answers/{key}/thread",
    "coverage": "/v1/coverage",
    "description": "/openapi.json",
    "alive": "/healthz",
    "ready": "/readyz",
}
_PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>..."}}}
}


@router.get(
    "/",
    summary="Where to start",
    response_description="The paths there are.",
    response_model=Welcome,
    responses=_PAGE | problems(422),
)
def welcome(request: Request, ready: ReadyOrNot) -> Response:
    """Say what this is, which paths there are and, with the sample, questions to try.

    A browser gets the page for searching instead: this is for `Accept: application/json`.
    """
    app = request.app
    sample = ready.searcher.corpus.sample if ready.searcher else None
    return _json(Welcome(app.title, app.version, app.summary, sample, _LINKS))


@router.get(
    "/v1/coverage",
    summary="What is indexed",
    response_description="What the corpus holds and lacks.",
    response_model=Coverage,
    responses=problems(422, 503),
)
def coverage(corpus: ReadyCorpus) -> Response:
    """Say what the corpus holds: how many answers, from when to when, by whom, and what is missing."""
    return _json(corpus.coverage())


@router.get(
    "/healthz",
    summary="Whether the service is alive",
    response_description="It is.",
    response_model=Health,
    responses=problems(422),
)
async def alive() -> Response:
    """Say that the service is running, even if it has nothing to search yet."""
    return _json(Health("alive"))


@router.get(
    "/readyz",
    summary="Whether the service can answer",
    response_description="It can.",
    response_model=Ready,
    responses=problems(422, 503),
)
async def ready(request: Request, searcher: ReadySearcher) -> Response:
    """Say that questions can be answered; if not, the problem says what to do.

    Where a server has the vectors, whether it can be reached is looked at every few seconds, and told here.

    A service that was told to stop says so here, while it finishes what it was asked.
    """
    fault = readiness(request).store_fault
    if fault is not None:
        # One exception is raised for many requests: without this its traceback would grow with each.
        raise fault.with_traceback(None)
    if request.app.state.drain.has_begun:
        told = "this service was told to stop, and finishes what it was asked: ask another, or try again soon"
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "Draining", told).response()
    return _json(Ready("ready", searcher.corpus.manifest.name, searcher.corpus.sample))


def _json(value: object) -> Response:
    return Response(to_json(value), media_type="application/json")
