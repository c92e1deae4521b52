"""The page of one answer, of a question that waits for one, and of a key that no answer has."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from retrieval.errors import NotAnswered, UnknownKey
from service.dependencies import Key, ReadySearcher
from service.faults import shortened
from service.phrases import KINDS, NOT_FOUND, file_size, person
from service.superseded import by_key_of_now
from service.web.addresses import answer_href
from service.web.answer_view import answer_view
from service.web.linked_text import is_on_the_web
from service.web.official_pages import official_page_of, official_page_of_key
from service.web.question_text import question_lines
from service.web.rendering import render
from service.web.waiting import waiting_question

router = APIRouter(include_in_schema=False)

_KEY_CHARACTERS: Final = 80
_LACKING: Final = "not in the source"


@router.get("/answers/{key}")
def answer(request: Request, searcher: ReadySearcher, key: Key) -> Response:
    """Show one answer whole; `passage` in the query names a passage by the hash of its text."""
    corpus = searcher.corpus
    try:
        by_key_of_now(corpus, key)
        view = answer_view(
            corpus, corpus.answer(key), passage=request.query_params.get("passage", ""), fits=searcher.encoder.fits
        )
    except NotAnswered:
        question = waiting_question(corpus, key)
        return render(
            request,
            "waiting.html",
            question=question,
            lines=question_lines(question.question),
            official=official_page_of(question),
            asker=person(question.asker, lacking=_LACKING),
        )
    except UnknownKey:
        return render(
            request,
            "no_answer.html",
            status=HTTPStatus.NOT_FOUND,
            key=shortened(key, _KEY_CHARACTERS),
            official=official_page_of_key(key),
            first=corpus.first_answered,
            last=corpus.last_answered,
        )
    return render(
        request,
        "answer.html",
        view=view,
        href=answer_href,
        kind_named=KINDS.__getitem__,
        not_found_why=NOT_FOUND,
        is_on_the_web=is_on_the_web,
        person=lambda member: person(member, lacking=_LACKING),
        file_size=file_size,
        as_json=json.dumps,
    )
