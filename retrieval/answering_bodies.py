"""Which body each record's answer was given by, as numbers that can be counted fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.store import RecordStore


@dataclass(frozen=True, slots=True, eq=False)
class AnsweringBodies:
    """The answering bodies of a corpus.

    Attributes:
        names: Each name once, as it was on the day, in alphabetical order; None last, for records without one.
        of_record: By record, the place of its body in `names`, int64.
    """

    names: tuple[str | None, ...]
    of_record: NDArray[np.int64]

    @classmethod
    def of(cls, store: RecordStore) -> AnsweringBodies:
        """Read the bodies of all records of a store."""
        found = [row[0] for row in store.rows("SELECT answering_body FROM records ORDER BY number")]
        names: tuple[str | None, ...] = (*sorted({str(name) for name in found if name is not None}), None)
        places = {name: place for place, name in enumerate(names)}
        numbers = (places[None if name is None else str(name)] for name in found)
        return cls(names, np.fromiter(numbers, np.int64, len(found)))
