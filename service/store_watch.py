"""Whether the server that has the vectors and words can be searched, looked at while a service runs."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Final

from starlette.datastructures import State

from retrieval.errors import StoreDamaged, StoreFault, StoreUnreachable
from retrieval.milvus.vectors import MilvusVectors
from service.dependencies import Readiness

LOGGER: Final = logging.getLogger(__name__)

LONGEST_SECONDS: Final = 5.0
"""The longest between two looks, however seldom a new snapshot is looked for."""


async def keep_asking(state: State, seconds: float) -> None:
    """Ask the server every few seconds whether it has what is searched, for ever; files on this machine are not asked.

    It is asked in a thread, so that no request waits for one that hangs. What goes wrong in some other way than by the
    server is logged, once while it stays of the same kind, and the asking goes on.

    Args:
        state: Its `readiness` is told.
        seconds: How long to wait before each look.
    """
    said: type[Exception] | None = None
    while True:
        await asyncio.sleep(seconds)
        ready: Readiness = state.readiness
        index = ready.searcher.corpus.index if ready.searcher else None
        # While this waits it must not hold what was taken out of service.
        del ready
        if isinstance(index, MilvusVectors):
            try:
                found = await asyncio.to_thread(_fault_of, index)
            except Exception as error:
                # Every few seconds the same would fill the log. What it says may hold a time or an address.
                if type(error) is not said:
                    said = type(error)
                    LOGGER.exception("Whether the store can be searched could not be told")
            else:
                said = None
                if _is_served(state, index):
                    note(state, found)
        del index


def note(state: State, fault: StoreFault | None) -> None:
    """Take note of what the server did when it was asked last.

    Args:
        state: Its `readiness` is told, unless nothing is searched on a server: a request that began before its index
            was taken out of service can fail of the server after that, and nobody would ask it again.
        fault: What was wrong; None where nothing was.
    """
    ready: Readiness = state.readiness
    is_on_server = ready.searcher is not None and isinstance(ready.searcher.corpus.index, MilvusVectors)
    if not is_on_server or (fault is None) == (ready.store_fault is None):
        return
    state.readiness = replace(ready, store_fault=fault)
    if fault:
        LOGGER.warning("Not ready: %s", fault, extra={"event": "store"})
    else:
        LOGGER.info("Ready again: the store can be searched", extra={"event": "store"})


def _is_served(state: State, index: MilvusVectors) -> bool:
    ready: Readiness = state.readiness
    return ready.searcher is not None and ready.searcher.corpus.index is index


def _fault_of(index: MilvusVectors) -> StoreFault | None:
    try:
        index.check()
    except (StoreUnreachable, StoreDamaged) as error:
        return error
    return None
