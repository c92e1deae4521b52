"""The page that checks quotations: one that is pasted, or each of a briefing."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.quotations import MAX_BRIEFING_CHARACTERS, MAX_QUOTATIONS, verify_briefing, verify_quote
from retrieval.quote_results import BriefingResult, QuoteResult
from service.dependencies import ReadyCorpus, takes_nothing
from service.phrases import completeness, span
from service.web.forms import read_form
from service.web.quotes_view import quotations_of
from service.web.rendering import render

router = APIRouter(include_in_schema=False)

_TEMPLATE: Final = "quotes.html"
_FIELDS: Final = ("text", "check", "first")
_GAPS_NAMED: Final = 3


class Checking(StrEnum):
    """What is pasted: a text with quotations in it, or one quotation without marks."""

    EACH = "each"
    WHOLE = "whole"


@router.get("/quotes", dependencies=[Depends(takes_nothing)])
def ask(request: Request) -> Response:
    """Show the box to paste into."""
    return _page(request, "", Checking.EACH)


@router.post("/quotes", dependencies=[Depends(takes_nothing)])
async def check(request: Request, corpus: ReadyCorpus) -> Response:
    """Check what was pasted; it stands in no URL, no log and no cache."""
    sent = await read_form(request, _FIELDS)
    text, checking = sent.values["text"], Checking.EACH
    try:
        given = sent.checked()
        checking, first = _checking(given["check"]), _first(given["first"])
        result = await run_in_threadpool(_checked, corpus, text, checking, first)
    except QueryError as error:
        return _page(request, text, checking, fault=error.reason, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page(request, text, checking, result)


def _checked(corpus: Corpus, text: str, checking: Checking, first: int) -> QuoteResult | BriefingResult:
    if checking is Checking.EACH:
        found = verify_briefing(corpus, text, first=first)
        if found.total:
            return found
    return verify_quote(corpus, text)


def _page(
    request: Request,
    text: str,
    checking: Checking,
    result: QuoteResult | BriefingResult | None = None,
    *,
    fault: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    quotations = quotations_of(result) if result else ()
    searched = result.searched if result else None
    compared = (searched.compared_from, searched.compared_to) if searched else (None, None)
    return render(
        request,
        _TEMPLATE,
        status=status,
        is_private=True,
        text=text,
        checking=checking,
        # Without marks, and without a choice made, the whole was taken for one quotation.
        is_taken_whole=isinstance(result, QuoteResult) and checking is Checking.EACH,
        result=result,
        total=result.total if isinstance(result, BriefingResult) else 1,
        next_first=result.next_first if isinstance(result, BriefingResult) else None,
        quotations=quotations,
        unsound=sorted((one for one in quotations if not one.is_sound), key=lambda one: (one.gravity, one.number)),
        dates=span(searched.first_answered, searched.last_answered) if searched else "",
        completeness=completeness(searched.gaps, searched.checked_at, compared=compared, most=_GAPS_NAMED)
        if searched
        else "",
        fault=fault,
        most=MAX_BRIEFING_CHARACTERS,
        at_once=MAX_QUOTATIONS,
    )


def _checking(value: str) -> Checking:
    if value not in ("", *Checking):
        raise QueryError("check", "choose what you have pasted")
    return Checking(value or Checking.EACH)


def _first(value: str) -> int:
    if not value:
        return 1
    if not (value.isascii() and value.isdigit() and len(value) < 6):
        raise QueryError("first", "it is not a whole number from 1: check the text from the beginning")
    return int(value)
