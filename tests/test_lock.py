"""The lock file: exact, complete, and free of the machine that made it."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = [Requirement(r) for r in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
PINS = dict(re.findall(r"^([^\s#=]+)==(\S+)", LOCK, flags=re.MULTILINE))


def test_torch_is_pinned_to_just_2_13_0():
    lines = [line.split("#")[0].strip() for line in LOCK.splitlines() if line.startswith("torch")]
    assert lines == ["torch==2.13.0"]
    assert "torch==2.13.0" in PROJECT["dependencies"]


def test_every_line_is_a_plain_pin_or_the_header():
    header, *pins = LOCK.splitlines()
    assert header.startswith("# Made by `make lock`")
    for line in pins:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*  # via [A-Za-z0-9., -]+", line), line


@pytest.mark.parametrize("trace", ["+", "://", "file:", "/", "@", "--", "find-links", "index-url", "trusted-host"])
def test_no_build_label_index_or_path_is_left_in_the_lock(trace):
    assert trace not in LOCK


def test_no_cuda_package_is_locked():
    assert [name for name in PINS if name.startswith(("nvidia", "cuda", "triton"))] == []


def test_no_package_is_locked_twice():
    assert len(PINS) == LOCK.count("==")


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda r: r.name)
def test_each_dependency_has_bounds_and_is_locked_within_them(requirement):
    operators = {specifier.operator for specifier in requirement.specifier}
    assert operators in ({"=="}, {">=", "<"})
    assert PINS[canonicalize_name(requirement.name)] in requirement.specifier


def test_all_that_is_needed_is_in_the_lock_and_installed_as_it_says():
    """Without a network: `make audit` asks whether what is named has known faults."""
    waiting, seen, missing, other = [(one, frozenset(one.extras)) for one in DECLARED], set(), set(), set()
    while waiting:
        requirement, extras = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = version(name).partition("+")[0]
        except PackageNotFoundError:
            installed = None
        if name not in PINS or installed is None:
            missing.add(name)
            continue
        if installed != PINS[name]:
            other.add(f"{name} {installed}")
        for needed in map(Requirement, requires(name) or ()):
            if needed.marker is None or any(needed.marker.evaluate({"extra": one}) for one in (extras or {""})):
                waiting.append((needed, frozenset(needed.extras)))
    assert len(seen) > 50
    assert (missing, other) == (set(), set()), "run `make setup`, or `make lock` if pyproject.toml changed"


def test_every_locked_package_installs_on_the_oldest_python_there_may_be():
    oldest = Version(PROJECT["requires-python"].removeprefix(">=")).base_version + ".0"
    packages = [one for one in distributions() if canonicalize_name(one.name) in PINS]
    # Where nothing is said, one finder of packages gives None and another raises.
    told = [one for one in packages if "Requires-Python" in one.metadata]
    needs = {one.name: one.metadata["Requires-Python"] for one in told}
    assert len(needs) > 100
    assert {name: need for name, need in needs.items() if oldest not in SpecifierSet(need)} == {}
