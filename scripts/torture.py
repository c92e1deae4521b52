"""Tries to break an index, and prints what was lost: nothing, or the program ends with 1.

    python scripts/torture.py                  # every job killed at every change it makes to the disk, and the rest
    python scripts/torture.py --every 20       # killed at every twentieth
    python scripts/torture.py --only bit       # only the faults with this word in their name

Jobs are builds, syncs, upgrades, packs and the like over a dozen invented records, with an encoder that hashes words.
After each fault the directory must read as it was before or as it is after, whole, and the next run must finish the
work and tidy up.
"""

from __future__ import annotations

import argparse
import errno
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

os.environ["OMP_NUM_THREADS"] = "1"  # Before NumPy is imported: a process with threads can't be copied.

from retrieval.errors import DespatchError, DirectoryBusy, SnapshotDamaged
from retrieval.pointer import COPY_FILE, POINTER_FILE, SNAPSHOTS_FOLDER, current_name, names_there
from retrieval.rollback import roll_back
from retrieval.snapshot import writing
from scripts import killing
from scripts.killing import Refusal, cut_power, run, told
from scripts.tortured_jobs import (
    JOBS,
    START,
    Job,
    State,
    build_old,
    data_in,
    found_in,
    searched,
)

SEED: Final = 20261122
_ABANDONED: Final = 2 * 3600
_FLIPS: Final = 5
_WRITERS: Final = 4
_SMALL_DISKS: Final = range(0, 1_400, 100)  # KiB of room beside the index that is there.


@dataclass(slots=True)
class Row:
    """A row of the table.

    Attributes:
        fault: What was done.
        tried: How often.
        outcomes: What a reader found afterwards, and how often.
        lost: What went wrong, in words.
    """

    fault: str
    tried: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def note(self, outcome: str) -> None:
        """Count one try."""
        self.tried += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


@dataclass(frozen=True, slots=True)
class Torturer:
    """Breaks jobs off in one folder.

    Attributes:
        work: Where copies are made.
        every: Only every so many calls are kills.
        less: Only every so many of those are power cuts, full disks and disks that fail.
    """

    work: Path
    every: int
    less: int = 5

    @contextmanager
    def copied(self, job: Job) -> Iterator[Path]:
        """Give a folder as it is before a job."""
        template = self._template(job)
        folder = Path(tempfile.mkdtemp(dir=self.work))
        try:
            shutil.copytree(template, folder, dirs_exist_ok=True)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _template(self, job: Job) -> Path:
        template = self.work / f"before {job.name.replace('/', ' ')}"
        if not template.exists():
            template.mkdir()
            told(lambda: job.prepare(template) and None)
        return template

    def ends(self, job: Job) -> tuple[State, State, int]:
        """Return what a reader finds before and after a job, and how many changes to the disk it makes."""
        with self.copied(job) as folder:
            before = told(lambda: job.state(folder))
        with self.copied(job) as folder:
            ended = run(lambda: job.act(folder), data_in(folder))
            if ended.error:
                raise RuntimeError(f"{job.name} fails by itself:\n{ended.error}")
            return before, told(lambda: job.state(folder)), len(ended.calls)


def checked(job: Job, folder: Path, before: State, after: State, row: Row, where: str) -> None:
    """Note what a reader finds after a fault, and whether the next run finishes the work and tidies up."""
    try:
        outcome, lost = told(lambda: _checked(job, folder, before, after))
    except RuntimeError as error:
        outcome, lost = "unusable", [str(error)]
    row.note(outcome)
    row.lost += [f"{where}: {what}" for what in lost]


def _checked(job: Job, folder: Path, before: State, after: State) -> tuple[str, list[str]]:
    found, lost = job.state(folder), []
    outcome = "old" if found == before else "new" if found == after else "other"
    if outcome == "other":
        lost.append(f"neither what was there before nor what should be there after: {found}")
    _age(data_in(folder))
    job.act(folder)
    if job.state(folder) != after:
        lost.append("the next run did not finish the work")
    return outcome, [*lost, *_litter(job, data_in(folder))]


def _age(data: Path) -> None:
    """Let what a killed process left be old enough to be known as abandoned."""
    long_ago = time.time() - _ABANDONED
    for part in data.glob(".*.part"):
        os.utime(part, (long_ago, long_ago))


def _litter(job: Job, data: Path) -> Iterator[str]:
    left = [str(path.relative_to(data)) for path in data.rglob("*.part")] if job.keeps else []
    left += [path.name for path in (data / SNAPSHOTS_FOLDER).glob(".*")] if job.keeps else []
    if left:
        yield f"the next run left {', '.join(left)} lying about"
    if job.keeps is not None and len(names_there(data)) > job.keeps:
        yield f"the next run left {len(names_there(data))} snapshots, where {job.keeps} are kept"


