from __future__ import annotations

import re

from retrieval import errors
from retrieval.errors import DespatchError, SourceError, UnknownName


def _descendants(base: type[DespatchError]) -> list[type[DespatchError]]:
    return [found for child in base.__subclasses__() for found in (child, *_descendants(child))]


def test_the_tree_drawn_in_the_docstring_is_the_tree_of_classes() -> None:
    drawn: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"^([ │├└─]*)([A-Z]\w+) {2,}\S", line):
            drawn.append((len(match[1]) // 4, match[2]))
    parents: dict[str, str] = {}
    path: list[str] = []
    for depth, name in drawn:
        path[depth:] = [name]
        if depth:
            parents[name] = path[depth - 1]
    classes = [child for child in _descendants(DespatchError) if child.__module__ == errors.__name__]
    real = {child.__name__: child.__bases__[0].__name__ for child in classes}
    assert parents == real


def test_a_source_error_says_where() -> None:
    assert str(SourceError("a.jsonl", "it is cut", 3)) == "a.jsonl:3: it is cut"
    assert str(SourceError("a.jsonl", "it is cut")) == "a.jsonl: it is cut"


def test_an_unknown_name_carries_what_comes_nearest() -> None:
    error = UnknownName("answering_body", "'Home Ofice' is not in what is indexed", ("Home Office",))
    assert str(error) == "answering_body: 'Home Ofice' is not in what is indexed"
    assert error.nearest == ("Home Office",)
