from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.encoders import Encoder
from retrieval.errors import UnknownKey
from retrieval.evaluation import Judgement, Query
from retrieval.search import Searcher
from scripts.quality import (
    JudgedSet,
    Measured,
    first_right,
    held_out_choice,
    judged_set,
    measured,
    settings_grid,
    significance,
)


def queries(count: int) -> tuple[Query, ...]:
    return tuple(Query(f"q{number}", f"question {number}") for number in range(count))


def of_ranks(*ranks: int) -> Measured:
    return Measured(np.array(ranks, dtype=np.int64))


def test_the_measures_are_those_worked_by_hand() -> None:
    found = of_ranks(1, 2, 0, 11, 10)
    assert found.reciprocal.tolist() == pytest.approx([1, 1 / 2, 0, 0, 1 / 10])
    assert found.mrr == pytest.approx(0.32)
    assert found.success == pytest.approx(0.6)


def test_the_first_right_answer_counts() -> None:
    assert first_right([5, 7, 9, 7], frozenset({9, 7})) == 2
    assert first_right([5], frozenset({9})) == 0
    assert first_right([], frozenset({9})) == 0


def test_each_question_is_ranked_once_and_timed() -> None:
    judged = JudgedSet("s", queries(3), {"q0": frozenset({4}), "q1": frozenset({8, 6}), "q2": frozenset({1})})
    asked: list[str] = []

    def ranker(question: str) -> list[int]:
        asked.append(question)
        return [4, 6, 8]

    found = measured(ranker, judged)
    assert asked == ["question 0", "question 1", "question 2"]
    assert found.ranks.tolist() == [1, 2, 0]
    assert found.milliseconds.shape == (3,)


def test_equal_ways_differ_by_chance_alone() -> None:
    one = of_ranks(1, 2, 3, 0, 5)
    assert significance(one, one) == 1.0
    # Past the tenth is as bad as nowhere.
    assert significance(of_ranks(1, 0), of_ranks(1, 50)) == 1.0


def test_a_clear_difference_is_significant_and_a_slight_one_is_not() -> None:
    better, worse = of_ranks(*[1] * 30), of_ranks(*[2] * 30)
    assert significance(better, worse) < 0.001
    assert significance(better, worse) > 0
    assert significance(of_ranks(1, 2, 1, 1), of_ranks(1, 1, 1, 2)) == 1.0
    # Of the four ways to give two differences signs, two are as large.
    assert significance(of_ranks(1, 1), of_ranks(2, 2)) == pytest.approx(0.5, abs=0.03)


@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=20))
def test_significance_does_not_depend_on_which_comes_first(pairs: list[tuple[int, int]]) -> None:
    one, other = (of_ranks(*ranks) for ranks in zip(*pairs, strict=True))
    assert significance(one, other) == significance(other, one)
    assert 0 < significance(one, other) <= 1


def table(ranks: Sequence[Sequence[int]]) -> tuple[list[dict[str, float]], dict[float, NDArray[np.int64]]]:
    return settings_grid(row=range(len(ranks))), {row: np.array(given) for row, given in enumerate(ranks)}


def chosen_on(ranks: Sequence[Sequence[int]], folds: int) -> tuple[list[Mapping[str, float]], list[int]]:
    grid, of_row = table(ranks)
    judged = JudgedSet("s", queries(len(ranks[0])), {})
    chosen, (found,) = held_out_choice(grid, lambda given, _: of_row[given["row"]], [judged], folds=folds)
    return chosen, found.ranks.tolist()


def test_settings_are_not_chosen_by_the_questions_that_they_are_measured_on() -> None:
    # By all five questions the first settings are best, thanks to question 0; by the other four the second are.
    chosen, ranks = chosen_on([[1, 3, 3, 3, 3], [0, 2, 2, 2, 2]], folds=5)
    assert ranks == [0, 3, 3, 3, 3]
    assert sorted(given["row"] for given in chosen) == [0, 0, 0, 0, 1]


@settings(max_examples=40, deadline=None)
@given(data=st.data(), count=st.integers(4, 12), folds=st.integers(2, 4))
def test_what_a_fold_chooses_does_not_change_with_its_own_ranks(data: st.DataObject, count: int, folds: int) -> None:
    rank = st.integers(0, 12)
    ranks = data.draw(st.lists(st.lists(rank, min_size=count, max_size=count), min_size=2, max_size=4))
    part = np.random.default_rng(0).permutation(count) % folds
    chosen, found = chosen_on(ranks, folds)
    for fold in range(folds):
        changed = [[7 - r if part[place] == fold and r < 8 else r for place, r in enumerate(row)] for row in ranks]
        assert chosen_on(changed, folds)[0][fold] == chosen[fold]
        for place in np.flatnonzero(part == fold):
            assert found[place] == ranks[int(chosen[fold]["row"])][place]


def test_sets_count_alike_whatever_their_sizes() -> None:
    # The large set prefers the first settings a little, the small one the second by far.
    grid = settings_grid(row=(0, 1))
    ranks = {("large", 0): [2] * 40, ("large", 1): [3] * 40, ("small", 0): [0] * 4, ("small", 1): [1] * 4}
    sets = [JudgedSet("large", queries(40), {}), JudgedSet("small", queries(4), {})]
    chosen, found = held_out_choice(grid, lambda g, s: np.array(ranks[s.name, int(g["row"])]), sets, folds=2)
    assert chosen == [{"row": 1}, {"row": 1}]
    assert [one.mrr for one in found] == pytest.approx([1 / 3, 1.0])


def test_a_grid_is_every_combination() -> None:
    assert settings_grid(a=(1, 2), b=(3,)) == [{"a": 1, "b": 3}, {"a": 2, "b": 3}]


def test_judged_records_are_collapsed_to_answers_and_unjudged_questions_left_aside(
    built_once: Path, toy_encoder: Encoder
) -> None:
    searcher = Searcher.open(built_once, toy_encoder)
    judgements = [
        Judgement("q0", "commons-2024-09-02-101", 1),
        Judgement("q0", "commons-2024-09-02-102", 1),
        Judgement("q1", "commons-2025-04-07-640", 0),
        Judgement("elsewhere", "commons-2025-04-07-640", 1),
    ]
    found = judged_set("small", searcher, queries(3), judgements)
    store = searcher.corpus.store
    group = int(store.group_of_record[store.number_of("commons-2025-01-13-205")])
    assert found == JudgedSet("small", queries(1), {"q0": frozenset({group})})
    with pytest.raises(UnknownKey):
        judged_set("small", searcher, queries(1), [Judgement("q0", "commons-1999-01-01-1", 1)])
