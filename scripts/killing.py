"""Runs work in a child process and kills it at the n-th call to the system that changes the disk, whoever makes it.

The child is watched by ptrace, so that writes of SQLite, FAISS and tantivy count like those of Python, and the code
under test knows nothing of it. Linux on x86-64 and ARM64.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

# linux/ptrace.h
_TRACEME, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_OPTIONS: Final = 0x01 | 0x02 | 0x04 | 0x08 | 0x100000  # stops told apart; forks, vforks and threads too; die with us
_ENTRY: Final = 1
_INFO_BYTES: Final = 88
_SYSCALL_STOP: Final = signal.SIGTRAP | 0x80
_WALL: Final = 0x40000000
_WRITES_OPEN: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that changes the disk: what it does, and which of its arguments say to what."""

    kind: str
    handle: int | None = None
    folder: int | None = None
    name: int = 0
    flags: int | None = None


def _by_handle(kind: str, *numbers: int, handle: int = 0) -> dict[int, _Call]:
    return {number: _Call(kind, handle=handle) for number in numbers}


def _by_name(kind: str, *numbers: int) -> dict[int, _Call]:
    return {number: _Call(kind) for number in numbers}


def _in_folder(kind: str, *numbers: int) -> dict[int, _Call]:
    return {number: _Call(kind, folder=0, name=1) for number in numbers}


# By the processor, the numbers of the calls: of asm/unistd_64.h and asm-generic/unistd.h.
_CALLS: Final[dict[str, dict[int, _Call]]] = {
    "x86_64": {
        **_by_handle("write", 1, 18, 20, 40, 296),
        **_by_handle("write", 326, handle=2),
        **_by_handle("fsync", 74, 75),
        **_by_handle("truncate", 77, 285),
        **_by_name("truncate", 76),
        **_by_name("rename", 82),
        **_in_folder("rename", 264, 316),
        **_by_name("mkdir", 83),
        **_in_folder("mkdir", 258),
        **_by_name("remove", 84, 87),
        **_in_folder("remove", 263),
        **{86: _Call("link", name=1), 88: _Call("link", name=1)},
        **{265: _Call("link", folder=2, name=3), 266: _Call("link", folder=1, name=2)},
        2: _Call("open", name=0, flags=1),
        257: _Call("open", folder=0, name=1, flags=2),
    },
    "aarch64": {
        **_by_handle("write", 64, 66, 68, 70, 71),
        **_by_handle("write", 285, handle=2),
        **_by_handle("fsync", 82, 83),
        **_by_handle("truncate", 46, 47),
        **_by_name("truncate", 45),
        **_in_folder("rename", 38, 276),
        **_in_folder("mkdir", 34),
        **_in_folder("remove", 35),
        **{36: _Call("link", folder=1, name=2), 37: _Call("link", folder=2, name=3)},
        56: _Call("open", folder=0, name=1, flags=2),
    },
}
_TAKES_ROOM: Final = frozenset(("write", "truncate", "mkdir", "link"))
_NOWHERE: Final = -100  # AT_FDCWD: names are looked up from where the process is.
_NAME_BYTES: Final = 4096
_PAGE: Final = 4096
# Where a call's number and its result are kept, to be changed: sys/reg.h.
_POKE: Final = 6
_NUMBER_AT, _RESULT_AT = 15 * 8, 10 * 8


