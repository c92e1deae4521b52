"""Rows times weights, with the weights in the order in which oneDNN reads them: the costly part of a small model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

# What the weights are laid out for; fewer rows, and more, are read with them as well.
_ROWS = 2048


class LinearMap:
    """A linear map with a bias, which GELU or an addition can follow while the product is at hand.

    torch itself brings the weights into oneDNN's order at every call. Here that is done once, by the operators that its
    compiler uses, of which `torch==2.13.0` tells nothing in its documentation; where they are not there, or do not take
    these weights, torch's usual ones do the same.

    Args:
        weight: Shape (out, in), of any floating type.
        bias: Shape (out,), of the same.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """Lay the weights out."""
        self._weight, self._bias = weight, bias
        self._laid_out = _laid_out(weight, bias)

    def __call__(self, rows: Tensor) -> Tensor:
        """Return the map of each row; shape (n, in) to (n, out)."""
        import torch

        if self._laid_out is None:
            return torch.nn.functional.linear(rows, self._weight, self._bias)
        return _product(rows, self._laid_out, self._bias)

    def with_gelu(self, rows: Tensor) -> Tensor:
        """Return the GELU (Hendrycks and Gimpel 2016, the exact form) of the map of each row."""
        import torch

        if self._laid_out is None:
            return torch.nn.functional.gelu(self(rows))
        return _product(rows, self._laid_out, self._bias, "gelu", "none")

    def added_to(self, others: Tensor, rows: Tensor) -> Tensor:
        """Return the map of each row of `rows` plus the row of `others`, shape (n, out)."""
        import torch

        if self._laid_out is None:
            return self(rows) + others
        added: Tensor = torch.ops.mkldnn._linear_pointwise.binary(rows, others, self._laid_out, self._bias, "add")
        return added


def _laid_out(weight: Tensor, bias: Tensor) -> Any:
    """Return the weights in oneDNN's order; None where that can't be had or used."""
    import torch

    try:
        with torch.inference_mode():
            found = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _ROWS)
            _product(weight[:1], found, bias)
    except (AttributeError, NotImplementedError, RuntimeError):
        # These are no public calls of torch: where a build of it or a processor lacks them, the usual ones do the same.
        return None
    return found


def _product(rows: Tensor, weight: Any, bias: Tensor, after: str = "none", kind: str | None = None) -> Tensor:
    import torch

    made: Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, after, [], kind)
    return made
