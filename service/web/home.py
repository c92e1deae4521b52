"""The page with the search box, and the page of what a search found: every search is a URL."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from retrieval.corpus import Corpus
from retrieval.errors import DespatchError, QueryError
from retrieval.search import Searcher
from service.dependencies import ReadyOrNot
from service.problems import problem_of
from service.web.bench import BENCH, indexed
from service.web.facet_view import SHOWN
from service.web.negotiation import PageRoute
from service.web.rendering import render
from service.web.search_form import SearchForm, read_form
from service.web.search_view import search_view, titled

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
def home(request: Request, ready: ReadyOrNot) -> Response:
    """Show the search box, or what was found."""
    form = read_form(request.query_params.multi_items())
    if ready.searcher is None:
        return _not_ready(request, ready.reason or DespatchError("not started yet: try again"))
    if form.errors:
        return _faulty(request, form)
    if form.parameters is None:
        return _opening(request, form, ready.searcher.corpus)
    return _found(request, form, ready.searcher)


def _found(request: Request, form: SearchForm, searcher: Searcher) -> Response:
    assert form.parameters is not None  # A form without errors has been asked something.
    asked = form.parameters.request().model_copy(update={"facets": SHOWN})
    try:
        result = asked.answered_by(searcher)
    except QueryError as error:
        return _faulty(request, form.failing(error))
    view = search_view(result, form)
    return render(request, "search.html", form=form, bench=BENCH, view=view, title=titled(result))


def _faulty(request: Request, form: SearchForm) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "search.html", status=status, form=form, bench=BENCH, view=None, title="Error: search")


def _opening(request: Request, form: SearchForm, corpus: Corpus) -> Response:
    return render(request, "home.html", form=form, bench=BENCH, indexed=indexed(corpus))


def _not_ready(request: Request, reason: DespatchError) -> Response:
    problem = problem_of(request, reason)
    query = request.url.query
    again = f"/?{query}" if query else "/"
    return render(request, "not_ready.html", status=HTTPStatus(problem.status), problem=problem, again=again)
