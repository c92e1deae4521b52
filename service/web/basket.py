"""The page of the basket, which the browser keeps, and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from retrieval.collected import MAX_ITEMS, MAX_NOTE_CHARACTERS
from retrieval.errors import QueryError
from service.collecting import CollectionExportRequest
from service.dependencies import ReadyCorpus
from service.faults import faults
from service.routes.collections import file_of
from service.web.citation_view import STYLES
from service.web.forms import read_form
from service.web.rendering import render

router = APIRouter(include_in_schema=False)

_FIELDS: Final = ("items", "style", "format")
_FORMATS: Final = {
    "html": "Word or a web page (HTML)",
    "markdown": "Markdown",
    "text": "Plain text",
    "csv": "Spreadsheet (CSV)",
    "ris": "Zotero, EndNote, Mendeley (RIS)",
    "bibtex": "LaTeX, JabRef (BibTeX)",
    "csl-json": "Pandoc, citation software (CSL-JSON)",
}


@router.get("/basket")
def basket(request: Request) -> Response:
    """Show the place that the script draws the basket in."""
    return render(
        request,
        "basket.html",
        formats=_FORMATS,
        styles=STYLES,
        most=MAX_ITEMS,
        note_characters=MAX_NOTE_CHARACTERS,
    )


async def sent(request: Request) -> CollectionExportRequest:
    """Return what the page's form asks for.

    Raises:
        QueryError: If a field can't be used.
    """
    given = (await read_form(request, _FIELDS)).checked()
    return _request_of({name: value for name, value in given.items() if value})


def _request_of(given: Mapping[str, str]) -> CollectionExportRequest:
    items = _items(given.get("items", ""))
    try:
        return CollectionExportRequest.model_validate({**given, "items": items})
    except ValidationError as error:
        first = faults(error.errors(include_url=False), tuple(CollectionExportRequest.model_fields))[0]
        raise QueryError(first.field, first.reason) from error


def _items(text: str) -> object:
    try:
        return json.loads(text)
    # Also a number of thousands of digits, and lists in lists without end.
    except (ValueError, RecursionError) as error:
        raise QueryError("items", "it is not JSON: open the basket again, and export from there") from error


@router.post("/basket/export")
def export_basket(corpus: ReadyCorpus, request: Annotated[CollectionExportRequest, Depends(sent)]) -> Response:
    """Send the basket as a file."""
    return file_of(corpus, request)
