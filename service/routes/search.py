"""Questions in, cited answers out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Response

from retrieval.results import SearchResult
from retrieval.search import Searcher
from retrieval.stages import Stage
from service.dependencies import ReadySearcher, each_once, takes_nothing
from service.openapi import problems
from service.schemas import SearchParameters, SearchRequest, to_json

router = APIRouter(tags=["search"])


@router.get(
    "/v1/search",
    summary="Search by a URL",
    response_description="Close answers with their citations, and what was searched.",
    response_model=SearchResult,
    responses=problems(422, 501, 503),
    dependencies=[Depends(each_once)],
)
def search_by_url(searcher: ReadySearcher, parameters: Annotated[SearchParameters, Query()]) -> Response:
    """Ask in plain words what ministers have said, and get passages word for word with their citations.

    A filter that takes several values is repeated: `house=Commons&house=Lords`. Values within a filter are
    alternatives; all filters must hold.
    """
    return _found(searcher, parameters.request())


@router.post(
    "/v1/search",
    summary="Search by a body",
    response_description="Close answers with their citations, and what was searched.",
    response_model=SearchResult,
    responses=problems(400, 413, 415, 422, 501, 503),
    dependencies=[Depends(takes_nothing)],
)
def search_by_body(searcher: ReadySearcher, request: Annotated[SearchRequest, Body()]) -> Response:
    """Ask the same with a JSON body, which keeps the question out of the logs of any proxy on the way."""
    return _found(searcher, request)


def _found(searcher: Searcher, request: SearchRequest) -> Response:
    result = request.answered_by(searcher)
    with searcher.stages.stage(Stage.JSON):
        content = to_json(result)
    return Response(content, media_type="application/json")
