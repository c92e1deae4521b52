"""What pydantic finds wrong with input, told in plain words and with a next step."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SHOWN_CHARACTERS = 80
_NEAREST = 3
_READ = 100
_QUESTION = ("q", "query")

# What is wrong, by pydantic's name for it; `{seen}` is the value, the other names are its own.
_REASONS = {
    "missing": "it is missing: give it",
    "string_type": "{seen} is not a text",
    "string_unicode": "it is not valid Unicode text",
    "string_too_short": "it is empty: give it a value, or leave it out",
    "string_too_long": "{seen} has {length} characters, at most {max_length} are read: shorten it",
    "too_long": "it has {actual_length} values, at most {max_length} are taken: give fewer",
    "tuple_type": "{seen} is not a list: write its values as a list, even if there is one",
    "int_type": "{seen} is not a whole number",
    "int_parsing": "{seen} is not a whole number",
    "int_parsing_size": "{seen} is too large a number",
    "bool_parsing": "{seen} is neither true nor false",
    "float_parsing": "{seen} is not a number",
    "finite_number": "{seen} is not a number",
    "greater_than": "{seen} is too small: more than {gt} is needed",
    "greater_than_equal": "{seen} is too small: at least {ge} is needed",
    "less_than_equal": "{seen} is too large: at most {le} is possible",
    "model_attributes_type": 'it is not a JSON object: send one, such as {{"query": "rural bus services"}}',
    "path_type": "{seen} is not a path",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input.

    Attributes:
        field: The parameter at fault, by the name used on every surface.
        reason: The value seen, the value needed and the next step.
        nearest: The nearest names or values that would do, best first.
    """

    field: str
    reason: str
    nearest: tuple[str, ...] = ()


def faults(errors: Sequence[Mapping[str, object]], known: Collection[str]) -> tuple[Fault, ...]:
    """Tell each error of a `ValidationError` in plain words.

    Args:
        errors: From `ValidationError.errors()`.
        known: The names of the parameters there are.

    Returns:
        The faults in the order of `errors`, of the first hundred: who sends ten thousand parameters that there are not
        would have each compared with all that there are.
    """
    errors = errors[:_READ]
    # Where an item is at fault, that the list is too short without it says nothing more.
    faulty = {_field(error) for error in errors if error.get("type") != "too_short"}
    found = [_fault(one, known) for one in errors if one.get("type") != "too_short" or _field(one) not in faulty]
    misnamed = {fault.nearest for fault in found if fault.field in _QUESTION and fault.nearest}
    # Who gave the question by the name that it has elsewhere need not hear that it is missing too.
    return tuple(fault for fault in found if (fault.field,) not in misnamed)


def shown(value: object) -> str:
    """Return a value in quotation marks for a message, cut short if it is long."""
    return repr(shortened(value if isinstance(value, str) else str(value), _SHOWN_CHARACTERS))


def shortened(text: str, characters: int) -> str:
    """Return `text`, or its beginning and an ellipsis if it is longer than so many characters."""
    return text if len(text) <= characters else text[: characters - 1] + "…"


def nearest_to(name: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the names most like `name`, at most three, best first."""
    return tuple(difflib.get_close_matches(name[:_SHOWN_CHARACTERS].lower(), known, n=_NEAREST, cutoff=0.5))


def _field(error: Mapping[str, object]) -> str:
    place = error.get("loc")
    if not isinstance(place, tuple) or not place:
        return "body"
    if _is_nested(place):
        return shortened(f"{place[0]}[{place[1]}].{place[2]}", _SHOWN_CHARACTERS)
    return shortened(str(place[0]), _SHOWN_CHARACTERS)


def _is_nested(place: object) -> bool:
    """Tell whether a place is a field of one of several things, such as the note of the fourth item."""
    return isinstance(place, tuple) and len(place) > 2 and isinstance(place[1], int) and isinstance(place[2], str)


def _fault(error: Mapping[str, object], known: Collection[str]) -> Fault:
    seen, context, field = error.get("input"), error.get("ctx"), _field(error)
    given = {name: _plain(value) for name, value in context.items()} if isinstance(context, dict) else {}
    kind = str(error.get("type"))
    if kind == "extra_forbidden" and _is_nested(error.get("loc")):
        return Fault(field, "there is no such field here: leave it out")
    if kind == "extra_forbidden":
        return _unknown(field, known)
    if kind == "one_of":
        return Fault(field, str(error.get("msg")), nearest_to(str(seen), given["values"]))
    if kind not in _REASONS:
        return Fault(field, shortened(str(error.get("msg")), 3 * _SHOWN_CHARACTERS))
    length = len(seen) if isinstance(seen, str) else 0
    return Fault(field, _REASONS[kind].format(**given, seen=shown(seen), length=length))


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unknown(field: str, known: Collection[str]) -> Fault:
    if field in _QUESTION:
        other = next((name for name in _QUESTION if name in known), None)
        if other:
            where = "a body" if other == "query" else "a URL"
            return Fault(field, f"there is no such parameter here: the question is called {other} in {where}", (other,))
    nearest = nearest_to(field, known)
    if nearest:
        return Fault(field, f"there is no such parameter here: did you mean {' or '.join(nearest)}?", nearest)
    listed = f"those there are: {', '.join(known)}" if known else "none is taken"
    return Fault(field, f"there is no such parameter here ({listed})")
