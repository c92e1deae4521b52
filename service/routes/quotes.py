"""Quotations checked: one, or each of a briefing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from retrieval.quotations import verify_briefing, verify_quote
from retrieval.quote_results import BriefingResult, QuoteResult
from service.dependencies import ReadyCorpus, takes_nothing
from service.not_kept import NOT_KEPT
from service.openapi import problems
from service.quotes import BriefingRequest, QuoteRequest
from service.schemas import to_json

router = APIRouter(tags=["answers"])


@router.post(
    "/v1/verify-quote",
    summary="Check a quotation",
    response_description="Where the words stand, what differs, and what has become of them since.",
    response_model=QuoteResult,
    responses=problems(400, 404, 413, 415, 422, 503),
    dependencies=[Depends(takes_nothing)],
)
def check_quote(corpus: ReadyCorpus, request: Annotated[QuoteRequest, Body()]) -> Response:
    """Say whether an answer or a written statement has these very words, where, by whom and when.

    Small differences come as a diff; one in a number or a negation is marked. Words that have been corrected since
    are told first, and so are words of a question, which are not a minister's. What is not found is not indexed:
    that does not say that no minister has said it. The text is neither logged nor kept.
    """
    found = verify_quote(corpus, request.text, request.key)
    return Response(to_json(found), media_type="application/json", headers=NOT_KEPT)


@router.post(
    "/v1/verify-briefing",
    summary="Check each quotation in a text",
    response_description="What became of each quotation, in order.",
    response_model=BriefingResult,
    responses=problems(400, 413, 415, 422, 503),
    dependencies=[Depends(takes_nothing)],
)
def check_briefing(corpus: ReadyCorpus, request: Annotated[BriefingRequest, Body()]) -> Response:
    """Find the quotations in a briefing and check each as one alone.

    A call checks 25 at most: `next_first` says where to go on, with the same text. The body may have 1 MiB, and the
    text 300,000 characters. The text is neither logged nor kept.
    """
    found = verify_briefing(corpus, request.text, first=request.first, limit=request.limit)
    return Response(to_json(found), media_type="application/json", headers=NOT_KEPT)
