"""LanceDB with its defaults, asked within one process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import lancedb
from lancedb.embeddings import get_registry
from lancedb.pydantic import LanceModel, Vector

from scripts.peers.speaking import main, read_texts


class Lance:
    def __init__(self, model: Path, folder: Path) -> None:
        encode = get_registry().get("sentence-transformers").create(name=str(model), device="cpu")
        schema = type(
            "Passage",
            (LanceModel,),
            {
                "__annotations__": {"key": int, "text": str, "vector": Vector(encode.ndims())},
                "text": encode.SourceField(),
                "vector": encode.VectorField(),
            },
        )
        database = lancedb.connect(str(folder / "index"))
        self._passages = database.create_table("passages", schema=schema, exist_ok=True)

    def index(self, texts: Path, records: Path) -> Mapping[str, float]:
        found = [{"key": key, "text": text} for key, text in read_texts(texts)]
        self._passages.add(found)
        return {"texts": len(found)}

    def search(self, query: str, limit: int) -> list[int]:
        found = self._passages.search(query).limit(limit).select(["key"]).to_list()
        return [int(one["key"]) for one in found]

    def serve(self) -> Mapping[str, object]:
        return {}

    def close(self) -> None:
        """There is no server."""


if __name__ == "__main__":
    main(Lance)
