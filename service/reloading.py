"""Takes up a new snapshot while the service runs: requests under way end on the old one, none is refused."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from starlette.datastructures import State

from retrieval.checks import CHECKS_FILE, read_checks
from retrieval.choices import Mode
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder, SentenceEncoder
from retrieval.errors import DespatchError, StoreUnreachable
from retrieval.rerankers import reranker_named
from retrieval.reranking import Reranker
from retrieval.search import Searcher
from retrieval.snapshot import POINTER_FILE
from retrieval.stages import UNWATCHED, Stages
from retrieval.vectors import VectorIndex
from service.dependencies import Readiness
from service.held import held_in
from service.settings import Settings
from service.stores import served_corpus

LOGGER: Final = logging.getLogger(__name__)

_FIRST_QUESTION: Final = "What support is there for bus services in rural areas?"

_ONE_SAMPLED_IN: Final = 200  # Searches: an exact one of millions of vectors holds a core for a fifth of a second.


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when there is something new to open.

    Attributes:
        pointer: Which snapshot is published.
        checks: What Parliament's lists were last seen to hold.
    """

    pointer: bytes
    checks: bytes


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens what a data directory holds; the model is loaded once and used for every snapshot after.

    Args:
        settings: The data directory and the model.
        encoder: Used instead of that model.
        reranker: With `encoder`, used instead of that reranker.
        stages: Told of each stage of a search.
        recall: Told what share of the nearest passages a sampled search found.
    """

    settings: Settings
    encoder: Encoder | None = None
    reranker: Reranker | None = None
    stages: Stages = UNWATCHED
    recall: Callable[[float], None] | None = None

    def open(self, before: Readiness) -> Readiness:
        """Return a searcher over the current snapshot, or why there is none.

        Args:
            before: What was served until now: its encoder is used again, and it goes on being served where the
                new snapshot can't be.
        """
        try:
            # The snapshot first: it takes no time to see that there is none, and seconds to load a model.
            corpus = served_corpus(self.settings)
            encoder, reranker = self._models(before)
            if before.searcher:
                _search_once(Searcher(corpus, encoder, self.settings.data))
            # Only now: what is sampled is what people ask.
            if self.recall and isinstance(corpus.index, VectorIndex):
                corpus.index.watch(self.recall, one_in=_ONE_SAMPLED_IN)
            return Readiness(self._searcher(corpus, encoder, reranker))
        except DespatchError as error:
            return _unless_served(before, error)

    def compare_again(self, before: Readiness) -> Readiness:
        """Return the same searcher with what is now known of Parliament's lists; no file is opened for that."""
        if before.searcher is None:
            return before
        try:
            checks = read_checks(self.settings.data)
        except DespatchError as error:
            return _unless_served(before, error)
        # A copy: a request under way goes on with what it began with.
        corpus = before.searcher.corpus.with_checks(checks)
        return replace(before, searcher=self._searcher(corpus, before.searcher.encoder, before.searcher.reranker))

    def _searcher(self, corpus: Corpus, encoder: Encoder, reranker: Reranker | None) -> Searcher:
        return Searcher(corpus, encoder, self.settings.data, reranker, stages=self.stages)

    def _models(self, before: Readiness) -> tuple[Encoder, Reranker | None]:
        if self.encoder:
            return self.encoder, self.reranker
        if before.searcher:
            return before.searcher.encoder, before.searcher.reranker
        return SentenceEncoder(self.settings.model), reranker_named(self.settings.reranker)

    def stamp(self) -> Stamp:
        """Return what is there now."""
        return Stamp(_content(self.settings.data / POINTER_FILE), _content(self.settings.data / CHECKS_FILE))


async def keep_current(state: State, opener: Opener, seen: Stamp) -> None:
    """Look for a new snapshot every few seconds, for ever, and serve it once it is open.

    Args:
        state: Its `readiness` is replaced, in one step.
        opener: Opens what is there.
        seen: The stamp of what is served now.
    """
    while True:
        await asyncio.sleep(opener.settings.reload_seconds)
        stamp = await asyncio.to_thread(opener.stamp)
        before: Readiness = state.readiness
        # A server that was not there comes back without anything changing in the data directory.
        waits = isinstance(before.reason, StoreUnreachable)
        if stamp == seen and not waits:
            continue
        # The lists are compared month by month while a sync runs: that is no reason to read a snapshot again.
        is_new = waits or stamp.pointer != seen.pointer
        try:
            ready = await asyncio.to_thread(opener.open if is_new else opener.compare_again, before)
        except Exception:
            # What is served now goes on being served, and the looking goes on too.
            LOGGER.exception("What is new in the data directory could not be opened")
            ready = before
        # Whatever came of it, it is not tried again until something changes there.
        seen = stamp
        if ready is not before:
            state.readiness = ready
            if is_new and _is_news(ready, before):
                _tell(ready)
        # While this sleeps it must not hold the index that was taken out of service.
        del before, ready
        if is_new:
            # Cycles are looked for seldom while serving (service/server.py), and one may hold the old index.
            await asyncio.to_thread(gc.collect)


def _search_once(searcher: Searcher) -> None:
    """Search what is not served yet: nobody then waits for what the index and the corpus make at their first search."""
    try:
        searcher.search(_FIRST_QUESTION, mode=Mode.FAST)
    except DespatchError as error:
        LOGGER.info("The first search of snapshot %s failed: %s", _name(searcher), error)
    except Exception:
        # Nobody asked for it: the snapshot is served all the same.
        LOGGER.exception("The first search of snapshot %s failed", _name(searcher))


def _is_news(ready: Readiness, before: Readiness) -> bool:
    if ready.searcher is None:
        return str(ready.reason) != str(before.reason)
    return ready.searcher is not before.searcher


def _unless_served(before: Readiness, error: DespatchError) -> Readiness:
    if before.searcher is None:
        return Readiness(None, error)
    if isinstance(error, StoreUnreachable) and isinstance(before.reason, StoreUnreachable):
        return before  # Told already.
    LOGGER.warning("What is new can't be used, so snapshot %s is served on: %s", _name(before.searcher), error)
    return replace(before, reason=error) if isinstance(error, StoreUnreachable) else before


def _tell(ready: Readiness) -> None:
    if ready.searcher:
        name = _name(ready.searcher)
        told = {"event": "snapshot", "fields": {"snapshot": name}}
        LOGGER.info("Now serving snapshot %s: %s", name, held_in(ready.searcher.corpus), extra=told)
    else:
        LOGGER.warning("Nothing to search: %s", ready.reason)


def _name(searcher: Searcher) -> str:
    return searcher.corpus.manifest.name


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
