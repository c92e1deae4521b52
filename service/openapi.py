"""The description of the HTTP interface: examples, problems, and words for each part of a response."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib.resources import files
from types import ModuleType
from typing import Any, Final

from retrieval import (
    answer_results,
    citing,
    collected,
    completeness,
    counting,
    differences,
    encoders,
    expansion,
    facets,
    history,
    hit_results,
    licences,
    monthly,
    quote_results,
    records,
    results,
    similar_results,
    timeline_entries,
)
from retrieval import timeline as timelines
from service import responses
from service.open_paths import is_open
from service.problems import MEDIA_TYPE, FieldProblem, Problem

# The modules whose dataclasses a response is made of: their docstrings describe it.
_DESCRIBED: Final[tuple[ModuleType, ...]] = (
    answer_results,
    citing,
    collected,
    completeness,
    counting,
    differences,
    encoders,
    expansion,
    facets,
    history,
    hit_results,
    licences,
    monthly,
    quote_results,
    records,
    results,
    similar_results,
    timeline_entries,
    timelines,
    responses,
)

_PROBLEMS: Final = {
    400: "The body is not JSON, or not in UTF-8.",
    401: "This service needs a key to be read, or the key that was sent is not one of its own.",
    404: "No answer has this key.",
    413: "The body is too large.",
    415: "The body is not sent as JSON.",
    429: "Asked too often: wait as many seconds as Retry-After says.",
    422: "A parameter can't be used; the problem names it and says what to do.",
    501: "Asked for something that is not available yet.",
    503: "There is nothing to search, or no model to search it with; the problem says what to do.",
}
_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that a route can answer with, as FastAPI's `responses` takes them."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in statuses}


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """Complete FastAPI's description of the interface, in place.

    Adds real responses as examples (`scripts/openapi.py --examples` makes them from the seed documents), how
    the one list with commas is written and what a problem looks like, drops the framework's own form of it, and
    describes each part of a response with the words of the library's docstrings.

    Args:
        document: An OpenAPI document.

    Returns:
        The same document.
    """
    _add_examples(document)
    _add_keys(document)
    for path, name in (("/v1/counts", "by"), ("/v1/search", "facets")):
        for parameter in document["paths"][path]["get"]["parameters"]:
            if parameter["name"] == name:
                # As OpenAPI says that the values of a list stand in one text, parted by commas.
                parameter |= {"style": "form", "explode": False}
    components = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    template = "#/components/schemas/{model}"
    for model in (Problem, FieldProblem):
        schema = model.model_json_schema(mode="serialization", ref_template=template)
        schema.pop("$defs", None)
        components[model.__name__] = schema
    for name, (summary, attributes) in _docstrings():
        if name in components:
            components[name]["description"] = summary
            for attribute, words in attributes.items():
                components[name]["properties"][attribute].setdefault("description", words)
    document["components"]["schemas"] = dict(sorted(components.items()))
    return document


def _add_keys(document: dict[str, Any]) -> None:
    """Say how a key is sent, and that each call but those on health may need one and may come too often."""
    described = "Made with `despatch keys add`. Needed only where the service's settings say so."
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": described},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": described},
    }
    document["security"] = [{}, {"bearer": []}, {"header": []}]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if is_open(path):
                operation["security"] = []
                continue
            answers = {str(status): about for status, about in problems(401, 429).items()}
            operation["responses"] = dict(sorted({**operation["responses"], **answers}.items()))


def _add_examples(document: dict[str, Any]) -> None:
    read = json.loads(files("service").joinpath("examples.json").read_bytes())
    named: dict[str, Any] = {}
    document["components"]["examples"] = named
    for path, example in read.items():
        for operation in document["paths"][path].values():
            name = operation["operationId"]
            content = operation["responses"]["200"]["content"]["application/json"]
            # Two ways of asking that are answered alike share one example.
            shared = next((other for other, there in named.items() if there["value"] == example), name)
            named[shared] = {"summary": "From the sample", "value": example}
            content["examples"] = {"sample": {"$ref": f"#/components/examples/{shared}"}}


def _docstrings() -> Iterator[tuple[str, tuple[str, dict[str, str]]]]:
    """Yield the name of each dataclass, what it is, and what its attributes are."""
    for module in _DESCRIBED:
        for name, kind in inspect.getmembers(module, is_dataclass):
            summary, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("\n\nAttributes:\n")
            told = {found[1]: _unfolded(found[2]) for found in _ATTRIBUTE.finditer(attributes)}
            # A property is worked out by the library: it is no part of a response.
            words = {one: what for one, what in told.items() if not isinstance(getattr(kind, one, None), property)}
            yield name, ("\n\n".join(_unfolded(part) for part in summary.split("\n\n")), words)


def _unfolded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
