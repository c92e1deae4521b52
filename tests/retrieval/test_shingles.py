"""How texts that may nearly repeat one another are found."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.shingles import BANDS, band_keys, skeleton

SAID = "The Department spent £{} million on mending the invented lanterns of {} in {}, which lasts for years to come."
OTHER = "Councils decide by themselves which routes they support and how often buses run through villages."
TEXTS = st.lists(st.sampled_from([SAID.format(4, "Kent", 2023), OTHER, "No.", "Yes, twice a year."]), max_size=6)


def test_texts_that_differ_by_numbers_and_names_share_every_key() -> None:
    keys = band_keys([SAID.format(4, "Kent", 2023), SAID.format("11.5", "West Sussex", "2024-25"), OTHER])
    assert (keys[0] == keys[1]).all()
    assert not (keys[0] == keys[2]).any()
    assert keys.shape == (3, BANDS)


def test_texts_that_differ_by_a_plain_word_share_some_keys() -> None:
    keys = band_keys([SAID, SAID.replace("mending", "repairing")])
    assert 0 < (keys[0] == keys[1]).sum() < BANDS


def test_a_run_of_numbers_and_names_is_one_mark() -> None:
    assert list(skeleton("paid by West Sussex County Council in May 2024")) == list(skeleton("paid by Kent in 2023"))


@settings(deadline=None)
@given(before=TEXTS, after=TEXTS)
def test_the_keys_of_a_text_depend_on_nothing_else(before: list[str], after: list[str]) -> None:
    assert (band_keys([*before, OTHER, *after])[len(before)] == band_keys([OTHER])[0]).all()
