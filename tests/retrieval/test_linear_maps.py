from __future__ import annotations

import pytest
import torch
from torch.nn.functional import gelu, linear

from retrieval import linear_maps
from retrieval.linear_maps import LinearMap


@pytest.fixture(params=["laid out", "as torch has them"])
def is_laid_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param == "laid out":
        return True

    def lacking(*given: object) -> object:
        raise NotImplementedError

    monkeypatch.setattr(linear_maps, "_product", lacking)
    return False


@pytest.mark.parametrize(("dtype", "within"), [(torch.float32, 1e-5), (torch.bfloat16, 0.04)])
@pytest.mark.parametrize("rows", [1, 7, 300])
def test_a_map_is_what_torch_makes_of_the_same_weights(
    is_laid_out: bool, dtype: torch.dtype, within: float, rows: int
) -> None:
    torch.manual_seed(0)
    given, others = torch.randn(rows, 12, dtype=dtype), torch.randn(rows, 20, dtype=dtype)
    weight, bias = torch.randn(20, 12, dtype=dtype), torch.randn(20, dtype=dtype)
    made = LinearMap(weight, bias)
    assert (made._laid_out is not None) == is_laid_out
    expected = linear(given.float(), weight.float(), bias.float())
    with torch.inference_mode():
        for found, slow in (
            (made(given), expected),
            (made.with_gelu(given), gelu(expected)),
            (made.added_to(others, given), expected + others.float()),
        ):
            assert found.dtype == dtype
            torch.testing.assert_close(found.float(), slow, rtol=within, atol=within)
