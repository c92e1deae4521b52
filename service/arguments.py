"""What the user of the command typed, checked before any work is done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import BinaryIO, TextIO, TypeVar

from pydantic import BaseModel, ValidationError

from retrieval.asked import MAX_QUERY_CHARACTERS
from retrieval.errors import QueryError
from retrieval.records import House
from service.faults import faults
from service.schemas import SearchRequest

# More than the longest question has in UTF-8; no more of standard input is taken in.
_MOST_QUESTION_BYTES = 1 << 16
_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CLOSED = "- stands for standard input, which is closed: pipe it in, or write it in the place of -"


Request = TypeVar("Request", bound=BaseModel)


def search_request(given: Mapping[str, object]) -> SearchRequest:
    """Return the search that the options stand for, as `request_of` does."""
    return request_of(SearchRequest, given)


def request_of(kind: type[Request], given: Mapping[str, object]) -> Request:
    """Return the request that the options stand for, within the same bounds as the HTTP service sets.

    Args:
        kind: Of the request.
        given: By the API's name of each parameter, a text or a list of texts; None and an empty list are
            the same as not given.

    Raises:
        QueryError: If one can't be used; it tells the first that can't.
    """
    values = {name: value for name, value in given.items() if value is not None and value != []}
    for name, value in values.items():
        for text in value if isinstance(value, list) else [value]:
            utf8(name, str(text))
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = faults(error.errors(include_url=False), kind.model_fields)[0]
        raise QueryError(first.field, first.reason) from error


def opened(stdin: TextIO | None, field: str) -> BinaryIO:
    """Return the bytes of standard input, which "-" stands for.

    Args:
        stdin: Standard input; None is what Python makes of one that is closed.
        field: What is to be read from it.

    Raises:
        QueryError: If it is closed.
    """
    if stdin is None:
        raise QueryError(field, _CLOSED)
    return stdin.buffer


def question_from(stream: BinaryIO) -> str:
    """Return the question that standard input holds.

    Raises:
        QueryError: If it can't be read, is far too long, or is not UTF-8 text.
    """
    try:
        read = stream.read(_MOST_QUESTION_BYTES + 1)
    except OSError as error:
        raise QueryError("query", f"standard input can't be read: {error.strerror}") from error
    if len(read) > _MOST_QUESTION_BYTES:
        told = f"standard input has more than {_MOST_QUESTION_BYTES:,} bytes"
        raise QueryError("query", f"{told}, at most {MAX_QUERY_CHARACTERS} characters are read: shorten it")
    try:
        return read.decode()
    except UnicodeDecodeError as error:
        raise QueryError("query", f"standard input is not UTF-8 text ({error.reason})") from error


def utf8(field: str, text: str) -> str:
    """Return `text` if it is Unicode; what is not can't be printed, stored or sent on.

    Raises:
        QueryError: If the shell passed on bytes that are not UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError(field, "it is not UTF-8 text: type it again, or rename the file") from error
    return text


def whole_number(field: str, text: str) -> int:
    """Return the number that `text` is.

    Raises:
        QueryError: If it is not digits alone.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise QueryError(field, f"{text[:40]!r} is not a whole number from 1: write one such as 2")
    return int(text)


def day_of(field: str, text: str | None) -> date | None:
    """Return the day that `text` is; None for None.

    Raises:
        QueryError: If it is no day of the calendar written as YYYY-MM-DD.
    """
    if text is None:
        return None
    try:
        if not _PLAIN_DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        what = "a date that exists" if _PLAIN_DATE.fullmatch(text) else "a date: write it as YYYY-MM-DD"
        raise QueryError(field, f"{text[:40]!r} is not {what}") from None


def house_of(text: str) -> House:
    """Return the House that `text` names, in any case.

    Raises:
        QueryError: If it names none.
    """
    for house in House:
        if house.casefold() == text.strip().casefold():
            return house
    raise QueryError("house", f"{text[:40]!r} is no House: use {' or '.join(House)}")


def kept(text: str) -> int:
    """Return how many snapshots to keep.

    Raises:
        QueryError: If it is not a number from 1 to 1,000.
    """
    number = whole_number("keep", text)
    if not 1 <= number <= 1_000:
        raise QueryError("keep", f"{number} is not between 1 and 1,000: give the number of snapshots to keep")
    return number
