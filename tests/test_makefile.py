"""The Makefile's promises that can be held to without installing anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def make(tmp_path):
    """Run make in a copy that holds the set-up files alone."""
    (tmp_path / "scripts").mkdir()
    for name in ["Makefile", "pyproject.toml", "requirements.lock"]:
        shutil.copy(ROOT / name, tmp_path / name)

    def run(*arguments):
        set_by_make = ("MAKE", "MFLAGS", "TORCH_INDEX")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(set_by_make)}
        return subprocess.run(
            ["make", *arguments], check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    return run


def write_python(folder, body):
    """Write a stand-in for a Python that cannot be used."""
    path = folder / "python-stand-in"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_make_alone_lists_what_can_be_made(make):
    listed = make().stdout
    for target in ["setup", "serve", "corpus", "test", "check", "lock", "clean"]:
        assert f"\n  {target} " in listed


def write_audit(folder, body):
    """Set up a `pip-audit` that is there already."""
    audit = folder / "build/audit/bin/pip-audit"
    audit.parent.mkdir(parents=True, exist_ok=True)
    audit.write_text(f"#!/bin/sh\n{body}\n")
    audit.chmod(0o755)


def test_an_audit_asks_about_every_version_in_the_lock_and_fails_if_one_could_not_be_asked_about(make, tmp_path):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    write_audit(tmp_path, 'echo "$*"')
    assert make("audit").stdout.endswith(
        "--requirement requirements.lock --no-deps --disable-pip --strict --progress-spinner off\n"
    )
    write_audit(tmp_path, "exit 1")
    done = make("audit")
    assert done.returncode != 0
    assert "could not be asked" in done.stderr


def test_a_missing_python_is_reported_with_the_next_step(make):
    done = make("setup", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "no-such-python was not found" in done.stderr
    assert "sudo apt install python3 python3-venv" in done.stderr


def test_an_old_python_is_reported_with_its_version(make, tmp_path):
    old = write_python(tmp_path, 'case "$*" in *version_info*) exit 1;; --version) echo Python 3.9.2;; esac')
    done = make("setup", f"PYTHON={old}")
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.9.2" in done.stderr


def test_a_python_without_venv_is_reported_with_the_package_to_install(make, tmp_path):
    bare = write_python(tmp_path, 'case "$*" in *ensurepip*) exit 1;; esac')
    done = make("setup", f"PYTHON={bare}")
    assert done.returncode != 0
    assert "sudo apt install python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_set_up_that_stops_half_way_is_not_taken_for_ready(make, tmp_path):
    breaks = write_python(tmp_path, 'case "$*" in *venv\\ --clear*) mkdir -p .venv/bin; exit 1;; esac')
    first, second = make("setup", f"PYTHON={breaks}"), make("setup", f"PYTHON={breaks}")
    assert (tmp_path / ".venv").exists()
    assert first.returncode != 0
    assert second.returncode != 0
    assert "ready" not in first.stdout + second.stdout


def test_a_finished_set_up_is_not_done_again(make, tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/.set-up").touch()
    assert make("setup").stdout == "Already set up: .venv is ready.\n"


def test_a_changed_lock_is_a_reason_to_set_up_again(make, tmp_path):
    (tmp_path / ".venv").mkdir()
    stamp = tmp_path / ".venv/.set-up"
    stamp.touch()
    after = stamp.stat().st_mtime + 10
    os.utime(tmp_path / "requirements.lock", (after, after))
    assert "ready" not in make("setup", "PYTHON=no-such-python").stdout
    assert not stamp.exists()


def test_another_torch_index_is_a_reason_to_set_up_again(make, tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/.torch-index").write_text("https://host.invalid/cpu\n")
    (tmp_path / ".venv/.set-up").touch()
    arguments = ["setup", "PYTHON=no-such-python"]
    assert "Already set up" in make(*arguments, "TORCH_INDEX=https://host.invalid/cpu").stdout
    assert make(*arguments, "TORCH_INDEX=https://host.invalid/cuda").returncode != 0


def write_despatch(folder):
    """Set up a `despatch` that says what it was asked."""
    binary = folder / ".venv/bin/despatch"
    binary.parent.mkdir(parents=True)
    binary.write_text('#!/bin/sh\necho "despatch $*"\n[ "$1" = build ] && mkdir -p "$4/current" || true\n')
    binary.chmod(0o755)
    (folder / ".venv/.set-up").touch()


def test_serving_builds_the_index_the_first_time_alone(make, tmp_path):
    write_despatch(tmp_path)
    first, second = make("serve").stdout, make("serve").stdout
    assert "despatch build seeds --data data\n" in first
    assert "despatch build" not in second
    for said in [first, second]:
        assert said.endswith("despatch serve --data data --host 127.0.0.1 --port 8000\n")


def test_serving_takes_another_folder_host_and_port(make, tmp_path):
    write_despatch(tmp_path)
    said = make("serve", "DATA=other", "HOST=127.0.0.2", "PORT=8123").stdout
    assert "despatch build seeds --data other\n" in said
    assert said.endswith("despatch serve --data other --host 127.0.0.2 --port 8123\n")


def test_a_host_that_the_shell_exports_does_not_open_the_service_to_others(make, tmp_path, monkeypatch):
    write_despatch(tmp_path)
    monkeypatch.setenv("HOST", "0.0.0.0")
    assert make("serve").stdout.endswith("--host 127.0.0.1 --port 8000\n")


def test_a_failed_build_is_not_served(make, tmp_path):
    write_despatch(tmp_path)
    (tmp_path / ".venv/bin/despatch").write_text('#!/bin/sh\necho "despatch $*"\n[ "$1" = serve ]\n')
    done = make("serve")
    assert done.returncode != 0
    assert "despatch serve" not in done.stdout


def test_a_newcomers_corpus_is_fetched_into_the_folder_named(make, tmp_path):
    write_despatch(tmp_path)
    assert make("corpus").stdout.endswith("despatch sync --months 1 --data data\n")
    assert make("corpus", "DATA=other folder").stdout.endswith("despatch sync --months 1 --data other folder\n")


def test_a_fetching_that_fails_is_a_failure_of_make(make, tmp_path):
    write_despatch(tmp_path)
    (tmp_path / ".venv/bin/despatch").write_text("#!/bin/sh\nexit 6\n")
    assert make("corpus").returncode != 0


def test_what_is_fetched_is_served_without_building_the_seeds(make, tmp_path):
    write_despatch(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/current").touch()
    assert "despatch build" not in make("serve").stdout
