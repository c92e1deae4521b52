"""The search form: what a URL gives it, what of that can be used, and what is wrong with the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from retrieval.errors import QueryError, UnknownName
from service.faults import faults, shortened
from service.schemas import Limits, SearchParameters
from service.web.addresses import Address
from service.web.filter_names import LABELS

_PARAMETER: Final = re.compile(rf"\b({'|'.join(sorted((n for n in LABELS if '_' in n), key=len, reverse=True))})\b")
_STRANGERS_NAMED: Final = 5
_NAME_CHARACTERS: Final = 40
_COUNTED: Final = "facets"  # The page counts by what it shows, whatever a URL says.


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field.

    Attributes:
        field: The parameter.
        message: What is wrong and what to do, in the words of the page.
        fixes: Values that would do, each with the address that has it.
    """

    field: str
    message: str
    fixes: tuple[tuple[str, str], ...] = ()

    @property
    def href(self) -> str:
        """Return the place on the page to put it right; where a page of answers begins has no field there."""
        return "#q" if self.field == "cursor" else f"#{self.field}"


@dataclass(frozen=True, slots=True)
class SearchForm:
    """A search as a URL asks for it.

    Attributes:
        address: What was given, without empty fields and strangers; the question with the rest.
        parameters: What can be searched for; None where nothing was asked, or something is wrong.
        errors: What is wrong.
        strangers: Parameters that are not known, and were left out.
        was_sent: Whether the field of the question was there, empty or not.
    """

    address: Address
    parameters: SearchParameters | None = None
    errors: tuple[FieldError, ...] = ()
    strangers: tuple[str, ...] = ()
    was_sent: bool = False
    by_field: Mapping[str, FieldError] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return the value of a field, as typed; empty where there is none."""
        return next(iter(self.values(name)), "")

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a field, as typed."""
        return self.address.given(name)

    def has(self, name: str, value: str) -> bool:
        """Return whether a field has a value, in any case."""
        return value.casefold() in {one.casefold() for one in self.values(name)}

    def error(self, name: str) -> FieldError | None:
        """Return what is wrong with a field."""
        return self.by_field.get(name)

    @property
    def is_open(self) -> bool:
        """Whether the folded fields are shown: one of them is at fault."""
        return any(one.field != "q" for one in self.errors)

    def failing(self, error: QueryError) -> SearchForm:
        """Return the form with what a search found wrong with it."""
        name = "q" if error.field == "query" else error.field
        nearest = error.nearest if isinstance(error, UnknownName) else ()
        fixes = tuple((one, self.address.with_only(name, one).href) for one in nearest)
        if name == "cursor":
            fixes = (("the first answers", self.address.without("cursor").href),)
        return _with_errors(self, [FieldError(name, told(name, error.reason), fixes)])


FILTERS: Final = tuple(name for name in SearchParameters.model_fields if name in Limits.model_fields)
"""The parameters that limit which records may answer, in the order of the interface."""


def read_form(given: Iterable[tuple[str, str]]) -> SearchForm:
    """Read a search from the parameters of a URL.

    Empty fields count as not given: that is what a browser sends for a field that was left alone.

    Args:
        given: Names and values, in their order.
    """
    pairs = tuple(given)
    known = [name for name in SearchParameters.model_fields if name != _COUNTED]
    kept = Address(tuple((name, value.strip()) for name, value in pairs if name in known and value.strip()))
    strangers = tuple(dict.fromkeys(shortened(name, _NAME_CHARACTERS) for name, _ in pairs if name not in known))
    form = SearchForm(kept, strangers=strangers[:_STRANGERS_NAMED], was_sent=any(name == "q" for name, _ in pairs))
    repeated = [
        FieldError(name, told(name, f"it is given {len(kept.given(name))} times: give it once"))
        for name in known
        if len(kept.given(name)) > 1 and name not in SearchParameters.lists()
    ]
    if repeated:
        return _with_errors(form, repeated)
    if not kept.given("q"):
        return form
    return _checked(form)


def told(name: str, reason: str) -> str:
    """Return what is wrong with a field, in the words of the page."""
    words = _PARAMETER.sub(lambda found: f"\u201c{LABELS[found[1]]}\u201d", reason)
    return f"{LABELS.get(name, name)}: {words.removesuffix('.')}."


def _checked(form: SearchForm) -> SearchForm:
    lists = SearchParameters.lists()
    values: dict[str, object] = {"understand": "true"}
    values |= {name: form.values(name) if name in lists else form.value(name) for name, _ in form.address.pairs}
    try:
        parameters = SearchParameters.model_validate(values)
        parameters.filters()
    except ValidationError as error:
        found = faults([dict(one) for one in error.errors()], tuple(SearchParameters.model_fields))
        return _with_errors(form, [FieldError(one.field, told(one.field, one.reason)) for one in found])
    except QueryError as error:
        return form.failing(error)
    return SearchForm(form.address, parameters, (), form.strangers, form.was_sent)


def _with_errors(form: SearchForm, errors: Sequence[FieldError]) -> SearchForm:
    by_field: dict[str, FieldError] = {}
    for one in errors:
        by_field.setdefault(one.field, one)
    return SearchForm(form.address, None, tuple(by_field.values()), form.strangers, form.was_sent, by_field)
