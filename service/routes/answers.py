"""Whole answers and their citations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from retrieval.answer_results import Answer, Thread
from retrieval.history import History
from service.dependencies import Key, ReadyCorpus, each_once, takes_nothing
from service.openapi import problems
from service.responses import WrittenCitation
from service.schemas import CitationParameters, to_json
from service.superseded import MOVED, by_key_of_now

router = APIRouter(tags=["answers"])


@router.get(
    "/v1/answers/{key}",
    summary="One answer in full",
    response_description="The answer.",
    response_model=Answer,
    responses=MOVED | problems(404, 422, 503),
    dependencies=[Depends(takes_nothing), Depends(by_key_of_now)],
)
def answer(corpus: ReadyCorpus, key: Key) -> Response:
    """Give one answered question whole: question, answer, passages, people, dates, findings and citation."""
    return Response(to_json(corpus.answer(key)), media_type="application/json")


@router.get(
    "/v1/answers/{key}/citation",
    summary="The citation of an answer",
    response_description="The citation in that form, and the facts it is made of.",
    response_model=WrittenCitation,
    responses=MOVED | problems(404, 422, 503),
    dependencies=[Depends(each_once), Depends(by_key_of_now)],
)
def citation(corpus: ReadyCorpus, key: Key, parameters: Annotated[CitationParameters, Query()]) -> Response:
    """Write the citation of an answer, or of one passage of it, in the form asked for."""
    found = corpus.citation(key, parameters.paragraph)
    cited = WrittenCitation.of(found, parameters.style, corpus.sample)
    return Response(to_json(cited), media_type="application/json")


@router.get(
    "/v1/answers/{key}/history",
    summary="The texts that an answer has had",
    response_description="Every text that is known, oldest first, with what changed from one to the next.",
    response_model=History,
    responses=MOVED | problems(404, 422, 503),
    dependencies=[Depends(takes_nothing), Depends(by_key_of_now)],
)
def history(corpus: ReadyCorpus, key: Key) -> Response:
    """Give the first text, the texts between and the one that stands; a first text that is not known is said so."""
    return Response(to_json(corpus.history(key)), media_type="application/json")


@router.get(
    "/v1/answers/{key}/thread",
    summary="The follow-up questions",
    response_description="The questions that this one follows, and those that follow it, in order.",
    response_model=Thread,
    responses=MOVED | problems(404, 422, 503),
    dependencies=[Depends(takes_nothing), Depends(by_key_of_now)],
)
def thread(corpus: ReadyCorpus, key: Key) -> Response:
    """Give the questions asked pursuant to one another, in the order in which they were tabled."""
    return Response(to_json(corpus.thread(key)), media_type="application/json")
