"""Reads many texts in one go through the layers of a BERT model, without padding: a fast path for small models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.linear_maps import LinearMap
from retrieval.native_memory import keep_few_primitives

if TYPE_CHECKING:
    from torch import Tensor

# oneDNN makes and keeps something for each number of rows that it is given: so there are an eighth as many.
_ROWS_STEP = 8


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """A normalisation's `weight` and `bias`."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """One layer of the model, its three maps of attention joined."""

    attention: LinearMap
    attended: LinearMap
    attended_norm: Scale
    widened: LinearMap
    narrowed: LinearMap
    norm: Scale


class PackedBert:
    """The layers of a BERT model (Devlin et al. 2019), applied to texts that lie end to end in one row.

    The library that loads the model fills up every text of a batch to the length of the longest, and takes
    milliseconds about a batch of one short question. Here no text is filled up, so what is read of a text does not hang
    on what it is read beside: with bfloat16 on a processor that multiplies it natively its vectors are the same to the
    last bit, elsewhere but for rounding.

    Args:
        config: The model's configuration, as `serves` approved of.
        weights: By the names that the library gives them, of one dtype; those of its maps are laid out anew.
    """

    def __init__(self, config: Any, weights: Mapping[str, Tensor]) -> None:
        """Put the weights where they are used."""
        import torch

        keep_few_primitives()
        self._heads = int(config.num_attention_heads)
        self._epsilon = float(config.layer_norm_eps)
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"]
        self._kinds = weights["embeddings.token_type_embeddings.weight"]
        self._norm = _scale(weights, "embeddings.LayerNorm")
        self._layers = []
        for number in range(config.num_hidden_layers):
            name = f"encoder.layer.{number}"
            parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
            joined = [torch.cat([weights[f"{part}.{kind}"] for part in parts]) for kind in ("weight", "bias")]
            self._layers.append(
                _Layer(
                    attention=LinearMap(*joined),
                    attended=_map(weights, f"{name}.attention.output.dense"),
                    attended_norm=_scale(weights, f"{name}.attention.output.LayerNorm"),
                    widened=_map(weights, f"{name}.intermediate.dense"),
                    narrowed=_map(weights, f"{name}.output.dense"),
                    norm=_scale(weights, f"{name}.output.LayerNorm"),
                )
            )

    @staticmethod
    def serves(model: object) -> bool:
        """Return whether a model of the library `transformers` is of the kind that is read here."""
        config = getattr(model, "config", None)
        return (
            type(model).__name__ == "BertModel"
            and getattr(config, "hidden_act", None) == "gelu"
            and getattr(config, "position_embedding_type", "absolute") == "absolute"
            and not getattr(config, "is_decoder", False)
        )

    @classmethod
    def of(cls, model: Any) -> PackedBert:
        """Return the layers of a model that `serves` approved of."""
        return cls(model.config, {name: value.detach() for name, value in model.state_dict().items()})

    def read(self, texts: Sequence[Sequence[int]], kinds: Sequence[Sequence[int]] | None = None) -> list[Tensor]:
        """Read texts.

        Args:
            texts: The tokens of each, special ones included; none empty, none longer than the model's places.
            kinds: Of each token, which of two texts read together it is of; None for the first throughout.

        Returns:
            What the last layer makes of the tokens of each text, shape (tokens, d), in the model's dtype and the
            order of `texts`.
        """
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        if not texts:
            return []
        # Texts of one length lie side by side, so that their attention is one call.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        runs = list(_runs([len(texts[place]) for place in order]))
        tokens = _end_to_end([texts[place] for place in order])
        places = _end_to_end([range(len(texts[place])) for place in order])
        with torch.inference_mode():
            rows = self._words[tokens] + self._places[places]
            if kinds is None:
                rows = rows + self._kinds[0]
            else:
                rows = rows + self._kinds[_end_to_end([kinds[place] for place in order])]
            rows = self._normalised(rows, self._norm)
            width, filled = rows.shape[1], sum(len(text) for text in texts)
            for layer in self._layers:
                joined = layer.attention(rows)
                mixed = torch.empty_like(rows)
                mixed[filled:] = 0
                for start, count, length in runs:
                    part = joined[start : start + count * length]
                    query, key, value = part.view(count, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
                    seen = scaled_dot_product_attention(query, key, value)
                    mixed[start : start + count * length] = seen.transpose(1, 2).reshape(-1, width)
                rows = self._normalised(layer.attended.added_to(rows, mixed), layer.attended_norm)
                narrow = layer.narrowed.added_to(rows, layer.widened.with_gelu(rows))
                rows = self._normalised(narrow, layer.norm)
            parts = torch.split(rows[:filled], [len(texts[place]) for place in order])
        read = dict(zip(order, parts, strict=True))
        return [read[place] for place in range(len(texts))]

    def _normalised(self, rows: Tensor, by: Scale) -> Tensor:
        from torch.nn.functional import layer_norm

        return layer_norm(rows, (rows.shape[1],), by.weight, by.bias, self._epsilon)


def _end_to_end(numbers: Sequence[Sequence[int]]) -> Tensor:
    """Return the numbers of all texts in one row, and zeros up to a multiple of `_ROWS_STEP`."""
    import torch

    joined = np.concatenate([np.asarray(one, np.int64) for one in numbers])
    return torch.from_numpy(np.pad(joined, (0, -len(joined) % _ROWS_STEP)))


def _map(weights: Mapping[str, Tensor], name: str) -> LinearMap:
    return LinearMap(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _scale(weights: Mapping[str, Tensor], name: str) -> Scale:
    return Scale(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _runs(lengths: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield where texts of one length begin, how many they are and their length; `lengths` do not fall."""
    start = place = 0
    while place < len(lengths):
        length, count = lengths[place], 1
        while place + count < len(lengths) and lengths[place + count] == length:
            count += 1
        yield start, count, length
        start, place = start + count * length, place + count
