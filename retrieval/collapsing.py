"""A ranking of answers with those that nearly repeat one another brought into one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.ranking import Ranked

REACH: Final = 100
"""How many ranks below the best of a near group another answer may stand and still lead it.

Bounded, and counted from the best, so that who leads does not change with how many places are asked for.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a ranking. Primary key: `near_group`.

    Attributes:
        near_group: The answers that share it.
        best: The best ranked of them: its rank and score are the place's.
        members: Those that may lead, that one included, at least one; by rank, or with the one that leads first.
    """

    near_group: int
    best: Ranked
    members: tuple[Ranked, ...]

    @property
    def shown(self) -> Ranked:
        """The first of the members, with the score of the place and what that comes of."""
        best = self.best
        if self.members[0] is best:
            return best
        return replace(best, group=self.members[0].group, row=self.members[0].row)


def alone(ranked: Sequence[Ranked]) -> list[Place]:
    """Return a place for each answer, in their order."""
    return [Place(one.group, one, (one,)) for one in ranked]


def collapsed(ranking: Callable[[int], Sequence[Ranked]], near_group_of: NDArray[np.int64], limit: int) -> list[Place]:
    """Return the first places of a ranking, each near group in the place of its best answer.

    Args:
        ranking: Returns so many of the best answers, fewer only where there are no more; more of them go on where
            fewer stop.
        near_group_of: The near group of each answer group.
        limit: The most places, at least 1.

    Returns:
        Up to `limit` places: with a larger `limit` the same list goes on.
    """
    depth = limit + REACH
    while True:
        ranked = ranking(depth)
        is_all = len(ranked) < depth
        places = _sure_places(ranked, near_group_of, is_all=is_all)
        if is_all or len(places) >= limit:
            return places[:limit]
        depth *= 2


def _sure_places(ranked: Sequence[Ranked], near_group_of: NDArray[np.int64], *, is_all: bool) -> list[Place]:
    """Return the places of which everyone who may lead them is among `ranked`."""
    first: dict[int, int] = {}
    members: dict[int, list[Ranked]] = {}
    for rank, one in enumerate(ranked):
        near_group = int(near_group_of[one.group])
        if rank - first.setdefault(near_group, rank) <= REACH:
            members.setdefault(near_group, []).append(one)
    sure = len(ranked) if is_all else len(ranked) - REACH
    return [Place(group, ranked[rank], tuple(members[group])) for group, rank in first.items() if rank < sure]
