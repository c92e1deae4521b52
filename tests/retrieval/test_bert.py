from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from retrieval import bert as bert_module
from retrieval.bert import PackedBert

TEXTS = [[2, 9, 8, 7, 3], [2, 5, 6, 11, 3], [2, 41, 3], [2, 3], [2, 30, 31, 32, 33, 34, 35, 36, 3], [2, 41, 3]]


def small_bert(**changed: object) -> BertModel:
    """Make a BERT of two layers with weights at random, always the same."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3}
    config = BertConfig(**{**sizes, "intermediate_size": 40, "max_position_embeddings": 16, **changed})  # type: ignore[arg-type]
    model = BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        # As they are made, biases are 0 and norms 1, which would hide one that is left out.
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def one_by_one(model: BertModel, ids: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
    with torch.inference_mode():
        return [model(torch.tensor([one])).last_hidden_state[0].numpy() for one in ids]


class Transformer:
    def __init__(self, model: object) -> None:
        self.model = model


class Pooling:
    def __init__(self, mode: object = "mean") -> None:
        self.pooling_mode = mode


class Normalize:
    """Says by its name what it does."""


class Dense:
    """Says by its name what it does."""


class Sentences(list[Any]):
    """A model of sentences, as much of it as is asked for here: a token a letter."""

    def __init__(self, *parts: object, off: float = 0.0) -> None:
        super().__init__(parts)
        self.off = off

    def tokenizer(self, text: str, truncation: bool) -> dict[str, list[int]]:
        assert truncation
        return {"input_ids": [ord(letter) % 50 for letter in text[:16]]}

    def preprocess(self, texts: list[str]) -> list[list[int]]:
        return [self.tokenizer(text, truncation=True)["input_ids"] for text in texts]

    def __call__(self, ids: list[list[int]]) -> dict[str, torch.Tensor]:
        vectors = [torch.from_numpy(read).mean(dim=0) for read in one_by_one(self[0].model, ids)]
        vectors[-1] = vectors[-1] + self.off
        return {"sentence_embedding": torch.stack(vectors)}


def test_texts_read_without_padding_get_the_vectors_that_each_gets_alone() -> None:
    model = small_bert()
    alone = one_by_one(model, TEXTS)
    means = PackedBert(model, "mean").vectors(TEXTS)
    assert means == pytest.approx(np.stack([read.mean(axis=0) for read in alone]), abs=1e-5)
    firsts = PackedBert(model, "cls").vectors(TEXTS)
    assert firsts == pytest.approx(np.stack([read[0] for read in alone]), abs=1e-5)
    assert (means.dtype, means.shape) == (np.float32, (6, 24))
    assert not np.allclose(means[0], means[1])


def test_tokens_read_without_padding_get_the_vectors_that_they_get_alone() -> None:
    model = small_bert()
    found = PackedBert(model, "mean").tokens(TEXTS)
    assert [len(rows) for rows in found] == [len(ids) for ids in TEXTS]
    for rows, alone in zip(found, one_by_one(model, TEXTS), strict=True):
        assert rows == pytest.approx(alone, abs=1e-5)


def test_a_model_of_the_kind_is_taken_with_or_without_a_last_step_that_makes_vectors_of_unit_length() -> None:
    model = small_bert()
    assert PackedBert.of(Sentences(Transformer(model), Pooling())) is not None  # type: ignore[arg-type]
    assert PackedBert.of(Sentences(Transformer(model), Pooling(), Normalize())) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((Pooling("max"),), id="pooled otherwise"),
        pytest.param((Pooling(("mean", "max")),), id="pooled in two ways"),
        pytest.param((Pooling(), Dense()), id="with another layer"),
        pytest.param((), id="not pooled"),
    ],
)
def test_a_model_that_does_something_else_with_its_tokens_is_left_as_it_is(parts: tuple[object, ...]) -> None:
    assert PackedBert.of(Sentences(Transformer(small_bert()), *parts)) is None  # type: ignore[arg-type]


def test_a_model_that_is_another_inside_is_left_as_it_is() -> None:
    for model in (small_bert(hidden_act="relu"), small_bert(is_decoder=True), torch.nn.Linear(2, 2)):
        if isinstance(model, torch.nn.Linear):
            model.config = small_bert().config  # type: ignore[assignment]
        assert PackedBert.of(Sentences(Transformer(model), Pooling())) is None  # type: ignore[arg-type]


def test_a_model_is_left_as_it_is_where_the_two_do_not_agree_or_torch_lacks_what_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = Transformer(small_bert())
    assert PackedBert.of(Sentences(model, Pooling(), off=0.5)) is None  # type: ignore[arg-type]

    def lacking(*given: object, **named: object) -> object:
        raise NotImplementedError

    monkeypatch.setattr(importlib.import_module(bert_module.__name__), "_dense", lacking)
    assert PackedBert.of(Sentences(model, Pooling())) is None  # type: ignore[arg-type]
