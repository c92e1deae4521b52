"""The protocol over standard input and output, for an assistant that starts `despatch mcp` as its own."""

from __future__ import annotations

import asyncio
import logging
import logging.config
from contextlib import suppress
from typing import Final

from mcp.server.stdio import stdio_server
from starlette.datastructures import State

from retrieval.encoders import Encoder
from retrieval.errors import DespatchError
from retrieval.reranking import Reranker
from retrieval.search import Searcher
from service.access_log import without_texts
from service.dependencies import Readiness, searcher_in
from service.held import held_in
from service.logs import LOGGING
from service.mcp_server import mcp_server
from service.reloading import Opener, keep_current
from service.settings import Settings

LOGGER: Final = logging.getLogger(__name__)


def serve_stdio(settings: Settings, *, encoder: Encoder | None = None, reranker: Reranker | None = None) -> None:
    """Speak the protocol until standard input ends; nothing else goes to standard output.

    Args:
        settings: The data directory and the models.
        encoder: Used instead of that model.
        reranker: With `encoder`, used instead of that reranker; None leaves it out.
    """
    logging.config.dictConfig(LOGGING)
    # Ctrl-C is one way to end it, and no fault.
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(Opener(settings, encoder, reranker)))


async def _serve(opener: Opener) -> None:
    served = _Served(opener)
    # The model takes seconds to load and clients wait only so long for the first reply: that needs no model.
    opening = asyncio.create_task(served.keep())
    server = mcp_server(served.ready)
    try:
        async with stdio_server() as (requests, replies):
            await server.run(requests, replies, server.create_initialization_options())
    finally:
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await opening


class _Served:
    """What is searched at the moment, opened in the background and kept up to date.

    Args:
        opener: Opens what is there.
    """

    def __init__(self, opener: Opener) -> None:
        """Begin with nothing opened."""
        self._opener = opener
        self._state = State({"readiness": Readiness(None)})
        self._opened = asyncio.Event()

    async def ready(self) -> Searcher:
        """Return the searcher, once what is there was opened.

        Raises:
            DespatchError: If it can't be used.
        """
        await self._opened.wait()
        return searcher_in(self._state.readiness)

    async def keep(self) -> None:
        """Open what is there, then take up what is new, for ever."""
        seen = self._opener.stamp()
        self._state.readiness = await self._first()
        self._opened.set()
        await keep_current(self._state, self._opener, seen)

    async def _first(self) -> Readiness:
        try:
            ready = await asyncio.to_thread(self._opener.open, Readiness(None))
        except Exception as error:  # noqa: BLE001 - whoever asks must be told, or would wait for ever
            LOGGER.error("Unexpected fault while opening the index\n%s", "".join(without_texts(error)))
            return Readiness(None, DespatchError("the index could not be opened; the log on standard error says why"))
        if ready.searcher:
            LOGGER.info("Serving %s to an assistant", held_in(ready.searcher.corpus))
        else:
            LOGGER.warning("Nothing to search: %s", ready.reason)
        return ready
