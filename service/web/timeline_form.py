"""What the URL of a timeline's page gives, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, get_origin

from retrieval.errors import QueryError, UnknownName
from service.arguments import request_of
from service.faults import shortened
from service.schemas import Limits
from service.timelines import TimelineRequest
from service.web.addresses import Address
from service.web.filter_names import LABELS, value_name

PATH: Final = "/timeline"
_OF_THE_FORM: Final = ("answered_from", "answered_to")
_NAME_CHARACTERS: Final = 40
_LISTS: Final = frozenset(
    name for name, field in TimelineRequest.model_fields.items() if get_origin(field.annotation) is tuple
)
FILTERS: Final = tuple(Limits.model_fields)
"""The parameters that limit which records may answer."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the way to do without it."""

    label: str
    value: str
    href: str


@dataclass(frozen=True, slots=True)
class TimelineForm:
    """A timeline as a URL asks for it.

    Attributes:
        address: What was given, without empty fields and strangers.
        request: What can be asked; None where nothing was asked, or something is wrong.
        field: The parameter at fault; empty where none is.
        fault: What is wrong and what to do.
        fixes: Values that would do, each with the address that has it.
        strangers: Parameters that are not known, and were left out.
    """

    address: Address
    request: TimelineRequest | None = None
    field: str = ""
    fault: str = ""
    fixes: tuple[tuple[str, str], ...] = ()
    strangers: tuple[str, ...] = ()

    def value(self, name: str, otherwise: str = "") -> str:
        """Return the value of a field, as typed."""
        return next(iter(self.address.given(name)), otherwise)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The filters that are set and have no field of their own."""
        return tuple(
            Chip(LABELS.get(name, name), value_name(name, value), self._first.without_one(name, value).href)
            for name, value in self.hidden
        )

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """The same as names and values."""
        return tuple(pair for pair in self.address.pairs if pair[0] in FILTERS and pair[0] not in _OF_THE_FORM)

    @property
    def _first(self) -> Address:
        return self.address.without("cursor")

    def failing(self, error: QueryError) -> TimelineForm:
        """Return the form with what is wrong with it."""
        name = "q" if error.field == "query" else error.field
        nearest = error.nearest if isinstance(error, UnknownName) else ()
        fixes = tuple((one, self._first.with_only(name, one).href) for one in nearest)
        fault = f"{LABELS.get(name, name)}: {error.reason.removesuffix('.')}."
        return replace(self, request=None, field=name, fault=fault, fixes=fixes)


def read_form(given: Iterable[tuple[str, str]]) -> TimelineForm:
    """Read a timeline from the parameters of a URL.

    Empty fields count as not given: that is what a browser sends for a field that was left alone.

    Args:
        given: Names and values, in their order.
    """
    pairs = tuple(given)
    known = TimelineRequest.model_fields
    kept = tuple((name, value.strip()) for name, value in pairs if name in known and value.strip())
    strangers = tuple(dict.fromkeys(shortened(name, _NAME_CHARACTERS) for name, _ in pairs if name not in known))
    form = TimelineForm(Address(kept, PATH), strangers=strangers)
    if not form.value("q"):
        return form
    try:
        request = request_of(TimelineRequest, _values(form.address))
        request.filters()
    except QueryError as error:
        return form.failing(error)
    return replace(form, request=request)


def _values(address: Address) -> dict[str, object]:
    values: dict[str, object] = {}
    for name in dict.fromkeys(name for name, _ in address.pairs):
        given = list(address.given(name))
        if name not in _LISTS and len(given) > 1:
            raise QueryError(name, f"it is given {len(given)} times: give it once")
        values[name] = given if name in _LISTS else given[0]
    return values
