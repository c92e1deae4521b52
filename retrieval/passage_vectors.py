"""The vector of every passage of the next snapshot: kept, taken over from the one before, or made now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.build_report import BuildReport, Progress
from retrieval.embeddings import Embeddings, are_rounded, encode_and_keep
from retrieval.encoders import Encoder
from retrieval.holdings import Holdings
from retrieval.vectors import VectorKind

_AND = "; "  # Between two ways in which the vectors of one snapshot were made.
_AT_ONCE = 8_192  # Vectors read or copied at a time: about 13 MB beside the whole.


@dataclass(frozen=True, slots=True)
class VectorSources:
    """Where vectors come from, the first that has one first: those kept, then those of an index, then the encoder.

    Attributes:
        embeddings: Vectors as they were made, in float32, unless what was imported or taken over was rounded before:
            such a one gives way to that of an exact index.
        holdings: The snapshot before. An exact index has vectors as they were made; one in clusters rounds each
            number to half precision, which moves a cosine by some hundred-thousandths.
        encoder: Makes the others; they are kept in `embeddings`.
        keeps_all: Whether what `holdings` has is kept too, because the next snapshot will not have its vectors at
            hand: a server has them.
    """

    embeddings: Embeddings
    holdings: Holdings | None
    encoder: Encoder
    keeps_all: bool = False

    def vectors(
        self,
        names: Iterable[bytes],
        texts_of: Callable[[set[bytes]], dict[bytes, str]],
        report: BuildReport,
        progress: Progress,
    ) -> NDArray[np.float32]:
        """Return the vector of each text, as exact as it is to be had without encoding what is known.

        Args:
            names: What names the texts, a name as often as it has rows.
            texts_of: From names to what the encoder reads.
            report: Is told how much was encoded, by which arithmetic, and how long that took.
            progress: Hears how far the encoding is.

        Returns:
            Shape (names, dimensions), float32, in the order of `names`.

        Raises:
            PublishFailed: If what was made can't be kept.
        """
        row_of: dict[bytes, int] = {}
        first = np.fromiter((row_of.setdefault(name, row) for row, name in enumerate(names)), dtype=np.int64)
        # The one matrix of a build: millions of vectors are no more in memory twice than need be.
        vectors = np.zeros((len(first), self.encoder.identity.dimensions), dtype=np.float32)
        distinct, rows = list(row_of), np.fromiter(row_of.values(), dtype=np.int64, count=len(row_of))
        known = np.zeros(len(distinct), dtype=bool)
        precisions = self._kept(distinct, rows, vectors, known)
        worse = self._worse_than_held(distinct, rows, vectors, known)
        if worse.any():
            known &= ~worse
            kept = np.flatnonzero(known)
            precisions = self._kept([distinct[place] for place in kept], rows[kept], vectors, known[kept])
        if not known.all():
            precisions |= self._taken_over(distinct, rows, vectors, known, worse)
        missing = {distinct[place] for place in np.flatnonzero(~known)}
        report.texts_encoded, report.texts_reused = len(missing), len(distinct) - len(missing)
        if missing:
            started = time.perf_counter()
            self._made(texts_of(missing), row_of, vectors, progress)
            precisions.add(self.encoder.precision)
            report.encoding_seconds = time.perf_counter() - started
        report.precision = _AND.join(sorted(precisions)) or self.encoder.precision
        repeated = np.flatnonzero(first != np.arange(len(first)))
        for some in _parts(repeated):
            vectors[some] = vectors[first[some]]
        return vectors

    def _kept(
        self, names: list[bytes], rows: NDArray[np.int64], vectors: NDArray[np.float32], known: NDArray[np.bool_]
    ) -> set[str]:
        """Put the vectors that are kept in their rows, note which are known now, and return how they were made."""
        precisions = set[str]()
        for some in _parts(np.arange(len(names))):
            found = np.zeros((len(some), vectors.shape[1]), dtype=np.float32)
            written, made_by = self.embeddings.fill([names[place] for place in some], found)
            vectors[rows[some[written]]] = found[written]
            known[some] = written
            precisions.update(part for one in made_by for part in one.split(_AND))
        return precisions

    def _worse_than_held(
        self, names: list[bytes], rows: NDArray[np.int64], vectors: NDArray[np.float32], known: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return which vectors are known rounded while the snapshot before has them as they were made."""
        worse, held = np.zeros(len(names), dtype=bool), self.holdings
        if held is None or held.manifest.vectors is not VectorKind.EXACT:
            return worse
        for some in _parts(np.flatnonzero(known)):
            worse[some] = are_rounded(vectors[rows[some]])
        row_of = held.rows_of_texts(self.encoder.fits) if worse.any() else {}
        worse &= np.fromiter((name in row_of for name in names), dtype=bool, count=len(names))
        for some in _parts(np.flatnonzero(worse)):
            asked = np.fromiter((row_of[names[place]] for place in some), dtype=np.int64, count=len(some))
            worse[some] = ~are_rounded(held.vectors(asked))
        return worse

    def _taken_over(
        self,
        names: list[bytes],
        rows: NDArray[np.int64],
        vectors: NDArray[np.float32],
        known: NDArray[np.bool_],
        worse: NDArray[np.bool_],
    ) -> set[str]:
        """Do the same with the vectors that the snapshot before has of the others; keep those that are kept worse."""
        held = self.holdings
        row_of = held.rows_of_texts(self.encoder.fits) if held else {}
        there = np.fromiter((not known[place] and names[place] in row_of for place in range(len(names))), dtype=bool)
        if held is None or not there.any():
            return set()
        for some in _parts(np.flatnonzero(there)):
            asked = np.fromiter((row_of[names[place]] for place in some), dtype=np.int64, count=len(some))
            found = held.vectors(asked)
            vectors[rows[some]] = found
            kept = np.flatnonzero(worse[some] | self.keeps_all)
            told = ((names[some[place]], found[place]) for place in kept)
            self.embeddings.keep(told, held.manifest.precision)
        known |= there
        return set(held.manifest.precision.split(_AND))

    def _made(
        self, texts: dict[bytes, str], row_of: dict[bytes, int], vectors: NDArray[np.float32], progress: Progress
    ) -> None:
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            progress("Encoding", done, len(texts))

        def made(names: list[bytes], found: NDArray[np.float32]) -> None:
            vectors[[row_of[name] for name in names]] = found

        encode_and_keep(texts, self.encoder, self.embeddings, count, made)


def _parts(places: NDArray[np.int64]) -> Iterable[NDArray[np.int64]]:
    return (places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE))
