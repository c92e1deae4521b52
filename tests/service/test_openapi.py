"""The description of the HTTP interface: as committed, complete, and true of real responses."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from retrieval.answer_results import Answer, Coverage, Thread
from retrieval.collected import Collection
from retrieval.counting import Counts
from retrieval.encoders import SentenceEncoder
from retrieval.history import History
from retrieval.quote_results import BriefingResult, QuoteResult
from retrieval.results import SearchResult
from retrieval.similar_results import SimilarQuestions
from retrieval.timeline import Timeline
from scripts.openapi import DOCUMENT, EXAMPLES, PROMISED, as_text, document, examples, main
from scripts.openapi_changes import breaking_changes
from service.responses import Health, Ready, Welcome, WrittenCitation
from service.schemas import to_data

COMMITTED = json.loads(DOCUMENT.read_text(encoding="utf-8"))
TYPES = {
    "/": Welcome,
    "/v1/search": SearchResult,
    "/v1/counts": Counts,
    "/v1/collection": Collection,
    "/v1/similar-questions": SimilarQuestions,
    "/v1/timeline": Timeline,
    "/v1/answers/{key}": Answer,
    "/v1/answers/{key}/citation": WrittenCitation,
    "/v1/answers/{key}/history": History,
    "/v1/answers/{key}/thread": Thread,
    "/v1/verify-quote": QuoteResult,
    "/v1/verify-briefing": BriefingResult,
    "/v1/coverage": Coverage,
    "/healthz": Health,
    "/readyz": Ready,
}


OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, methods in COMMITTED["paths"].items()
    for method, operation in methods.items()
]


def test_nothing_that_users_were_promised_was_broken():
    assert breaking_changes(json.loads(PROMISED.read_text(encoding="utf-8")), document()) == []


def test_the_promise_is_not_renewed_with_the_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    promised, there = PROMISED.read_bytes(), tmp_path / "openapi.json"
    monkeypatch.setattr("scripts.openapi.DOCUMENT", there)
    assert main(["--write"]) == 0
    assert there.read_text(encoding="utf-8") == as_text(document())
    assert PROMISED != DOCUMENT
    assert PROMISED.read_bytes() == promised


def test_a_release_promises_what_there_is_unless_that_breaks_a_promise(tmp_path: Path, capsys):
    there = tmp_path / "openapi-v1.json"
    assert main(["--release", "--to", str(there)]) == 0
    assert there.read_text(encoding="utf-8") == as_text(document())
    fewer = {path: methods for path, methods in COMMITTED["paths"].items() if path != "/v1/coverage"}
    there.write_text(json.dumps({**COMMITTED, "paths": fewer}), encoding="utf-8")
    assert main(["--release", "--to", str(there)]) == 0
    assert there.read_text(encoding="utf-8") == as_text(document())
    more = json.dumps({**COMMITTED, "paths": {**COMMITTED["paths"], "/v1/gone": {"get": {"responses": {}}}}})
    there.write_text(more, encoding="utf-8")
    capsys.readouterr()
    assert main(["--release", "--to", str(there)]) == 1
    assert capsys.readouterr().out == "/v1/gone is gone\n"
    assert there.read_text(encoding="utf-8") == more


def test_the_committed_description_is_the_one_the_code_gives():
    assert DOCUMENT.read_text(encoding="utf-8") == as_text(document()), "python scripts/openapi.py --write"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_and_parameter_is_described_with_an_example(operation):
    assert operation["summary"]
    assert operation["description"]
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
        assert parameter["schema"].keys() & {"title", "$ref"}, parameter["name"]
        assert parameter["schema"]["examples"], parameter["name"]
    found = operation["responses"]["200"]
    assert found["description"] != "Successful Response"
    if "text/csv" in found["content"]:
        assert all(content["example"] for content in found["content"].values())
        return
    if set(found["content"]) == {"application/atom+xml"}:
        assert found["content"]["application/atom+xml"]["example"].startswith("<?xml")
        return
    reference = found["content"]["application/json"]["examples"]["sample"]["$ref"]
    assert reference.removeprefix("#/components/examples/") in COMMITTED["components"]["examples"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_problem_is_documented_as_one(operation):
    others = {status: response for status, response in operation["responses"].items() if status >= "400"}
    assert "422" in others
    for response in others.values():
        schema = response["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}


def test_the_way_from_an_old_key_to_the_new_is_documented_wherever_there_is_a_key():
    for path, methods in COMMITTED["paths"].items():
        moved = methods.get("get", {}).get("responses", {}).get("308")
        assert bool(moved) == ("{key}" in path), path
        assert not moved or moved["headers"]["Location"]["required"] is True


def test_what_to_count_by_is_described_as_a_list_parted_by_commas():
    parameters = COMMITTED["paths"]["/v1/counts"]["get"]["parameters"]
    (by,) = (one for one in parameters if one["name"] == "by")
    assert (by["style"], by["explode"]) == ("form", False)
    assert by["schema"]["examples"] == [["month", "answering_body", "finding"]]


def test_every_field_of_a_request_is_described_with_an_example():
    for name, schema in COMMITTED["components"]["schemas"]["SearchRequest"]["properties"].items():
        assert schema["description"], name
        assert schema["examples"], name


@pytest.mark.parametrize("name", ["mode", "group", "understand", "fresh", "expand"])
def test_what_a_search_for_words_passes_over_says_so(name):
    said = COMMITTED["components"]["schemas"]["SearchRequest"]["properties"][name]["description"]
    assert "With `match` exact or words" in said


def test_parts_of_a_response_have_the_words_of_the_librarys_docstrings():
    passage = COMMITTED["components"]["schemas"]["HitPassage"]
    assert passage["description"] == "The passage of a hit."
    assert passage["properties"]["context"]["description"] == (
        "A list's lead-in or a table's headers; not part of the quotation."
    )
    assert all("Attributes:" not in one.get("description", "") for one in COMMITTED["components"]["schemas"].values())


def test_every_reference_leads_somewhere():
    def references(value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if "$ref" in value else []
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from references(one)

    for reference in set(references(COMMITTED)):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in COMMITTED["components"][kind]


@pytest.mark.parametrize("path", TYPES)
def test_every_example_is_a_response_of_its_kind_from_the_sample(path):
    example = json.loads(EXAMPLES.read_text(encoding="utf-8"))[path]
    adapter: TypeAdapter[object] = TypeAdapter(TYPES[path])
    read = adapter.validate_json(json.dumps(example))
    assert to_data(read) == example
    if path == "/v1/search":
        assert example["hits"][0]["passage"]["text"].startswith("In the twelve months between 1 February 2025")


@pytest.mark.model
def test_examples_can_be_made_anew(tmp_path: Path):
    made = examples(SentenceEncoder(), tmp_path / "data")
    assert set(made) == set(TYPES) == set(json.loads(EXAMPLES.read_text(encoding="utf-8")))
    coverage = made["/v1/coverage"]
    assert isinstance(coverage, dict)
    assert coverage["sources"] == ["seeds"]


@pytest.mark.parametrize("changed", ["", "{}"])
def test_the_program_tells_how_to_put_an_old_description_right(tmp_path: Path, changed, capsys):
    there = tmp_path / "openapi.json"
    if changed:
        there.write_text(changed)
    assert main(["--to", str(there)]) == 1
    assert capsys.readouterr().err == (
        "openapi.json is not what the code gives: run `python scripts/openapi.py --write`\n"
    )
    assert main(["--to", str(there), "--write"]) == 0
    assert there.read_text(encoding="utf-8") == as_text(document())


def test_the_program_checks_and_compares(tmp_path: Path, capsys):
    assert main([]) == 0
    assert main(["--against", str(DOCUMENT)]) == 0
    assert capsys.readouterr().out == "Nothing is broken.\n"
    older = tmp_path / "older.json"
    paths = {**COMMITTED["paths"], "/v1/gone": {"get": {"responses": {}}}}
    older.write_text(json.dumps({**COMMITTED, "paths": paths}))
    assert main(["--against", str(older)]) == 1
    assert capsys.readouterr().out == "/v1/gone is gone\n"
