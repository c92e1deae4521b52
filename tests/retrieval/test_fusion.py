from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.encoders import unit_rows
from retrieval.fusion import DEPTH, NAMED_BONUS, Candidates, candidates, followed_by, fused, meaning_weight_of
from retrieval.lexical import LexicalDocument, LexicalIndex, write_lexical
from retrieval.phrases import quoted_phrases
from retrieval.ranking import Ranked
from retrieval.vectors import VectorIndex

WORDS = ("bako", "dufi", "gemo", "lipu", "nora", "tuve", "zika", "wexo")
COUNT = 240
CHANCE = random.Random(3)
RANDOM = np.random.default_rng(3)
TEXTS = [" ".join(CHANCE.choices(WORDS, weights=(9, 7, 5, 4, 3, 2, 1, 1), k=CHANCE.randint(1, 8))) for _ in range(120)]
# Each text and vector twice, far apart: whole passages recur, and they tie.
TEXTS += TEXTS
HALF = RANDOM.standard_normal((120, 24)).astype(np.float32)
VECTORS = unit_rows(np.concatenate([HALF, HALF]))
INDEX = VectorIndex.of(VECTORS)
GROUPS: NDArray[np.int64] = RANDOM.integers(0, 70, size=COUNT)

PLAIN = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
QUOTING = st.tuples(PLAIN, st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)).map(
    lambda parts: f'{parts[0]} "{parts[1]}" “bako dufi”'
)
QUESTIONS = st.one_of(PLAIN, QUOTING)
NUMBERS = st.integers(0, 119)
ROWS = st.sets(st.integers(0, COUNT - 1), min_size=1).map(lambda rows: np.array(sorted(rows), dtype=np.int64))


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("fusion") / "lexical"
    write_lexical(folder, [LexicalDocument("", text) for text in TEXTS])
    return LexicalIndex.read(folder)


def evidence(found: Candidates) -> dict[int, tuple[float, float, float]]:
    columns = (found.rows, found.cosines, found.words, found.named)
    return {row: (a, b, c) for row, a, b, c in zip(*(column.tolist() for column in columns), strict=True)}


def slow_evidence(words: LexicalIndex, question: str, vector: NDArray[np.float32]) -> dict[int, tuple[float, ...]]:
    """Give every row its cosine, its share of the best word score and its share of the quoted phrases."""
    scores = words.scores(question, np.arange(COUNT)).tolist()
    best = max(scores) or 1.0
    phrases = quoted_phrases(question)
    made: dict[int, tuple[float, ...]] = {}
    for row, text in enumerate(TEXTS):
        has = sum(f" {phrase} " in f" {text} " for phrase in phrases) / max(1, len(phrases))
        made[row] = (float(VECTORS[row].astype(float) @ vector.astype(float)), scores[row] / best, has)
    return made


