"""The forward pass of BERT over the tokens of many texts at once, without padding between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor, nn

    Dense = Callable[[Tensor], Tensor]
    Norm = Callable[[Tensor], Tensor]

_POOLED = ("mean", "cls")
# What oneDNN lays the weights out for. Other numbers of tokens are read with the same weights.
_TOKENS_A_BATCH = 2048
# Cosine to what the model itself makes of the texts below, which is above .9999 in bfloat16.
_LEAST_COSINE = 0.999
_CHECKED = ("buses", "What is spent on rural buses?", "The Department has made no estimate of that. " * 6)


@dataclass(frozen=True, slots=True)
class _Run:
    """Texts of one length that follow one another: `count` of `length` tokens each, from row `start` on."""

    start: int
    count: int
    length: int

    @property
    def rows(self) -> slice:
        return slice(self.start, self.start + self.count * self.length)


class PackedBert:
    """A sentence-transformers model of BERT's kind, read without padding.

    The tokens of all texts of a batch lie one after another in one matrix, so that no time goes on padding, and every
    layer but attention is one multiplication. Attention is worked out for the texts of one length together. oneDNN has
    the weights in the order that it reads them in, and adds bias, GELU and the residual while the product is at hand.

    Args:
        bert: Its `BertModel`.
        pooling: `mean` of a text's tokens, or `cls`, its first.
    """

    def __init__(self, bert: nn.Module, pooling: str) -> None:
        """Lay the weights out anew; those of `bert` stay as they are."""
        config = bert.config
        self._pooling = pooling
        self._heads: int = config.num_attention_heads
        embeddings = bert.embeddings
        self._words: Tensor = embeddings.word_embeddings.weight.detach()
        self._places: Tensor = embeddings.position_embeddings.weight.detach()
        self._kind: Tensor = embeddings.token_type_embeddings.weight.detach()[0]
        self._first_norm = _norm(embeddings.LayerNorm)
        self._layers = [_Layer(layer) for layer in bert.encoder.layer]

    @classmethod
    def of(cls, model: SentenceTransformer) -> PackedBert | None:
        """Return a model's packed form; None where it is of another kind, or the two do not agree."""
        import torch

        pooling = _pooling(model)
        if pooling is None:
            return None
        texts = list(_CHECKED)
        with torch.inference_mode():
            expected = model(model.preprocess(texts))["sentence_embedding"].float()
            try:
                packed = cls(model[0].model, pooling)
                ids = [model.tokenizer(text, truncation=True)["input_ids"] for text in texts]
                found = torch.from_numpy(packed.vectors(ids))
            except (AttributeError, NotImplementedError, RuntimeError, TypeError):
                return None
            cosines = torch.nn.functional.cosine_similarity(found, expected)
        return packed if bool((cosines >= _LEAST_COSINE).all()) else None

    def vectors(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return a vector a text, not yet of unit length.

        Args:
            ids: The tokens of each text, the special ones included; texts of one length side by side are read together.

        Returns:
            Shape (len(ids), dimensions), float32.
        """
        import torch

        with torch.inference_mode():
            runs = _runs(ids)
            read = self._read(ids, runs)
            pooled = [self._pooled(read[run.rows].view(run.count, run.length, -1)) for run in runs]
            found: NDArray[np.float32] = torch.cat(pooled).numpy()
        return found

    def tokens(self, ids: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """Return the vectors of the tokens of each text, each of shape (its tokens, dimensions), float32."""
        import torch

        with torch.inference_mode():
            read = self._read(ids, _runs(ids)).float().numpy()
        return np.split(read, np.cumsum([len(one) for one in ids])[:-1])

    def _read(self, ids: Sequence[Sequence[int]], runs: Sequence[_Run]) -> Tensor:
        """Return what the last layer makes of every token; shape (tokens, dimensions)."""
        import torch
        from torch.nn.functional import embedding

        words = torch.from_numpy(np.concatenate([np.asarray(one, dtype=np.int64) for one in ids]))
        places = torch.cat([torch.arange(run.length).repeat(run.count) for run in runs])
        read = embedding(words, self._words) + self._kind + embedding(places, self._places)
        read = self._first_norm(read)
        for layer in self._layers:
            read = layer(read, runs, self._heads)
        return read

    def _pooled(self, read: Tensor) -> Tensor:
        return read[:, 0].float() if self._pooling == "cls" else read.float().mean(dim=1)


class _Layer:
    """One layer: what tokens take from each other, then from themselves."""

    def __init__(self, layer: nn.Module) -> None:
        import torch

        own, out = layer.attention.self, layer.attention.output
        parts = (own.query, own.key, own.value)
        weight = torch.cat([part.weight.detach() for part in parts])
        self._asked = _dense(weight, torch.cat([part.bias.detach() for part in parts]))
        self._taken = _added(out.dense)
        self._norm = _norm(out.LayerNorm)
        inner = layer.intermediate.dense
        self._widened = _dense(inner.weight.detach(), inner.bias.detach(), gelu=True)
        self._narrowed = _added(layer.output.dense)
        self._last_norm = _norm(layer.output.LayerNorm)

    def __call__(self, read: Tensor, runs: Sequence[_Run], heads: int) -> Tensor:
        seen = self._norm(self._taken(_attended(self._asked(read), runs, heads), read))
        return self._last_norm(self._narrowed(self._widened(seen), seen))


def _attended(asked: Tensor, runs: Sequence[_Run], heads: int) -> Tensor:
    """Let the tokens of each text attend to each other.

    Args:
        asked: Query, key and value side by side, shape (tokens, 3 * dimensions).
        runs: Texts of one length, which need no mask.
        heads: Into how many the dimensions are parted.

    Returns:
        Shape (tokens, dimensions).
    """
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    width = asked.shape[1] // 3
    found = torch.empty(asked.shape[0], width, dtype=asked.dtype)
    for run in runs:
        parted = asked[run.rows].view(run.count, run.length, 3, heads, width // heads)
        query, key, value = parted.permute(2, 0, 3, 1, 4)
        attended = scaled_dot_product_attention(query, key, value)
        found[run.rows].view(run.count, run.length, heads, width // heads).copy_(attended.transpose(1, 2))
    return found


def _runs(ids: Iterable[Sequence[int]]) -> list[_Run]:
    runs: list[_Run] = []
    start = 0
    for length, texts in groupby(map(len, ids)):
        runs.append(_Run(start, sum(1 for _ in texts), length))
        start += runs[-1].count * length
    return runs


def _dense(weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Dense:
    import torch

    laid_out = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _TOKENS_A_BATCH)
    after, kind = ("gelu", "none") if gelu else ("none", None)
    return lambda read: torch.ops.mkldnn._linear_pointwise(read, laid_out, bias, after, [], kind)  # type: ignore[no-any-return]


def _added(dense: nn.Module) -> Callable[[Tensor, Tensor], Tensor]:
    import torch

    weight, bias = dense.weight.detach(), dense.bias.detach()
    laid_out = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _TOKENS_A_BATCH)
    product = torch.ops.mkldnn._linear_pointwise.binary
    return lambda read, residual: product(read, residual, laid_out, bias, "add")  # type: ignore[no-any-return]


def _norm(norm: nn.Module) -> Norm:
    from torch.nn.functional import layer_norm

    weight, bias, shape, least = norm.weight.detach(), norm.bias.detach(), list(norm.normalized_shape), norm.eps
    return lambda read: layer_norm(read, shape, weight, bias, least)


def _pooling(model: SentenceTransformer) -> str | None:
    """Return how a model makes one vector of a text, if it is of BERT's kind and that is all that it does."""
    kinds = [type(part).__name__ for part in model]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return None
    config = model[0].model.config
    is_known = (
        type(model[0].model).__name__ == "BertModel"
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", "absolute") == "absolute"
        and not config.is_decoder
    )
    pooling = model[1].pooling_mode
    return pooling if is_known and pooling in _POOLED else None