@dataclass(slots=True)
class Ended:
    """How a child ended.

    Attributes:
        calls: What it did to the disk up to then: the kind of call and the file.
        killed: Whether it was killed.
        error: What it failed with; empty where it did not.
        flushed: By device and inode of each file that it wrote to, how many bytes of it are sure to be on the disk.
    """

    calls: list[tuple[str, str]] = field(default_factory=list)
    killed: bool = False
    error: str = ""
    flushed: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the disk refuses from the n-th change on.

    Attributes:
        number: The error, such as `errno.ENOSPC`.
        first: The first call refused, counted from 0.
        everything: Whether nothing can be changed at all, as on a disk mounted read-only; else what takes room.
    """

    number: int
    first: int = 0
    everything: bool = False

    def meets(self, kind: str, place: int, *, creates: bool) -> bool:
        """Whether a call is refused."""
        return place >= self.first and (self.everything or kind in _TAKES_ROOM or creates)


def can_trace() -> bool:
    """Whether this system lets a process watch its child."""
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        return False
    try:
        return not run(lambda: None, Path("/")).error
    except OSError:
        return False


def can_refuse() -> bool:
    """Whether a call can be made to fail here: each processor has a way of its own, and one is known."""
    return platform.machine() == "x86_64"


def run(
    work: Callable[[], object], folder: Path, *, kill_at: int | None = None, refusal: Refusal | None = None
) -> Ended:
    """Do `work` in a child process, and kill that as it is about to make its n-th change to the disk.

    Args:
        work: What the child does.
        folder: Only changes in here count.
        kill_at: The number of the call, from 0; None lets it end.
        refusal: What the disk refuses.

    Raises:
        OSError: If the system does not let a process watch its child.
    """
    error_in, error_out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(error_in)
        _do(work, error_out)
    os.close(error_out)
    with os.fdopen(error_in, "rb") as stream:
        try:
            ended = _Watcher(child, os.path.realpath(folder), kill_at, refusal).watched()
        except BaseException:
            _end(child)
            raise
        ended.error = stream.read().decode("utf-8", "replace")
    return ended


def cut_power(folder: Path, ended: Ended) -> int:
    """Take from files what was written and never flushed, as a power cut may; return from how many.

    Names are taken to be safe in the order in which they were changed, as on a journalling file system.
    """
    cut = 0
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        status = path.stat()
        sure = ended.flushed.get((status.st_dev, status.st_ino))
        if sure is not None and sure < status.st_size:
            os.truncate(path, sure)
            cut += 1
    return cut


def told(work: Callable[[], object]) -> Any:
    """Do `work` in a child process that nobody watches, and return what it returns, which must fit into JSON.

    Raises:
        RuntimeError: If it fails; the message has its traceback.
    """
    answer_in, answer_out = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = {"value": work()}
        except BaseException:  # noqa: BLE001 - the parent is told of it
            answer = {"error": traceback.format_exc()}
        with os.fdopen(answer_out, "w", encoding="utf-8") as stream:
            json.dump(answer, stream)
        os._exit(0)
    os.close(answer_out)
    try:
        with os.fdopen(answer_in, encoding="utf-8") as stream:
            raw = stream.read()
    except BaseException:
        _end(child)
        raise
    os.waitpid(child, 0)
    found = json.loads(raw or '{"error": "the child ended without a word"}')
    if "error" in found:
        raise RuntimeError(found["error"])
    return found["value"]


def _do(work: Callable[[], object], error_out: int) -> None:
    # Ctrl-C is for the parent, which ends the child.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if _libc().ptrace(_TRACEME, 0, None, None):
            raise OSError(ctypes.get_errno(), "ptrace")
        os.kill(os.getpid(), signal.SIGSTOP)
        work()
    except BaseException:  # noqa: BLE001 - the parent is told of it
        os.write(error_out, traceback.format_exc().encode()[-60_000:])
    os._exit(0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _end(child: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, _WALL)


class _Watcher:
    """Steps a child from call to call."""

    def __init__(self, child: int, folder: str, kill_at: int | None, refusal: Refusal | None) -> None:
        self._child = child
        self._folder = folder
        self._kill_at = kill_at
        self._refusal = refusal
        self._refused: set[int] = set()
        self._calls = _CALLS[platform.machine()]
        self._info = ctypes.create_string_buffer(_INFO_BYTES)
        self._libc = _libc()
        self._ended = Ended()

    def watched(self) -> Ended:
        os.waitpid(self._child, 0)
        self._ptrace(_SETOPTIONS, self._child, 0, _OPTIONS)
        self._ptrace(_SYSCALL, self._child, 0, 0)
        while True:
            try:
                thread, status = os.waitpid(-1, _WALL)
            except ChildProcessError:
                return self._ended
            if os.WIFSTOPPED(status):
                self._step(thread, os.WSTOPSIG(status))
            elif thread == self._child:
                self._ended.killed = os.WIFSIGNALED(status)

    def _step(self, thread: int, stopped_by: int) -> None:
        # One thread that ends the process ends the others too, stopped or not.
        with suppress(ProcessLookupError):
            deliver = 0
            if stopped_by == _SYSCALL_STOP:
                if self._has_to_die(thread):
                    os.kill(self._child, signal.SIGKILL)
                    return
            elif stopped_by not in (signal.SIGTRAP, signal.SIGSTOP):
                deliver = stopped_by
            self._ptrace(_SYSCALL, thread, 0, deliver)

    def _has_to_die(self, thread: int) -> bool:
        """Take note of the call that a thread makes or has made; return whether this is where the child is killed."""
        self._ptrace(_GET_SYSCALL_INFO, thread, _INFO_BYTES, ctypes.addressof(self._info))
        if self._info.raw[0] != _ENTRY:
            if thread in self._refused and self._refusal:
                self._refused.discard(thread)
                self._ptrace(_POKE, thread, _RESULT_AT, -self._refusal.number)
            return False
        number, *arguments = struct.unpack_from("<7Q", self._info.raw, 24)
        call = self._calls.get(number)
        if call is None or (call.flags is not None and not arguments[call.flags] & _WRITES_OPEN):
            return False
        path = self._path(thread, call, arguments)
        if path != self._folder and not path.startswith(f"{self._folder}/"):
            return False
        place = len(self._ended.calls)
        if place == self._kill_at:
            return True
        self._ended.calls.append((call.kind, path.removeprefix(self._folder).lstrip("/")))
        creates = call.flags is not None and bool(arguments[call.flags] & os.O_CREAT) and not Path(path).exists()
        if self._refusal and self._refusal.meets(call.kind, place, creates=creates):
            self._ptrace(_POKE, thread, _NUMBER_AT, -1)
            self._refused.add(thread)
        else:
            self._note_flushed(call.kind, path)
        return False

    def _note_flushed(self, kind: str, path: str) -> None:
        if kind not in ("write", "truncate", "fsync"):
            return
        with suppress(OSError):
            status = Path(path).stat()
            key = (status.st_dev, status.st_ino)
            if kind == "fsync":
                self._ended.flushed[key] = status.st_size
            else:
                # What was there before the first write was there before the child.
                self._ended.flushed.setdefault(key, status.st_size)

    def _path(self, thread: int, call: _Call, arguments: list[int]) -> str:
        try:
            if call.handle is not None:
                return str(Path(f"/proc/{thread}/fd/{arguments[call.handle]}").readlink())
            name = self._text(thread, arguments[call.name])
            handle = _NOWHERE if call.folder is None else ctypes.c_int(arguments[call.folder]).value
            base = f"/proc/{thread}/cwd" if handle == _NOWHERE else f"/proc/{thread}/fd/{handle}"
            return os.path.normpath(Path(base).readlink() / name)
        except OSError:
            return ""

    @staticmethod
    def _text(thread: int, address: int) -> str:
        with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
            memory.seek(address)
            raw = memory.read(_PAGE - address % _PAGE)
            # The page after it may not be there, and is read only where the name goes on.
            while b"\0" not in raw and len(raw) < _NAME_BYTES:
                raw += memory.read(_PAGE)
            return os.fsdecode(raw.partition(b"\0")[0])

    def _ptrace(self, request: int, thread: int, address: int, value: int) -> None:
        if self._libc.ptrace(request, thread, ctypes.c_void_p(address), ctypes.c_void_p(value)) < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
