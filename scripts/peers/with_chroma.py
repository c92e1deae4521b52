"""Chroma with its defaults, asked within one process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import chromadb
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

from scripts.peers.speaking import main, read_texts


class Chroma:
    def __init__(self, model: Path, folder: Path) -> None:
        # Its default function runs the same model in another form, which it would fetch from a network.
        encode = SentenceTransformerEmbeddingFunction(model_name=str(model))
        encode(["Made ready."])
        settings = chromadb.Settings(anonymized_telemetry=False)
        self._client = chromadb.PersistentClient(path=str(folder / "index"), settings=settings)
        self._passages = self._client.get_or_create_collection("passages", embedding_function=encode)

    def index(self, texts: Path, records: Path) -> Mapping[str, float]:
        found = list(read_texts(texts))
        most = self._client.get_max_batch_size()
        for start in range(0, len(found), most):
            part = found[start : start + most]
            self._passages.add(ids=[str(key) for key, _ in part], documents=[text for _, text in part])
        return {"texts": len(found)}

    def search(self, query: str, limit: int) -> list[int]:
        found = self._passages.query(query_texts=[query], n_results=limit, include=[])
        return [int(key) for key in found["ids"][0]]

    def serve(self) -> Mapping[str, object]:
        return {}

    def close(self) -> None:
        """There is no server."""


if __name__ == "__main__":
    main(Chroma)