def slow_ranking(
    given: dict[int, tuple[float, ...]], groups: NDArray[np.int64], weight: float
) -> list[tuple[int, int, float]]:
    """Take the groups one by one: the best of each kind of evidence, and the row with the best sum of its own."""

    def total(parts: tuple[float, ...]) -> float:
        return weight * parts[0] + (1 - weight) * parts[1] + NAMED_BONUS * parts[2]

    made = []
    for group in {int(groups[row]) for row in given}:
        mine = [row for row in given if groups[row] == group]
        best = tuple(max(given[row][kind] for row in mine) for kind in range(3))
        shown = min(mine, key=lambda row: (-round(total(given[row]), 5), row))
        made.append((group, shown, total(best)))
    return sorted(made, key=lambda one: (-round(one[2], 5), one[1]))


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS, number=NUMBERS, weight=st.sampled_from([0.0, 0.4, 0.9, 1.0]))
def test_answers_stand_where_the_slow_way_puts_them(
    words: LexicalIndex, question: str, number: int, weight: float
) -> None:
    found = candidates(INDEX, words, question, VECTORS[number], depth=COUNT)
    expected = slow_evidence(words, question, VECTORS[number])
    assert evidence(found) == {row: pytest.approx(parts, abs=1e-5) for row, parts in expected.items()}
    ranked = fused(found, GROUPS, meaning_weight=weight)
    slow = slow_ranking(expected, GROUPS, weight)
    assert [one.score for one in ranked] == pytest.approx([score for _, _, score in slow], abs=1e-5)
    assert sorted(one.group for one in ranked) == sorted(group for group, _, _ in slow)
    score_of, row_of = {g: s for g, _, s in slow}, {g: r for g, r, _ in slow}
    for one in ranked:
        assert one.score == pytest.approx(score_of[one.group], abs=1e-5)
        assert one.row == row_of[one.group]


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS, number=NUMBERS, rows=ROWS, depth=st.integers(1, 40))
def test_the_evidence_of_a_row_is_the_same_whatever_is_allowed_and_however_deep(
    words: LexicalIndex, question: str, number: int, rows: NDArray[np.int64], depth: int
) -> None:
    vector = VECTORS[number]
    whole = evidence(candidates(INDEX, words, question, vector, depth=COUNT))
    some = evidence(candidates(INDEX, words, question, vector, rows, depth=depth))
    assert set(some) <= set(rows.tolist())
    # To the last bit, as recurring passages tie and must go on doing so.
    assert some == {row: whole[row] for row in some}
    every = evidence(candidates(INDEX, words, question, vector, rows, depth=COUNT))
    assert every == {row: whole[row] for row in rows.tolist()}


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS, number=NUMBERS, depth=st.integers(1, 60), rows=st.one_of(st.none(), ROWS))
def test_each_answer_stands_once_by_falling_score_with_its_own_row(
    words: LexicalIndex, question: str, number: int, depth: int, rows: NDArray[np.int64] | None
) -> None:
    ranked = fused(candidates(INDEX, words, question, VECTORS[number], rows, depth=depth), GROUPS, meaning_weight=0.9)
    assert len({one.group for one in ranked}) == len(ranked)
    assert all(GROUPS[one.row] == one.group for one in ranked)
    keys = [(-one.score, one.row) for one in ranked]
    assert keys == sorted(keys)


@settings(max_examples=30, deadline=None)
@given(question=QUESTIONS, number=NUMBERS, chance=st.randoms(use_true_random=False))
def test_the_numbers_of_answers_do_not_matter(
    words: LexicalIndex, question: str, number: int, chance: random.Random
) -> None:
    numbers = list(range(70))
    chance.shuffle(numbers)
    found = candidates(INDEX, words, question, VECTORS[number], depth=50)
    usual = fused(found, GROUPS, meaning_weight=0.9)
    other = fused(found, np.array(numbers)[GROUPS], meaning_weight=0.9)
    assert [replace(one, group=numbers[one.group]) for one in usual] == other


def hand_made(*rows: tuple[int, float, float, float]) -> Candidates:
    numbers, cosines, shares, quoted = zip(*rows, strict=True)
    columns = (np.array(column, dtype=np.float32) for column in (cosines, shares, quoted))
    return Candidates(np.array(numbers, dtype=np.int64), *columns)


def test_an_answer_has_the_best_of_each_kind_of_evidence_and_shows_the_row_with_most_of_both() -> None:
    found = hand_made((0, 0.9, 0.0, 0.0), (1, 0.1, 1.0, 0.0), (2, 0.8, 0.8, 0.0), (3, 0.5, 0.5, 0.0))
    groups = np.array([5, 5, 5, 2])
    first, second = fused(found, groups, meaning_weight=0.5)
    assert (first.group, first.row, second.group, second.row) == (5, 2, 2, 3)
    assert (first.score, first.cosine, first.words) == pytest.approx((0.95, 0.9, 1.0))
    assert (second.score, second.cosine, second.words) == pytest.approx((0.5, 0.5, 0.5))


def test_answers_of_equal_evidence_stand_in_the_order_of_their_rows() -> None:
    found = hand_made(*((row, 0.5, 0.25, 0.0) for row in range(6)))
    ranked = fused(found, np.array([9, 3, 9, 1, 3, 0]), meaning_weight=0.9)
    assert [(one.group, one.row) for one in ranked] == [(9, 0), (3, 1), (1, 3), (0, 5)]


