"""A searcher opened in one call, for programs and notebooks: a model is loaded when a search first needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder, EncoderIdentity, SentenceEncoder, TokenVectors
from retrieval.models import DEFAULT_RERANKER
from retrieval.rerankers import NO_RERANKER, CrossEncoderReranker
from retrieval.reranking import Reranker, RerankerIdentity
from retrieval.search import Searcher
from retrieval.snapshot import check_model


def open_corpus(
    data: Path | str = "data",
    *,
    model: str | None = None,
    reranker: str = DEFAULT_RERANKER,
    load_encoder: Callable[[str], Encoder] = SentenceEncoder,
    load_reranker: Callable[[str], Reranker] = CrossEncoderReranker,
) -> Searcher:
    """Open the current snapshot of a data directory, ready to search.

    The models are loaded by the first search that needs them, which takes some seconds more. With `match` exact or
    words no search does, nor does `corpus.answer(key)`.

    Args:
        data: The data directory.
        model: The encoder; the one that the snapshot was built with, unless another place of it is given.
        reranker: Reads the best answers again; `none` leaves it out, as `mode` fast does for one search.
        load_encoder: Loads an encoder by its name.
        load_reranker: Loads a reranker by its name.

    Raises:
        SnapshotError: If there is no snapshot, or it can't be used; the message says what to do.
    """
    corpus = Corpus.open(data)
    named = model or corpus.manifest.model.name

    def encoder() -> Encoder:
        loaded = load_encoder(named)
        check_model(corpus.manifest, loaded.identity, Path(data))
        return loaded

    again = None if reranker == NO_RERANKER else LazyReranker(lambda: load_reranker(reranker))
    return Searcher(corpus, LazyEncoder(corpus.manifest.model, corpus.manifest.precision, encoder), data, again)


Loaded = TypeVar("Loaded")


class _Once(Generic[Loaded]):
    """What is loaded when it is first wanted, once, whichever thread wants it; a try that fails is made again."""

    def __init__(self, load: Callable[[], Loaded]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None

    def __call__(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded


class LazyEncoder:
    """An encoder that is loaded when something is to be encoded; safe to use from several threads.

    Args:
        identity: Of the encoder that will be loaded.
        precision: The arithmetic by which the passages were encoded.
        load: Loads it; what it raises, the first use raises.
    """

    def __init__(self, identity: EncoderIdentity, precision: str, load: Callable[[], Encoder]) -> None:
        """Keep how to load it."""
        self._identity = identity
        self._precision = precision
        self._encoder = _Once(load)

    @property
    def identity(self) -> EncoderIdentity:
        """Which model it is."""
        return self._identity

    @property
    def precision(self) -> str:
        """The arithmetic by which the passages were encoded."""
        return self._precision

    def fits(self, text: str) -> bool:
        """Whether it would read all of `text`."""
        return self._encoder().fits(text)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float32]:
        """Encode passages."""
        return self._encoder().encode_documents(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions."""
        return self._encoder().encode_queries(texts)

    def encode_tokens(self, texts: Sequence[str], *, in_context: bool = True) -> list[TokenVectors]:
        """Encode the tokens of each text."""
        return self._encoder().encode_tokens(texts, in_context=in_context)


class LazyReranker:
    """A reranker that is loaded when something is to be read; safe to use from several threads.

    Args:
        load: Loads it; what it raises, the first use raises.
    """

    def __init__(self, load: Callable[[], Reranker]) -> None:
        """Keep how to load it."""
        self._reranker = _Once(load)

    @property
    def identity(self) -> RerankerIdentity:
        """Which model it is."""
        return self._reranker().identity

    def fits(self, question: str, passage: str) -> bool:
        """Return whether it would read all of both."""
        return self._reranker().fits(question, passage)

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return how well each passage answers the question."""
        return self._reranker().relevance(question, passages)
