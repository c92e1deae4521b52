"""Kinds of index that FAISS has, side by side on the same vectors: why the one in use is in use."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.nearest.clustering import clusters_for
from scripts.scale import recall
from scripts.scale_vectors import Ground, Truth, grown, truth

_DEPTHS = (10, 200)
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of index. Primary key: `name` and `looked`.

    Attributes:
        name: As FAISS's `index_factory` reads it, but for the number of clusters.
        looked: How far it looks: clusters, or vectors in a graph.
        factor: Of the rows wanted, how many are looked at again at half precision; 0: none.
    """

    name: str
    looked: tuple[int, ...]
    factor: int = 0


KINDS = (
    Kind("IVF{},SQfp16", (32, 64, 128, 256)),
    Kind("IVF{},SQ8,Refine(SQfp16)", (128,), 2),
    Kind("IVF{},RaBitQfs,Refine(SQfp16)", (128, 256), 10),
    Kind("IVF{},RaBitQfs,Refine(SQfp16)", (128, 256), 40),
    Kind("HNSW16,SQfp16", (64, 256, 1024)),
)


def kinds(ground: Ground, count: int, folder: str | None) -> Iterator[str]:
    """Yield the lines of a table of every kind on `count` vectors."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        vectors = grown(ground, count, Path(place) / "vectors.npy")
        right = {k: truth(vectors, ground.questions, k) for k in _DEPTHS}
        yield f"\n## Kinds, on {count:,} vectors\n"
        heads = " | ".join(f"recall@{k} | within .001 | processor p50 ms" for k in _DEPTHS)
        yield f"| kind | looked at | looked at again | bytes a vector | built in, processor | {heads} |"
        yield "|---|---|---|---|---|" + "---|" * 3 * len(_DEPTHS)
        for kind in KINDS:
            index, seconds = _made(kind, vectors)
            size = len(faiss.serialize_index(index)) / count
            for looked in kind.looked:
                cells = [kind.name.format(""), f"{looked}", f"{kind.factor}k" if kind.factor else "none"]
                cells += [f"{size:,.0f}", f"{seconds:.0f} s", *_measured(index, kind, looked, ground, vectors, right)]
                yield f"| {' | '.join(cells)} |"


def _made(kind: Kind, vectors: NDArray[np.float32]) -> tuple[faiss.Index, float]:
    started = time.process_time()
    name = kind.name.format(clusters_for(len(vectors)))
    index = faiss.index_factory(vectors.shape[1], name, faiss.METRIC_INNER_PRODUCT)
    index.train(np.ascontiguousarray(vectors[:: max(1, len(vectors) // 200_000)]))
    for start in range(0, len(vectors), _AT_ONCE):
        index.add(np.ascontiguousarray(vectors[start : start + _AT_ONCE]))
    return index, time.process_time() - started


def _measured(
    index: faiss.Index,
    kind: Kind,
    looked: int,
    ground: Ground,
    vectors: NDArray[np.float32],
    right: dict[int, Truth],
) -> Iterator[str]:
    faiss.omp_set_num_threads(1)
    graph = kind.name.startswith("HNSW")
    for k in _DEPTHS:
        plain = (
            faiss.SearchParametersHNSW(efSearch=max(k, looked)) if graph else faiss.SearchParametersIVF(nprobe=looked)
        )
        given = (
            faiss.IndexRefineSearchParameters(k_factor=kind.factor, base_index_params=plain) if kind.factor else plain
        )
        found, times = [], []
        for question in ground.questions:
            taken = []
            for _ in range(3):
                began = time.thread_time()
                near = index.search(question[np.newaxis, :], k, params=given)[1][0]
                taken.append(1000 * (time.thread_time() - began))
            found.append(near)
            times.append(min(taken))
        how = recall(np.array(found), right[k], vectors, ground.questions)
        yield f"{how.strict:.4f} | {how.near:.4f} | {np.median(times):.1f}"