def test_without_candidates_nothing_is_ranked(words: LexicalIndex) -> None:
    nothing = candidates(INDEX, words, "bako", VECTORS[0], np.empty(0, np.int64))
    assert nothing.rows.tolist() == []
    assert fused(nothing, GROUPS, meaning_weight=0.9) == []


def test_a_question_without_words_that_are_looked_up_is_ranked_by_meaning(words: LexicalIndex) -> None:
    found = candidates(INDEX, words, "?!", VECTORS[7], depth=20)
    assert found.rows.tolist() == sorted(INDEX.search(VECTORS[7], 20)[0].tolist())
    assert found.words.tolist() == [0.0] * 20
    assert fused(found, np.arange(COUNT), meaning_weight=0.9)[0].row == 7


def test_what_has_a_quoted_phrase_is_brought_in_and_raised(words: LexicalIndex) -> None:
    having = [row for row in range(COUNT) if " lipu tuve " in f" {TEXTS[row]} "]
    assert having
    vector = VECTORS[0]
    without = candidates(INDEX, words, "?", vector, depth=1)
    quoting = candidates(INDEX, words, "“lipu tuve”", vector, depth=COUNT)
    assert without.named.tolist() == [0.0]
    assert quoting.rows[quoting.named > 0].tolist() == having
    plain = {
        one.group: one.score
        for one in fused(replace(quoting, named=quoting.named * 0), np.arange(COUNT), meaning_weight=0.9)
    }
    for one in fused(quoting, np.arange(COUNT), meaning_weight=0.9):
        expected = plain[one.group] + (NAMED_BONUS if one.row in having else 0)
        assert one.score == pytest.approx(expected, abs=1e-6)


def test_of_many_rows_with_a_phrase_the_nearest_allowed_are_brought_in_beside_the_best(tmp_path: Path) -> None:
    write_lexical(tmp_path / "lexical", [LexicalDocument("zika" if row < 9 else "", "bako") for row in range(COUNT)])
    same = LexicalIndex.read(tmp_path / "lexical")
    rows = np.arange(0, 100, dtype=np.int64)
    found = candidates(INDEX, same, 'zika "bako"', VECTORS[0], rows, depth=3)
    nearest = INDEX.search(VECTORS[0], 3, rows)[0]
    assert found.rows.tolist() == sorted({0, 1, 2, *nearest.tolist()})
    assert found.named.tolist() == [1.0] * len(found.rows)


def test_half_of_the_quoted_phrases_is_half_of_the_bonus(tmp_path: Path) -> None:
    write_lexical(tmp_path / "lexical", [LexicalDocument("", text) for text in ("bako dufi", "bako", "gemo")])
    index = LexicalIndex.read(tmp_path / "lexical")
    found = candidates(VectorIndex.of(VECTORS[:3]), index, '"bako" and "dufi" and "?!"', VECTORS[0], depth=DEPTH)
    assert found.named.tolist() == [1.0, 0.5, 0.0]


def ranked(*scores: tuple[int, float]) -> list[Ranked]:
    return [Ranked(group, score, row=group, cosine=score) for group, score in scores]


def test_others_follow_in_their_order_and_with_no_higher_score() -> None:
    head, more = ranked((4, 0.9), (2, 0.5)), ranked((7, 0.8), (2, 0.7), (1, 0.3))
    followed = followed_by(head, more)
    assert [(one.group, one.score) for one in followed] == [(4, 0.9), (2, 0.5), (7, 0.5), (1, 0.3)]
    assert [one.cosine for one in followed] == [0.9, 0.5, 0.8, 0.3]


def test_without_a_head_the_others_are_the_ranking() -> None:
    assert followed_by([], ranked((7, 0.8), (1, 0.3))) == ranked((7, 0.8), (1, 0.3))
    assert followed_by(ranked((7, 0.8)), []) == ranked((7, 0.8))


def test_the_longer_a_question_the_more_its_words_count() -> None:
    weights = [meaning_weight_of(" ".join(["word"] * count), 0.9, 0.5) for count in (1, 16, 22, 28, 40, 200)]
    assert weights == pytest.approx([0.9, 0.9, 0.8, 0.7, 0.5, 0.5])
