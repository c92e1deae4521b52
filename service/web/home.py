"""The page with the search box."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.web.negotiation import PageRoute
from service.web.rendering import render

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
def home(request: Request) -> Response:
    """Show the search box."""
    return render(request, "home.html")
