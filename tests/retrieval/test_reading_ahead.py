from __future__ import annotations

from pathlib import Path

from retrieval.corpus import Corpus


def test_what_is_read_at_once_is_what_is_read_one_by_one(built_once: Path) -> None:
    ahead, one_by_one = Corpus.open(built_once).store, Corpus.open(built_once).store
    numbers = list(range(len(ahead)))
    ahead.read_ahead([*numbers, *numbers[:3]])
    for number in numbers:
        assert ahead.record(number) == one_by_one.record(number)
        assert ahead.status(number) == one_by_one.status(number)
        assert ahead.findings(number) == one_by_one.findings(number)
        assert ahead.passages(number) == one_by_one.passages(number)
        key = one_by_one.record(number).key
        assert ahead.number_of(key) == one_by_one.number_of(key) == number


def test_what_was_read_at_once_is_not_read_again(built_once: Path) -> None:
    store = Corpus.open(built_once).store
    store.read_ahead([2, 3])
    store.close()
    assert store.record(2).key != store.record(3).key
    assert {one.record for number in (2, 3) for one in store.passages(number)} == {2, 3}
    store.read_ahead([3, 2])
