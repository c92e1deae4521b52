"""Half an hour at 80% of what the service can do, with a new snapshot every minute: what failed, and how it went.

    python -m scripts.soak --data DIR --questions plain.queries.jsonl

It serves a copy of a data directory. Before each window of time it finds out how many questions a second the service
answers when it is asked without pause: what a machine can do changes while others work on it. Then questions come at
even intervals whatever becomes of those before, and the time of each counts from when it was due. Every minute a
snapshot is written and published while the service answers, as a sync does, and is looked for in the answers; none
while it is found out what the service can do. Each window has a line. A request that got anything but an
answer, or a snapshot that was not taken up, makes the program end with 1. Memory is as the system tells it: its own,
and that of mapped files.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from retrieval.snapshot import open_snapshot, publish, writing
from scripts.load import ANSWERED, OURS, Connection, Tally, line, load, percentiles, read_questions, targets
from scripts.peers.speaking import megabytes
from scripts.served import NotStarted, Served, served

HEADS: Final = (
    "until minute",
    "without pause, a second",
    *ANSWERED,
    "failed or refused",
    "snapshots",
    "own memory, MB",
    "of files, MB",
)

_AT_ONCE: Final = 256
_CAPACITY_CLIENTS: Final = 8
_LOOK_SECONDS: Final = 5.0
_TAKEN_UP_SECONDS: Final = 45.0


@dataclass(slots=True)
class Seen:
    """What was seen beside the answers.

    Attributes:
        own: Minutes since the start, and megabytes that only this process has.
        files: Megabytes of files mapped, at the same moments.
        taken_up: Seconds from when each snapshot was published to the first answer from it.
        missed: How many snapshots gave no answer in time.
    """

    own: list[tuple[float, float]] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    taken_up: list[float] = field(default_factory=list)
    missed: int = 0

    def growth(self) -> float:
        """Return megabytes an hour by which its own memory grew over the second half, by least squares."""
        half = self.own[len(self.own) // 2 :]
        if len(half) < 2:
            return float("nan")
        minutes, megabytes = np.array(half).T
        return float(np.polyfit(minutes, megabytes, 1)[0]) * 60


def published_again(data: Path, number: int) -> str:
    """Publish what is served once more, under another name; return the name."""
    current = open_snapshot(data)
    manifest = replace(current.manifest, name=f"{current.manifest.name.partition('+')[0]}+{number}")

    def write(folder: Path) -> None:
        for name in current.manifest.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(current.folder / name, folder / name)

    with writing(data):
        publish(data, manifest, write)
    return manifest.name


async def _swap(data: Path, service: Served, seen: Seen, every: float, alone: asyncio.Lock) -> None:
    """Publish without end, and note how soon each snapshot answers; while another holds `alone`, wait."""
    for number in itertools.count(1):
        due = time.monotonic() + every
        async with alone:
            name = await asyncio.to_thread(published_again, data, number)
            seconds = await _first_answer_from(service.address, name)
        if seconds is None:
            seen.missed += 1
        else:
            seen.taken_up.append(seconds)
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def _first_answer_from(address: str, name: str) -> float | None:
    began, connection = time.monotonic(), Connection(address)
    try:
        while time.monotonic() < began + _TAKEN_UP_SECONDS:
            with suppress(OSError, EOFError, ValueError):
                reply = await connection.get(OURS.format(question="buses", mode="fast"))
                if reply.status == 200 and json.loads(reply.body)["snapshot"] == name:
                    return time.monotonic() - began
            await asyncio.sleep(0.5)
        return None
    finally:
        await connection.close()


async def _watch(pid: int, seen: Seen) -> None:
    began = time.monotonic()
    while True:
        own, files = resident(pid)
        seen.own.append(((time.monotonic() - began) / 60, own))
        seen.files.append(files)
        await asyncio.sleep(_LOOK_SECONDS)


def resident(pid: int) -> tuple[float, float]:
    """Return the megabytes that a process has of its own, and of files that it maps, in millions of bytes."""
    return megabytes(pid, "RssAnon"), megabytes(pid, "RssFile")


@asynccontextmanager
async def _beside(data: Path, service: Served, seen: Seen, every: float, alone: asyncio.Lock) -> AsyncIterator[None]:
    tasks = [
        asyncio.create_task(_swap(data, service, seen, every, alone)),
        asyncio.create_task(_watch(service.pid, seen)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


async def soaked(given: argparse.Namespace, data: Path, service: Served) -> bool:
    """Load the service, and print what came of it; return whether nothing failed."""
    questions = read_questions(given.questions, given.field)
    asked = targets(OURS, questions, given.mode)
    await load(service.address, asked, clients=1, seconds=3.0)
    how = f"{len(questions):,} distinct questions, {given.mode} mode, {given.minutes:g} minutes"
    print(f"{how} at {given.share:.0%} of what is answered without pause; a new snapshot every {given.every:g} s\n")
    print(line(*HEADS), line(*["---"] * len(HEADS)), sep="\n", flush=True)
    seen, whole, alone = Seen(), Tally(), asyncio.Lock()
    async with _beside(data, service, seen, given.every, alone):
        windows = max(1, round(given.minutes / given.window))
        seconds = given.minutes * 60 / windows
        for number in range(1, windows + 1):
            async with alone:
                most = await load(service.address, asked, clients=_CAPACITY_CLIENTS, seconds=given.capacity)
            swaps = len(seen.taken_up)
            tally = await load(service.address, asked, clients=_AT_ONCE, seconds=seconds, rate=most.rate * given.share)
            _add(whole, tally)
            print(_window(number * seconds / 60, most, tally, len(seen.taken_up) - swaps, seen), flush=True)
    return _told(whole, seen)


def _window(minute: float, most: Tally, tally: Tally, swaps: int, seen: Seen) -> str:
    times = [f"{value:.1f}" for value in percentiles(tally.answered)]
    bad = len(tally.refused) + tally.failed.total()
    memory = (f"{seen.own[-1][1]:.0f}", f"{seen.files[-1]:.0f}")
    return line(
        f"{minute:g}", f"{most.rate:.1f}", len(tally.answered), f"{tally.rate:.1f}", *times, bad, swaps, *memory
    )


def _add(whole: Tally, part: Tally) -> None:
    whole.answered += part.answered
    whole.refused += part.refused
    whole.failed += part.failed
    whole.seconds += part.seconds


def _told(whole: Tally, seen: Seen) -> bool:
    p50, p95, p99, worst = percentiles(whole.answered)
    failed = ", ".join(f"{kind}: {count}" for kind, count in sorted(whole.failed.items())) or "none"
    print(
        f"\n{len(whole.answered):,} answers: p50 {p50:.1f} ms, p95 {p95:.1f}, p99 {p99:.1f}, worst {worst:.1f}; "
        f"{len(whole.refused)} refused; failed: {failed}"
    )
    longest = max(seen.taken_up, default=float("nan"))
    print(f"{len(seen.taken_up)} snapshots taken up, at most {longest:.1f} s after each was there; {seen.missed} not")
    least, greatest = min(own for _, own in seen.own), max(own for _, own in seen.own)
    print(
        f"memory of its own: {least:.0f} to {greatest:.0f} MB, growing by {seen.growth():.0f} MB an hour over the "
        "second half"
    )
    return not (whole.refused or whole.failed or seen.missed)


@contextmanager
def _copied(data: Path) -> Iterator[Path]:
    """Copy what is served, so that the directory that was named stays as it is."""
    with tempfile.TemporaryDirectory(dir=data.resolve().parent) as scratch:
        copy = Path(scratch) / "data"
        shutil.copytree(data, copy, ignore=shutil.ignore_patterns("embeddings", ".lock"))
        yield copy


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a data directory; a copy of it is served")
    parser.add_argument("--questions", nargs="+", type=Path, required=True, help='files of {"query": ...}, a line each')
    parser.add_argument("--field", default="query", help="what a line has its question under")
    parser.add_argument("--mode", default="fast", help="fast or full")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long")
    parser.add_argument("--window", type=float, default=5.0, help="minutes to a line")
    parser.add_argument("--share", type=float, default=0.8, help="of what the service can do without pause")
    parser.add_argument("--capacity", type=float, default=30.0, help="seconds to find out what the service can do")
    parser.add_argument("--every", type=float, default=60.0, help="seconds from one snapshot to the next")
    given = parser.parse_args(arguments)
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    try:
        with (
            _copied(given.data) as data,
            served(["--data", data], data.parent / "log.txt", environment) as service,
        ):
            return int(not asyncio.run(soaked(given, data, service)))
    except NotStarted as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
