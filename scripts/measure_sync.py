"""Measure syncs and builds: a first fill and an increment, kills at random moments, and adding to a large index.

    python scripts/measure_sync.py fill --records FILE --list-rows FILE
    python scripts/measure_sync.py kill --records FILE --take 400 --kills 20
    python scripts/measure_sync.py add --records FILE --add 1000

`fill` and `kill` fetch from the replay server of the tests, on this machine. Each prints one JSON object.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from retrieval.build import Changes, build, refresh
from retrieval.corpus import Corpus
from retrieval.encoders import SentenceEncoder
from retrieval.errors import NoSnapshot, UnknownKey
from retrieval.search import Searcher
from retrieval.snapshot import open_snapshot
from retrieval.sync.client import ParliamentService
from retrieval.sync.engine import sync
from retrieval.sync.request import SyncReport, SyncRequest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the replay server lives with the tests

from tests.replay.invented import question  # noqa: E402 - found by the line above
from tests.replay.reading import read_values  # noqa: E402 - found by the line above
from tests.replay.server import ReplayServer  # noqa: E402 - found by the line above

SEED = 20261122
FIRST, LAST = date(2023, 12, 1), date(2025, 1, 31)  # When the records that this is measured with were tabled.
FAST = 1_000.0  # Requests a second where only the outcome counts, not the time.


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    for name, takes in (("fill", measured_fill), ("kill", measured_kills), ("add", measured_add)):
        part = parts.add_parser(name)
        part.add_argument("--records", type=Path, required=True, help="whole questions, one a line")
        part.add_argument("--list-rows", type=Path, help="what the list gives of the same questions")
        part.add_argument("--take", type=int, help="only so many of them")
        part.add_argument("--kills", type=int, default=20)
        part.add_argument("--add", type=int, default=1_000)
        part.add_argument("--data", type=Path, help="of `add`: where to leave the index, to look into it")
        part.set_defaults(run=takes)
    child = parts.add_parser("child", help="what is killed")
    child.add_argument("work", choices=("sync", "build"))
    child.add_argument("data", type=Path)
    child.add_argument("source")
    child.set_defaults(run=run_child)
    given = parser.parse_args(arguments)
    found = given.run(given)
    if found is not None:
        print(json.dumps(found, indent=1, default=str))
    return 0


def run_child(given: argparse.Namespace) -> None:
    """Do the work that is killed."""
    if given.work == "build":
        build([given.source], given.data, SentenceEncoder())
        return
    with ParliamentService(given.source, requests_per_second=FAST) as service:
        sync(given.data, SentenceEncoder, request_for_all(), service, now=now)


def now() -> datetime:
    return datetime.now(UTC)


def request_for_all() -> SyncRequest:
    return SyncRequest(first=FIRST, last=LAST)


def values_of(given: argparse.Namespace) -> list[dict[str, Any]]:
    values = list(read_values(given.records))
    return values[: given.take] if given.take else values


def rows_of(given: argparse.Namespace) -> dict[int, dict[str, Any]] | None:
    return {row["id"]: row for row in read_values(given.list_rows)} if given.list_rows else None


# --- a first fill, then an increment ---


def measured_fill(given: argparse.Namespace) -> dict[str, object]:
    values, encoder = values_of(given), SentenceEncoder()
    with tempfile.TemporaryDirectory() as folder, ReplayServer(values, list_rows=rows_of(given)) as server:
        data = Path(folder) / "data"
        with ParliamentService(server.url) as service:

            def synced() -> SyncReport:
                return sync(
                    data,
                    lambda: encoder,
                    request_for_all(),
                    service,
                    now=now,
                    planned=lambda plan: print(plan, file=sys.stderr),
                )

            first = synced()
            searcher = Searcher.open(data, encoder)
            before = keys_of(searcher.corpus)
            changed = change(server, values)
            second = synced()
        corpus = Corpus.open(data)
        return {
            "fill": asdict(first),
            "coverage": coverage_of(corpus),
            "increment_expected": {name: len(ids) for name, ids in changed.items()},
            "increment": asdict(second),
            "by_search": found_by_search(Searcher.open(data, encoder), server, changed, before),
        }


def coverage_of(corpus: Corpus) -> dict[str, object]:
    found = corpus.coverage()
    names = ("month", "listed", "held", "unanswered", "withdrawn", "failed", "complete")
    return {
        "complete": found.complete,
        "gaps": [asdict(gap) for gap in found.gaps],
        "months": [{name: getattr(month, name) for name in names} for month in found.months if month.held],
        "missing_facts": found.missing_facts,
        "pointers": found.pointers,
        "pointers_resolved": found.pointers_resolved,
    }


def change(server: ReplayServer, values: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Make 10 new questions, 3 corrections, 2 withdrawals and 4 holding answers real."""
    chance = random.Random(SEED)
    holding = [v["id"] for v in values if v["answerIsHolding"] and "usual time" in (v["answerText"] or "")][:4]
    others = [v["id"] for v in values if v["id"] not in holding and not v["answerIsHolding"]]
    corrected = chance.sample(others, 3)
    withdrawn = chance.sample([number for number in others if number not in corrected], 2)
    new = list(range(90_000_001, 90_000_011))
    for number in new:
        server.put(question(number, dateTabled="2025-01-13T00:00:00", dateAnswered="2025-01-16T00:00:00"))
    for number in holding:
        server.answer(number, f"<p>Lantern {number} was lit at last.</p>", date(2025, 1, 17))
    for number in corrected:
        server.correct(number, f"<p>Beacon {number} was put right.</p>", date(2025, 1, 17))
    for number in withdrawn:
        server.withdraw(number)
    return {"new": new, "corrected": corrected, "withdrawn": withdrawn, "became_real": holding}


