"""What every command works with: where results and progress go, and the model, which is loaded only once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import typer

from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from retrieval.models import WEIGHTS_SHA256
from retrieval.reranking import Reranker
from retrieval.snapshot import check_model, current_name, has_snapshot, open_snapshot
from service.arguments import opened
from service.exits import ExitCode
from service.output import Output
from service.terminal import Terminal, show, words


def _check_named(option: str, model: str) -> None:
    # An empty path would be read as the folder that the command runs in.
    if not model.strip():
        raise QueryError(option, "it is empty: give it a value, or leave it out")


class Session:
    """One run of the command.

    Args:
        load_encoder: Makes the encoder of a name; may take seconds, so it is called only where one is needed.
        out: For results.
        err: For progress and for what is wrong.
        stdin: What "-" reads; standard input unless another is given.
        load_reranker: Makes the reranker of a name likewise; None where there is to be none.
    """

    def __init__(
        self,
        load_encoder: Callable[[str], Encoder],
        out: Terminal,
        err: Terminal,
        stdin: BinaryIO | None = None,
        load_reranker: Callable[[str], Reranker | None] = lambda name: None,
    ) -> None:
        """Keep what the commands work with."""
        self.output = Output(out)
        self.err = err
        self._load_encoder = load_encoder
        self._load_reranker = load_reranker
        self._stdin = stdin
        self._loaded: dict[str, Encoder] = {}

    def input(self, field: str) -> BinaryIO:
        """Return standard input, to read `field` from."""
        return self._stdin or opened(sys.stdin, field)

    def encoder(self, model: str) -> Encoder:
        """Return the encoder of a name, loaded the first time it is asked for."""
        _check_named("model", model)
        if model not in self._loaded:
            with self._waiting():
                self._loaded[model] = self._load_encoder(model)
        return self._loaded[model]

    def check_model(self, model: str, data: Path) -> None:
        """Refuse to go on with an index that was built with another model than this; where there is none, any will do.

        Raises:
            SnapshotError: If it was, or can't be used.
        """
        if not has_snapshot(data):
            return
        manifest = open_snapshot(data).manifest
        # A model whose published weights made the index need not be loaded to know that.
        if manifest.model.weights_sha256 != WEIGHTS_SHA256.get(model):
            check_model(manifest, self.encoder(model).identity, data)

    def reranker(self, model: str) -> Reranker | None:
        """Return the reranker of a name; None where that says that there is to be none."""
        _check_named("reranker", model)
        with self._waiting():
            return self._load_reranker(model)

    def _waiting(self) -> AbstractContextManager[object]:
        if self.err.is_terminal and not self.err.is_dumb_terminal:
            return self.err.status("Loading the model")
        return nullcontext()

    @contextmanager
    def changing(self, data: Path) -> Iterator[None]:
        """Say on Ctrl-C whether anything was changed."""
        before = current_name(data)
        try:
            yield
        except KeyboardInterrupt:
            now = current_name(data)
            changed = "nothing was changed" if now == before else f"the new snapshot {now} is in place"
            show(self.err, [words(f"Stopped; {changed} in {data}")])
            raise typer.Exit(ExitCode.INTERRUPTED) from None
