"""Standing searches as feeds."""

from __future__ import annotations

from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from retrieval.search import Searcher
from service.atom import MEDIA_TYPE, FeedAddress, atom
from service.conditional import entity_tag, is_known
from service.dependencies import ReadySearcher, each_once
from service.feeds import FeedParameters
from service.openapi import problems

router = APIRouter(tags=["search"])

_PATH: Final = "/v1/feed.atom"
# Private: a question stands in the address, and no cache that others use should keep it. Sync comes every 15 minutes.
_KEPT: Final = "private, max-age=600"
_TAGGED: Final[dict[str, Any]] = {
    "ETag": {"description": "Names this state of the feed.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "For how long it may be kept.", "schema": {"type": "string"}},
}
_FEED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The feed (RFC 4287).",
        "headers": _TAGGED,
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string"},
                "example": '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">...</feed>',
            }
        },
    },
    304: {"description": "Nothing has changed since the state that `If-None-Match` names.", "headers": _TAGGED},
}


@router.get(
    _PATH,
    summary="A search as an Atom feed",
    response_class=Response,
    responses=_FEED | problems(422, 501, 503),
    dependencies=[Depends(each_once)],
)
def feed(searcher: ReadySearcher, request: Request, parameters: Annotated[FeedParameters, Query()]) -> Response:
    """Follow a search in a feed reader: the newest answers that it finds, without an account.

    By meaning, answers that are close enough are in it; by words, all. An entry's `id` is made of the answering body,
    the day answered and the first text known, so it stays when the answer is corrected, when others are asked the same
    and when the index is built again. A reply in the place of a holding answer is a new entry, and so are the answers
    of a group that is changed for some of its questions only. `updated` is the day of the answer, of its correction,
    or of another change of its text; where the source gives none of them, the day it was read, and the entry says so.
    The first lines of the feed say how complete what was searched is, and whether others as new may be missing.
    """
    address = FeedAddress(str(request.base_url), _PATH.removeprefix("/"), parameters.in_order())
    tag = entity_tag(_state(searcher, parameters, address))
    headers = {"ETag": tag, "Cache-Control": _KEPT}
    if is_known(request, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    made = searcher.corpus.manifest.created.date()
    return Response(atom(parameters.found_by(searcher), address, made), headers=headers, media_type=MEDIA_TYPE)


def _state(searcher: Searcher, parameters: FeedParameters, address: FeedAddress) -> tuple[str, ...]:
    """Return everything that the feed depends on, without searching.

    Raises:
        UnknownName: If a filter names what is not there.
    """
    corpus = searcher.corpus
    return (
        version("despatch-box"),
        corpus.manifest.name,
        address.itself,
        # "Last year" is another one tomorrow.
        searcher.today().isoformat(),
        # What is known of Parliament's lists can change while the index stays.
        repr(corpus.searched(parameters.filters())),
    )
