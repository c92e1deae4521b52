"""What pyproject.toml says the package holds is there."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]


@pytest.mark.parametrize(("package", "pattern"), [(name, one) for name, patterns in DATA.items() for one in patterns])
def test_every_file_that_goes_with_a_package_is_there(package: str, pattern: str):
    assert list((ROOT / package).glob(pattern))


@pytest.mark.parametrize("package", ["retrieval", "service"])
def test_a_package_tells_type_checkers_that_it_has_types(package: str):
    assert "py.typed" in DATA[package]
    assert (ROOT / package / "py.typed").read_bytes() == b""
