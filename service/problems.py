"""Errors as problem details (RFC 9457): one table from the library's errors to HTTP statuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from retrieval import errors
from service.faults import Fault, shortened
from service.request_ids import request_id

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:despatch-box:problem:"
_DETAIL_CHARACTERS: Final = 600
_PATH_CHARACTERS: Final = 200
_FAULTS_TOLD: Final = 20
_STORE_GONE: Final = (
    "the store that is searched can't be reached: try again in a few minutes; the service's log says what is the matter"
)
_STORE_CHANGED: Final = (
    "the store that is searched does not have what this index put there: the service's log says what is the matter and "
    "what to do"
)
"""Both are told in the place of the error, which has the store's address and what its client says of it."""

STATUSES: Final[Mapping[type[errors.DespatchError], HTTPStatus]] = {
    errors.DespatchError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.SourceError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.SourceNotFound: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UnknownSource: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.MalformedRecord: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ClippedRecord: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ExtraMissing: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ServiceError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ServiceUnreachable: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UnexpectedResponse: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.FilterIgnored: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.BuildError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.NothingToIndex: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UnfaithfulPassage: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.PassageTooLong: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelNotFound: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelChanged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SnapshotError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NoSnapshot: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SnapshotDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NoTemporaryFolder: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OtherModel: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OtherFormat: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PublishFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnreachable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PackDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DirectoryBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.QueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnknownName: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotAvailableYet: HTTPStatus.NOT_IMPLEMENTED,
    errors.LibraryMissing: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UnknownKey: HTTPStatus.NOT_FOUND,
    errors.NotAnswered: HTTPStatus.NOT_FOUND,
}
"""By class of error, the status it is answered with; every class is named, so that none is forgotten."""


class FieldProblem(BaseModel):
    """One of several things wrong with a request."""

    field: str = Field(description="The parameter at fault.")
    detail: str = Field(description="The value seen, the value needed and what to do.")


class Problem(BaseModel):
    """What went wrong and what to do, as RFC 9457 has it."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Names this kind of problem, for programs.", examples=[f"{_TYPE}unknown-name"])
    title: str = Field(description="Names this kind of problem, for people.", examples=["Unknown name"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What was seen, what is needed and what to do.")
    instance: str = Field(description="The path asked for.", examples=["/v1/search"])
    request_id: str | None = Field(
        default=None,
        description="The id of the request, as in the header X-Request-ID: quote it to whoever runs the service.",
        examples=["5f3c9a1e7b2d4c60"],
    )
    field: str | None = Field(default=None, description="The parameter at fault.", examples=["answering_body"])
    nearest: tuple[str, ...] | None = Field(
        default=None, description="The nearest names that would do, best first.", examples=[["Home Office"]]
    )
    errors: tuple[FieldProblem, ...] | None = Field(
        default=None, description="Everything found wrong, where there is more than one thing."
    )

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """Return the problem as an HTTP response."""
        text = json.dumps(self.model_dump(exclude_none=True), ensure_ascii=False, separators=(",", ":"))
        # Half a surrogate pair, which JSON lets through, has no UTF-8: its escape is valid JSON again.
        content = text.encode("utf-8", "backslashreplace")
        return Response(content, self.status, headers, MEDIA_TYPE)


def problem(request: Request, status: HTTPStatus, title: str, detail: str, fault: Fault | None = None) -> Problem:
    """Return a problem with this request.

    Args:
        request: What was asked.
        status: The HTTP status.
        title: The kind of problem; its type is made of the same words.
        detail: What was seen, what is needed and what to do; cut short if it is very long.
        fault: The parameter at fault, with the nearest names that would do.
    """
    path = quote(request.scope["path"], errors="replace")
    return Problem(
        type=_type_of(title),
        title=title,
        status=status,
        detail=shortened(detail, _DETAIL_CHARACTERS),
        instance=path if len(path) <= _PATH_CHARACTERS else path[:_PATH_CHARACTERS],
        request_id=request_id() or None,
        field=fault.field if fault else None,
        nearest=(fault.nearest or None) if fault else None,
    )


def problem_of(request: Request, error: errors.DespatchError) -> Problem:
    """Return the problem that stands for one of the library's errors."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    title = _title_of(type(error))
    fault = None
    if isinstance(error, errors.QueryError):
        nearest = error.nearest if isinstance(error, errors.UnknownName) else ()
        fault = Fault(error.field, error.reason, nearest)
    # A snapshot is taken up as soon as it is there, but the model is loaded once, with the first snapshot that is.
    restart = ". Then start the service again" if isinstance(error, errors.OtherModel | errors.ModelError) else ""
    return problem(request, status, title, f"{public(error)}{restart}", fault)


def public(error: errors.DespatchError) -> str:
    """Return what anybody may be told of an error; what is left out of it is for the log."""
    if isinstance(error, errors.StoreFault):
        return _STORE_CHANGED if isinstance(error, errors.StoreDamaged) else _STORE_GONE
    return str(error)


def error_named(type: str) -> type[errors.DespatchError] | None:
    """Return the class of the library's errors that a problem's `type` stands for; None where it is another problem."""
    return next((kind for kind in STATUSES if _type_of(_title_of(kind)) == type), None)


def _title_of(kind: type[errors.DespatchError]) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda found: f" {found[0].lower()}", kind.__name__)


def _type_of(title: str) -> str:
    return _TYPE + re.sub(r"\W+", "-", title.lower())


def problem_of_faults(request: Request, found: Sequence[Fault]) -> Problem:
    """Return the problem that stands for what was found wrong with the parameters; the first leads."""
    first = found[0]
    whole = problem(
        request, HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request", f"{first.field}: {first.reason}", first
    )
    if len(found) == 1:
        return whole
    listed = tuple(FieldProblem(field=fault.field, detail=fault.reason) for fault in found[:_FAULTS_TOLD])
    return whole.model_copy(update={"errors": listed})
