"""Measures ways to encode paragraphs: with and without padding, in float32 and bfloat16, one after another in turn.

    python -m scripts.measure_encoding --data DIR --texts 512 --rounds 5

Prints a line a way: paragraphs a second of the clock on every core, paragraphs a second of processor time on one
core (which a busy machine changes less), how many times that of the first way (the median over rounds), and the
cosine to it. The first is sentence-transformers in float32 as it comes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from retrieval import encoders
from retrieval.cores import usable_cores
from retrieval.corpus import Corpus
from retrieval.encoders import SentenceEncoder, unit_rows
from retrieval.models import DEFAULT_MODEL
from scripts.load import line

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(slots=True)
class Way:
    """A way to encode. Primary key: `name`. Seconds are of each round."""

    name: str
    encode: Encode
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def ways(model: str) -> list[Way]:
    """Return the ways, the one that the others are compared with first."""
    found = []
    for name, native in (("float32", False), ("bfloat16", True)):
        encoder = with_arithmetic(model, native)
        plain = SentenceTransformer(
            str(encoder.folder),
            device="cpu",
            local_files_only=True,
            model_kwargs={"dtype": torch.bfloat16 if native else torch.float32},
        )
        found.append(Way(f"sentence-transformers, {name}", _as_it_comes(plain)))
        found.append(Way(f"without padding, {name}", encoder.encode_documents))
    return found


def with_arithmetic(model: str, native: bool) -> SentenceEncoder:
    """Return the encoder that a processor with or without native bfloat16 would have."""
    told = encoders.has_native_bfloat16
    try:
        encoders.has_native_bfloat16 = lambda: native
        return SentenceEncoder(model)
    finally:
        encoders.has_native_bfloat16 = told


def _as_it_comes(model: SentenceTransformer) -> Encode:
    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return unit_rows(model.encode(list(texts), show_progress_bar=False))

    return encode


def measure(measured: Sequence[Way], texts: Sequence[str], rounds: int) -> list[NDArray[np.float32]]:
    """Encode the texts in every way, round after round; return what each way made of them."""
    made = [way.encode(texts[:32]) for way in measured]
    for _ in range(rounds):
        for place, way in enumerate(measured):
            torch.set_num_threads(usable_cores())
            started = time.perf_counter()
            made[place] = way.encode(texts)
            way.clock.append(time.perf_counter() - started)
            torch.set_num_threads(1)
            started = time.process_time()
            way.encode(texts)
            way.processor.append(time.process_time() - started)
    torch.set_num_threads(usable_cores())
    return made


def texts_of(data: str, count: int, fits: Callable[[str], bool]) -> list[str]:
    """Return what an encoder reads of paragraphs evenly spread over an index, each text once."""
    corpus = Corpus.open(data)
    rows = np.linspace(0, len(corpus.index) - 1, min(count, len(corpus.index)), dtype=int)
    return list(dict.fromkeys(corpus.evidence(int(row), fits) for row in rows))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a data directory with an index")
    parser.add_argument("--texts", type=int, default=512, help="how many paragraphs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    given = parser.parse_args(arguments)
    measured = ways(given.model)
    texts = texts_of(given.data, given.texts, SentenceEncoder(given.model).fits)
    made = measure(measured, texts, given.rounds)
    print(line("", "a second", "a second of one core", "times", "mean cosine", "least"))
    print(line(*["---"] * 6))
    for way, vectors in zip(measured, made, strict=True):
        times = statistics.median(a / b for a, b in zip(measured[0].clock, way.clock, strict=True))
        cosines = np.sum(vectors * made[0], axis=1)
        rates = [f"{len(texts) / statistics.median(one):.0f}" for one in (way.clock, way.processor)]
        print(line(way.name, *rates, f"{times:.2f}", f"{cosines.mean():.5f}", f"{cosines.min():.5f}"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
