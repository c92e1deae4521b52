"""What the guides say of the tools is so: the tools they name are those served, and their commands work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from service.assistants.paging import MAX_CHARACTERS
from service.assistants.tools import TOOLS
from service.settings import read_settings

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "how-to" / "assistants.md").read_text(encoding="utf-8")
TRANSCRIPT = (DOCS / "mcp-transcript.md").read_text(encoding="utf-8")


def test_the_guide_lists_the_tools_that_are_served():
    assert re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE) == list(TOOLS)


def test_the_guide_gives_the_limit_that_holds():
    assert f"at most {MAX_CHARACTERS:,} characters" in GUIDE


def test_the_guides_configurations_name_a_command_that_there_is():
    blocks = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]
    local, remote = (block["mcpServers"]["despatch-box"] for block in blocks)
    ran = subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main()", local["args"][0], "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert local["args"][1] in ran.stdout
    assert remote["url"].endswith("/mcp")


def test_the_guides_setting_can_be_read(monkeypatch):
    found = re.search(r"^ +(DESPATCH_ALLOWED_HOSTS)=(\S+)", GUIDE, re.MULTILINE)
    assert found
    monkeypatch.setenv(found[1], found[2])
    assert read_settings().allowed_hosts == ("answers.example.org", "192.0.2.7:8443")


def test_the_guides_links_lead_to_files_there_are():
    for link in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (DOCS / "how-to" / link).resolve().is_file()


def test_the_transcript_has_every_tool_on_both_transports():
    for transport in ("standard input and output", "HTTP"):
        shown = re.findall(rf"^### \d+\. `(\w+)` over {transport}$", TRANSCRIPT, re.MULTILINE)
        assert set(shown) == set(TOOLS)
    listed = re.search(r"^Tools: (.*)\.$", TRANSCRIPT, re.MULTILINE)
    assert listed
    assert re.findall(r"`(\w+)`", listed[1]) == list(TOOLS)


def test_the_transcript_names_no_folder_of_the_machine_it_was_made_on():
    assert "/tmp/" not in TRANSCRIPT
    assert "/home/" not in TRANSCRIPT
