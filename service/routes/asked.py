"""Whether a question has been asked before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from retrieval.similar_results import SimilarQuestions
from service.dependencies import ReadySearcher, takes_nothing
from service.drafts import DraftRequest
from service.not_kept import NOT_KEPT
from service.openapi import problems
from service.schemas import to_json

router = APIRouter(tags=["search"])


@router.post(
    "/v1/similar-questions",
    summary="Has it been asked?",
    response_description="The tabled questions nearest to the draft, with the answers as they stand.",
    response_model=SimilarQuestions,
    responses=problems(400, 413, 415, 422, 503),
    dependencies=[Depends(takes_nothing)],
)
def similar_questions(searcher: ReadySearcher, request: Annotated[DraftRequest, Body()]) -> Response:
    """Compare the draft of a question with those that were tabled, those that still wait for an answer included.

    Each comes with what it has got, how long ago, whether that was in the session of today, and what it means for the
    Commons rule against repeating a question. Of the lettered parts of the draft it is told which no answer here
    speaks of. The draft is neither logged nor kept, and no cache may keep the response.
    """
    return Response(to_json(request.answered_by(searcher)), media_type="application/json", headers=NOT_KEPT)
