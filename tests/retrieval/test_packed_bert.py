from __future__ import annotations

import os

import pytest
import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

from retrieval.linear_maps import LinearMap
from retrieval.packed_bert import PackedBert

TEXTS = [[5, 9, 2], [7, 7], [3, 3, 8, 1, 4], [9, 5, 2], [6, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]]


@pytest.fixture(scope="module")
def model() -> BertModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=10,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=32,
        max_position_embeddings=12,
        initializer_range=0.5,
    )
    made: BertModel = BertModel(config).eval()
    return made


def alone(model: BertModel, text: list[int], kinds: list[int] | None = None) -> torch.Tensor:
    with torch.inference_mode():
        of_token = None if kinds is None else torch.tensor([kinds])
        read: torch.Tensor = model(torch.tensor([text]), token_type_ids=of_token).last_hidden_state[0]
    return read


def test_texts_read_end_to_end_are_as_the_library_reads_each_alone(model: BertModel) -> None:
    packed = PackedBert.of(model).read(TEXTS)
    for text, read in zip(TEXTS, packed, strict=True):
        torch.testing.assert_close(read, alone(model, text), rtol=1e-4, atol=1e-5)


def test_two_texts_read_together_keep_which_is_which(model: BertModel) -> None:
    kinds = [[0] * (len(text) // 2) + [1] * (len(text) - len(text) // 2) for text in TEXTS]
    for text, kind, read in zip(TEXTS, kinds, PackedBert.of(model).read(TEXTS, kinds), strict=True):
        torch.testing.assert_close(read, alone(model, text, kind), rtol=1e-4, atol=1e-5)
    first = PackedBert.of(model).read(TEXTS)[0]
    assert not torch.allclose(first, PackedBert.of(model).read(TEXTS, kinds)[0])


def test_what_is_read_of_a_text_does_not_hang_on_what_it_is_read_beside(model: BertModel) -> None:
    packed = PackedBert.of(model)
    there_and_back = packed.read(TEXTS), packed.read(TEXTS[::-1])[::-1]
    for number, text in enumerate(TEXTS):
        (by_itself,) = packed.read([text])
        for together in there_and_back:
            torch.testing.assert_close(together[number], by_itself, rtol=1e-5, atol=1e-6)


def test_a_model_of_another_kind_is_left_to_the_library(model: BertModel) -> None:
    assert PackedBert.serves(model)
    assert not PackedBert.serves(DistilBertModel(DistilBertConfig(vocab_size=10, dim=16, n_heads=4, hidden_dim=32)))
    other = BertModel(BertConfig(vocab_size=10, hidden_size=16, num_attention_heads=4, hidden_act="relu"))
    assert not PackedBert.serves(other)


def test_texts_of_many_lengths_are_read_in_few_numbers_of_rows(
    model: BertModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LRU_CACHE_CAPACITY", raising=False)
    packed, counts = PackedBert.of(model), set()
    assert os.environ["LRU_CACHE_CAPACITY"] == "1"

    def noted(self: LinearMap, rows: torch.Tensor) -> torch.Tensor:
        counts.add(len(rows))
        return product(self, rows)

    product = LinearMap.__call__
    monkeypatch.setattr(LinearMap, "__call__", noted)
    for length in range(1, 13):
        (read,) = packed.read([[3] * length])
        assert read.shape == (length, 16)
    assert counts == {8, 16}
