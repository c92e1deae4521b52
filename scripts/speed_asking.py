"""Asks several systems in turn, over and over, so that a machine that does not keep its pace is as slow for each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scripts.load import load, percentiles, targets
from scripts.peers.adapter import Adapter
from scripts.peers.speaking import memory

CLIENTS: Final = (1, 16)


@dataclass(slots=True)
class _Load:
    """What became of the questions of some clients, in all turns.

    Attributes:
        milliseconds: To each answer.
        seconds: How long the turns lasted together, each to its last answer.
        failed: How many had none.
    """

    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failed: int = 0


class Asked:
    """A system that is open, asked over HTTP if it has a server and within its process if not.

    Args:
        adapter: Speaks with it.
        mode: Of its searches, where it has several.
    """

    def __init__(self, adapter: Adapter, mode: str) -> None:
        """Start its server, if it has one."""
        self._adapter, self._mode = adapter, mode
        self._server: Mapping[str, Any] = adapter.do("serve")
        self._loads = {clients: _Load() for clients in CLIENTS}

    @property
    def name(self) -> str:
        """Its name."""
        return self._adapter.name

    def wait(self, question: str) -> None:
        """Ask until a server answers twenty questions, or for two minutes."""
        if not self._server:
            return
        asked = targets(self._server["template"], [question], self._mode)
        until, answered = time.monotonic() + 120, 0
        while answered < 20 and time.monotonic() < until:
            tally = asyncio.run(load(self._server["address"], asked, clients=1, seconds=0.2))
            answered += len(tally.answered)

    def take_turn(self, questions: Sequence[str], seconds: float) -> None:
        """Ask so long with each number of clients, and add what came of it to the turns before."""
        for clients, whole in self._loads.items():
            if self._server:
                asked = targets(self._server["template"], questions, self._mode)
                tally = asyncio.run(load(self._server["address"], asked, clients=clients, seconds=seconds))
                whole.milliseconds += tally.answered
                whole.seconds += tally.seconds
                whole.failed += len(tally.refused) + tally.failed.total()
            else:
                told = self._adapter.do("load", queries=questions, clients=clients, seconds=seconds)
                whole.milliseconds += told["milliseconds"]
                whole.seconds += told["seconds"]
                whole.failed += told["failed"]

    def cells(self) -> list[str]:
        """Return how it is asked; p50, p99 and answers a second of each number of clients; what failed; megabytes."""
        found = ["over HTTP" if self._server else "in process"]
        for whole in self._loads.values():
            p50, _, p99, _ = percentiles(whole.milliseconds)
            found += [f"{p50:.1f}", f"{p99:.1f}", f"{len(whole.milliseconds) / whole.seconds:.1f}"]
        held = memory(self._server["pid"]) if self._server else self._adapter.do("memory")
        return [*found, str(sum(one.failed for one in self._loads.values())), f"{held['now_mb']:.0f}"]


def turns(questions: Sequence[str], systems: Sequence[Asked], count: int) -> list[tuple[Asked, Sequence[str]]]:
    """Return who is asked what, in order: in each turn every system the same questions, which begin at another place.

    Args:
        questions: At least one.
        systems: Each turn begins with another.
        count: How many turns.
    """
    found: list[tuple[Asked, Sequence[str]]] = []
    for number in range(count):
        start, first = number * len(questions) // count, number % len(systems)
        asked = [*questions[start:], *questions[:start]]
        found += [(one, asked) for one in [*systems[first:], *systems[:first]]]
    return found
