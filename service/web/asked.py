"""The page that tells whether a question has been asked before."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from retrieval.asked import MAX_QUERY_CHARACTERS
from retrieval.errors import QueryError
from retrieval.search import Searcher
from retrieval.similar_results import SimilarQuestions
from service.arguments import request_of
from service.dependencies import ReadySearcher, takes_nothing
from service.drafts import DraftRequest
from service.phrases import completeness
from service.web.asked_view import FAULT_TITLES, lines_of, view_of
from service.web.forms import read_form
from service.web.rendering import render

router = APIRouter(include_in_schema=False)

_FIELDS: Final = ("text", "house", "answering_body")
_GAPS_NAMED: Final = 3


@router.get("/asked", dependencies=[Depends(takes_nothing)])
def ask(request: Request, searcher: ReadySearcher) -> Response:
    """Show the box to paste a draft into."""
    return _page(request, searcher, dict.fromkeys(_FIELDS, ""))


@router.post("/asked", dependencies=[Depends(takes_nothing)])
async def compare(request: Request, searcher: ReadySearcher) -> Response:
    """Compare what was pasted with the tabled questions; it stands in no URL, no log and no cache."""
    sent = await read_form(request, _FIELDS)
    given = sent.values
    try:
        found = await run_in_threadpool(_request(sent.checked()).answered_by, searcher)
    except QueryError as error:
        return _page(request, searcher, given, fault=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page(request, searcher, given, found)


def _request(given: Mapping[str, str]) -> DraftRequest:
    values: dict[str, object] = {"text": given["text"]}
    values |= {name: [given[name]] for name in ("house", "answering_body") if given[name].strip()}
    return request_of(DraftRequest, values)


def _page(
    request: Request,
    searcher: Searcher,
    given: Mapping[str, str],
    found: SimilarQuestions | None = None,
    *,
    fault: QueryError | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    searched = found.searched if found else None
    compared = (searched.compared_from, searched.compared_to) if searched else (None, None)
    return render(
        request,
        "asked.html",
        status=status,
        is_private=True,
        given=given,
        most=MAX_QUERY_CHARACTERS,
        bodies=searcher.corpus.names.listed("answering_body"),
        found=found,
        questions=[view_of(one) for one in found.matches] if found else [],
        lines=lines_of(found) if found else (),
        completeness=completeness(searched.gaps, searched.checked_at, compared=compared, most=_GAPS_NAMED)
        if searched
        else "",
        fault=fault,
        fault_title=FAULT_TITLES.get(fault.field, "Form") if fault else "",
        fault_field=fault.field if fault and fault.field in _FIELDS else "text",
    )
