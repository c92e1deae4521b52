"""The documentation builds without a warning, and the commands in it are run."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import reference
from service.cli import make_app, run
from service.terminal import Terminal

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "reference" not in path.parts)

# What needs another machine or the rights of its owner. It is not run, and each has its reason.
NOT_RUN = {
    "sudo": "changes the system",
    "docker": "needs a container engine",
    "ssh": "needs another machine",
    "scp": "needs another machine",
    "rsync": "needs another machine",
}
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^|\n)\n((?:    \S.*\n)+)")


def commands(page: Path) -> list[str]:
    """Return the commands of a page that stand after a prompt."""
    blocks = (text for language, text in _FENCE.findall(page.read_text("utf-8")) if language == "console")
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def other_commands(page: Path) -> list[str]:
    """Return the commands of a page without a prompt: those in blocks of a shell, and those set in."""
    text = page.read_text("utf-8")
    blocks = [block for language, block in _FENCE.findall(text) if language in {"sh", "bash"}]
    blocks += _INDENTED.findall(_FENCE.sub("", text))
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def test_the_documentation_builds_without_a_warning_and_so_without_a_broken_link(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(DOCS), str(tmp_path / "html")],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    told = [line for line in done.stderr.splitlines() if "WARNING" in line or "ERROR" in line]
    assert (done.returncode, told) == (0, [])
    # Whoever reads it tells nobody: nothing on a page is loaded from elsewhere.
    for page in (tmp_path / "html").rglob("*.html"):
        assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', page.read_text("utf-8")) == []


def test_the_reference_is_what_the_code_says() -> None:
    assert reference.main([]) == 0


def test_the_settings_with_an_option_are_told_apart_and_an_empty_default_reads_as_none() -> None:
    page = reference.pages()["settings.md"]
    options = (
        "The options are `--data`, `--model`, `--reranker`, `--store`, `--uri`, `--host` and `--port`: all others are "
        "set by the"
    )
    assert f"{options} environment alone." in page
    defaults = dict(re.findall(r"^\| `DESPATCH_(\w+)` .*\| (.*) \|$", page, re.MULTILINE))
    assert defaults["ALLOWED_HOSTS"] == defaults["KEYS_FILE"] == "none"
    assert defaults["REQUIRE_KEY"] == "`false`"


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = re.findall(r"^([\w/-]+)$", (DOCS / "index.md").read_text("utf-8"), re.MULTILINE)
    there = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")} - {"index"}
    assert there - set(listed) == set()


@pytest.mark.model
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.stem)
def test_every_command_after_a_prompt_does_what_it_should(page: Path, served) -> None:
    for command in commands(page):
        done = served.ran(command)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert done.stdout or ">" in command, command
        # Curl ends well whatever it is answered; one command shows what an error looks like.
        assert ("urn:despatch-box:problem:" in done.stdout) is ("answered_since" in command), (
            f"{command}\n{done.stdout}"
        )


@pytest.mark.parametrize("page", [page for page in PAGES if other_commands(page)], ids=lambda page: page.stem)
def test_every_other_command_is_one_that_there_is_with_options_that_there_are(page: Path) -> None:
    for line in other_commands(page):
        if not line.startswith(("despatch ", ".venv/bin/despatch ")):
            continue
        words = shlex.split(line.partition(" #")[0].partition(" | ")[0].partition(" > ")[0])[1:]
        err = Terminal(io.StringIO(), terminal=False)
        # With --help nothing is done, but an option or a command that there is not is an error.
        assert run(make_app(out=err, err=err), [*words, "--help"], err) == 0, line


def test_what_is_not_run_is_known_by_name() -> None:
    for page in (DOCS / "how-to" / "deploy.md",):
        shells = [block for language, block in _FENCE.findall(page.read_text("utf-8")) if language == "sh"]
        for line in "\n".join(shells).splitlines():
            assert not line or line.split()[0] in NOT_RUN, line
