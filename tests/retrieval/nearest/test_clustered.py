from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.errors import SnapshotDamaged
from retrieval.nearest import clustered
from retrieval.nearest.clustered import GATHERED, PROBED, ClusteredVectors, probes_for
from retrieval.nearest.reading import read_vectors

QUESTIONS = tuple(range(0, 16_800, 560))


def slow_search(vectors: NDArray[np.float32], query: NDArray[np.float32], rows: NDArray[np.int64]) -> list[int]:
    """Score each row allowed at half precision, and sort."""
    scores = vectors[rows].astype(np.float16).astype(np.float64) @ query.astype(np.float64)
    # Sums in float32 are off by less than this.
    found: list[int] = rows[np.lexsort((rows, -np.round(scores, 6)))].tolist()
    return found


def near(vectors: NDArray[np.float32], row: int) -> NDArray[np.float32]:
    """Return a question that comes near a row."""
    made: NDArray[np.float32] = unit_rows(vectors[row : row + 1] + 0.02)[0]
    return made


def share_found(index: ClusteredVectors, vectors: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None) -> float:
    """Return the mean share of the true nearest `k` that a search finds, and see that its page is full."""
    allowed = np.arange(len(vectors)) if rows is None else rows
    shares = []
    for question in QUESTIONS:
        query = near(vectors, question)
        found, scores = index.search(query, k, rows)
        assert len(found) == min(k, len(allowed))
        assert np.isin(found, allowed).all()
        assert (np.diff(scores) <= 0).all()
        shares.append(len(np.intersect1d(found, slow_search(vectors, query, allowed)[:k])) / k)
    return float(np.mean(shares))


@pytest.mark.parametrize("k", [1, 10, 200])
def test_nearly_all_of_the_nearest_rows_are_found(mapped: ClusteredVectors, heaps: NDArray[np.float32], k: int) -> None:
    assert mapped.clusters > PROBED  # Else every cluster would be looked through.
    assert share_found(mapped, heaps, k, None) >= 0.98


@pytest.mark.parametrize(
    "rows",
    [
        np.arange(8_400, 16_800),
        np.arange(0, 16_800, 2),
        np.arange(1, 16_800, 2),
        np.sort(np.random.default_rng(5).permutation(16_800)[: GATHERED + 1]),
    ],
    ids=["a span", "one side", "the other side", "any"],
)
def test_a_wide_selection_is_kept_to_and_fills_its_page(
    mapped: ClusteredVectors, heaps: NDArray[np.float32], rows: NDArray[np.int64]
) -> None:
    assert share_found(mapped, heaps, 10, rows.astype(np.int64)) >= 0.98


@pytest.mark.parametrize("k", [1, 10, 200, 3_000])
@pytest.mark.parametrize("share", [0.6, 0.9, 1 - 1e-4])
def test_what_is_left_of_the_nearest_is_what_a_search_among_the_rows_allowed_finds(
    mapped: ClusteredVectors, heaps: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch, k: int, share: float
) -> None:
    rows = np.sort(np.random.default_rng(7).permutation(16_800)[: int(16_800 * share)]).astype(np.int64)
    queries = [near(heaps, question) for question in QUESTIONS[:6]]
    left = [mapped.search(query, k, rows) for query in queries]
    monkeypatch.setattr(clustered, "_MOST", 0)
    for query, (found, scores) in zip(queries, left, strict=True):
        among, their_scores = mapped.search(query, k, rows)
        assert (found.tolist(), scores.tolist()) == (among.tolist(), their_scores.tolist())


