from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts import speed_serving
from scripts.load import HEADS, Tally
from scripts.served import Served


def test_each_mode_and_number_of_clients_has_a_line_with_the_memory(
    built_once: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = iter((9.0, 6.0, 7.0, 1.0, 1.0, 1.0, 1.0))
    least = iter((5.0, 4.0, 4.5))
    pids = iter([*[os.getpid()] * 5, 71, 72])
    asked: list[tuple[int, str]] = []
    processes: list[int] = []

    @contextmanager
    def served(arguments: object, log: object, environment: dict[str, str]) -> Iterator[Served]:
        assert environment["HF_HUB_OFFLINE"] == "1"
        yield Served("http://127.0.0.1:1", next(pids), next(starts))

    async def load(address: str | list[str], targets: Iterator[str], *, clients: int, seconds: float) -> Tally:
        processes.append(1 if isinstance(address, str) else len(address))
        asked.append((clients, next(targets)))
        return Tally(answered=[4.0, 5.0, 6.0], seconds=seconds)

    monkeypatch.setattr(speed_serving, "served", served)
    monkeypatch.setattr(speed_serving, "load", load)
    monkeypatch.setattr(speed_serving, "proportional", {71: 71.2, 72: 72.1}.__getitem__)
    monkeypatch.setattr(speed_serving, "_least", lambda model, environment: next(least))
    monkeypatch.setattr(speed_serving, "model_folder", Path)
    told = list(speed_serving.serving(built_once, ["buses", "dentists"], seconds=3, rounds=3))
    assert told[0] == "12 records, 19 passages, toy, 2 distinct questions:"
    assert told[1].startswith("from start to ready: 7.0 s; ")
    assert "one text: 4.5 s" in told[1]
    lines = [dict(zip([*HEADS, "MB resident"], one.strip("| ").split(" | "), strict=True)) for one in told[5:]]
    # The first line of a mode is the memory before anything was asked.
    assert [(one["mode"], one["clients"]) for one in lines if one["answered"] != "–"] == [
        (mode, clients) for mode in ("fast", "full") for clients in ("1", "16", "200", "1")
    ] + [("fast, two processes", "16")]
    assert all(one["p50 ms"] == "5.0" for one in lines if one["answered"] != "–")
    assert all(int(one["MB resident"]) > 50 for one in lines)
    assert lines[-1]["MB resident"] == "143"
    assert [clients for clients, _ in asked] == [*([1, 1, 16, 200, 1] * 2), 2, 16]
    assert processes == [1] * 10 + [2, 2]
    assert ["mode=full" in target for _, target in asked] == [False] * 5 + [True] * 5 + [False] * 2
