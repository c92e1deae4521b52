"""The vectors of an index that is mapped from a file, looked up by row."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray


class MappedCodes:
    """Where in a mapped file the vector of each row is.

    FAISS looks a row up through a lock and a call; here it is one gather.

    Args:
        index: An inverted file that was read with `IO_FLAG_MMAP`, with vectors at half precision in it.
    """

    def __init__(self, index: faiss.IndexIVFScalarQuantizer) -> None:
        """Note the place of every row."""
        self._index = index  # Keeps the mapping as long as there are views of it.
        lists = faiss.downcast_InvertedLists(index.invlists)
        begins = int(lists.ptr)
        self._places = np.empty(index.ntotal, dtype=np.int64)
        for number in range(index.nlist):
            size = lists.list_size(number)
            if size:
                first = int(lists.get_codes(number)) - begins
                rows = faiss.rev_swig_ptr(lists.get_ids(number), size)
                self._places[rows] = first + np.arange(size) * index.code_size
        mapping = faiss.rev_swig_ptr(lists.ptr, int(lists.totsize))
        self._windows = np.lib.stride_tricks.sliding_window_view(mapping, index.code_size)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(numbers), d), float32."""
        codes = self._windows[self._places[numbers]]
        return codes.view(np.float16).astype(np.float32)
