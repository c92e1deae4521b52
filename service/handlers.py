"""Answers every error of a request with a problem that names the fault and what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from retrieval.errors import DespatchError, QueryError, StoreFault
from service.body_limit import limit_of
from service.dependencies import readiness
from service.faults import faults, nearest_to
from service.problems import Problem, problem, problem_of, problem_of_faults
from service.store_watch import note
from service.superseded import Superseded, moved
from service.web.negotiation import is_for_a_reader
from service.web.rendering import render

LOGGER: Final = logging.getLogger(__name__)

_SMALLER: Final = "a question needs less, and so do a briefing of a hundred pages and 200 passages with notes"


def add_handlers(app: FastAPI) -> None:
    """Have every error that a route or the framework raises answered with a problem, and old keys with the new."""
    app.add_exception_handler(DespatchError, _despatch_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Superseded, moved)


def paths_of(request: Request) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    """Return the documented operations, by path and by method in lower case."""
    paths: Mapping[str, Mapping[str, Mapping[str, object]]] = request.app.openapi()["paths"]
    return paths


def told(request: Request, found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as what was asked for: a page for a reader, data for a program.

    Args:
        request: What was asked.
        found: What is wrong with it.
        headers: To send beside it.
    """
    if not is_for_a_reader(request):
        return found.response(headers)
    page = render(request, "problem.html", status=HTTPStatus(found.status), problem=found)
    page.headers.update(headers or {})
    return page


async def _despatch_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DespatchError)  # Registered for nothing else.
    if isinstance(error, QueryError) and error.field == "query" and request.method in {"GET", "HEAD"}:
        error = QueryError("q", error.reason)
    if isinstance(error, StoreFault):
        _note(request, error)
    return told(request, problem_of(request, error))


def _note(request: Request, error: StoreFault) -> None:
    """Log what the public is not told, and have `/readyz` tell that there is something; what is known was logged."""
    ready = readiness(request)
    if error is not ready.reason and error is not ready.store_fault:
        LOGGER.warning("A request failed: %s", error, extra={"event": "store"})
        note(request.app.state, error)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # Registered for nothing else.
    found = error.errors()
    first = found[0]
    if first["type"] == "json_invalid":
        where = f"at character {first['loc'][-1]}: {first['ctx']['error']}"
        return _bad_body(request, HTTPStatus.BAD_REQUEST, "Malformed JSON", f"the body is not JSON ({where})")
    if first["loc"] == ("body",) and not _is_json(request):
        return _bad_body(
            request,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "Unsupported media type",
            "the body must be JSON: send it with the header Content-Type: application/json",
        )
    known = _parameters(request) if first["loc"][0] == "query" else _fields(request)
    placed = [{**one, "loc": one["loc"][1:]} for one in found]
    return told(request, problem_of_faults(request, faults(placed, known)))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # Registered for nothing else.
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return told(request, _nothing_here(request))
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = _methods(request) or (error.headers or {}).get("Allow", "")
        detail = f"this path can't be asked that way: use {allowed}"
        return told(request, problem(request, status, status.phrase.capitalize(), detail), {"Allow": allowed})
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        detail = f"the body is larger than {limit_of(request.scope['path'])} bytes: {_SMALLER}"
        return _bad_body(request, status, "Body too large", detail)
    return _bad_body(request, status, "Unreadable body", "the body can't be read: send a JSON object in UTF-8")


def _bad_body(request: Request, status: HTTPStatus, title: str, detail: str) -> Response:
    return told(request, problem(request, status, title, detail).model_copy(update={"field": "body"}))


def _nothing_here(request: Request) -> Problem:
    nearest = nearest_to(request.scope["path"], tuple(paths_of(request)))
    listed = f"nearest: {', '.join(nearest)}" if nearest else "/ lists what there is"
    found = problem(request, HTTPStatus.NOT_FOUND, "Not found", f"there is nothing at this path ({listed})")
    return found.model_copy(update={"nearest": nearest or None})


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    # Without a body there is nothing to be of another type; that it is missing says more.
    return media_type == "application/json" or media_type.endswith("+json") or not media_type


def _parameters(request: Request) -> tuple[str, ...]:
    method = "get" if request.method == "HEAD" else request.method.lower()
    # A page is no part of the interface that is documented.
    operation = paths_of(request).get(request.scope["route"].path, {}).get(method, {})
    listed = operation.get("parameters", ())
    assert isinstance(listed, list | tuple)  # As OpenAPI has it.
    return tuple(one["name"] for one in listed if one["in"] == "query")


def _fields(request: Request) -> tuple[str, ...]:
    """Return the names of what the body of a request may hold."""
    kind = request.scope["route"].body_field.field_info.annotation
    return tuple(kind.model_fields)


def _methods(request: Request) -> str:
    route = request.scope.get("route")
    methods = [method.upper() for method in paths_of(request).get(route.path, {})] if route else []
    return ", ".join([*methods, "HEAD"] if "GET" in methods else methods)
