"""Put a trained encoder and reranker where the package keeps them, and print their hashes.

The reranker is kept without its table of words, which is the encoder's, to the last bit: neither training changes it.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER, SHIPPED, WORDS_OF_ENCODER, WORDS_OF_RERANKER

_WEIGHTS = "model.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="example: python scripts/ship_models.py trained/encoder trained/reranker"
    )
    parser.add_argument("encoder", type=Path, help="what train_encoder.py wrote")
    parser.add_argument("reranker", type=Path, help="what train_reranker.py wrote")
    parser.add_argument("--into", type=Path, default=SHIPPED, help="the folder of the models")
    given = parser.parse_args()
    for source, name in ((given.encoder, DEFAULT_MODEL), (given.reranker, DEFAULT_RERANKER)):
        shutil.copytree(source, given.into / name, dirs_exist_ok=True)
    kept = given.into / DEFAULT_RERANKER / _WEIGHTS
    weights = load_file(kept)
    words = weights.pop(WORDS_OF_RERANKER)
    if not torch.equal(words, load_file(given.encoder / _WEIGHTS)[WORDS_OF_ENCODER]):
        raise SystemExit("the reranker has another table of words than the encoder: train it from this encoder")
    save_file(weights, kept, metadata={"format": "pt"})
    for name in (DEFAULT_MODEL, DEFAULT_RERANKER):
        path = given.into / name / _WEIGHTS
        path.chmod(0o644)
        print(name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
