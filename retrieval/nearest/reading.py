"""A file of vectors to the kind of index that is in it."""

from __future__ import annotations

from pathlib import Path

import faiss

from retrieval.errors import SnapshotDamaged
from retrieval.nearest.clustered import ClusteredVectors
from retrieval.nearest.exact import ExactVectors

_MAPPED = "IwSq"
"""How a file begins that holds an inverted file of scalar-quantised vectors."""


def read_vectors(path: Path) -> ExactVectors | ClusteredVectors:
    """Read an index; the caller has checked the file's hash first.

    Vectors in clusters are mapped: only what searches touch is brought into memory, processes that serve the same
    snapshot share it, and the system may take it back.

    Raises:
        SnapshotDamaged: If FAISS can't read the file, or it is of another kind.
    """
    try:
        with path.open("rb") as stream:
            mapped = stream.read(len(_MAPPED)) == _MAPPED.encode()
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP if mapped else 0)
    except (OSError, RuntimeError) as error:
        raise SnapshotDamaged(f"{path.name} is not an index that FAISS can read: build again") from error
    if isinstance(index, faiss.IndexFlatIP):
        return ExactVectors(index)
    half = isinstance(index, faiss.IndexIVFScalarQuantizer) and index.sq.qtype == faiss.ScalarQuantizer.QT_fp16
    if half and not index.by_residual and index.metric_type == faiss.METRIC_INNER_PRODUCT:
        # Each search would start threads to read ahead, for a disk that is slower than the memory these pages are in.
        faiss.downcast_InvertedLists(index.invlists).prefetch_nthread = 0
        return ClusteredVectors(index, path)
    raise SnapshotDamaged(
        f"{path.name} holds a {type(index).__name__}, not an IndexFlatIP or an IndexIVFScalarQuantizer of half "
        "precision: build again"
    )
