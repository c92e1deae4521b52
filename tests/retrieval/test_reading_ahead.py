from __future__ import annotations

from pathlib import Path

from retrieval.corpus import Corpus


def test_what_is_read_at_once_is_what_is_read_one_by_one(built_once: Path) -> None:
    ahead, one_by_one = Corpus.open(built_once).store, Corpus.open(built_once).store
    numbers = list(range(len(ahead)))
    ahead.read_ahead([*numbers, *numbers[:3]])
    ahead.close()
    for number in numbers:
        assert ahead.record(number) == one_by_one.record(number)
        assert ahead.status(number) == one_by_one.status(number)
        assert ahead.findings(number) == one_by_one.findings(number)
        assert ahead.passages(number) == one_by_one.passages(number)
        key = one_by_one.record(number).key
        assert ahead.number_of(key) == one_by_one.number_of(key) == number
    # Nothing is left to be read, so the file is not asked.
    ahead.read_ahead(numbers)
