from __future__ import annotations

from datetime import date

from retrieval.samples import sample_of
from retrieval.sources import ReadReport, read_sources


def test_the_seed_documents_are_known_by_their_keys(seeds: str) -> None:
    keys = [record.key for _, record in read_sources([seeds], ReadReport(), read_on=date(2026, 11, 21))]
    sample = sample_of(keys)
    assert sample is not None
    assert sample.note == "sample: 11 Home Office questions"
    assert len(sample.questions) == 5


def test_any_other_corpus_is_no_sample(seeds: str) -> None:
    keys = [record.key for _, record in read_sources([seeds], ReadReport(), read_on=date(2026, 11, 21))]
    assert sample_of([*keys, "commons-2024-09-02-101"]) is None
    assert sample_of(keys[1:]) is None
    assert sample_of([]) is None
