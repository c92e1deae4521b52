"""The kinds of value that a request is made of, read strictly and refused in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from retrieval.asked import MAX_QUERY_CHARACTERS
from retrieval.records import AnswerKind
from service.faults import shown

MAX_VALUE_CHARACTERS = 200
"""The longest value of a filter: room for any name of a body, Member or heading."""

_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _wrong(kind: str, value: object, what: str, values: Sequence[str] = ()) -> PydanticCustomError:
    # Filled in one after the other, so the value goes last: a brace in it is only a brace.
    return PydanticCustomError(kind, "{seen} {what}", {"values": values, "what": what, "seen": shown(value)})


def _plain_date(value: object) -> object:
    # Left to itself pydantic also takes timestamps and numbers, where a slip gives a wrong day in silence.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _PLAIN_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _wrong("no_such_day", value, "is not a date that exists") from None
    raise _wrong("plain_date", value, "is not a date: write it as YYYY-MM-DD")


def _whole_number(value: object) -> object:
    # A query string gives text, a body a number; true is a slip of the pen. To JSON, 10.0 and 10 are one number, and
    # some languages write all their numbers so.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool | float):
        raise _wrong("whole_number", value, "is not a whole number")
    return value


def _yes_or_no(value: object) -> object:
    # Left to itself pydantic also takes 1, "on" and "t", where a slip switches something on in silence.
    found = {"true": True, "false": False}.get(value.strip().casefold()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise _wrong("yes_or_no", value, "is neither true nor false")
    return found


class _Described:
    """Has a JSON schema say more of a value than that its type is checked."""

    def __init__(self, **said: object) -> None:
        self._said = said

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), **self._said}


NOT_BLANK: Final = _Described(pattern=r"\S")
"""Says in a description that white space alone is no value; something else must check that."""


def described(**said: object) -> _Described:
    """Return what says more of a value in its JSON schema, such as its `maxLength`; something else must check that."""
    return _Described(**said)


def not_blank(next_step: str) -> BeforeValidator:
    """Return a validator that refuses a text of white space alone, and says what to do instead."""

    # Before any other check, as that of the length would tell of an empty text in words for every parameter.
    def check(value: object) -> object:
        if isinstance(value, str) and not value.split():
            raise PydanticCustomError("blank", "it is empty: {next_step}", {"next_step": next_step})
        return value

    return BeforeValidator(check)


def one_of(names: Iterable[StrEnum]) -> BeforeValidator:
    """Return a validator that takes values of an enumeration in any case, and lists them for others."""
    values = {str(value).casefold(): value for value in names}
    listed = [str(value) for value in values.values()]

    def find(value: object) -> object:
        found = values.get(value.strip().casefold()) if isinstance(value, str) else None
        if found is None:
            raise _wrong("one_of", value, f"is not one of {', '.join(listed)}", listed)
        return found

    return BeforeValidator(find)


class KindAsked(StrEnum):
    """The kinds of answers, and `all` for every one of them, refusals included."""

    SUBSTANTIVE = AnswerKind.SUBSTANTIVE.value
    HOLDING = AnswerKind.HOLDING.value
    POINTER = AnswerKind.POINTER.value
    PROROGATION = AnswerKind.PROROGATION.value
    WILL_WRITE = AnswerKind.WILL_WRITE.value
    ALL = "all"


_Asked = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY_CHARACTERS)]
Question = Annotated[_Asked, not_blank("ask a question or name a topic in plain words"), NOT_BLANK]
WordsSought = Annotated[_Asked, not_blank("give the words to find"), NOT_BLANK]
Day = Annotated[date, BeforeValidator(_plain_date)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_VALUE_CHARACTERS), NOT_BLANK
]
WHOLE_NUMBER: Final = BeforeValidator(_whole_number)
YES_OR_NO: Final = BeforeValidator(_yes_or_no)


def parted(values: object) -> object:
    """Return the values of a list whose items may themselves be lists with commas."""
    given = values if isinstance(values, list | tuple) else [values]
    return tuple(part for value in given for part in (value.split(",") if isinstance(value, str) else [value]))