def found_by_search(
    searcher: Searcher, server: ReplayServer, changed: dict[str, list[int]], before: frozenset[str]
) -> dict[str, object]:
    """Return whether exactly these are found, by the words that only they have, and gone."""
    corpus = searcher.corpus
    keys = keys_of(corpus)

    def is_found(number: int, words: str) -> bool:
        answer = corpus.answer(str(number))
        hits = searcher.search(answer.question[:4000], limit=50).hits
        return words.format(number) in {hit.passage.text for hit in hits if hit.key == answer.key}

    def is_gone(number: int) -> bool:
        try:
            corpus.answer(str(number))
        except UnknownKey:
            return True
        return False

    return {
        "new_there": sum(not is_gone(number) for number in changed["new"]),
        "corrected_found": sum(is_found(number, "Beacon {} was put right.") for number in changed["corrected"]),
        "became_real_found": sum(is_found(number, "Lantern {} was lit at last.") for number in changed["became_real"]),
        "withdrawn_gone": sum(is_gone(number) for number in changed["withdrawn"]),
        "keys_added": len(keys - before),
        "keys_removed": len(before - keys),
        "single_calls_for_others": others_fetched(server, changed),
    }


def keys_of(corpus: Corpus) -> frozenset[str]:
    return frozenset(str(row[0]) for row in corpus.store.rows("SELECT key FROM records"))


def others_fetched(server: ReplayServer, changed: dict[str, list[int]]) -> int:
    """Return how many single calls of the increment were for records that had not changed; holding ones aside."""
    ours = {number for ids in changed.values() for number in ids}
    calls = [int(asked.path.rsplit("/", 1)[1]) for asked in server.requests if asked.path.rsplit("/", 1)[1].isdigit()]
    return sum(count - 1 for number, count in Counter(calls).items() if number not in ours)


# --- kills ---


def measured_kills(given: argparse.Namespace) -> dict[str, object]:
    values = values_of(given)
    with tempfile.TemporaryDirectory() as folder:
        return {
            "sync": kills_of_sync(Path(folder), values, rows_of(given), given.kills),
            "build": kills_of_build(Path(folder), values, given.kills),
        }


def kills_of_sync(
    folder: Path, values: list[dict[str, Any]], rows: dict[int, dict[str, Any]] | None, kills: int
) -> dict[str, object]:
    calm, torn, base = folder / "calm", folder / "torn", folder / "base"
    few = folder / "few.jsonl"
    few.write_text("".join(json.dumps(value) + "\n" for value in values[:40]))
    build([few], base, SentenceEncoder())
    shutil.copytree(base, calm)
    with ReplayServer(values, list_rows=rows) as server:
        # The same address every time: it is part of what a record says of its source.
        port = urllib.parse.urlsplit(server.url).port or 0
        seconds = timed(lambda: subprocess.run(child("sync", calm, server.url), check=True))
        needed = single_calls(server)
    chance, report = random.Random(SEED), Counter[str]()
    repeated: list[int] = []
    while report["kills"] < kills:
        shutil.rmtree(torn, ignore_errors=True)
        shutil.copytree(base, torn)
        with ReplayServer(values, list_rows=rows, port=port) as server, answering(torn) as heard:
            here = killed_until_done(child("sync", torn, server.url), seconds, kills - report["kills"], chance)
            report["kills"] += here
            repeated.append(single_calls(server) - needed)
        report["rounds"] += 1
        report["same_end"] += state_of(torn) == state_of(calm)
        report.update(heard)
    return {"undisturbed_seconds": round(seconds, 1), "calls_needed": needed, "calls_repeated": repeated, **report}


def kills_of_build(folder: Path, values: list[dict[str, Any]], kills: int) -> dict[str, object]:
    source, calm, torn, base = folder / "all.jsonl", folder / "calm-build", folder / "torn-build", folder / "base"
    source.write_text("".join(json.dumps(value) + "\n" for value in values))
    shutil.copytree(base, calm)
    seconds = timed(lambda: subprocess.run(child("build", calm, str(source)), check=True))
    chance, report = random.Random(SEED), Counter[str]()
    while report["kills"] < kills:
        shutil.rmtree(torn, ignore_errors=True)
        shutil.copytree(base, torn)
        with answering(torn) as heard:
            report["kills"] += killed_until_done(
                child("build", torn, str(source)), seconds, kills - report["kills"], chance
            )
        report["rounds"] += 1
        report["same_end"] += state_of(torn) == state_of(calm)
        report.update(heard)
    return {"undisturbed_seconds": round(seconds, 1), **report}


