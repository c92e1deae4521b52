"""Vectors for the tests of indexes: two heaps on opposite sides, so that a filter can leave what is far off alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.nearest.clustered import ClusteredVectors
from retrieval.nearest.reading import read_vectors


@pytest.fixture(scope="session")
def heaps() -> NDArray[np.float32]:
    """16,800 vectors of 16 numbers: the even rows lie on one side, the odd ones on the other."""
    random = np.random.default_rng(3)
    centres = random.standard_normal((400, 16))
    centres[:, 0] = 6.0
    drawn = centres[random.integers(0, 400, 16_800)] + 0.3 * random.standard_normal((16_800, 16))
    drawn[1::2, 0] *= -1
    drawn[100:200:2] = drawn[0:100:2]  # Some rows are there twice.
    return unit_rows(drawn)


@pytest.fixture(scope="session")
def in_memory(heaps: NDArray[np.float32]) -> ClusteredVectors:
    """Return them indexed, as a build does it."""
    return ClusteredVectors.of(heaps, lambda stage, done, total: None)


@pytest.fixture(scope="session")
def written(in_memory: ClusteredVectors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of them."""
    path = tmp_path_factory.mktemp("clustered") / "v.faiss"
    in_memory.write(path)
    return path


@pytest.fixture(scope="session")
def mapped(written: Path) -> ClusteredVectors:
    """Return them as they are searched, mapped from the file."""
    found = read_vectors(written)
    assert isinstance(found, ClusteredVectors)
    return found
