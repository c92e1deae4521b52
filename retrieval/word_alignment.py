"""Where in a long run of words a short one stands with the fewest words changed, and which those are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Ids = NDArray[np.int64]
_Costs = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A run of words beside the stretch of a longer one that is most like it.

    Attributes:
        first: Place of the first word of that stretch.
        end: The place after its last; `first` where nothing is alike.
        distance: How many words must be changed, put in or taken out to make one of the other.
    """

    first: int
    end: int
    distance: int


def aligned(short: Sequence[str], long: Sequence[str]) -> Aligned:
    """Return where in `long` the words `short` stand with the fewest words changed; of several such, the first.

    The distance of Levenshtein over words, free of cost before and after the stretch: P. Sellers, "The theory and
    computation of evolutionary distances" (1980). The work is len(short) * len(long), in numpy.

    Args:
        short: At least one word.
        long: Any number of words.
    """
    ids, short_ids, long_ids = _numbered(short, long)
    if not ids or not len(long_ids):
        return Aligned(0, 0, len(short))
    last = _last_row(short_ids, long_ids, np.zeros(len(long_ids) + 1, dtype=np.int32))
    end = _best_end(last, long_ids == short_ids[-1])
    # Backwards from that end, where nothing may be left out without a cost.
    backwards = _last_row(short_ids[::-1], long_ids[:end][::-1], np.arange(end + 1, dtype=np.int32))
    first = end - _best_end(backwards, long_ids[:end][::-1] == short_ids[0])
    return Aligned(first, end, int(last.min()))


def changes(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Return two runs of words side by side, with as few words changed as can be.

    Returns:
        Pairs of places in `old` and in `new`, both rising. None in place of one is a word taken out, or put in. Of
        what was changed, the pair tells both.
    """
    _, old_ids, new_ids = _numbered(old, new)
    costs = np.empty((len(old_ids) + 1, len(new_ids) + 1), dtype=np.int32)
    costs[0] = np.arange(len(new_ids) + 1)
    for row, number in enumerate(old_ids, 1):
        costs[row] = _next_row(costs[row - 1], new_ids != number, row)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(old_ids), len(new_ids)
    while i or j:
        here = costs[i, j]
        if i and j and here == costs[i - 1, j - 1] + (old_ids[i - 1] != new_ids[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and here == costs[i - 1, j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def _numbered(short: Sequence[str], long: Sequence[str]) -> tuple[dict[str, int], _Ids, _Ids]:
    """Return the words of both as numbers; what is in `long` alone is -1."""
    ids: dict[str, int] = {}
    first = np.array([ids.setdefault(word, len(ids)) for word in short], dtype=np.int64)
    second = np.array([ids.get(word, -1) for word in long], dtype=np.int64)
    return ids, first, second


def _last_row(short: _Ids, long: _Ids, row: _Costs) -> _Costs:
    """Return by place after each word of `long`, and before the first, the least cost of all `short` ending there.

    Args:
        short: The shorter run.
        long: The longer one.
        row: By place, what it costs to begin there.
    """
    for taken, number in enumerate(short, 1):
        row = _next_row(row, long != number, taken)
    return row


def _next_row(before: _Costs, differs: NDArray[np.bool_], first: int) -> _Costs:
    row = np.empty_like(before)
    row[0] = first
    np.minimum(before[1:] + 1, before[:-1] + differs, out=row[1:])
    # What each word put in adds, one after another: the least of all before it, plus the steps from there.
    steps = np.arange(len(row), dtype=np.int32)
    found: _Costs = np.minimum.accumulate(row - steps) + steps
    return found


def _best_end(costs: _Costs, fits: NDArray[np.bool_]) -> int:
    """Return the first place of the least cost, or one after it where more words there cost nothing more.

    Best ends a stretch with the very word that the run ends with; else a last word that was changed costs as much as
    one that was taken out, and is taken for changed.

    Args:
        costs: By place.
        fits: By word of the longer run, whether the shorter one ends with it.
    """
    place = int(costs.argmin())
    least = int(costs[place])
    if not place:
        return 0
    if fits[place - 1]:
        return place
    last = place
    while last - place < 2 * least and last + 1 < len(costs) and costs[last + 1] == least:
        last += 1
        if fits[last - 1]:
            return last
    return min(last, place + least)
