"""Writes the pages of the reference that are made from the code: the command, the HTTP interface, words of answers.

python scripts/reference.py            # says whether docs/reference is up to date
python scripts/reference.py --write    # brings it up to date
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from retrieval.choices import Match, Mode, Sort
from retrieval.records import AnswerKind, FindingName
from retrieval.results import Outcome
from service import manual
from service.cli import make_app, run
from service.phrases import FINDINGS, KINDS, capital
from service.settings import BY_ENVIRONMENT_ALONE, Settings
from service.terminal import Terminal

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "reference"
_MADE: Final = "% Made by `python scripts/reference.py --write`: change the code, not this page.\n\n"


def pages() -> dict[str, str]:
    """Return the pages by the name of their file."""
    document = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    return {
        "command.md": _MADE + "\n".join(_command()),
        "http.md": _MADE + "\n".join(_http(document)),
        "words.md": _MADE + "\n".join(_words()),
        "settings.md": _MADE + "\n".join(_settings()),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    stale = [name for name, text in pages().items() if _now(name) != text]
    if asked.write:
        for name, text in pages().items():
            (FOLDER / name).write_text(text, "utf-8")
        print(f"Wrote {len(stale)} changed pages." if stale else "All pages were up to date.")
        return 0
    if stale:
        print(f"Out of date: {', '.join(stale)}. Next: python scripts/reference.py --write", file=sys.stderr)
        return 1
    print("All pages are up to date.")
    return 0


def _now(name: str) -> str | None:
    path = FOLDER / name
    return path.read_text("utf-8") if path.exists() else None


def _command() -> Iterator[str]:
    yield "# The command\n"
    yield "What `despatch --help` and `despatch COMMAND --help` print.\n"
    yield _block(_help())
    for name in manual.COMMANDS:
        yield f"## despatch {name}\n"
        yield _block(_help(name))


def _help(*names: str) -> str:
    out = io.StringIO()
    terminal = Terminal(out, terminal=False, width=90)
    kept, sys.stdout = sys.stdout, out
    try:
        run(make_app(out=terminal, err=terminal), [*names, "--help"], terminal)
    finally:
        sys.stdout = kept
    return out.getvalue().strip()


def _block(text: str) -> str:
    return f"```text\n{text}\n```\n"


def _http(document: Mapping[str, Any]) -> Iterator[str]:
    yield "# The HTTP interface\n"
    yield (
        "Every call, its parameters and what it answers. A running service gives the same as a machine reads it, with "
        "an example of each response, at `/openapi.json`.\n"
    )
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"## {method.upper()} {path}\n"
            yield f"{operation['summary']}. {operation.get('description', '')}\n"
            yield from _parameters(operation)
            yield from _body(operation, document)
            yield from _responses(operation)


def _parameters(operation: Mapping[str, Any]) -> Iterator[str]:
    listed = operation.get("parameters", [])
    if not listed:
        return
    yield "| parameter | what it is |\n|---|---|"
    for one in listed:
        needed = " (needed)" if one.get("required") else ""
        yield f"| `{one['name']}`{needed} | {_cell(one.get('description', ''))} |"
    yield ""


def _body(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    if not name:
        return
    found = document["components"]["schemas"][name]
    yield "| field of the JSON body | what it is |\n|---|---|"
    for field, about in found.get("properties", {}).items():
        needed = " (needed)" if field in found.get("required", []) else ""
        yield f"| `{field}`{needed} | {_cell(about.get('description', ''))} |"
    yield ""


def _responses(operation: Mapping[str, Any]) -> Iterator[str]:
    yield "| status | what it means |\n|---|---|"
    for status, about in operation["responses"].items():
        yield f"| {status} | {_cell(about.get('description', ''))} |"
    yield ""


def _words() -> Iterator[str]:
    yield "# Words that results use\n"
    yield "## Kinds: what an answer is\n"
    yield "| `kind` | to read |\n|---|---|"
    yield from (f"| `{kind}` | {KINDS[kind]} |" for kind in AnswerKind)
    yield "\n## Findings: what an answer says about itself\n"
    yield "| `finding` | to read |\n|---|---|"
    yield from (f"| `{name}` | {FINDINGS[name]} |" for name in FindingName)
    for title, kind in (("Outcomes", Outcome), ("Ways to match", Match), ("Orders", Sort), ("Modes", Mode)):
        yield f"\n## {title}\n"
        yield _unfolded(kind.__doc__ or "")
    yield ""


def _settings() -> Iterator[str]:
    yield "# Settings of the service\n"
    optional = [f"`--{name}`" for name in Settings.model_fields if name not in BY_ENVIRONMENT_ALONE]
    yield (
        "`despatch serve` takes each from its option, else from the environment, else as it is by default. The options "
        f"are {', '.join(optional[:-1])} and {optional[-1]}: all others are set by the environment alone.\n"
    )
    yield "| variable | what it is | by default |\n|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = "none" if field.default in ((), None, "") else f"`{_value(field.default)}`"
        yield f"| `DESPATCH_{name.upper()}` | {_cell(field.description or '')} | {default} |"
    yield ""


def _value(default: object) -> str:
    # As it is written in the environment.
    return str(default).lower() if isinstance(default, bool) else str(default)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def _unfolded(text: str) -> str:
    """Return a docstring as a paragraph, each of its paragraphs on a line."""
    parts = (re.sub(r"\s+", " ", part).strip() for part in text.split("\n\n"))
    return capital("\n\n".join(part for part in parts if part))


if __name__ == "__main__":
    raise SystemExit(main())