def killed(torturer: Torturer, job: Job, *, power: bool = False) -> Row:
    """Kill a job at each of its changes to the disk; with `power`, what was not flushed is lost as well."""
    row = Row(f"{'power cut' if power else 'killed'} at each step: {job.name}")
    before, after, calls = torturer.ends(job)
    # No two runs make quite the same calls: threads take turns, and names are drawn by lot.
    every = torturer.every * (torturer.less if power else 1)
    for place in range(0, calls + calls // 10, every):
        show(row.fault, place, calls)
        with torturer.copied(job) as folder:
            ended = run(lambda folder=folder: job.act(folder), data_in(folder), kill_at=place)  # type: ignore[misc]
            if not ended.killed:
                break
            if power:
                cut_power(data_in(folder), ended)
            last = ended.calls[-1] if ended.calls else ("start", "")
            checked(job, folder, before, after, row, f"call {place}, after {last[0]} {last[1]}")
    return row


def refused(torturer: Torturer, job: Job, *, number: int, everything: bool, fault: str) -> Row:
    """Let the disk refuse a job all changes from each of its calls on, and then work again."""
    row = Row(f"{fault} from each step on: {job.name}")
    before, after, calls = torturer.ends(job)
    for place in range(0, calls, torturer.every * torturer.less):
        show(row.fault, place, calls)
        with torturer.copied(job) as folder:
            refusal = Refusal(number, place, everything)
            ended = run(lambda folder=folder: _told_plainly(job, folder), data_in(folder), refusal=refusal)  # type: ignore[misc]
            if ended.error:
                row.lost.append(f"call {place}: no plain message, but {ended.error}")
            checked(job, folder, before, after, row, f"call {place}")
    return row


def _told_plainly(job: Job, folder: Path) -> None:
    with suppress(DespatchError):
        job.act(folder)


def read_only(torturer: Torturer) -> Row:
    """Search where nothing can be written."""
    row = Row("read-only disk: search, and a build that is refused")
    job = next(job for job in JOBS if job.name == "a build over another")
    before, _, _ = torturer.ends(job)
    with torturer.copied(job) as folder:
        everything = Refusal(errno.EROFS, everything=True)

        def search() -> None:
            assert job.state(folder) == before

        def build() -> None:
            try:
                job.act(folder)
            except DespatchError:
                return
            raise AssertionError("a build on a read-only disk says that all is well")

        for work in (search, build):
            ended = run(work, data_in(folder), refusal=everything)
            row.note("old")
            if ended.error:
                row.lost.append(ended.error)
    return row


def damaged(torturer: Torturer) -> Iterator[Row]:
    """Flip bits in every file of the snapshot that is served and of its pointer, cut them short, and take them away."""
    job = next(job for job in JOBS if job.name == "rollback")
    with torturer.copied(job) as folder:
        data = data_in(folder)
        after, before = told(lambda: searched(folder)), told(lambda: [roll_back(data).changed, searched(folder)])[1]
    for served in (True, False):
        whose = "the snapshot that is served" if served else "the snapshot before it"
        rows = {
            what: Row(f"{what} in every file of {whose}") for what in ("bit flipped", "file cut short", "file gone")
        }
        with torturer.copied(job) as folder:
            data = data_in(folder)
            name = names_there(data)[0 if served else -1]
            files = sorted(path for path in (data / SNAPSHOTS_FOLDER / name).rglob("*") if path.is_file())
            for done, path in enumerate([*files, data / POINTER_FILE] if served else files):
                show(f"damage to {whose}", done, len(files))
                told_back = told(partial(_all_damage, data, path, before, after, served))
                for what, outcome, lost in told_back:
                    rows[what].note(outcome)
                    rows[what].lost += [f"{path.relative_to(data)}: {lost}"] if lost else []
        yield from rows.values()


def _all_damage(data: Path, path: Path, before: State, after: State, served: bool) -> list[tuple[str, str, str]]:
    return list(_damage(data, path, before, after, served=served))


def _damage(data: Path, path: Path, before: State, after: State, *, served: bool) -> Iterator[tuple[str, str, str]]:
    """Yield for each damage its kind, what was found and what was lost; the file is put back each time."""
    raw, pointer = path.read_bytes(), (data / POINTER_FILE).read_bytes()
    draw = random.Random(f"{SEED} {path.name}")
    places = {0, len(raw) // 2, len(raw) - 1, *(draw.randrange(len(raw)) for _ in range(_FLIPS))} if raw else set()
    flips = [raw[:at] + bytes([raw[at] ^ 1 << draw.randrange(8)]) + raw[at + 1 :] for at in sorted(places)]
    cuts = dict.fromkeys(raw[:length] for length in (0, len(raw) // 2, len(raw) - 1)) if raw else [b"\0"]
    tries: list[tuple[str, bytes | None]] = [("bit flipped", content) for content in flips]
    tries += [("file cut short", content) for content in cuts]
    tries += [("file gone", None)]
    for what, content in tries:
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        found = _after_damage(data, path, before, after, served=served)
        path.write_bytes(raw)
        (data / POINTER_FILE).write_bytes(pointer)
        yield what, "refused by name" if not found else "other", found


def _after_damage(data: Path, path: Path, before: State, after: State, *, served: bool) -> str:
    folder = data.parent
    names, was_gone = [path.name], not path.exists()
    if not served:
        # The one that is served stands; the damaged one is not gone back to.
        try:
            roll_back(data)
        except SnapshotDamaged as error:
            if not any(name in str(error) for name in names):
                return f"the message does not name it: {error}"
            return "" if _searched_alone(folder) == after else "what is served was changed"
        return (
            ""
            if path.name == COPY_FILE and was_gone and _searched_alone(folder) == before
            else "a damaged snapshot was gone back to"
        )
    try:
        _searched_alone(folder)
    except DespatchError as error:
        if not any(name in str(error) for name in names) and path.exists():
            return f"the message does not name it: {error}"
        if "despatch rollback" not in str(error):
            return f"the message does not offer the snapshot before: {error}"
    else:
        return "it was not noticed"
    roll_back(data)
    # Where only the pointer was damaged, or its copy is gone, the snapshot itself is whole.
    is_whole = path.name == POINTER_FILE or (path.name == COPY_FILE and was_gone)
    good = after if is_whole else before
    return "" if _searched_alone(folder) == good else "going back did not give what was there before"


def _searched_alone(folder: Path) -> State:
    """Search without looking at the other snapshots."""
    return found_in(data_in(folder))


def full_disks(torturer: Torturer) -> Row:
    """Build on a real file system with little room, then with more."""
    row = Row("a file system that is full (tmpfs)")
    job = next(job for job in JOBS if job.name == "a build over another")
    before, after, _ = torturer.ends(job)
    mounted = Path(tempfile.mkdtemp(dir=torturer.work))
    for done, room in enumerate(_SMALL_DISKS):
        show(row.fault, done, len(_SMALL_DISKS))
        if not _mount(mounted, "size=64m"):
            return row
        try:
            with torturer.copied(job) as folder:
                shutil.copytree(folder, mounted, dirs_exist_ok=True)
            used = shutil.disk_usage(mounted).used // 1024
            _mount(mounted, f"remount,size={used + room}k")
            ended = run(lambda: _told_plainly(job, mounted), data_in(mounted))
            if ended.error:
                row.lost.append(f"{room} KiB: no plain message, but {ended.error}")
            _mount(mounted, "remount,size=64m")
            checked(job, mounted, before, after, row, f"{room} KiB of room")
        finally:
            subprocess.run(["umount", "--lazy", str(mounted)], check=False)
    return row


def _mount(folder: Path, options: str) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False, capture_output=True
    )
    return done.returncode == 0


def clock(torturer: Torturer) -> Row:
    """Build while the clock goes back and stands still, and go back step by step."""
    row = Row("clock going back or standing still")
    job = next(job for job in JOBS if job.name == "the first build")
    for moments in itertools.permutations((START, START - timedelta(days=400), START, START + timedelta(days=400)), 4):
        with torturer.copied(job) as folder:
            data = data_in(folder)

            def step(folder: Path = folder, data: Path = data, moments: Sequence[object] = moments) -> list[str]:
                made: list[str] = []
                for moment in moments:
                    build_old(folder, moment, keep=3)  # type: ignore[arg-type]
                    made.append(_served(data))
                wrong = (
                    [] if sorted(names_there(data)) == sorted(made[-3:]) else ["others than the last three were kept"]
                )
                back = [_served(data), roll_back(data).now.name, roll_back(data).now.name]
                return wrong + ([] if back == made[:-4:-1] else ["going back did not go in the order of the builds"])

            row.lost += told(step)
            row.note("in order")
    return row


def _served(data: Path) -> str:
    return current_name(data) or ""


def writers(torturer: Torturer) -> Iterator[Row]:
    """Let several builds begin at once, and kill one that holds the lock."""
    job = next(job for job in JOBS if job.name == "a build over another")
    before, after, _ = torturer.ends(job)
    row = Row(f"{_WRITERS} builds at once")
    for place in range(max(1, 20 // torturer.every)):
        show(row.fault, place, 20)
        with torturer.copied(job) as folder:
            children = []
            for _ in range(_WRITERS):
                child = os.fork()
                if child == 0:
                    os._exit(_built(job, folder))
                children.append(child)
            codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
            if codes.count(0) < 1 or set(codes) - {0, 7}:
                row.lost.append(f"the builds ended with {codes}")
            checked(job, folder, before, after, row, "after several at once")
    yield row
    row = Row("a build killed that holds the lock")
    for _ in range(max(1, 10 // torturer.every)):
        with torturer.copied(job) as folder:
            run(lambda folder=folder: _hold(data_in(folder)), data_in(folder), kill_at=2)  # type: ignore[misc]
            checked(job, folder, before, after, row, "after the lock was left")
    yield row


def _built(job: Job, folder: Path) -> int:
    try:
        job.act(folder)
    except DirectoryBusy:
        return 7
    except DespatchError:
        return 1
    return 0


def _hold(data: Path) -> None:
    with writing(data):
        (data / "held").write_text("held", "utf-8")


def _broken_off(torturer: Torturer, job: Job, only: str) -> Iterator[Row]:
    """Break one job off in every way there is."""
    full = {"number": errno.ENOSPC, "everything": False, "fault": "disk full"}
    broken = {"number": errno.EIO, "everything": True, "fault": "disk failing"}
    if only in f"killed at each step: {job.name}":
        yield killed(torturer, job)
    if only in f"power cut at each step: {job.name}":
        yield killed(torturer, job, power=True)
    for kind in (full, broken) if killing.can_refuse() else ():
        if only in f"{kind['fault']} from each step on: {job.name}":
            yield refused(torturer, job, **kind)  # type: ignore[arg-type]


def rows_of(torturer: Torturer, only: str) -> Iterator[Row]:
    """Try every fault whose name has these words in it."""
    for job in JOBS:
        yield from _broken_off(torturer, job, only)
    if only in "file system that is full tmpfs":
        yield full_disks(torturer)
    if only in "read-only disk" and killing.can_refuse():
        yield read_only(torturer)
    if only in "bit flipped file cut short file gone":
        yield from damaged(torturer)
    if only in "clock going back or standing still":
        yield clock(torturer)
    if only in "builds at once lock":
        yield from writers(torturer)


def show(what: str, done: int, total: int) -> None:
    """Say on standard error how far it is, where somebody looks on."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}: {done} of {total}", end="", file=sys.stderr, flush=True)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = ["| fault | tried | found afterwards | lost |", "|---|---|---|---|"]
    for row in rows:
        found = ", ".join(f"{outcome} {times:,}" for outcome, times in sorted(row.outcomes.items()))
        lines.append(f"| {row.fault} | {row.tried:,} | {found or 'not tried here'} | {len(row.lost) or 'nothing'} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th call")
    parser.add_argument("--only", default="", metavar="WORDS", help="only faults with these words in their name")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="where to make the copies; a temporary folder without it"
    )
    asked = parser.parse_args(arguments)
    if not killing.can_trace():
        print("This needs Linux on x86-64 or ARM64, and the right to watch one's own child (ptrace).", file=sys.stderr)
        return 2
    rows: list[Row] = []
    stopped = False
    started = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="despatch-torture-", dir=asked.work) as work:
            tempfile.tempdir = work
            for row in rows_of(Torturer(Path(work), max(asked.every, 1)), asked.only):
                rows.append(row)
                show("", 0, 0)
                for what in row.lost[:5]:
                    print(f"\r{row.fault}: {what}", file=sys.stderr)
                print(
                    f"\r{row.fault}: {row.tried} tried, {len(row.lost) or 'nothing'} lost", file=sys.stderr, flush=True
                )
    except KeyboardInterrupt:
        stopped = True
        print("\nStopped; what was tried until then:", file=sys.stderr)
    finally:
        tempfile.tempdir = None
    print(table(rows))
    lost = [(row.fault, what) for row in rows for what in row.lost]
    print(
        f"\n{sum(row.tried for row in rows):,} faults in {time.perf_counter() - started:,.0f} s; "
        f"lost: {len(lost) or 'nothing'}."
    )
    return 130 if stopped else 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
