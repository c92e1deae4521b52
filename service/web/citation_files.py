"""The citation of an answer as a file for a reference manager."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from retrieval.citations import written
from service.dependencies import Key, ReadyCorpus
from service.superseded import by_key_of_now
from service.web.answer_view import FILES

# A file is data, whoever asks for it: no route of a page.
router = APIRouter(include_in_schema=False)

_STYLES: Final = {ending: (style, media_type) for style, (_, ending, media_type) in FILES.items()}


@router.get("/answers/{key}/citation.bib")
@router.get("/answers/{key}/citation.ris")
@router.get("/answers/{key}/citation.json")
def citation(request: Request, corpus: ReadyCorpus, key: Key) -> Response:
    """Send the citation of an answer as a file for a reference manager."""
    by_key_of_now(corpus, key)
    found = corpus.citation(key)
    ending = request.scope["path"].rpartition(".")[2]
    style, media_type = _STYLES[ending]
    return Response(
        written(found, style),
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{found.key}.{ending}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
        },
    )
