from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.errors import QueryError
from retrieval.nearest.clustered import ClusteredVectors
from retrieval.nearest.shadow import ShadowQueries
from retrieval.vectors import VectorIndex


def test_the_share_that_is_told_is_that_of_the_ten_nearest(
    mapped: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    heard: list[float] = []
    shadow = ShadowQueries(mapped, heard.append, one_in=1)
    query = heaps[77]
    rows, scores = mapped.exact(query, 40, None)
    for kept in (40, 10, 7, 1):
        # Rows from far below in the place of those that were missed.
        found = np.concatenate([rows[:kept], rows[-(10 - min(kept, 10)) or len(rows) :]])
        shadow.take(query, 40, None, (found, scores))
        shadow.wait()
    # The tenth counts by its score, and the one that was left out of seven is three less that.
    assert heard == pytest.approx([1.0, 1.0, 0.8, 0.2])


def test_rows_allowed_are_kept_to_and_fewer_wanted_are_compared(
    mapped: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    heard: list[float] = []
    shadow = ShadowQueries(mapped, heard.append, one_in=1)
    odd = np.arange(1, 16_800, 2, dtype=np.int64)
    shadow.take(heaps[0], 3, odd, mapped.exact(heaps[0], 3, odd))
    shadow.wait()
    shadow.take(heaps[0], 3, None, mapped.exact(heaps[0], 3, odd))
    shadow.wait()
    assert heard == pytest.approx([1.0, 1 / 3])


def test_one_search_in_so_many_is_done_again_and_never_two_at_a_time(
    mapped: ClusteredVectors, heaps: NDArray[np.float32]
) -> None:
    heard: list[float] = []
    go_on = threading.Event()

    def slow(share: float) -> None:
        assert go_on.wait(30)
        heard.append(share)

    index = VectorIndex(mapped)
    index.watch(slow, one_in=3)
    for _ in range(7):  # The first is taken, and holds up the fourth's turn until it is done.
        index.search(heaps[5], 10)
    assert heard == []
    go_on.set()
    shadow = index._shadow
    assert shadow is not None
    shadow.wait()
    assert heard == [1.0]
    index.search(heaps[5], 10)
    shadow.wait()
    assert heard == [1.0, 1.0]
    for _ in range(2):
        index.search(heaps[5], 10)
        shadow.wait()
    assert len(heard) == 2
    index.search(heaps[5], 10)
    shadow.wait()
    assert len(heard) == 3


def test_what_wants_every_row_allowed_is_not_done_again(mapped: ClusteredVectors, heaps: NDArray[np.float32]) -> None:
    heard: list[float] = []
    index = VectorIndex(mapped)
    index.watch(heard.append, one_in=1)
    index.search(heaps[5], 3, np.arange(3, dtype=np.int64))
    assert index._shadow is not None
    index._shadow.wait()
    assert heard == []


def test_an_exact_index_tells_one_at_once_and_does_nothing_again(heaps: NDArray[np.float32]) -> None:
    heard: list[float] = []
    index = VectorIndex.of(heaps[:100])
    index.watch(heard.append, one_in=1)
    index.search(heaps[5], 3)
    assert heard == [1.0]
    assert index._shadow is None


def test_one_in_none_is_refused(mapped: ClusteredVectors) -> None:
    with pytest.raises(QueryError, match="0 is below 1"):
        VectorIndex(mapped).watch(print, one_in=0)
