"""Despatch Box as it comes, asked through its own server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from retrieval.build import build
from retrieval.choices import Mode
from retrieval.corpus import Corpus
from retrieval.encoders import SentenceEncoder
from retrieval.models import DEFAULT_RERANKER
from retrieval.rerankers import reranker_named
from retrieval.search import Searcher
from scripts.load import OURS
from scripts.peers.speaking import main, stop
from scripts.served import start


class Despatch:
    """Builds a whole index from records: words, kinds and citations too. `mode` is that of its searches."""

    def __init__(self, model: Path, folder: Path, mode: str = Mode.FAST) -> None:
        self._model, self._data, self._mode = model, folder / "data", Mode(mode)
        self._encoder = SentenceEncoder(str(model))
        self._encoder.encode_queries(["Made ready."])
        self._searcher: Searcher | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def index(self, texts: Path, records: Path) -> Mapping[str, float]:
        report = build([records], self._data, self._encoder)
        if not texts.exists():
            self._write_texts(texts)
        return {"texts": report.texts_encoded, "encoding_seconds": report.encoding_seconds}

    def _write_texts(self, path: Path) -> None:
        """Write what it encoded, each text once, for others to index the same."""
        corpus = Corpus.open(self._data)
        found: dict[str, int] = {}
        for row in range(len(corpus.index)):
            found.setdefault(corpus.evidence(row, self._encoder.fits), row)
        lines = (json.dumps({"key": row, "text": text}) + "\n" for text, row in found.items())
        path.write_text("".join(lines), encoding="utf-8")

    def search(self, query: str, limit: int) -> list[int]:
        if self._searcher is None:
            reranker = None if self._mode is Mode.FAST else reranker_named(DEFAULT_RERANKER)
            self._searcher = Searcher.open(self._data, self._encoder, reranker)
        return [one.row for one in self._searcher.rank(query, depth=limit, mode=self._mode)]

    def serve(self) -> Mapping[str, object]:
        self._server, address = start(["--data", self._data, "--model", self._model], self._data.with_suffix(".log"))
        return {"address": address, "template": OURS, "pid": self._server.pid}

    def close(self) -> None:
        stop(self._server)


if __name__ == "__main__":
    main(Despatch)
