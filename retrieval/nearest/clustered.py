"""Vectors in clusters, at half precision: a question is compared with those of the clusters nearest to it."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.nearest.clustering import centres_of, clusters_for
from retrieval.nearest.kinds import Found, Progress, VectorKind
from retrieval.nearest.mapped import MappedCodes
from retrieval.nearest.selecting import in_order, is_span, selector_of

PROBED = 256
"""Clusters looked through for up to `_FEW` rows, all rows allowed; docs/scale.md has the recall of others."""

_FEW = 16
"""Rows wanted up to which no more clusters are looked through."""

GATHERED = 8_192
"""Rows allowed up to which each of them is scored: as quick as looking for them in clusters, and nothing is missed."""

_MOST = 4
"""If a row in so many is allowed, those that are not are left out after the search, which is quicker than during it."""

_ADDED_AT_ONCE = 50_000
_SCORED_AT_ONCE = 512  # Their vectors, decoded, fit in the cache of a core.
_STAGE = "Indexing vectors"

_SPARE = 16
"""Rows looked at besides those wanted: as many as mostly tie with the last one, a text that was given again."""


class ClusteredVectors:
    """Nearest rows among the clusters nearest to a query, each scored by its vector at half precision.

    Half precision moves a cosine by some hundred-thousandths. What can be missed is a row in a cluster that is not
    looked through. The more rows are wanted and the fewer are allowed, the more clusters are. The score of a row is
    the same, to the last bit, whichever way it was found.

    Args:
        index: An inverted file of FAISS whose codes are vectors at half precision.
        file: The file that it is mapped from; None where it is in memory.
    """

    kind = VectorKind.CLUSTERED

    def __init__(self, index: faiss.IndexIVFScalarQuantizer, file: Path | None = None) -> None:
        """Wrap an index."""
        self._index = index
        self._file = file
        self._mapped = MappedCodes(index) if file else None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, vectors: NDArray[np.float32], progress: Progress) -> ClusteredVectors:
        """Index vectors, the same ones to the same index.

        Args:
            vectors: Shape (n, d), float32, each of unit length, n at least 1; it may be mapped from a file, as it is
                read in parts.
            progress: Hears how far it is.
        """
        count, dimensions = vectors.shape
        centres = centres_of(vectors, clusters_for(count), progress)
        quantizer = faiss.IndexFlatIP(dimensions)
        quantizer.add(centres.vectors)
        kind = faiss.ScalarQuantizer.QT_fp16
        # The vectors themselves, not what they differ by from their centres: a row then decodes without its cluster.
        index = faiss.IndexIVFScalarQuantizer(
            quantizer, dimensions, len(centres.vectors), kind, faiss.METRIC_INNER_PRODUCT, False
        )
        index.train(centres.vectors)
        for start in range(0, count, _ADDED_AT_ONCE):
            some = np.ascontiguousarray(vectors[start : start + _ADDED_AT_ONCE], dtype=np.float32)
            clusters, rows = centres.nearest(some), np.arange(start, start + len(some), dtype=np.int64)
            index.add_core(len(some), *(faiss.swig_ptr(given) for given in (some, rows, clusters)))
            progress(_STAGE, start + len(some), count)
        return cls(index)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return int(self._index.nlist)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(numbers), d), float32, as they are kept."""
        if self._mapped:
            return self._mapped.rows(numbers)
        with self._lock:
            if self._index.direct_map.no():
                self._index.make_direct_map()
        return np.asarray(self._index.reconstruct_batch(numbers), dtype=np.float32).reshape(-1, self.dimensions)

    def search(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None) -> Found:
        """Return the nearest min(k, allowed) rows of those looked through, which are all where few are allowed."""
        faiss.omp_set_num_threads(1)
        allowed = len(self) if rows is None else len(rows)
        if rows is not None and allowed <= GATHERED:
            return self._best(query, k, rows)
        wanted, probed = min(k, allowed), probes_for(k, allowed, len(self), self.clusters)
        if rows is not None and not is_span(rows) and _MOST * allowed >= len(self):
            left = self._left(query, wanted, rows, probed)
            if left is not None:
                return left
        selector = None if rows is None else selector_of(rows, len(self))
        found = self._probed(query, wanted, allowed, probed, selector)
        # A page is full wherever so many rows are allowed, however unlike the question those are.
        while len(found[0]) < wanted and probed < self.clusters:
            probed = min(4 * probed, self.clusters)
            found = self._probed(query, wanted, allowed, probed, selector)
        return found

    def exact(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None) -> Found:
        """Return what `search` would if it looked through every cluster."""
        faiss.omp_set_num_threads(1)
        allowed = len(self) if rows is None else len(rows)
        selector = None if rows is None else selector_of(rows, len(self))
        return self._probed(query, min(k, allowed), allowed, self.clusters, selector)

    def write(self, path: Path) -> None:
        """Write the index to `path`."""
        if self._file:
            shutil.copyfile(self._file, path)  # FAISS would write where the file is, and not what is in it.
            return
        self._index.set_direct_map_type(faiss.DirectMap.NoMap)  # A reader makes its own.
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(f"FAISS could not write {path}: {error}") from error

    def _probed(
        self, query: NDArray[np.float32], k: int, allowed: int, probed: int, selector: faiss.IDSelector | None
    ) -> Found:
        """Return the nearest `k` rows of some clusters, all of those that tie with the last one looked at."""
        more = _SPARE
        while True:
            asked = min(k + more, allowed)
            found, scores = self._best(query, asked, self._probe(query, asked, probed, selector))
            # FAISS keeps any of the rows that tie with the last one of all.
            if len(found) < asked or asked == allowed or scores[-1] < scores[k - 1]:
                return found[:k], scores[:k]
            more *= 4

    def _left(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64], probed: int) -> Found | None:
        """Return the nearest `k` of `rows` in some clusters; None where too few of the nearest are among them."""
        # Twice as many as hold them on the average.
        wanted = 2 * k * len(self) // len(rows)
        if wanted > GATHERED:
            return None
        near, scores = self._probed(query, wanted, len(self), probed, None)
        places = np.minimum(np.searchsorted(rows, near), len(rows) - 1)
        allowed = np.flatnonzero(rows[places] == near)[:k]
        return (near[allowed], scores[allowed]) if len(allowed) == k else None

    def _probe(
        self, query: NDArray[np.float32], k: int, probed: int, selector: faiss.IDSelector | None
    ) -> NDArray[np.int64]:
        parameters = faiss.SearchParametersIVF(nprobe=probed, sel=selector)
        found: NDArray[np.int64] = self._index.search(query[np.newaxis, :], k, params=parameters)[1][0]
        return found[found >= 0]

    def _best(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64]) -> Found:
        """Return the `k` of `rows` that come nearest, each scored by itself, and so the same in any company."""
        scores = np.empty(len(rows), dtype=np.float32)
        query = np.ascontiguousarray(query, dtype=np.float32)
        for start in range(0, len(rows), _SCORED_AT_ONCE):
            some = self.rows(rows[start : start + _SCORED_AT_ONCE])
            faiss.fvec_inner_products_ny(
                faiss.swig_ptr(scores[start:]), faiss.swig_ptr(query), faiss.swig_ptr(some), self.dimensions, len(some)
            )
        ordered, falling = in_order(rows, scores)
        return ordered[:k], falling[:k]


def probes_for(k: int, allowed: int, total: int, clusters: int) -> int:
    """Return how many clusters to look through.

    With fewer rows allowed, the nearest of them lie further off, and so in more clusters; likewise with more wanted.
    The roots are what recall asked for when measured: docs/scale.md.

    Args:
        k: Rows wanted, at least 1.
        allowed: Rows allowed, at least 1.
        total: Rows there are.
        clusters: Clusters there are.
    """
    wider = float(max(1.0, k / _FEW) ** 0.25 * (total / allowed) ** 0.5)
    # No fewer than hold four times the rows wanted, on the average.
    filled = 4 * k * clusters / allowed
    return min(clusters, round(max(PROBED * wider, filled)))
