"""Where the clusters of vectors are, and in which of them a vector is: spherical k-means, the same each time."""

from __future__ import annotations

import math

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.cores import usable_cores
from retrieval.nearest.kinds import Progress

CLUSTERING = "Clustering vectors"
"""The stage that progress is told of."""

_SEED = 0
_ROUNDS = 8
"""Rounds of k-means; after these the clusters hardly move."""

_SAMPLE = 40
"""Vectors sampled for each cluster: FAISS holds that fewer than 39 are too few."""

_LISTS = 4
"""Clusters for each square root of the vectors: the lower bound of the guidelines in FAISS's wiki."""

_LINKS, _CARE, _LOOK = 32, 100, 16
"""Of the graph of centres: links of each, and centres looked at while it is made and while it is searched.

With 4,096 centres, 99.6% of vectors are given to the very nearest, in half the time that comparing all takes; and that
time would grow with their number.
"""


class Centres:
    """Centres of clusters in a graph, in which the nearest to a vector is found without comparing it with all.

    Args:
        vectors: Shape (clusters, d), float32, each of unit length.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Link the centres; in one thread, as several would link them otherwise each time."""
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._graph = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
        self._graph.hnsw.efConstruction, self._graph.hnsw.efSearch = _CARE, _LOOK
        faiss.omp_set_num_threads(1)
        self._graph.add(self.vectors)

    def nearest(self, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the number of the centre nearest to each vector, shape (n,), int64."""
        # A build has the machine to itself, as far as it may use it.
        faiss.omp_set_num_threads(usable_cores())
        found: NDArray[np.int64] = self._graph.search(vectors, 1)[1][:, 0]
        return found


def clusters_for(count: int) -> int:
    """Return into how many clusters `count` vectors are parted; at least 1."""
    return max(1, min(round(_LISTS * math.sqrt(count)), count // _SAMPLE))


def centres_of(vectors: NDArray[np.float32], clusters: int, progress: Progress) -> Centres:
    """Return the centres of clusters of `vectors`.

    Args:
        vectors: Shape (n, d), float32, each of unit length; only a sample of it is brought into memory.
        clusters: How many, from 1 to n.
        progress: Hears how many rounds are done.
    """
    random = np.random.default_rng(_SEED)
    drawn = random.choice(len(vectors), min(len(vectors), _SAMPLE * clusters), replace=False)
    sample = np.ascontiguousarray(vectors[np.sort(drawn)], dtype=np.float32)
    centres = Centres(sample[random.choice(len(sample), clusters, replace=False)])
    progress(CLUSTERING, 0, _ROUNDS)
    for done in range(1, _ROUNDS + 1):
        centres = Centres(_means(sample, centres.nearest(sample), centres.vectors))
        progress(CLUSTERING, done, _ROUNDS)
    return centres


def _means(
    vectors: NDArray[np.float32], cluster: NDArray[np.int64], before: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the direction of the mean of each cluster; that of one without vectors stays as it was before."""
    order = np.argsort(cluster, kind="stable")
    there, first = np.unique(cluster[order], return_index=True)
    sums = np.add.reduceat(vectors[order], first, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means = before.copy()
    means[there] = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), before[there])
    return means
