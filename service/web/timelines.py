"""The page that shows how the line on a topic changed, and its chart."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from retrieval.errors import QueryError
from retrieval.search import Searcher
from retrieval.timeline import Timeline
from service.dependencies import ReadySearcher, each_once
from service.phrases import completeness
from service.timelines import TimelineRequest
from service.values import one_of
from service.web.negotiation import PageRoute
from service.web.rendering import render
from service.web.timeline_chart import ChartSize, timeline_chart
from service.web.timeline_form import TimelineForm, read_form
from service.web.timeline_table import described, month_table
from service.web.timeline_view import reigns_of

router = APIRouter(include_in_schema=False)
pages = APIRouter(include_in_schema=False, route_class=PageRoute)

_GAPS_NAMED = 3
_FIRST_ROWS = 15
_OF_ENTRIES = ("sort", "limit", "cursor")


class ChartRequest(TimelineRequest):
    """The same as a timeline, and how wide its chart is drawn."""

    size: Annotated[ChartSize, one_of(ChartSize)] = Field(default=ChartSize.WIDE)


@pages.get("/timeline")
def timeline_page(request: Request, searcher: ReadySearcher) -> Response:
    """Show the form, and below it the months and the answers of what was asked for."""
    form = read_form(request.query_params.multi_items())
    found = None
    if form.request is not None:
        try:
            found = form.request.answered_by(searcher)
        except QueryError as error:
            form = form.failing(error)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.fault else HTTPStatus.OK
    return render(request, "timeline.html", status=status, form=form, found=found, view=_shown(form, found))


def _shown(form: TimelineForm, found: Timeline | None) -> dict[str, object]:
    if found is None:
        return {}
    searched = found.searched
    compared = (searched.compared_from, searched.compared_to)
    chart = form.address.without(*_OF_ENTRIES).at("/timeline.svg")
    first = form.address.without("cursor")
    return {
        "table": month_table(found, form.address) if found.total else None,
        "described": described(found) if found.months else "",
        "is_long": len(found.months) > _FIRST_ROWS,
        "charts": {str(size): chart.with_one("size", size).href for size in ChartSize},
        "reigns": reigns_of(found),
        "complete": completeness(searched.gaps, searched.checked_at, compared=compared, most=_GAPS_NAMED),
        "next_href": first.with_only("cursor", found.next_cursor).href if found.next_cursor else "",
        "first_href": first.href if form.value("cursor") else "",
        "every_kind_href": first.with_only("kind", "all").href,
        "search_href": first.without("sort", "limit").at("/").href,
        "data_href": form.address.at("/v1/timeline").href,
    }


@router.get("/timeline.svg", dependencies=[Depends(each_once)])
def timeline_picture(searcher: ReadySearcher, parameters: Annotated[ChartRequest, Query()]) -> Response:
    """Draw the chart of a timeline."""
    found = _of_one(searcher, parameters)
    if not found.months:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(
        timeline_chart(found, parameters.size),
        media_type="image/svg+xml",
        headers={
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            # A picture is a document of its own when it is opened by itself.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )


def _of_one(searcher: Searcher, parameters: ChartRequest) -> Timeline:
    """Return the timeline with no more of its answers than one: the chart has none of them."""
    return parameters.model_copy(update={"limit": 1, "cursor": None}).answered_by(searcher)
