"""The whole set of answers that have words: every passage in a file, and counts."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from retrieval.counting import Counts, counts
from retrieval.exporting import ExportFormat, export, exported
from retrieval.worded_set import cited_records, worded_set
from service.dependencies import ReadyCorpus, each_once
from service.openapi import problems
from service.schemas import to_json
from service.whole_sets import CountRequest, ExportRequest

router = APIRouter(tags=["search"])

_MEDIA_TYPES: Final = {ExportFormat.CSV: "text/csv", ExportFormat.JSONL: "application/x-ndjson"}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Every passage that has the words, one a row.",
        "headers": {
            "Despatch-Answers": {
                "description": "How many answers the passages are of, the same text from the same body counted once.",
                "schema": {"type": "integer"},
            },
            "Despatch-Passages": {"description": "How many passages there are.", "schema": {"type": "integer"}},
            "Despatch-Left-Out": {
                "description": "How many more answers have the words, and are left out unless a kind or a finding is "
                "asked for: `kind=all` takes them too.",
                "schema": {"type": "integer"},
            },
            "Despatch-Complete": {
                "description": "Whether every answer that could have the words is known to be indexed, as "
                "`searched.complete` of a search.",
                "schema": {"type": "boolean"},
            },
        },
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "key,genre,house,...\r\ncommons-2023-07-18-194793,...",
            },
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"key": "commons-2023-07-18-194793", ...}',
            },
        },
    }
}


@router.get(
    "/v1/export",
    summary="Every passage that has the words, as a file",
    response_class=StreamingResponse,
    responses=_FILE | problems(422, 503),
    dependencies=[Depends(each_once)],
)
def export_file(corpus: ReadyCorpus, parameters: Annotated[ExportRequest, Query()]) -> Response:
    """Write every passage that has the words as CSV or JSON Lines, sent while it is made.

    Each row has the record's facts, the passage word for word, its citation and the licence's words. The filters are
    those of a search, and leave out the same by default: `kind=all` takes everything. A file without a row does not
    say that the words were never used: the headers `Despatch-Answers`, `Despatch-Passages`, `Despatch-Left-Out` and
    `Despatch-Complete` say what there is and what may be missing.
    """
    asked = parameters
    found = export(corpus, asked.q, asked.filters(), match=asked.match, sort=asked.sort)
    # The rows do not say of how many answers they are, nor what is left out.
    whole = worded_set(corpus, asked.q, asked.filters(), asked.match)
    name = f"despatch-{corpus.manifest.name}.{asked.format}"
    return StreamingResponse(
        exported(found.rows, asked.format),
        media_type=_MEDIA_TYPES[asked.format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Despatch-Answers": str(len(cited_records(corpus, whole, asked.sort))),
            "Despatch-Passages": str(found.passages),
            "Despatch-Left-Out": str(whole.left_out_count),
            "Despatch-Complete": "true" if corpus.searched(asked.filters()).complete else "false",
        },
    )


@router.get(
    "/v1/counts",
    summary="Answers counted",
    response_description="How many answers there are, by each of the dimensions asked for.",
    response_model=Counts,
    responses=problems(422, 503),
    dependencies=[Depends(each_once)],
)
def count(corpus: ReadyCorpus, parameters: Annotated[CountRequest, Query()]) -> Response:
    """Count the answers that have the words, or all that pass the filters, by month, answering body and the like.

    With words, each value also says how many answers it has in all, so that a share can be worked out.
    """
    asked = parameters
    found = counts(corpus, asked.by, asked.filters(), query=asked.q, match=asked.match)
    return Response(to_json(found), media_type="application/json")
