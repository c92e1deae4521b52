from __future__ import annotations

from pathlib import Path

import pytest

from scripts import measure_encoding


@pytest.mark.model
def test_every_way_to_encode_is_a_line_and_gives_nearly_the_same_vectors(
    built_once: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measure_encoding.main(["--data", str(built_once), "--texts", "6", "--rounds", "1"]) == 0
    head, _, *lines = [one.strip("| ").split(" | ") for one in capsys.readouterr().out.splitlines()]
    assert head[-2:] == ["mean cosine", "least"]
    assert [one[0] for one in lines] == [
        f"{how}, {arithmetic}"
        for arithmetic in ("float32", "bfloat16")
        for how in ("sentence-transformers", "without padding")
    ]
    assert lines[0][3:] == ["1.00", "1.00000", "1.00000"]
    assert all(float(one[-1]) > 0.999 for one in lines)