def child(work: str, data: Path, source: str) -> list[str]:
    return [sys.executable, str(Path(__file__).resolve()), "child", work, str(data), source]


def killed_until_done(command: list[str], seconds: float, most: int, chance: random.Random) -> int:
    """Start a program again and again and kill it at random moments; at last let it end. Return the kills."""
    kills = 0
    while kills < most:
        with subprocess.Popen(command, start_new_session=True) as process:
            try:
                if process.wait(chance.uniform(0, seconds * 1.1)) != 0:
                    raise SystemExit(f"the child ended with {process.returncode}")
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
                continue
        break
    subprocess.run(command, check=True)
    return kills


@contextmanager
def answering(data: Path) -> Iterator[Counter[str]]:
    """Serve `data` and ask without pause; the counter tells what came back."""
    heard, stop = Counter[str](), threading.Event()
    command = [str(Path(sys.executable).with_name("despatch")), "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        address = ""
        assert server.stderr is not None
        while "listens on" not in address:
            address = server.stderr.readline()
        url = address.split("listens on ")[1].split(": ")[0].strip()
        threading.Thread(target=server.stderr.read, daemon=True).start()
        asking = threading.Thread(target=ask, args=(url, heard, stop))
        asking.start()
        try:
            yield heard
        finally:
            time.sleep(4)  # long enough for the last snapshot to be taken up
            stop.set()
            asking.join()
            server.terminate()


def ask(url: str, heard: Counter[str], stop: threading.Event) -> None:
    names = set[str]()
    query = urllib.parse.urlencode({"q": "funding for rural bus services", "limit": 1})
    while not stop.is_set():
        try:
            with urllib.request.urlopen(f"{url}/v1/search?{query}", timeout=30) as response:  # noqa: S310 - our own server
                names.add(json.load(response)["snapshot"])
                heard[f"answers_{response.status}"] += 1
        except OSError as error:
            heard[f"failed: {error}"] += 1
        time.sleep(0.2)
    heard["snapshots_seen"] += len(names)


def state_of(data: Path) -> str:
    """Return a hash of everything in the records and passages of a snapshot, times of fetching apart."""
    try:
        snapshot = open_snapshot(data)
    except NoSnapshot:
        return "none"
    digest = hashlib.sha256()
    for file in (snapshot.received_file, snapshot.records_file):
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
            tables = [
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY 1")
            ]
            for table in tables:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "read_on"]
                places = ", ".join(map(str, range(1, len(columns) + 1)))
                for row in connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {places}"):  # noqa: S608 - names from the file
                    digest.update(repr(without_days(row)).encode())
    return digest.hexdigest()


def without_days(row: tuple[object, ...]) -> tuple[object, ...]:
    """Leave out of a row the day on which its source was read."""

    def bare(value: object) -> object:
        if isinstance(value, bytes) and value.startswith(b'{"provenance"'):
            facts = json.loads(value)
            facts["provenance"].pop("read_on")
            return json.dumps(facts)
        return value

    return tuple(map(bare, row))


def single_calls(server: ReplayServer) -> int:
    return sum(asked.path.rsplit("/", 1)[1].isdigit() for asked in server.requests)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


# --- adding to a large index ---


def measured_add(given: argparse.Namespace) -> dict[str, object]:
    encoder = SentenceEncoder()
    opened = gzip.open if given.records.suffix == ".gz" else open
    with opened(given.records, "rt", encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    chance = random.Random(SEED)
    chosen = set(chance.sample(range(len(lines)), given.add))
    with tempfile.TemporaryDirectory() as folder:
        data = given.data or Path(folder) / "data"
        most, more = Path(folder) / "most.jsonl", Path(folder) / "more.jsonl"
        most.write_text("\n".join(line for n, line in enumerate(lines) if n not in chosen) + "\n")
        more.write_text("\n".join(line for n, line in enumerate(lines) if n in chosen) + "\n")
        alone = build([more], Path(folder) / "alone", encoder)
        whole = build([most], data, encoder)
        begun = time.perf_counter()
        added = build([more], data, encoder, add=True)
        seconds = time.perf_counter() - begun
        nothing = timed(lambda: refresh(data, encoder, Changes(), now=now()))
        snapshot = open_snapshot(data).folder
        return {
            "full_build_seconds": round(whole.seconds, 1),
            "records": added.counts.records,
            "passages": added.counts.passages,
            "texts_encoded_to_add": added.texts_encoded,
            "add_seconds": round(seconds, 1),
            "ratio_to_full_build": round(seconds / whole.seconds, 3),
            "the_same_records_alone_seconds": round(alone.seconds, 1),
            "nothing_new_seconds": round(nothing, 1),
            "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "snapshot_bytes": sum(_size(path) for path in snapshot.iterdir()),
            "files": {path.name: _size(path) for path in sorted(snapshot.iterdir())},
            "embeddings_bytes": sum(path.stat().st_size for path in (data / "embeddings").iterdir()),
        }


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    return path.stat().st_size if path.is_file() else sum(_size(one) for one in path.iterdir())


if __name__ == "__main__":
    sys.exit(main())
