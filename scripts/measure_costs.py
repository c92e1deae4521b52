"""Measures what calls of the HTTP interface cost, for the units of the rate limit in service/admission.py.

python scripts/measure_costs.py --data DIR    # seconds of one processor, and units, for each kind of call
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient
from httpx2 import Response

from service.admission import COSTS
from service.app import create_app
from service.settings import Settings

_QUESTION = "rural bus services"
_TIMES = 3


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    asked = parser.parse_args(arguments)
    with TestClient(create_app(Settings(data=asked.data))) as client:
        for path, call in _calls(client).items():
            seconds, units = _seconds(call), COSTS.get(path, 1)
            print(f"{path:24} {seconds:7.2f} s, {units:3} units, {units / seconds:7.1f} a second")
    return 0


def _calls(client: TestClient) -> dict[str, Callable[[], Response]]:
    rows = client.get("/v1/search", params={"q": "the", "match": "exact", "limit": 200}).json()["hits"]
    items = [{"key": row["key"], "passage": row["passage"]["hash"]} for row in rows]
    quoted = "\n\n".join(f'They said "{" ".join(row["passage"]["text"].split()[:25])}".' for row in rows)
    draft = {"text": "what steps she is taking to improve rural bus services"}
    return {
        "/v1/coverage": lambda: client.get("/v1/coverage"),
        "/v1/search": lambda: client.get("/v1/search", params={"q": _QUESTION, "limit": 200}),
        "/v1/feed.atom": lambda: client.get("/v1/feed.atom", params={"q": _QUESTION}),
        "/v1/timeline": lambda: client.get("/v1/timeline", params={"q": _QUESTION}),
        "/v1/similar-questions": lambda: client.post("/v1/similar-questions", json=draft),
        "/v1/verify-briefing": lambda: client.post("/v1/verify-briefing", json={"text": quoted}),
        "/v1/collection": lambda: client.post("/v1/collection", json={"items": items}),
        "/v1/export": lambda: client.get("/v1/export", params={"q": "the", "kind": "all"}),
    }


def _seconds(call: Callable[[], Response]) -> float:
    """Return the median seconds of processor that a call takes, after one that fills what is kept."""
    taken = []
    for _ in range(_TIMES + 1):
        began = time.process_time()
        call().raise_for_status()
        taken.append(time.process_time() - began)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    raise SystemExit(main())
