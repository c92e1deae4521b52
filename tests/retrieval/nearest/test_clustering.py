from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.nearest.clustering import centres_of, clusters_for


def untold(stage: str, done: int, total: int | None) -> None:
    """Say nothing."""


@pytest.mark.parametrize(
    ("count", "clusters"), [(1, 1), (39, 1), (400, 10), (10_000, 250), (250_000, 2_000), (5_000_000, 8_944)]
)
def test_clusters_grow_with_the_square_root_of_the_vectors_and_never_starve(count: int, clusters: int) -> None:
    assert clusters_for(count) == clusters


def test_each_vector_is_given_to_a_centre_of_length_one_that_no_other_is_nearer_than() -> None:
    directions = np.eye(4, dtype=np.float32)
    random = np.random.default_rng(1)
    drawn = unit_rows(np.repeat(directions, 50, axis=0) + 0.01 * random.standard_normal((200, 4)))
    centres = centres_of(drawn, 4, untold)
    cluster = centres.nearest(drawn)
    likeness = np.sum(centres.vectors[cluster] * drawn, axis=1)
    slow = (drawn @ centres.vectors.T).max(axis=1)
    assert likeness == pytest.approx(slow, abs=1e-6)
    assert np.linalg.norm(centres.vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_nearly_every_vector_is_given_to_the_very_nearest_centre(heaps: NDArray[np.float32]) -> None:
    some = heaps[:3_000]
    centres = centres_of(some, 75, untold)
    slow = np.argmax(some @ centres.vectors.T, axis=1)
    assert (centres.nearest(some) == slow).mean() >= 0.97


def test_vectors_that_are_all_the_same_or_zero_can_be_clustered() -> None:
    same = np.zeros((100, 4), dtype=np.float32)
    same[:50, 0] = 1
    centres = centres_of(same, 2, untold)
    assert centres.nearest(same).shape == (100,)
    assert np.isfinite(centres.vectors).all()
