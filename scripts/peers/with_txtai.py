"""txtai with its defaults, asked through the server that comes with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from txtai import Embeddings

from scripts.peers.speaking import main, read_texts, stop


class Txtai:
    def __init__(self, model: Path, folder: Path) -> None:
        self._model, self._folder = model, folder / "index"
        self._embeddings = Embeddings(path=str(model))
        self._embeddings.transform("Made ready.")
        if self._folder.exists():
            self._embeddings.load(str(self._folder))
        self._server: subprocess.Popen[bytes] | None = None

    def index(self, texts: Path, records: Path) -> Mapping[str, float]:
        found = list(read_texts(texts))
        self._embeddings.index((key, text, None) for key, text in found)
        self._embeddings.save(str(self._folder))
        return {"texts": len(found)}

    def search(self, query: str, limit: int) -> list[int]:
        return [int(key) for key, _ in self._embeddings.search(query, limit)]

    def serve(self) -> Mapping[str, object]:
        settings = self._folder.with_suffix(".yml")
        settings.write_text(f"path: {self._folder}\nembeddings:\n  path: {self._model}\n", encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "txtai.api:app", "--port", str(port), "--log-level", "warning"]
        self._server = subprocess.Popen(command, env={**os.environ, "CONFIG": str(settings)}, stdout=2)
        return {
            "address": f"http://127.0.0.1:{port}",
            "template": "/search?query={question}&limit=10",
            "pid": self._server.pid,
        }

    def close(self) -> None:
        stop(self._server)


if __name__ == "__main__":
    main(Txtai)
