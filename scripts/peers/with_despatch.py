"""Despatch Box as it comes, asked through its own server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
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

_LISTENS = re.compile(r"listens on (http://[\d.]+:\d+)")


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
        command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", "0"]
        command += ["--data", str(self._data), "--model", str(self._model)]
        log = self._data.with_suffix(".log")
        # To a file, as it writes a line a request, and stops where a pipe is full that nobody reads.
        with log.open("w", encoding="utf-8") as lines:
            self._server = server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=lines)
        while not (found := _LISTENS.search(log.read_text(encoding="utf-8"))):
            if server.poll() is not None:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            time.sleep(0.1)
        return {"address": found[1], "template": OURS, "pid": server.pid}

    def close(self) -> None:
        stop(self._server)


if __name__ == "__main__":
    main(Despatch)
