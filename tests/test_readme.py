"""What the README shows is what the code does."""

from __future__ import annotations

import io
import json
import re
import runpy
from pathlib import Path

import pytest

from retrieval.encoders import SentenceEncoder
from service.cli import make_app, run
from service.terminal import Terminal

README = Path(__file__).parents[1] / "README.md"
pytestmark = pytest.mark.model


def _block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


_CHANCE = re.compile(r"Chance that it answers the question: (\d+)%\.")


def _words(text: str) -> str:
    """Return what is printed, without colours, folding, and the chance, which differs a little by processor."""
    return _CHANCE.sub("", _folded(text))


def _chance(text: str) -> int:
    found = _CHANCE.search(_folded(text))
    assert found
    return int(found[1])


def _folded(text: str) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())


def test_the_first_thirty_lines_have_a_real_question_with_its_real_answer(tmp_path: Path, seeds: str) -> None:
    shown = _block("console")
    lines = README.read_text(encoding="utf-8").splitlines()
    assert lines.index("```console") < shown.count("\n") + lines.index("```console") <= 30
    command, _, output = shown.partition("\n")
    question = re.search(r'search "(.+?)"', command)
    assert question
    out, err = io.StringIO(), Terminal(io.StringIO(), terminal=False)
    app = make_app(SentenceEncoder, Terminal(out, terminal=True, width=100), err)
    data = str(tmp_path / "data")
    assert run(app, ["build", seeds, "--data", data], err) == 0
    assert run(app, ["search", question[1], "--limit", "1", "--data", data], err) == 0
    assert _words(output.replace("...\n", "")) in _words(out.getvalue())
    assert abs(_chance(output) - _chance(out.getvalue())) <= 3


def test_the_six_lines_of_python_find_what_the_command_finds(
    tmp_path: Path, seeds: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seeds").symlink_to(seeds)
    (tmp_path / "example.py").write_text(_block("python"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = runpy.run_path("example.py")
    printed = capsys.readouterr().out
    assert "All sites have security staff" in printed
    question = "What security is there at asylum hotels?"
    command = ["search", question, "--data", "sample-data"]
    out, err = io.StringIO(), Terminal(io.StringIO(), terminal=False)
    assert run(make_app(SentenceEncoder, Terminal(out, terminal=False), err), command, err) == 0
    hits = json.loads(out.getvalue())["hits"]
    assert printed == "".join(f"{hit['passage']['text']} {hit['written']['house']}\n" for hit in hits)
    # The reranker changes what a hit scores, even where it changes no rank.
    scores = [hit.score for hit in made["searcher"].search(question).hits]
    assert scores == pytest.approx([hit["score"] for hit in hits], abs=1e-3)
