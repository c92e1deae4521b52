"""What SECURITY.md says is shown by tests that there are, and no code unpickles or runs a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
POINTS = [f"API{number}" for number in range(1, 11)]

PICKLING = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
RUNNING = {"eval", "exec", "compile", "__import__"}
# By the module or the object that they are called on; numpy's own takes no pickles unless it is told to.
LOADING = {
    ("torch", "load"),
    ("pandas", "read_pickle"),
    ("yaml", "load"),
    ("os", "system"),
    ("os", "popen"),
    ("np", "fromfile"),
}


def dangers(source: str) -> Iterator[str]:
    """Yield what in a source could make an object or run code out of bytes from outside."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in PICKLING)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in PICKLING:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            yield from dangerous_call(node)


def dangerous_call(node: ast.Call) -> Iterator[str]:
    called = node.func
    if isinstance(called, ast.Name) and called.id in RUNNING:
        yield called.id
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        if (called.value.id, called.attr) in LOADING:
            yield f"{called.value.id}.{called.attr}"
        if called.attr == "import_module" and not (node.args and isinstance(node.args[0], ast.Constant)):
            yield "import_module"
    for given in node.keywords:
        is_off = isinstance(given.value, ast.Constant) and given.value.value is False
        if given.arg in {"allow_pickle", "shell", "trust_remote_code"} and not is_off:
            yield f"{given.arg}="


def test_nothing_is_pickled_and_no_text_is_run_as_code():
    found = {
        (str(path.relative_to(ROOT)), danger)
        for folder in ("retrieval", "service")
        for path in (ROOT / folder).rglob("*.py")
        for danger in dangers(path.read_text("utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "danger"),
    [
        ("import pickle", "pickle"),
        ("from joblib import load", "joblib"),
        ("import torch\ntorch.load('x')", "torch.load"),
        ("import numpy as np\nnp.load('x', allow_pickle=True)", "allow_pickle="),
        ("eval('1')", "eval"),
        ("import subprocess\nsubprocess.run('x', shell=True)", "shell="),
        ("load(name, trust_remote_code=flag)", "trust_remote_code="),
        ("importlib.import_module(name)", "import_module"),
    ],
)
def test_what_would_be_dangerous_is_noticed(source: str, danger: str):
    assert list(dangers(source)) == [danger]


def test_no_file_of_the_packages_is_a_pickle():
    names = {
        path.suffix
        for folder in ("retrieval", "service", "seeds")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert names & {".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib", ".npy", ".npz", ".ckpt"} == set()


def test_every_point_of_the_top_ten_names_a_test():
    parts = re.split(r"^### (API\d+): .*$", PAGE, flags=re.MULTILINE)
    points = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(points) == POINTS
    for point, text in points.items():
        assert re.search(r"^- `tests/[\w/]+\.py::test_\w+`$", text, re.MULTILINE), point


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_each_test_that_is_named_is_there(path: str):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert {name for named, name in NAMED if named == path} - there == set()


def test_every_line_that_looks_like_a_test_is_read_as_one():
    assert len(NAMED) == PAGE.count("`tests/") == len(re.findall(r"^- `tests/", PAGE, re.MULTILINE))
