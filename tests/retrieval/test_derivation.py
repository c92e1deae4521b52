from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import retrieval
from retrieval.derivation import derivation


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Copy the library, with an empty front door, as importing all of it takes seconds."""
    shutil.copytree(Path(retrieval.__file__).parent, tmp_path / "retrieval", ignore=shutil.ignore_patterns("*.pyc"))
    (tmp_path / "retrieval" / "__init__.py").write_text("")
    return tmp_path


def derived_by(library: Path) -> str:
    program = "from retrieval.derivation import derivation; print(derivation())"
    ended = subprocess.run([sys.executable, "-c", program], cwd=library, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_the_name_of_the_rules_is_the_same_every_time() -> None:
    assert re.fullmatch("[0-9a-f]{16}", derivation())
    derivation.cache_clear()
    first = derivation()
    derivation.cache_clear()
    assert derivation() == first


@pytest.mark.parametrize("module", ["passages.py", "status_rules.py", "sources/api_record.py", "mentions.py"])
def test_a_changed_rule_changes_the_name_of_the_rules(library: Path, module: str) -> None:
    before = derived_by(library)
    path = library / "retrieval" / module
    path.write_text(path.read_text() + "\n# one comment more\n")
    assert derived_by(library) != before


def test_a_rule_that_is_new_or_moved_changes_the_name_of_the_rules(library: Path) -> None:
    names = {derived_by(library)}
    (library / "retrieval" / "new_rule.py").write_text("x = 1\n")
    names.add(derived_by(library))
    (library / "retrieval" / "new_rule.py").rename(library / "retrieval" / "other_rule.py")
    names.add(derived_by(library))
    assert len(names) == 3


def test_what_is_no_rule_does_not_change_the_name_of_the_rules(library: Path) -> None:
    before = derived_by(library)
    (library / "retrieval" / "notes.txt").write_text("no code")
    assert derived_by(library) == before


def test_a_changed_table_of_departments_changes_the_name_of_the_rules(library: Path) -> None:
    # Whether an answerer is a minister is read from it, and written to the row that filters look at.
    before = derived_by(library)
    path = library / "retrieval" / "data" / "departments.json"
    path.write_text(path.read_text() + "\n")
    assert derived_by(library) != before
