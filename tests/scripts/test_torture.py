from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import killing

ROOT = Path(__file__).parents[2]
# What a pointer that is not replaced in one step would come to.
CARELESS = """
import pathlib, sys
import retrieval.pointer
def careless(path, content):
    with path.open("wb", buffering=0) as file:
        file.write(content[:20])
        file.write(content[20:])
retrieval.pointer.replace_file = careless
from scripts import torture
sys.exit(torture.main(sys.argv[1:]))
"""

pytestmark = pytest.mark.skipif(not killing.can_trace(), reason="no process may watch its child here")


def test_a_thread_that_another_one_ended_in_the_meantime_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def gone(self: object, request: int, *_: object) -> None:
        asked.append(request)
        raise ProcessLookupError

    monkeypatch.setattr(killing._Watcher, "_ptrace", gone)
    watcher = killing._Watcher(1, "/nowhere", None, None)
    watcher._step(2, killing._SYSCALL_STOP)
    watcher._step(2, signal.SIGSTOP)
    assert asked == [killing._GET_SYSCALL_INFO, killing._SYSCALL]
    assert watcher._ended.calls == []


def tortured(*arguments: str, program: tuple[str, ...] = ("scripts/torture.py",)) -> tuple[int, str]:
    # A process of its own: one with threads, as that of the tests has, can't be copied.
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("only", "every"),
    [
        ("killed at each step: sync puts", 150),
        ("disk full from each step on: unpack", 20),
        ("power cut at each step: roll", 4),
    ],
)
def test_work_broken_off_at_some_of_its_steps_loses_nothing(only: str, every: int) -> None:
    code, told = tortured("--only", only, "--every", str(every))
    assert (code, "lost: nothing." in told) == (0, True), told
    assert f"| {only}" in told
    assert "other" not in told


def test_a_pointer_written_in_two_steps_is_found_out() -> None:
    code, told = tortured("--only", "killed at each step: rollback", program=("-c", CARELESS))
    assert code == 1
    assert "unusable" in told
