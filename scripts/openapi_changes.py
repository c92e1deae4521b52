"""Finds what a new version of an OpenAPI document would break for those who use the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

Json = Mapping[str, object]

_CEILINGS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_FLOORS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")


def breaking_changes(old: Json, new: Json) -> list[str]:
    """List the changes after which a program written for `old` could fail with `new`.

    Those are: a path, method, parameter, property, status or media type removed; a parameter or property of
    a request newly required; fewer values, types or a smaller range taken in a request; a property of a
    response that may now be absent or of another type. A new value of a response's enumeration is not
    counted: a program must expect those.

    Args:
        old: OpenAPI 3.1 document in use.
        new: The one meant to replace it.

    Returns:
        One sentence a change, in the order of the old document.
    """
    return list(_Comparison(old, new).paths())


@dataclass(slots=True)
class _Comparison:
    old: Json
    new: Json
    seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def paths(self) -> Iterator[str]:
        for path, operations in _items(self.old.get("paths")):
            there = _at(self.new, "paths", path)
            if not there:
                yield f"{path} is gone"
                continue
            for method, operation in _items(operations):
                where = f"{method.upper()} {path}"
                if method in there:
                    yield from self.operation(_mapping(operation), _mapping(there[method]), where)
                else:
                    yield f"{where} is gone"

    def operation(self, old: Json, new: Json, where: str) -> Iterator[str]:
        yield from self.parameters(_parameters(old), _parameters(new), where)
        body, new_body = _mapping(old.get("requestBody")), _mapping(new.get("requestBody"))
        if new_body.get("required") and not body.get("required"):
            yield f"{where}: the body is newly required"
        yield from self.contents(body, new_body, f"{where}: the body", is_request=True)
        statuses = _mapping(new.get("responses"))
        for status, response in _items(old.get("responses")):
            if status in statuses:
                there = _mapping(statuses[status])
                yield from self.contents(_mapping(response), there, f"{where}: {status}", is_request=False)
            else:
                yield f"{where}: status {status} is gone"

    def parameters(self, old: Mapping[str, Json], new: Mapping[str, Json], where: str) -> Iterator[str]:
        for name, parameter in old.items():
            if name not in new:
                yield f"{where}: {name} is gone"
                continue
            schema, there = _mapping(parameter.get("schema")), _mapping(new[name].get("schema"))
            yield from self.schemas(schema, there, f"{where}: {name}", is_request=True)
        for name, parameter in new.items():
            if parameter.get("required") and not old.get(name, {}).get("required"):
                yield f"{where}: {name} is newly required"

    def contents(self, old: Json, new: Json, where: str, *, is_request: bool) -> Iterator[str]:
        there = _mapping(new.get("content"))
        for media_type, content in _items(old.get("content")):
            if media_type not in there:
                yield f"{where} as {media_type} is gone"
                continue
            schema, other = (
                _mapping(_mapping(content).get("schema")),
                _mapping(there[media_type]).get("schema"),
            )
            yield from self.schemas(schema, _mapping(other), where, is_request=is_request)

    def schemas(self, old: Json, new: Json, where: str, *, is_request: bool) -> Iterator[str]:
        pair = (str(old.get("$ref")), str(new.get("$ref")), is_request)
        if "$ref" in old and "$ref" in new:
            # Compared once, which also ends the walk through a schema that contains itself.
            if pair in self.seen:
                return
            self.seen.add(pair)
        before, after = dict(_alternatives(old, self.old)), dict(_alternatives(new, self.new))
        narrower, wider = (after, before) if is_request else (before, after)
        lost = [kind for kind in wider if kind not in narrower and "any" not in narrower]
        if lost:
            change = "no longer takes" if is_request else "may now be"
            yield f"{where} {change} {', '.join(sorted(lost))}"
        for kind, schema in before.items():
            if kind in after:
                yield from self.alternatives(schema, after[kind], where, is_request=is_request)

    def alternatives(self, old: Json, new: Json, where: str, *, is_request: bool) -> Iterator[str]:
        if is_request:
            yield from _narrowed(old, new, where)
        properties, there = _mapping(old.get("properties")), _mapping(new.get("properties"))
        required, now_required = _names(old.get("required")), _names(new.get("required"))
        for name, schema in properties.items():
            if name not in there:
                yield f"{where}: {name} is gone"
                continue
            if not is_request and name in required and name not in now_required:
                yield f"{where}: {name} may now be absent"
            inner, other = _mapping(schema), _mapping(there[name])
            yield from self.schemas(inner, other, f"{where}: {name}", is_request=is_request)
        if is_request:
            yield from (f"{where}: {name} is newly required" for name in now_required if name not in required)
        for inside, what in (("items", "each"), ("additionalProperties", "each value")):
            if isinstance(old.get(inside), dict) and isinstance(new.get(inside), dict):
                inner, other = _mapping(old[inside]), _mapping(new[inside])
                yield from self.schemas(inner, other, f"{where}, {what}", is_request=is_request)


def _narrowed(old: Json, new: Json, where: str) -> Iterator[str]:
    values, left = _names(old.get("enum")), _names(new.get("enum"))
    if left and not values:
        yield f"{where} takes only {', '.join(left)}"
    gone = [value for value in values if left and value not in left]
    if gone:
        yield f"{where} no longer takes {', '.join(gone)}"
    for names, sign in ((_CEILINGS, 1), (_FLOORS, -1)):
        for name in names:
            before, after = old.get(name), new.get(name)
            if isinstance(after, int | float) and (
                before is None or (isinstance(before, int | float) and sign * after < sign * before)
            ):
                yield f"{where}: {name} is now {after}, was {'not set' if before is None else before}"


def _alternatives(schema: Json, document: Json) -> Iterator[tuple[str, Json]]:
    """Yield what a value may be, by the name of its type; a list of alternatives is taken apart."""
    while "$ref" in schema:
        schema = _at(document, *str(schema["$ref"]).removeprefix("#/").split("/"))
    options = schema.get("anyOf", schema.get("oneOf"))
    if isinstance(options, list):
        for option in options:
            yield from _alternatives(_mapping(option), document)
        return
    kinds = schema.get("type", "any")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        yield (f"{kind} ({schema['format']})" if "format" in schema else str(kind)), schema


def _parameters(operation: Json) -> dict[str, Json]:
    listed = operation.get("parameters", [])
    parameters = [_mapping(one) for one in listed] if isinstance(listed, list) else []
    return {f"{one.get('in')} parameter {one.get('name')}": one for one in parameters}


def _at(document: Json, *names: str) -> Json:
    found = document
    for name in names:
        found = _mapping(found.get(name))
    return found


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> Sequence[tuple[str, object]]:
    return list(_mapping(value).items())


def _names(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
