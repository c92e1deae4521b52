from __future__ import annotations

from argparse import Namespace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.nearest.exact import ExactVectors
from scripts import benchmark
from scripts.scale import recall
from scripts.scale_process import Memory, built, save_arrays, scanned, searched
from scripts.scale_vectors import Ground, grown, selections, source_of, truth

REAL = unit_rows(np.random.default_rng(1).standard_normal((20, 8)))
GROUND = Ground(REAL, np.arange(20, dtype=np.int64) % 3, unit_rows(REAL[:4] + 0.1))


def test_each_real_vector_is_used_as_often_in_its_order_and_moved_by_the_noise(tmp_path: Path) -> None:
    made = grown(GROUND, 1_000, tmp_path / "v.npy")
    source = source_of(1_000, 20)
    assert np.bincount(source).tolist() == [50] * 20
    assert np.linalg.norm(made, axis=1) == pytest.approx(np.ones(1_000), abs=1e-5)
    # A step of .3 in a random direction turns a vector by the arc tangent of about .3.
    assert np.sum(made * REAL[source], axis=1).mean() == pytest.approx(1 / np.sqrt(1.09), abs=0.01)
    again = grown(GROUND, 1_000, tmp_path / "again.npy")
    assert np.array_equal(made, again)


def test_selections_allow_the_share_that_they_name_and_rise() -> None:
    found = dict(selections(GROUND, 2_000))
    assert [len(rows) for rows in found.values()] == [1_000] * 3 + [100] * 3 + [2] * 3
    assert all((np.diff(rows) > 0).all() for rows in found.values())
    assert found["date 5.0%"].tolist() == list(range(1_900, 2_000))
    bodies = GROUND.bodies[source_of(2_000, 20)][found["department 5.0%"]]
    assert set(bodies.tolist()) == {0}


def test_the_truth_is_what_scoring_each_row_allowed_gives(tmp_path: Path) -> None:
    made = grown(GROUND, 60_000, tmp_path / "v.npy")
    rows = np.arange(0, 60_000, 7, dtype=np.int64)
    for allowed in (None, rows):
        scores, found = truth(made, GROUND.questions, 5, allowed)
        among = np.arange(60_000) if allowed is None else allowed
        for question, best, nearest in zip(GROUND.questions, scores, found, strict=True):
            slow = np.sort(made[among] @ question)[::-1][:5]
            assert best == pytest.approx(slow, abs=1e-5)
            assert made[nearest] @ question == pytest.approx(best, abs=1e-5)


def test_recall_counts_the_very_rows_and_those_within_a_thousandth_and_full_pages() -> None:
    vectors = np.array([[1.0, 0], [0.9, 0], [0.8995, 0], [0.5, 0]], dtype=np.float32)
    question = np.array([[1.0, 0]], dtype=np.float32)
    right = truth(vectors, question, 2)
    exact = recall(np.array([[0, 1]]), right, vectors, question)
    near = recall(np.array([[0, 2]]), right, vectors, question)
    short = recall(np.array([[3, -1]]), right, vectors, question)
    assert (exact.strict, exact.near, exact.full) == (1, 1, 1)
    assert (near.strict, near.near, near.full) == (0.5, 1, 1)
    assert (short.strict, short.near, short.full) == (0, 0, 0)


def test_a_small_size_is_built_and_searched_and_what_it_found_is_kept(tmp_path: Path) -> None:
    made = grown(GROUND, 400, tmp_path / "v.npy")
    save_arrays(tmp_path / "chosen.npz", {"some": np.arange(50, dtype=np.int64)})
    np.save(tmp_path / "q.npy", GROUND.questions)
    told = built(tmp_path / "v.npy", tmp_path / "index")
    assert (told.kind, told.stages) == ("exact", {})
    seen = searched(*(tmp_path / name for name in ("index", "q.npy", "chosen.npz", "found.npz")))
    assert sorted(seen.times) == ["all", "deep", "some"]
    with np.load(tmp_path / "found.npz") as found:
        assert found["all"].tolist() == truth(made, GROUND.questions, 10)[1].tolist()
        assert found["some"].max() < 50
    assert Memory(5, 7).since(Memory(2, 3)) == Memory(3, 4)


def test_no_question_is_timed_right_after_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[float]] = []
    search = ExactVectors.search

    def heard(
        self: ExactVectors, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        asked.append(query.tolist())
        return search(self, query, k, rows)

    monkeypatch.setattr(ExactVectors, "search", heard)
    grown(GROUND, 400, tmp_path / "v.npy")
    np.save(tmp_path / "q.npy", GROUND.questions)
    told = scanned(tmp_path / "v.npy", tmp_path / "q.npy")
    assert told.plain > 0
    assert told.rounded > 0
    assert len(asked) > 2 * len(GROUND.questions)
    # What came near to the question asked last is remembered: it would be found again in no time.
    assert all(one != other for one, other in pairwise(asked))


def test_the_folder_that_is_named_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sized(ground: Ground, sizes: list[int], folder: str) -> list[str]:
        assert Path(folder).is_dir()
        return []

    monkeypatch.setattr(benchmark, "scale", sized)
    monkeypatch.setattr(Ground, "of", lambda *given: GROUND)
    folder = str(tmp_path / "not" / "there")
    benchmark.sizes(Namespace(data="", queries=[], model="", questions=1, folder=folder, kinds=None, sizes=[1_000]))
    assert Path(folder).is_dir()
