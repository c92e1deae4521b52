"""Whole answers and their citations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from retrieval.results import Answer
from service.dependencies import ReadyCorpus, each_once, takes_nothing
from service.openapi import problems
from service.responses import WrittenCitation
from service.schemas import CitationParameters, to_json

router = APIRouter(tags=["answers"])

Key = Annotated[
    str,
    Path(
        description="The answer's key, as a search gives it, or Parliament's own id.",
        examples=["commons-2023-07-18-194793"],
    ),
]


@router.get(
    "/v1/answers/{key}",
    summary="One answer in full",
    response_description="The answer.",
    response_model=Answer,
    responses=problems(404, 422, 503),
    dependencies=[Depends(takes_nothing)],
)
def answer(corpus: ReadyCorpus, key: Key) -> Response:
    """Give one answered question whole: question, answer, passages, people, dates, findings and citation."""
    return Response(to_json(corpus.answer(key)), media_type="application/json")


@router.get(
    "/v1/answers/{key}/citation",
    summary="The citation of an answer",
    response_description="The citation in that form, and the facts it is made of.",
    response_model=WrittenCitation,
    responses=problems(404, 422, 503),
    dependencies=[Depends(each_once)],
)
def citation(corpus: ReadyCorpus, key: Key, parameters: Annotated[CitationParameters, Query()]) -> Response:
    """Write the citation of an answer, or of one passage of it, in the form asked for."""
    found = corpus.citation(key, parameters.paragraph)
    cited = WrittenCitation.of(found, parameters.style, corpus.sample)
    return Response(to_json(cited), media_type="application/json")