def test_a_page_is_full_though_all_that_is_allowed_is_on_the_other_side(
    mapped: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    far = np.arange(1, 16_800, 2, dtype=np.int64)
    assert len(far) > GATHERED
    found, _ = mapped.search(heaps[0], 10, far)
    assert found.tolist() == slow_search(heaps, heaps[0], far)[:10]


@pytest.mark.parametrize("count", [1, 24, GATHERED])
def test_a_narrow_selection_misses_nothing(mapped: ClusteredVectors, heaps: NDArray[np.float32], count: int) -> None:
    rows = np.sort(np.random.default_rng(6).permutation(16_800)[:count]).astype(np.int64)
    for question in QUESTIONS[:10]:
        found, _ = mapped.search(near(heaps, question), 12, rows)
        assert found.tolist() == slow_search(heaps, near(heaps, question), rows)[:12]


def test_the_exact_search_finds_what_scoring_each_row_finds(
    mapped: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    rows = np.arange(0, 16_800, 3, dtype=np.int64)
    for question in QUESTIONS[:10]:
        query = near(heaps, question)
        assert mapped.exact(query, 30, None)[0].tolist() == slow_search(heaps, query, np.arange(16_800))[:30]
        assert mapped.exact(query, 30, rows)[0].tolist() == slow_search(heaps, query, rows)[:30]


def test_as_many_rows_as_there_are_come_back_in_order(mapped: ClusteredVectors, heaps: NDArray[np.float32]) -> None:
    found, scores = mapped.search(heaps[7], 30_000, None)
    assert sorted(found.tolist()) == list(range(16_800))
    assert found[0] == 7
    assert scores == pytest.approx(heaps[found] @ heaps[7], abs=1e-3)
    assert (np.diff(scores) <= 0).all()


def test_a_row_has_the_same_score_to_the_last_bit_however_it_was_found(
    mapped: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    query = near(heaps, 42)
    found, scores = mapped.search(query, 100, None)
    for row, score in zip(found.tolist(), scores.tolist(), strict=True):
        assert mapped.search(query, 1, np.array([row]))[1].tolist() == [score]
    again, scores_again = mapped.search(query, 100, np.sort(found))
    assert (again.tolist(), scores_again.tolist()) == (found.tolist(), scores.tolist())


def test_rows_that_are_the_same_tie_and_the_lower_comes_first(
    mapped: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    found, scores = mapped.search(heaps[10], 2, None)
    assert found.tolist() == [10, 110]
    assert scores[0] == scores[1]


def test_vectors_come_back_as_they_were_but_for_half_precision(
    mapped: ClusteredVectors, in_memory: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    rows = np.array([5, 3, 16_799, 5], dtype=np.int64)
    expected = heaps[rows].astype(np.float16).astype(np.float32)
    assert np.array_equal(mapped.rows(rows), expected)
    assert np.array_equal(in_memory.rows(rows), expected)
    assert mapped.rows(np.empty(0, np.int64)).shape == (0, 16)


def test_an_index_that_was_written_finds_what_the_one_in_memory_finds(
    mapped: ClusteredVectors, in_memory: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    assert (len(mapped), mapped.dimensions, mapped.kind) == (16_800, 16, in_memory.kind)
    for question in QUESTIONS[:10]:
        for rows in (None, np.arange(50, 16_000, dtype=np.int64), np.arange(9, dtype=np.int64)):
            found, scores = in_memory.search(near(heaps, question), 20, rows)
            found_again, scores_again = mapped.search(near(heaps, question), 20, rows)
            assert found.tolist() == found_again.tolist()
            assert scores.tolist() == scores_again.tolist()


def test_the_same_vectors_give_the_same_file_and_a_copy_of_it_is_the_same_too(
    heaps: NDArray[np.float32], mapped: ClusteredVectors, written: Path, tmp_path: Path
) -> None:
    for name in ("once", "again"):
        ClusteredVectors.of(heaps[:2_000], lambda stage, done, total: None).write(tmp_path / name)
    mapped.write(tmp_path / "copy")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "once").read_bytes()
    assert (tmp_path / "copy").read_bytes() == written.read_bytes()


def test_progress_tells_each_round_and_how_many_vectors_are_in(heaps: NDArray[np.float32]) -> None:
    told: list[tuple[str, int, int | None]] = []
    ClusteredVectors.of(heaps[:400], lambda *one: told.append(one))
    assert told[0] == ("Clustering vectors", 0, 8)
    assert told[8] == ("Clustering vectors", 8, 8)
    assert told[9:] == [("Indexing vectors", 400, 400)]


@pytest.mark.parametrize("kept", [100, 5_000, 400_000])
def test_a_file_that_was_cut_short_is_refused(written: Path, tmp_path: Path, kept: int) -> None:
    (tmp_path / "v.faiss").write_bytes(written.read_bytes()[:kept])
    with pytest.raises(SnapshotDamaged, match=r"v\.faiss"):
        read_vectors(tmp_path / "v.faiss")


@pytest.mark.parametrize("kind", ["IVF4,SQ8", "IVF4,SQfp16", "IVF4,Flat"])
def test_clusters_of_another_kind_are_refused(tmp_path: Path, heaps: NDArray[np.float32], kind: str) -> None:
    index = faiss.index_factory(16, kind, faiss.METRIC_INNER_PRODUCT)
    index.train(heaps[:400])
    faiss.write_index(index, str(tmp_path / "v.faiss"))
    with pytest.raises(SnapshotDamaged, match=r"v\.faiss holds a IndexIVF"):
        read_vectors(tmp_path / "v.faiss")


def test_a_folder_that_is_not_there_is_told_as_an_error_of_the_disk(
    in_memory: ClusteredVectors, mapped: ClusteredVectors, tmp_path: Path
) -> None:
    for index in (in_memory, mapped):
        with pytest.raises(OSError, match="missing"):
            index.write(tmp_path / "missing" / "v.faiss")


@given(
    k=st.integers(1, 5_000),
    allowed=st.integers(1, 5_000_000),
    clusters=st.integers(1, 9_000),
)
def test_more_clusters_are_looked_through_for_more_rows_and_for_fewer_allowed(
    k: int, allowed: int, clusters: int
) -> None:
    probes = probes_for(k, allowed, 5_000_000, clusters)
    assert min(clusters, PROBED) <= probes <= clusters
    assert probes <= probes_for(k + 1, allowed, 5_000_000, clusters)
    assert probes >= probes_for(k, min(5_000_000, allowed + 1), 5_000_000, clusters)
