"""Collected passages as they stand now, and as a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Response

from retrieval.collected import Collection
from retrieval.collection import collect, left_out_of_references
from retrieval.collection_files import CollectionFormat, collection_file
from retrieval.corpus import Corpus
from service.collecting import CollectionExportRequest, CollectionRequest
from service.dependencies import ReadyCorpus, takes_nothing
from service.not_kept import NOT_KEPT
from service.openapi import problems
from service.schemas import to_json

router = APIRouter(tags=["answers"])

_MEDIA_TYPES: Final = {
    CollectionFormat.HTML: ("text/html", "html"),
    CollectionFormat.MARKDOWN: ("text/markdown", "md"),
    CollectionFormat.TEXT: ("text/plain", "txt"),
    CollectionFormat.BIBTEX: ("application/x-bibtex", "bib"),
    CollectionFormat.RIS: ("application/x-research-info-systems", "ris"),
    CollectionFormat.CSL_JSON: ("application/vnd.citationstyles.csl+json", "json"),
    CollectionFormat.CSV: ("text/csv", "csv"),
}
_EXAMPLES: Final = {
    CollectionFormat.HTML: "<!doctype html>...<h2>1. Buses: Rural Areas</h2>...",
    CollectionFormat.MARKDOWN: "# Collected passages\n\n...",
    CollectionFormat.TEXT: "Collected passages\n\n...",
    CollectionFormat.BIBTEX: "@misc{commons-2023-07-18-194793-p3,...",
    CollectionFormat.RIS: "TY  - GOVDOC\r\nID  - commons-2023-07-18-194793-p3\r\n...",
    CollectionFormat.CSL_JSON: [{"id": "commons-2023-07-18-194793-p3", "type": "legal_case"}],
    CollectionFormat.CSV: "number,key,passage,text,...\r\n1,commons-2023-07-18-194793,...",
}


def _shape(form: CollectionFormat) -> dict[str, Any]:
    # Of all these files one is JSON, which a client reads as what it says.
    return {"type": "array", "items": {"type": "object"}} if form is CollectionFormat.CSL_JSON else {"type": "string"}


_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, in UTF-8.",
        "headers": {
            "Despatch-Left-Out": {
                "description": "How many passages are not in the file: in one for a reference manager, those whose "
                "answers are no longer in the index.",
                "schema": {"type": "integer"},
            }
        },
        "content": {
            media_type: {"schema": _shape(form), "example": _EXAMPLES[form]}
            for form, (media_type, _) in _MEDIA_TYPES.items()
        },
    }
}


@router.post(
    "/v1/collection",
    summary="Collected passages as they stand now",
    response_description="Each passage with its citation of now, and what has become of it.",
    response_model=Collection,
    responses=problems(400, 413, 415, 422, 503),
    dependencies=[Depends(takes_nothing)],
)
def collection(corpus: ReadyCorpus, request: Annotated[CollectionRequest, Body()]) -> Response:
    """Look collected passages up again: whether they stand, were reworded or corrected, or are gone.

    Nothing is kept: the passages and the notes are yours to store. A body of up to 4 MB is taken.
    """
    found = collect(corpus, (item.kept() for item in request.items))
    return Response(to_json(found), media_type="application/json", headers=NOT_KEPT)


@router.post(
    "/v1/collection/export",
    summary="Collected passages as a file",
    response_class=Response,
    responses=_FILE | problems(400, 413, 415, 422, 503),
    dependencies=[Depends(takes_nothing)],
)
def export_collection(corpus: ReadyCorpus, request: Annotated[CollectionExportRequest, Body()]) -> Response:
    """Write collected passages as a file for Word, a text editor, a reference manager or a spreadsheet.

    Every passage has its citation, made anew from the index, your note, and what has become of it since it was
    collected; the licence is in the file. Where the answer of a passage is gone, the words and the citation that you
    send are written, and said not to be checked; a file for a reference manager leaves the passage out.
    """
    return file_of(corpus, request)


def file_of(corpus: Corpus, request: CollectionExportRequest) -> Response:
    """Return a collection as a file to be saved.

    Args:
        corpus: In which the passages are looked up.
        request: The passages and the format.
    """
    found = collect(corpus, (item.kept() for item in request.items))
    text = collection_file(found, request.format, request.style, made=date.today())
    media_type, ending = _MEDIA_TYPES[request.format]
    left_out = left_out_of_references(found) if request.format.is_of_references else 0
    return Response(
        text.encode(),
        headers={
            **NOT_KEPT,
            "Content-Type": f"{media_type}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="despatch-box-passages.{ending}"',
            "Despatch-Left-Out": str(left_out),
            "X-Content-Type-Options": "nosniff",
        },
    )
