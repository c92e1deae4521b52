"""The page that shows how the line on a topic changed, and its chart."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from retrieval.errors import QueryError
from retrieval.timeline import Timeline
from service.dependencies import ReadySearcher
from service.faults import shortened
from service.phrases import completeness
from service.web.rendering import render
from service.web.timeline_chart import ChartSize, timeline_chart
from service.web.timeline_form import TimelineForm, read_form
from service.web.timeline_table import described, month_table, same_search
from service.web.timeline_view import reigns_of

router = APIRouter(include_in_schema=False)

_GAPS_NAMED = 3
_FIRST_ROWS = 15
_OF_ENTRIES = ("sort", "limit", "cursor")


@router.get("/timeline")
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
        "search_href": same_search(first.without("sort", "limit").at("/")).href,
        "data_href": form.address.at("/v1/timeline").href,
    }


@router.get("/timeline.svg")
def timeline_picture(request: Request, searcher: ReadySearcher) -> Response:
    """Draw the chart of a timeline: the same parameters as its page, and `size`.

    Raises:
        QueryError: If the timeline can't be asked for, or there is no such size.
    """
    given = request.query_params.multi_items()
    size = _size([value for name, value in given if name == "size"])
    form = read_form((name, value) for name, value in given if name != "size")
    if form.request is None:
        raise QueryError(form.field or "q", form.fault or "it is missing: give it")
    # The chart has none of the answers: one is as good as all.
    found = form.request.model_copy(update={"limit": 1, "cursor": None}).answered_by(searcher)
    if not found.months:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(
        timeline_chart(found, size),
        media_type="image/svg+xml",
        headers={
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            # A picture is a document of its own when it is opened by itself.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )


def _size(given: Sequence[str]) -> ChartSize:
    if len(given) > 1:
        raise QueryError("size", f"it is given {len(given)} times: give it once")
    name = next(iter(given), ChartSize.WIDE)
    if name not in tuple(ChartSize):
        raise QueryError("size", f"{shortened(name, 40)!r} is not one of {', '.join(ChartSize)}")
    return ChartSize(name)
