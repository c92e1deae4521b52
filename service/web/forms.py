"""Reads what a page's form sends: each field once, as text, with what is wrong kept beside what could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from retrieval.errors import QueryError
from service.body_limit import limit_of
from service.faults import shortened

_MOST_FIELDS: Final = 20
_MOST_FILES: Final = 5
_NAME_CHARACTERS: Final = 40
_UNREADABLE: Final = "it can't be read: use the form as it is"
_NO_UTF_8: Final = "it is not in UTF-8: use the form as it is, or send no `charset` with it"


@dataclass(frozen=True, slots=True)
class SentForm:
    """What a form sent.

    Attributes:
        values: By the name of each field of the page, its text; empty where it was not sent, or can't be used.
        fault: What is wrong first; None where all can be used.
    """

    values: Mapping[str, str]
    fault: QueryError | None = None

    def checked(self) -> Mapping[str, str]:
        """Return the values.

        Raises:
            QueryError: If something is wrong with what was sent.
        """
        if self.fault:
            raise self.fault
        return self.values


async def read_form(request: Request, names: Sequence[str]) -> SentForm:
    """Read the form of a request, url-encoded or multipart; every line break is one line feed.

    Args:
        request: With a body that is not read yet.
        names: The fields of the page.

    Raises:
        HTTPException: If the body is too large.
    """
    values = dict.fromkeys(names, "")
    # An encoding that fails, or that takes minutes to decode, is refused by name: no browser sends any.
    if not _is_in_utf_8(request):
        return SentForm(values, QueryError("form", _NO_UTF_8))
    most = limit_of(request.scope["path"])
    try:
        async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=most) as form:
            values |= {name: given[0] for name in names if (given := _texts(form, name))}
            return SentForm(values, next(_faults(form, names), None))
    except HTTPException as error:
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
    except (FormParserError, UnicodeError):
        pass
    return SentForm(values, QueryError("form", _UNREADABLE))


def _is_in_utf_8(request: Request) -> bool:
    _, options = parse_options_header(request.headers.get("content-type"))
    return options.get(b"charset", b"utf-8").strip().lower() in {b"utf-8", b"utf8"}


def _texts(form: FormData, name: str) -> list[str]:
    # A browser sends every line break as two characters.
    return [value.replace("\r\n", "\n") for value in form.getlist(name) if isinstance(value, str)]


def _faults(form: FormData, names: Sequence[str]) -> Iterator[QueryError]:
    unknown = sorted(set(form) - set(names))
    if unknown:
        yield QueryError(shortened(unknown[0], _NAME_CHARACTERS), "there is no such field here: use the form as it is")
    for name in names:
        given = form.getlist(name)
        if len(given) > 1:
            yield QueryError(name, f"it is given {len(given)} times: give it once")
        if any(isinstance(value, UploadFile) for value in given):
            yield QueryError(name, "it is a file: paste its text instead")
