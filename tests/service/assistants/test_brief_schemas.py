"""What clients are told of results is short, and still holds them to what is sent."""

from __future__ import annotations

import json

import jsonschema
import pytest

from service.assistants.brief_schemas import brief
from service.assistants.tools import TOOLS

BUSES = "commons-2025-01-13-205"
CALLS = [
    ("search_answers", {"query": "bus services in rural areas"}),
    ("get_answer", {"key": BUSES}),
    ("get_thread", {"key": BUSES}),
    ("get_history", {"key": BUSES}),
    ("cite", {"key": BUSES}),
    ("similar_questions", {"text": "what bus services there are in rural areas"}),
    ("verify_quote", {"text": "bus services in rural areas"}),
    ("list_filters", {}),
    ("coverage", {}),
]


def keywords(schema):
    """Yield every keyword of a schema with its value, and no names of fields."""
    for name, value in schema.items():
        yield name, value
        if name in {"properties", "$defs"}:
            for one in value.values():
                yield from keywords(one)
        elif isinstance(value, dict):
            yield from keywords(value)
        elif isinstance(value, list):
            for one in value:
                yield from keywords(one) if isinstance(one, dict) else ()


def is_valid(found, schema):
    return jsonschema.Draft202012Validator(schema).is_valid(found)


@pytest.mark.parametrize(("tool", "arguments"), CALLS, ids=[tool for tool, _ in CALLS])
def test_a_real_result_fits_its_schema_and_a_wrong_one_does_not(filled_assistant, assistant, tool, arguments):
    schema = TOOLS[tool].output_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    found = assistant.call(tool, **arguments).data
    assert is_valid(found, schema)
    other = {"key": "1"} if "key" in arguments else arguments
    assert is_valid(filled_assistant.call(tool, **other).data, schema)
    assert not is_valid({**found, "invented": 1}, schema)
    assert not is_valid({**found, "advice": None}, schema)
    assert not is_valid({**found, "searched": {**found["searched"], "records": "many"}}, schema)
    assert not is_valid({name: value for name, value in found.items() if name != "outcome"}, schema)
    assert is_valid({**found, "next_cursor": None}, schema)


def test_all_nine_tools_are_tried():
    assert [tool for tool, _ in CALLS] == list(TOOLS)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_schema_says_what_holds_and_not_what_the_text_says(tool):
    schema = TOOLS[tool].output_schema()
    told = list(keywords(schema))
    assert not {name for name, _ in told} & {"description", "title", "examples", "default"}
    # Of all that may be unknown, only the last page's cursor is sent as null.
    nullable = [value for name, value in told if name == "anyOf" and {"type": "null"} in value]
    assert nullable == [schema["properties"]["next_cursor"]["anyOf"]]


def test_a_field_that_has_the_name_of_a_keyword_stays():
    fields = TOOLS["list_filters"].output_schema()["$defs"]["FilterInfo"]["properties"]
    assert fields["description"] == {"type": "string"}


def test_what_may_be_of_several_types_but_never_null_stays_so():
    either = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}], "default": None, "title": "X"}
    assert brief(either) == {"anyOf": [{"type": "string"}, {"type": "integer"}]}


def test_the_list_of_tools_stays_far_shorter_than_with_all_that_pydantic_writes(assistant):
    tools = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in assistant.tools().tools]
    # That has 82,000 characters.
    assert len(json.dumps(tools, ensure_ascii=False, separators=(",", ":"))) < 50_000
