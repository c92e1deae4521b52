"""A ranking with one place for answers that nearly repeat one another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.collapsing import REACH, Place, alone, collapsed
from retrieval.ranking import Ranked


def ranking_of(*groups: int) -> list[Ranked]:
    """Return answers in this order, their scores falling."""
    return [Ranked(group, 1 - place / 1000, 10 * group) for place, group in enumerate(groups)]


def places_of(ranked: list[Ranked], near_group_of: NDArray[np.int64], limit: int) -> list[Place]:
    """Collapse a ranking that is known whole."""
    return collapsed(lambda depth: ranked[:depth], near_group_of, limit)


def test_a_near_group_has_the_place_of_its_best_answer() -> None:
    ranked = ranking_of(3, 0, 2, 1)
    places = places_of(ranked, np.array([0, 1, 0, 3]), 10)
    assert [(place.near_group, place.best, place.members) for place in places] == [
        (3, ranked[0], (ranked[0],)),
        (0, ranked[1], (ranked[1], ranked[2])),
        (1, ranked[3], (ranked[3],)),
    ]


def test_whoever_leads_has_the_score_of_the_place_and_what_it_comes_of() -> None:
    best = Ranked(0, 1.0, 0, cosine=0.7, words=0.4, named=True, relevance=2.0)
    leader = Ranked(1, 0.9, 10, cosine=0.3, relevance=-4.0)
    place = Place(0, best, (leader, best))
    assert place.shown == Ranked(1, 1.0, 10, cosine=0.7, words=0.4, named=True, relevance=2.0)


def test_the_limit_counts_places_and_the_ranking_goes_deeper_for_them() -> None:
    near_group_of = np.array([0] * 300 + [1, 2])
    ranked = ranking_of(*range(302))
    asked: list[int] = []

    def ranking(depth: int) -> list[Ranked]:
        asked.append(depth)
        return ranked[:depth]

    assert [place.near_group for place in collapsed(ranking, near_group_of, 3)] == [0, 1, 2]
    assert asked == [REACH + 3, 2 * (REACH + 3), 4 * (REACH + 3)]


def test_an_answer_far_below_the_best_of_its_group_can_not_lead_it() -> None:
    ranked = ranking_of(*range(REACH + 3))
    near_group_of = np.arange(REACH + 3)
    near_group_of[[REACH, REACH + 1]] = 0
    places = places_of(ranked, near_group_of, 1)
    assert [one.group for one in places[0].members] == [0, REACH]


def test_without_collapsing_each_answer_has_its_own_place() -> None:
    ranked = ranking_of(5, 4)
    assert [place.shown for place in alone(ranked)] == ranked


RANKINGS = st.permutations(range(130)).map(lambda order: ranking_of(*order))
NEAR_GROUPS = st.lists(st.integers(0, 12), min_size=130, max_size=130).map(np.array)


@given(ranked=RANKINGS, near_group_of=NEAR_GROUPS, small=st.integers(1, 8), more=st.integers(0, 8))
def test_a_larger_limit_goes_on_where_a_smaller_one_stops(
    ranked: list[Ranked], near_group_of: NDArray[np.int64], small: int, more: int
) -> None:
    short, long = (places_of(ranked, near_group_of, limit) for limit in (small, small + more))
    assert long[:small] == short
    assert len({place.near_group for place in long}) == len(long)


@given(ranked=RANKINGS, near_group_of=NEAR_GROUPS)
def test_every_near_group_has_one_place(ranked: list[Ranked], near_group_of: NDArray[np.int64]) -> None:
    places = places_of(ranked, near_group_of, 200)
    assert {place.near_group for place in places} == set(near_group_of.tolist())
    assert [place.best.score for place in places] == sorted((place.best.score for place in places), reverse=True)
