"""What a system that is measured does when it is told to: one JSON object a line in, one out.

    {"do": "index", "texts": FILE, "records": FILE} -> {"seconds": 9.1, "texts": 4000}
    {"do": "search", "queries": ["..."], "limit": 10} -> {"keys": [[3, 1]]}
    {"do": "load", "queries": ["..."], "clients": 16, "seconds": 9}
        -> {"milliseconds": [4.2], "seconds": 9.1, "failed": 0}
    {"do": "serve"} -> {"address": "http://127.0.0.1:8000", "template": "/search?query={question}", "pid": 1}
    {"do": "memory"} -> {"now_mb": 300, "most_mb": 400}

What goes wrong is `{"error": ...}`. The end of the input ends the program. It uses the standard library alone, as it
runs in environments that do not have ours.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol


class System(Protocol):
    """A system over one model and one folder; it is made with both, and has the model loaded then."""

    def index(self, texts: Path, records: Path) -> Mapping[str, float]:
        """Index texts, or the records that they are from; return how many, as `texts`, and other figures."""
        ...

    def search(self, query: str, limit: int) -> list[int]:
        """Return the keys of the nearest texts, best first."""
        ...

    def serve(self) -> Mapping[str, object]:
        """Start its own server over what is indexed; return `address`, `template` and `pid`, or nothing."""
        ...

    def close(self) -> None:
        """Stop the server, if there is one."""
        ...


def speak(system: System, heard: IO[str], told: IO[str]) -> None:
    """Do what each line says, and say what came of it, until the input ends."""
    for line in heard:
        try:
            answer = _done(system, json.loads(line))
        except Exception as error:  # noqa: BLE001 - whatever a system raises is told to the one that measures it
            answer = {"error": f"{type(error).__name__}: {error}"}
        told.write(json.dumps(answer) + "\n")
        told.flush()


def main(make: Callable[..., System]) -> None:
    """Run an adapter: MODEL, FOLDER and what else the system takes are its arguments."""
    # Libraries print: what they say goes to standard error, and the protocol keeps the real standard output.
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Ended from outside, it still stops its server.
    signal.signal(signal.SIGTERM, lambda *caught: sys.exit(143))
    try:
        system = make(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
        try:
            told.write('{"ready": true}\n')
            told.flush()
            speak(system, sys.stdin, told)
        finally:
            system.close()
    except KeyboardInterrupt:
        sys.exit(130)


def stop(server: subprocess.Popen[Any] | None) -> None:
    """End a server that a system started, and wait until it has."""
    if server is not None:
        server.terminate()
        server.wait()


def read_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the key and the words of each text of a file of JSON Lines."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            yield one["key"], one["text"]


def _done(system: System, said: dict[str, Any]) -> Mapping[str, object]:
    if said["do"] == "index":
        started = time.perf_counter()
        figures = system.index(Path(said["texts"]), Path(said["records"]))
        return {"seconds": time.perf_counter() - started, **figures}
    if said["do"] == "search":
        return {"keys": [system.search(query, said["limit"]) for query in said["queries"]]}
    if said["do"] == "load":
        return under_load(system, said["queries"], said["clients"], said["seconds"])
    if said["do"] == "serve":
        return system.serve()
    if said["do"] == "memory":
        return memory(os.getpid())
    raise ValueError(f"no such thing to do: {said['do']!r}")


def under_load(system: System, queries: Sequence[str], clients: int, seconds: float) -> dict[str, object]:
    """Ask from threads of this process, each as fast as it is answered, and time every answer."""
    asked, lock = itertools.cycle(queries), threading.Lock()
    milliseconds: list[float] = []
    failed = 0
    started = time.perf_counter()

    def client() -> None:
        nonlocal failed
        while time.perf_counter() < started + seconds:
            with lock:
                query = next(asked)
            before = time.perf_counter()
            try:
                system.search(query, 10)
            except Exception:  # noqa: BLE001 - any failure counts as one
                failed += 1
                continue
            milliseconds.append((time.perf_counter() - before) * 1000)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"milliseconds": milliseconds, "seconds": time.perf_counter() - started, "failed": failed}


def memory(pid: int) -> dict[str, object]:
    """Return the resident memory of a process, now and at most, in megabytes of a million bytes."""
    return {"now_mb": megabytes(pid, "VmRSS"), "most_mb": megabytes(pid, "VmHWM")}


def proportional(pid: int) -> float:
    """Return the resident memory of a process in millions of bytes, where a page of several counts a part to each."""
    return _megabytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss")


def megabytes(pid: int, name: str) -> float:
    """Return what Linux tells of the memory of a process under a name, such as VmRSS, in millions of bytes."""
    return _megabytes(Path(f"/proc/{pid}/status"), name)


def _megabytes(file: Path, name: str) -> float:
    told = file.read_text(encoding="ascii", errors="replace")
    found = re.search(rf"^{name}:\s+(\d+) kB$", told, re.MULTILINE)
    if found is None:
        raise LookupError(f"Linux tells no {name} in {file}")
    return int(found[1]) * 1.024e-3
