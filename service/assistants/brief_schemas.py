"""Schemas of results as short as they can be: an assistant is sent all of them before its first question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TOLD_IN_THE_TEXT: Final = frozenset({"description", "title", "examples", "default"})
_NAMES: Final = frozenset({"properties", "$defs"})
_NULL: Final = {"type": "null"}


def brief(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema of what `Result.data` sends, without titles, descriptions, examples and defaults.

    A field that is null by default is never sent as null, but left out: only others may be null.

    Args:
        schema: As pydantic makes it, of a result or of a part of one.
    """
    sent = _never_null(schema) if schema.get("default", ...) is None else schema
    return {name: _within(name, value) for name, value in sent.items() if name not in _TOLD_IN_THE_TEXT}


def _never_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    kept = [one for one in schema.get("anyOf", ()) if one != _NULL]
    return {**rest, **kept[0]} if len(kept) == 1 else {**rest, "anyOf": kept}


def _within(name: str, value: Any) -> Any:
    if name in _NAMES:
        return {one: brief(schema) for one, schema in value.items()}
    if isinstance(value, Mapping):
        return brief(value)
    if isinstance(value, list):
        return [brief(one) if isinstance(one, Mapping) else one for one in value]
    return value
