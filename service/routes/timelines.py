"""How the line on a topic changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from retrieval.timeline import Timeline
from service.dependencies import ReadySearcher, each_once
from service.openapi import problems
from service.schemas import to_json
from service.timelines import TimelineRequest

router = APIRouter(tags=["search"])


@router.get(
    "/v1/timeline",
    summary="How the line on a topic changed",
    response_description="Answers by month and department, and in the order of days with what is new in each.",
    response_model=Timeline,
    responses=problems(422, 503),
    dependencies=[Depends(each_once)],
)
def timeline_by_url(searcher: ReadySearcher, parameters: Annotated[TimelineRequest, Query()]) -> Response:
    """Follow a topic through time.

    `months` counts the answers on it by month and answering body, beside all answers that pass the same filters, and
    says of each month whether all of its answers are known to be indexed. `entries` has the answers in the order of
    days, each with its citation and, sentence by sentence, what is new in it, what stood in the answer before and
    which words of that changed.
    """
    return Response(to_json(parameters.answered_by(searcher)), media_type="application/json")
