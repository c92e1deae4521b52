"""The pages about the service: what is indexed, help, and how accessible it is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.dependencies import ReadyCorpus
from service.web.coverage_view import coverage_view
from service.web.help_view import help_view
from service.web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/coverage")
def coverage(request: Request, corpus: ReadyCorpus) -> Response:
    """Show what is indexed, what is missing, and what it was compared with."""
    return render(request, "coverage.html", view=coverage_view(corpus.coverage()))


@router.get("/help")
def explained(request: Request) -> Response:
    """Explain how to ask and what the words on the pages mean."""
    return render(request, "help.html", view=help_view())


@router.get("/accessibility")
def accessibility(request: Request) -> Response:
    """Say what was tested for people with disabilities, and what was not."""
    return render(request, "accessibility.html")
