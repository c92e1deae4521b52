"""The guide to keeping a corpus fresh, and the files for systemd and cron: every command in them is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.manual import COMMANDS

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

DOCS = Path(__file__).parents[2] / "docs"
UNITS = sorted(path for path in (DOCS / "units").iterdir() if path.suffix in {".cron", ".service", ".timer"})
PROGRAM = "/opt/despatch-box/.venv/bin/despatch"


@pytest.mark.parametrize("path", [DOCS / "keeping-fresh.md", *UNITS], ids=lambda path: path.name)
def test_every_command_and_option_is_there(despatch: Despatch, capsys: pytest.CaptureFixture[str], path: Path):
    text = path.read_text(encoding="utf-8")
    called = re.findall(r"(?:^ {4,}|`|bin/|=)despatch ([a-z]+)([^`\n>]*)", text, re.MULTILINE)
    assert called or path.suffix == ".timer"
    for command, rest in called:
        assert command in COMMANDS
        assert despatch(command, "--help").code == 0
        told = capsys.readouterr().out
        assert [option for option in re.findall(r"--[\w-]+", rest) if option not in told] == []


def test_the_guide_links_to_the_files_there_are():
    text = (DOCS / "keeping-fresh.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (DOCS / target).exists(), target
    for name in re.findall(r"despatch-\w+\.(?:service|timer)", text):
        assert (DOCS / "units" / name).exists(), name


def test_the_timer_starts_a_service_that_is_there():
    assert {path.name for path in UNITS} == {
        "despatch-serve.service",
        "despatch-sync.service",
        "despatch-sync.timer",
        "despatch-watch.service",
        "despatch.cron",
    }


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path):
    if not shutil.which("systemd-analyze"):
        return  # This machine has no systemd.
    for path in UNITS:
        if path.suffix in (".service", ".timer"):
            # The program is where the reader of the guide puts it, and not here.
            text = path.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if "despatch" in line] == []


@pytest.mark.parametrize(("code", "mailed"), [(0, ""), (7, ""), (6, "what went wrong\n")])
def test_cron_mails_what_went_wrong_and_not_that_a_sync_is_still_at_work(tmp_path: Path, code: int, mailed: str):
    program = tmp_path / "despatch"
    program.write_text(f"#!/bin/sh\necho done\necho what went wrong >&2\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    lines = [line for line in (DOCS / "units/despatch.cron").read_text("utf-8").splitlines() if PROGRAM in line]
    assert len(lines) == 2
    for line in lines:
        command = line.partition("  despatch  ")[2].replace(PROGRAM, str(program))
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=30, check=True)
        assert (done.stdout, done.stderr) == (mailed, "")
