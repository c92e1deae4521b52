"""Which changes of an interface break the programs that use it, and which do not."""

import copy
from typing import Any

import pytest

from scripts.openapi_changes import breaking_changes

OLD: dict[str, Any] = {
    "paths": {
        "/search": {
            "get": {
                "parameters": [
                    {
                        "name": "q",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string", "maxLength": 10},
                    },
                    {"name": "kind", "in": "query", "schema": {"$ref": "#/components/schemas/Kind"}},
                    {
                        "name": "from",
                        "in": "query",
                        "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    },
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Found"}}}},
                    "422": {"content": {}},
                },
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Asked"}}}},
                "responses": {"200": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "Kind": {"type": "string", "enum": ["a", "b"]},
            "Asked": {
                "type": "object",
                "required": ["query"],
                "properties": {
                    "query": {"type": "string", "minLength": 1},
                    "kinds": {"type": "array", "items": {"$ref": "#/components/schemas/Kind"}},
                },
            },
            "Found": {
                "type": "object",
                "required": ["hits", "note"],
                "properties": {
                    "hits": {"type": "array", "items": {"$ref": "#/components/schemas/Found"}},
                    "note": {"type": "string"},
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "day": {"type": ["string", "null"], "format": "date"},
                },
            },
        }
    },
}


def changed(path, value=None):
    """Return the old document with the value at a path replaced, or removed for None."""
    new = copy.deepcopy(OLD)
    *way, last = path
    inner: Any = new
    for step in way:
        inner = inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return new


GET = ("paths", "/search", "get")
POST = ("paths", "/search", "post")
SCHEMAS = ("components", "schemas")


def test_an_interface_breaks_nothing_of_itself():
    assert breaking_changes(OLD, OLD) == []
    assert breaking_changes({}, OLD) == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (changed(("paths", "/search")), ["/search is gone"]),
        (changed(GET), ["GET /search is gone"]),
        (changed((*GET, "parameters", 1)), ["GET /search: query parameter kind is gone"]),
        (
            changed((*GET, "parameters", 2, "required"), True),
            ["GET /search: query parameter from is newly required"],
        ),
        (
            changed((*GET, "parameters", 2, "schema"), {"type": "string"}),
            ["GET /search: query parameter from no longer takes null"],
        ),
        (
            changed((*GET, "parameters", 0, "schema", "maxLength"), 9),
            ["GET /search: query parameter q: maxLength is now 9, was 10"],
        ),
        (
            changed((*GET, "parameters", 0, "schema", "minLength"), 1),
            ["GET /search: query parameter q: minLength is now 1, was not set"],
        ),
        (
            changed((*GET, "parameters", 0, "schema", "enum"), ["x"]),
            ["GET /search: query parameter q takes only x"],
        ),
        (
            # Told once, where the schema is first used.
            changed((*SCHEMAS, "Kind", "enum"), ["a"]),
            ["GET /search: query parameter kind no longer takes b"],
        ),
        (changed((*GET, "responses", "422")), ["GET /search: status 422 is gone"]),
        (
            changed((*GET, "responses", "200", "content"), {"text/csv": {}}),
            ["GET /search: 200 as application/json is gone"],
        ),
        (changed((*POST, "requestBody", "required"), True), ["POST /search: the body is newly required"]),
        (
            changed((*SCHEMAS, "Asked", "required"), ["query", "kinds"]),
            ["POST /search: the body: kinds is newly required"],
        ),
        (changed((*SCHEMAS, "Asked", "properties", "kinds")), ["POST /search: the body: kinds is gone"]),
        (changed((*SCHEMAS, "Found", "properties", "note")), ["GET /search: 200: note is gone"]),
        (changed((*SCHEMAS, "Found", "required"), ["hits"]), ["GET /search: 200: note may now be absent"]),
        (
            changed((*SCHEMAS, "Found", "properties", "note"), {"type": "integer"}),
            ["GET /search: 200: note may now be integer"],
        ),
        (
            changed((*SCHEMAS, "Found", "properties", "note"), {"anyOf": [{"type": "string"}, {"type": "null"}]}),
            ["GET /search: 200: note may now be null"],
        ),
        (
            changed((*SCHEMAS, "Found", "properties", "counts", "additionalProperties"), {"type": "string"}),
            ["GET /search: 200: counts, each value may now be string"],
        ),
        (
            changed((*SCHEMAS, "Found", "properties", "day"), {"type": "string"}),
            ["GET /search: 200: day may now be string"],
        ),
    ],
)
def test_a_change_that_breaks_is_told(new, told):
    assert breaking_changes(OLD, new) == told


@pytest.mark.parametrize(
    "new",
    [
        changed(("paths", "/more"), {"get": {"responses": {}}}),
        changed((*GET, "parameters", 0, "required"), False),
        changed((*GET, "parameters", 0, "schema", "maxLength"), 11),
        changed((*GET, "parameters", 0, "schema"), {}),
        changed((*GET, "parameters", 2, "schema"), {"type": ["string", "null", "integer"]}),
        changed((*SCHEMAS, "Kind", "enum"), ["a", "b", "c"]),
        changed((*SCHEMAS, "Asked", "required")),
        changed((*SCHEMAS, "Asked", "properties", "more"), {"type": "string"}),
        changed((*SCHEMAS, "Found", "properties", "more"), {"type": "string"}),
        changed((*SCHEMAS, "Found", "properties", "day"), {"type": "string", "format": "date"}),
        changed((*GET, "responses", "503"), {}),
        changed((*GET, "summary"), "New words"),
    ],
)
def test_a_change_that_only_adds_is_let_through(new):
    assert breaking_changes(OLD, new) == []
