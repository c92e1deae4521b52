from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.word_alignment import Aligned, aligned, changes

_WORDS = st.lists(st.sampled_from("abcd"), max_size=9)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the words to change, slowly and plainly."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, 1):
        before, row = row, [i]
        for j, there in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (word != there)))
    return row[-1]


@given(_WORDS.filter(bool), _WORDS)
def test_no_stretch_is_nearer_than_the_one_that_is_found(short: list[str], long: list[str]):
    found = aligned(short, long)
    stretches = [long[first:end] for first in range(len(long) + 1) for end in range(first, len(long) + 1)]
    assert found.distance == min(distance(short, one) for one in stretches)
    assert found.distance == distance(short, long[found.first : found.end])


@given(_WORDS, _WORDS)
def test_side_by_side_are_all_words_of_both_with_as_few_changed_as_can_be(old: list[str], new: list[str]):
    pairs = changes(old, new)
    assert [old[i] for i, _ in pairs if i is not None] == old
    assert [new[j] for _, j in pairs if j is not None] == new
    changed = sum(i is None or j is None or old[i] != new[j] for i, j in pairs)
    assert changed == distance(old, new)


@pytest.mark.parametrize(
    ("short", "expected"),
    [
        ("will be withdrawn", Aligned(1, 5, 1)),  # "not" is between, and not in the place of "will".
        ("shall be withdrawn", Aligned(2, 5, 1)),
        ("ferry will not stop", Aligned(0, 4, 1)),
        ("withdrawn before 31", Aligned(4, 7, 0)),
        ("nothing", Aligned(0, 0, 1)),
    ],
)
def test_a_stretch_ends_where_a_reader_would_end_it(short: str, expected: Aligned):
    assert aligned(short.split(), "ferry will not be withdrawn before 31".split()) == expected


def test_in_no_words_everything_is_missing():
    assert aligned(["a", "b"], []) == Aligned(0, 0, 2)
