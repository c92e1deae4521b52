"""What the guide to Python shows runs as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.conftest import Running

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "python.md"
ADDRESS = "http://127.0.0.1:8000"


@pytest.mark.model
def test_every_block_of_the_guide_runs_in_order_and_shows_what_it_says(
    tmp_path: Path,
    seeds: str,
    built_once: Path,
    start: Callable[..., Running],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    running = start(built_once)
    (tmp_path / "seeds").symlink_to(seeds)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    printed = []
    for block in blocks:
        here = block.replace(ADDRESS, f"http://{running.host}:{running.port}")
        exec(compile(here, str(GUIDE), "exec"), names)
        printed.append(capsys.readouterr().out)
    built, searched, worded, answer, table, frames, cited, remote, refused = printed
    assert (built, answer) == ("", "")
    assert searched.startswith("found - Close matches in what is indexed.\n")
    assert "All sites have security staff" in searched
    assert "(no UIN" in searched
    assert re.match(r"[1-9]\d* answers have the word\. ", worded)
    assert "Written Question to the Home Office" in table
    assert re.search(r"Home Office +\d", frames)
    assert "shape: (" in frames
    assert cited.startswith("@misc{x-")
    assert remote.splitlines()[0].endswith(" 12")
    assert refused.startswith("answering_body: 'Home Ofice' ")
